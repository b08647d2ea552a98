"""Whatever people do: view + entries = next view, and the log alone gives the room back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from preau.meet.domain.ids import MessageId, ParticipantId
from preau.meet.domain.roles import RoomRole
from preau.meet.live.codec import (
    entry_to_json,
    event_from_json,
    event_to_log,
    message_from_json,
    participant_from_json,
)
from preau.meet.live.commands import (
    Command,
    ConnectionId,
    Enter,
    Leave,
    LoseConnection,
    LowerHand,
    RaiseHand,
    Resume,
    SendChat,
    Tick,
)
from preau.meet.live.effects import Admit, Announce, Confirm, Refuse
from preau.meet.live.events import Entry
from preau.meet.live.machine import handle
from preau.meet.live.room import Room, rebuild
from preau.meet.live.view import RoomView, apply
from tests.unit.meet.live.shared_cases import CASES, written_cases

START = datetime(2026, 11, 24, 8, tzinfo=UTC)
CONNECTIONS = st.integers(1, 6).map(ConnectionId)
PEOPLE = st.sampled_from([ParticipantId(f"par_{letter}") for letter in "abcd"])
COMMANDS: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        Enter,
        CONNECTIONS,
        st.just(1),
        PEOPLE,
        st.just("hash"),
        st.sampled_from(["Ann", "Bob"]),
        st.sampled_from(RoomRole),
    ),
    st.builds(
        Resume, CONNECTIONS, st.just(1), PEOPLE, st.sampled_from(["hash", "wrong"]), st.integers(0, 12)
    ),
    st.builds(
        SendChat,
        CONNECTIONS,
        st.just(1),
        st.sampled_from([MessageId(f"message-{number}") for number in range(5)]),
        st.text(max_size=8),
    ),
    st.builds(RaiseHand, CONNECTIONS, st.just(1)),
    st.builds(LowerHand, CONNECTIONS, st.just(1)),
    st.builds(Leave, CONNECTIONS, st.just(1)),
    st.builds(LoseConnection, CONNECTIONS),
    st.just(Tick()),
)
STORIES = st.lists(st.tuples(COMMANDS, st.integers(0, 20)), max_size=40)


def played(story: list[tuple[Command, int]]) -> tuple[Room, list[Entry]]:
    room, now = Room(max_participants=3, empty_since=START), START
    entries: list[Entry] = []
    seen: set[str] = set()
    for command, wait_s in story:
        if isinstance(command, Enter) and command.participant_id in seen:
            continue  # Ids are random: one is never given out twice.
        now += timedelta(seconds=wait_s)
        step = handle(room, command, now)
        if isinstance(command, Enter) and step.entries:
            seen.add(command.participant_id)
        check_step(room, command, step.room, step.entries, step.effects)
        room = step.room
        entries += step.entries
    return room, entries


def check_step(
    before: Room, command: Command, after: Room, entries: tuple[Entry, ...], effects: tuple[object, ...]
) -> None:
    view = before.view
    for entry in entries:
        view = apply(view, entry)
    assert view == after.view, "snapshot + events = fresh snapshot"
    told = [effect.entry for effect in effects if isinstance(effect, Announce)]
    assert [entry for entry in told if entry not in entries] == []
    if hasattr(command, "request"):
        answers = [effect for effect in effects if isinstance(effect, Admit | Confirm | Refuse)]
        assert len(answers) == 1, "each request has one answer"
    held = [seat.connection for seat in after.seats.values() if seat.connection is not None]
    assert len(held) == len(set(held)), "a connection holds one seat"
    assert len(after.seats) <= after.max_participants


@settings(max_examples=60, deadline=None)
@given(STORIES)
def test_the_log_alone_gives_the_room_back(story: list[tuple[Command, int]]) -> None:
    room, entries = played(story)
    assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
    stored = [json.loads(json.dumps(event_to_log(entry.event))) for entry in entries]
    read = tuple(
        Entry(entry.sequence, entry.at, event_from_json(value))
        for entry, value in zip(entries, stored, strict=True)
    )
    again = rebuild(read, 3, START)
    assert again.view == room.view
    assert set(again.seats) == set(room.seats)
    assert {one: seat.secret_hash for one, seat in again.seats.items()} == {
        one: seat.secret_hash for one, seat in room.seats.items()
    }
    assert again.lines == room.lines


@settings(max_examples=20, deadline=None)
@given(STORIES)
def test_no_secret_hash_is_on_the_wire(story: list[tuple[Command, int]]) -> None:
    _, entries = played(story)
    assert "hash" not in json.dumps([entry_to_json(entry) for entry in entries])


def test_the_shared_cases_hold_here() -> None:
    for case in CASES:
        before = case["snapshot"]
        view = RoomView(
            sequence=before["sequence"],
            participants=tuple(participant_from_json(one) for one in before["participants"]),
            chat=tuple(message_from_json(one) for one in before["chat"]),
        )
        frame = case["event"]
        at = datetime.fromisoformat(frame["at"])
        after = apply(view, Entry(frame["sequence"], at, event_from_json(frame["event"])))
        expected = case["expected"]
        assert after.sequence == expected["sequence"]
        assert after.participants == tuple(participant_from_json(one) for one in expected["participants"])
        assert after.chat == tuple(message_from_json(one) for one in expected["chat"])


def test_the_shared_cases_are_what_this_server_sends() -> None:
    assert written_cases() == CASES, "regenerate with python -m tests.unit.meet.live.shared_cases"


def test_the_shared_cases_name_every_event() -> None:
    kinds = {case["event"]["event"]["type"] for case in CASES}
    wire = (Path(__file__).parents[4] / "web/src/room/wire.ts").read_text()
    assert kinds == {kind for kind in kinds if f'"{kind}"' in wire}
    assert len(kinds) == 7
