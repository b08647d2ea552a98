"""Calls that participants may not make: few are told one by one, many in sums, and the count is right."""

from __future__ import annotations

import json
from collections import Counter

from preau.sfu.model import DisconnectReason, Permission, RoomOptions, TrackKind, TrackSource
from preau.sfu.rooms import commands
from preau.sfu.rooms.effects import Notify
from preau.sfu.rooms.refusing import CALL_REFUSED, CALLS_REFUSED, MAX_IDENTITIES, MOST_AT_ONCE, PAUSE_S
from preau.sfu.signalling import requests as ask
from preau.sfu.wire.webhooks import encode_event
from tests.kit.sfu_room import Stage


def told(stage: Stage) -> Counter[str]:
    """How many calls were told of, by whose they were."""
    counts: Counter[str] = Counter()
    for notice in stage.found(Notify):
        if notice.event.startswith((CALL_REFUSED, CALLS_REFUSED)):
            who = notice.participant.identity if notice.participant else ""
            counts[who] += 1 if notice.times is None else notice.times
    return counts


def events(stage: Stage) -> int:
    return sum(notice.event.startswith((CALL_REFUSED, CALLS_REFUSED)) for notice in stage.found(Notify))


def call(stage: Stage, identity: str, times: int) -> None:
    for _ in range(times):
        stage.do(commands.NoteRefusal(identity, "DeleteRoom"))


def stage_with_ada() -> Stage:
    stage = Stage()
    stage.arrive("ada")
    stage.clear()
    return stage


def test_a_few_calls_are_told_at_once_with_their_method() -> None:
    stage = stage_with_ada()
    call(stage, "ada", 3)
    assert stage.events() == ["call_refused/DeleteRoom"] * 3
    stage.pass_time(PAUSE_S * 3)
    assert events(stage) == 3, "and nothing is told twice"


def test_what_somebody_asks_for_without_the_right_is_told_as_well() -> None:
    stage = Stage()
    stage.join("ada", Permission(can_publish_sources=(TrackSource.MICROPHONE,), can_update_metadata=True))
    stage.clear()
    stage.ask("ada", ask.AddTrack("mic", TrackKind.AUDIO, TrackSource.MICROPHONE))
    stage.ask("ada", ask.UpdateMetadata("x" * 600_000, "", {}, 1))
    assert events(stage) == 0, "what is allowed is not told, nor what is merely too much"
    stage.ask("ada", ask.AddTrack("cam", TrackKind.VIDEO, TrackSource.CAMERA))
    stage.do(commands.UpdateParticipant("ada", permission=Permission()))
    stage.ask("ada", ask.UpdateMetadata("", "Somebody else", {}, 2))
    refused = [event for event in stage.events() if event.startswith(CALL_REFUSED)]
    assert refused == ["call_refused/AddTrack", "call_refused/UpdateMetadata"]


def test_a_refusal_is_short_whatever_its_author_publishes_and_says_of_itself() -> None:
    """The platform takes 64 KiB; what is longer was told to nobody."""
    stage = Stage(RoomOptions(metadata="m" * 300_000))
    stage.arrive("ada")
    stage.do(
        commands.UpdateParticipant("ada", name="Ada", metadata="x" * 500_000, attributes={"a": "y" * 60_000})
    )
    for number in range(20):
        stage.ask(
            "ada",
            ask.AddTrack("c" * 200 + str(number), TrackKind.AUDIO, TrackSource.MICROPHONE, name="n" * 200),
        )
    stage.clear()
    call(stage, "ada", MOST_AT_ONCE + 1)
    stage.pass_time(PAUSE_S + 0.1)
    notices = stage.found(Notify)
    assert told(stage) == {"ada": MOST_AT_ONCE + 1}
    for notice in notices:
        body = json.loads(encode_event(notice, "EV_1", 0.0))
        assert len(json.dumps(body)) < 1024
        assert {key: body["participant"][key] for key in ("identity", "name")} == {
            "identity": "ada",
            "name": "Ada",
        }
        assert body["room"] == {**body["room"], "sid": stage.room.info().sid, "name": "school"}


def test_a_flood_is_told_to_the_last_call_in_few_events() -> None:
    stage = stage_with_ada()
    call(stage, "ada", 1000)
    assert events(stage) == MOST_AT_ONCE
    stage.pass_time(PAUSE_S + 0.1)
    assert told(stage) == {"ada": 1000}
    assert events(stage) == MOST_AT_ONCE + 1
    [total] = [notice for notice in stage.found(Notify) if notice.event == CALLS_REFUSED]
    assert f'"numDropped": {1000 - MOST_AT_ONCE}' in encode_event(total, "EV_1", 0.0).decode()


def test_a_flood_over_minutes_stays_within_its_measure() -> None:
    stage = stage_with_ada()
    for _ in range(60):
        call(stage, "ada", 200)
        stage.pass_time(1.0)
    stage.pass_time(PAUSE_S * 2)
    assert told(stage) == {"ada": 60 * 200}
    assert events(stage) <= 32 * (MOST_AT_ONCE + 1)


def test_of_many_people_each_is_told_by_name_a_few_at_a_time() -> None:
    stage = stage_with_ada()
    for number in range(MOST_AT_ONCE * 3):
        call(stage, f"p{number}", 2)
    stage.pass_time(PAUSE_S + 0.1)
    assert events(stage) <= MOST_AT_ONCE * 2
    stage.pass_time(PAUSE_S * 4)
    assert told(stage) == {f"p{number}": 2 for number in range(MOST_AT_ONCE * 3)}


def test_the_memory_for_names_is_bounded_and_the_count_is_not() -> None:
    stage = stage_with_ada()
    people = MAX_IDENTITIES + 500
    for number in range(people):
        call(stage, f"p{number}", 1)
    stage.pass_time(PAUSE_S * 40)
    assert sum(told(stage).values()) == people
    assert told(stage)[""] == people - MOST_AT_ONCE - MAX_IDENTITIES


def test_who_left_or_never_came_is_counted_by_the_name_of_the_credential() -> None:
    stage = stage_with_ada()
    call(stage, "ada", MOST_AT_ONCE + 7)
    stage.do(commands.RemoveParticipant("ada"))
    call(stage, "ada", 5)
    call(stage, "eve", 2)
    stage.pass_time(PAUSE_S + 0.1)
    assert told(stage) == {"ada": MOST_AT_ONCE + 12, "eve": 2}
    departed = [one.participant for one in stage.found(Notify) if one.event == CALLS_REFUSED]
    assert {one.disconnect_reason for one in departed if one} == {DisconnectReason.UNKNOWN}


def test_nothing_is_left_untold_when_the_room_or_the_server_ends() -> None:
    for end in (commands.DeleteRoom(), commands.ShutDown()):
        stage = stage_with_ada()
        for number in range(MOST_AT_ONCE * 3):
            call(stage, f"p{number}", 1)
        stage.do(end)
        assert sum(told(stage).values()) == MOST_AT_ONCE * 3
        assert events(stage) <= MOST_AT_ONCE * 2 + 1
        if isinstance(end, commands.DeleteRoom):
            assert stage.events()[-1] == "room_finished"
