"""Speakers, data, moderation and feigned troubles."""

from __future__ import annotations

import pytest

from preau.sfu.model import (
    Audience,
    ConnectionQuality,
    DisconnectReason,
    LeaveAction,
    Permission,
    SpeakerInfo,
    StampedPacket,
    TrackKind,
    TrackSource,
)
from preau.sfu.rooms import commands, media
from preau.sfu.rooms.effects import Finished, Notify, Renew
from preau.sfu.rooms.speaking import linear
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say
from tests.kit.sfu_room import Stage, offer_sdp


def levels(stage: Stage, *heard: tuple[str, int]) -> None:
    tracks = {one.track_sid: one.track for one in stage.found(media.AddDown)}
    stage.do(
        media.AudioLevels(tuple(media.AudioLevel(tracks[sid], level, active=True) for sid, level in heard))
    )


def packet(sequence: int, *identities: str, audience: Audience = Audience.OTHERS) -> StampedPacket:
    return StampedPacket(b"%d" % sequence, sequence, frozenset(identities), frozenset(), audience)


def relay(stage: Stage, sender: str, one: StampedPacket, *, reliable: bool = True) -> None:
    stage.do(commands.Relay(stage.peers(sender)[0], reliable, one))


def receivers(stage: Stage) -> list[media.PeerId]:
    return [sent.peer for sent in stage.found(media.SendPacket)]


def test_speakers_are_told_as_differences() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    sid = stage.publish("ada", "mic", kind=TrackKind.AUDIO)
    levels(stage, (sid, 20))
    levels(stage, (sid, 20))
    stage.do(media.AudioLevels(()))
    ada = stage.people["ada"].sid
    expected = [
        say.SpeakersChanged((SpeakerInfo(ada, 0.125, active=True),)),
        say.SpeakersChanged((SpeakerInfo(ada, 0.0, active=False),)),
    ]
    assert stage.told("ben", say.SpeakersChanged) == expected
    assert stage.told("ada", say.SpeakersChanged) == expected


def test_who_does_not_hear_somebody_is_not_told_that_it_speaks() -> None:
    stage = Stage()
    stage.arrive("ada", "ben", "carl")
    sid = stage.publish("ada", "mic", kind=TrackKind.AUDIO)
    stage.ask("carl", ask.UpdateSubscription((sid,), subscribe=False))
    levels(stage, (sid, 0))
    assert stage.told("ben", say.SpeakersChanged)
    assert not stage.told("carl", say.SpeakersChanged)


@pytest.mark.parametrize(("dbov", "level"), [(0, 1.0), (6, 0.625), (20, 0.125), (127, 0.125)])
def test_loudness_is_linear_in_eighths(dbov: int, level: float) -> None:
    assert linear(dbov) == level


def test_a_muted_microphone_does_not_speak_however_loud_it_is() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    sid = stage.publish("ada", "mic", kind=TrackKind.AUDIO)
    levels(stage, (sid, 0))
    stage.ask("ada", ask.Mute(sid, muted=True))
    for _ in range(2):
        levels(stage, (sid, 0))
    spoke = [one.speakers[0].active for one in stage.told("ben", say.SpeakersChanged)]
    assert spoke == [True, False]
    stage.ask("ada", ask.Mute(sid, muted=False))
    levels(stage, (sid, 0))
    assert stage.told("ben", say.SpeakersChanged)[-1].speakers[0].active


def test_the_sound_of_a_shared_screen_is_nobody_speaking() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    request = ask.AddTrack("screen", TrackKind.AUDIO, TrackSource.SCREEN_SHARE_AUDIO)
    stage.ask("ada", request)
    stage.ask("ada", ask.Offer(offer_sdp(("0", "audio", "sendonly", "screen")), 1))
    stage.agree_to_offer()
    levels(stage, (stage.told("ada", say.TrackAccepted)[0].track.sid, 0))
    assert not stage.told("ben", say.SpeakersChanged)


def test_everybody_is_well_connected_until_measured_otherwise() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    stage.publish("ada", "mic", kind=TrackKind.AUDIO)
    stage.pass_time(11)
    told = [one for update in stage.told("ben", say.QualityChanged) for one in update.qualities]
    assert sorted(told) == sorted(
        (stage.people[name].sid, ConnectionQuality.EXCELLENT) for name in ("ada", "ben")
    )


def test_data_goes_to_everybody_else_or_to_whom_it_names() -> None:
    stage = Stage()
    stage.arrive("ada", "ben", "carl")
    relay(stage, "ada", packet(1))
    assert receivers(stage) == [stage.peers("ben")[1], stage.peers("carl")[1]]
    stage.clear()
    relay(stage, "ada", packet(2, "carl", "ada"))
    assert receivers(stage) == [stage.peers("carl")[1]]


def test_what_ends_at_the_server_goes_to_nobody_and_measurements_come_back() -> None:
    stage = Stage()
    stage.arrive("ben")
    stage.join("eye", Permission(can_subscribe_metrics=True))
    relay(stage, "ben", packet(1, audience=Audience.NOBODY))
    assert receivers(stage) == []
    relay(stage, "eye", packet(1, audience=Audience.METRICS))
    assert receivers(stage) == [stage.peers("eye")[1]]


def test_a_message_that_comes_twice_is_told_once_whoever_sent_it() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    once = StampedPacket(b"x", 0, frozenset(), frozenset(), nonce=b"n" * 16)
    for _ in range(2):
        stage.do(commands.SendServerData(once, reliable=True))
    assert receivers(stage) == [stage.peers("ada")[1], stage.peers("ben")[1]]
    relay(stage, "ada", once)
    assert len(receivers(stage)) == 2


def test_repeated_reliable_packets_are_dropped_and_lossy_ones_are_not() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    for sequence in (1, 1, 2):
        relay(stage, "ada", packet(sequence))
    assert len(receivers(stage)) == 2
    stage.clear()
    for _ in range(2):
        relay(stage, "ada", packet(0), reliable=False)
    assert len(receivers(stage)) == 2


def test_data_needs_permission_and_metrics_another() -> None:
    stage = Stage()
    stage.arrive("ben")
    stage.join("ada", Permission(can_publish_data=False))
    stage.join("eye", Permission(can_subscribe_metrics=True))
    stage.clear()
    relay(stage, "ada", packet(1))
    assert receivers(stage) == []
    assert stage.events() == ["call_refused/SendData"]
    relay(stage, "ben", packet(1, audience=Audience.METRICS))
    assert receivers(stage) == [stage.peers("eye")[1]]


def test_a_resumed_participant_gets_what_it_missed() -> None:
    stage = Stage()
    stage.arrive("ada", "ben", "carl")
    for sequence in (1, 2, 3):
        relay(stage, "ada", packet(sequence))
    relay(stage, "ada", packet(4, "carl"))
    stage.resume("ben")
    stage.clear()
    stage.ask("ben", ask.SyncState((), None, (), {stage.people["ada"].sid: 1}))
    assert [sent.payload for sent in stage.found(media.SendPacket)] == [b"2", b"3"]


def test_kept_packets_are_forgotten() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    relay(stage, "ada", packet(1))
    stage.pass_time(11)
    relay(stage, "ada", packet(2))
    stage.resume("ben")
    stage.clear()
    stage.ask("ben", ask.SyncState((), None, (), {}))
    assert [sent.payload for sent in stage.found(media.SendPacket)] == [b"2"]


def test_own_metadata_needs_permission_and_is_answered() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.join("ben", Permission(can_update_metadata=True))
    request = ask.UpdateMetadata("new", "Ben", {"hand": "up"}, request_id=5)
    for name in ("ada", "ben"):
        stage.ask(name, request)
    assert stage.told("ada", say.RequestOutcome)[0].reason is say.Reason.NOT_ALLOWED
    outcome = stage.told("ben", say.RequestOutcome)[0]
    assert (outcome.reason, outcome.request_id) == (say.Reason.OK, 5)
    seen = stage.told("ada", say.ParticipantsChanged)[-1].participants[0]
    assert (seen.name, seen.metadata, dict(seen.attributes)) == ("Ben", "new", {"hand": "up"})
    stage.pass_time(1)
    stage.ask("ben", ask.UpdateMetadata("", "", {"hand": ""}, request_id=6))
    assert stage.told("ada", say.ParticipantsChanged)[-1].participants[0].attributes == {}
    stage.ask("ben", ask.UpdateMetadata("x" * 600_000, "", {}, request_id=7))
    refused = stage.told("ben", say.RequestOutcome)[-1]
    assert refused.reason is say.Reason.LIMIT_EXCEEDED
    assert refused.request == ask.UpdateMetadata("", "", {}, request_id=7)


def test_who_may_not_change_its_metadata_costs_no_more_than_the_word_no() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.ask("ada", ask.UpdateMetadata("x" * 500_000, "y", {"hand": "up"}, request_id=3))
    assert stage.told("ada", say.RequestOutcome)[0].request == ask.UpdateMetadata("", "", {}, request_id=3)


def test_the_server_api_mutes_and_never_unmutes() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    sid = stage.publish("ada", "mic", kind=TrackKind.AUDIO)
    stage.do(commands.MuteTrack("ada", sid, muted=True))
    assert stage.told("ada", say.MuteNotice) == [say.MuteNotice(sid, muted=True)]
    refusal = stage.do(commands.MuteTrack("ada", sid, muted=False)).refusal
    assert refusal is not None
    assert refusal.code == "remote-unmute"
    refusal = stage.do(commands.MuteTrack("ada", "TR_no", muted=True)).refusal
    assert refusal is not None
    assert refusal.code == "track-unknown"


def test_a_change_of_permission_renews_the_access_token() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.clear()
    stage.do(commands.UpdateParticipant("ada", permission=Permission(can_publish_data=False)))
    assert stage.found(Renew)[0].admission.permission.can_publish_data is False


def test_removing_somebody_is_final() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    stage.do(commands.RemoveParticipant("ada"))
    assert stage.told("ada", say.LeaveNotice)[0].action is LeaveAction.DISCONNECT
    refusal = stage.do(commands.RemoveParticipant("ada")).refusal
    assert refusal is not None
    assert refusal.code == "participant-unknown"


def test_deleting_the_room_sends_everybody_away() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    stage.do(commands.DeleteRoom())
    assert all(stage.told(name, say.LeaveNotice) for name in ("ada", "ben"))
    assert stage.events()[-1] == "room_finished"
    assert stage.found(Finished)


def test_metadata_of_the_room_is_told_at_once_and_counters_soon() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.do(commands.SetRoomMetadata("quiet please"))
    assert stage.told("ada", say.RoomChanged)[-1].room.options.metadata == "quiet please"
    stage.arrive("ben")
    stage.pass_time(6)
    assert stage.told("ada", say.RoomChanged)[-1].room.num_participants == 2


def test_a_stop_asks_everybody_to_come_back() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.do(commands.ShutDown())
    assert stage.told("ada", say.LeaveNotice)[0].action is LeaveAction.RECONNECT


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (DisconnectReason.CLIENT_INITIATED, DisconnectReason.CLIENT_INITIATED),
        (DisconnectReason.UNKNOWN, DisconnectReason.CLIENT_INITIATED),
        (DisconnectReason.CONNECTION_TIMEOUT, DisconnectReason.CLIENT_INITIATED),
        (DisconnectReason.PARTICIPANT_REMOVED, DisconnectReason.CLIENT_INITIATED),
        (DisconnectReason.USER_UNAVAILABLE, DisconnectReason.USER_UNAVAILABLE),
        (DisconnectReason.USER_REJECTED, DisconnectReason.USER_REJECTED),
        (DisconnectReason.AGENT_ERROR, DisconnectReason.AGENT_ERROR),
    ],
)
def test_who_leaves_left_by_its_own_will_whatever_its_client_calls_it(
    said: DisconnectReason, told: DisconnectReason
) -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    stage.ask("ada", ask.Leave(said))
    assert stage.told("ben", say.ParticipantsChanged)[-1].participants[0].disconnect_reason is told


@pytest.mark.parametrize("scenario", ask.Scenario)
def test_nobody_feigns_anything_among_people(scenario: ask.Scenario) -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    stage.clear()
    stage.ask("ada", ask.Simulate(scenario, 3))
    assert [type(effect) for effect in stage.effects] == [Notify]
    assert stage.events() == ["call_refused/Simulate"]
    assert stage.resume("ada").refusal is None
    assert stage.told("ada", say.Resumed)


@pytest.mark.parametrize("scenario", [ask.Scenario.NODE_FAILURE, ask.Scenario.MIGRATION])
def test_a_feigned_failure_says_nothing_and_forgets(scenario: ask.Scenario) -> None:
    stage = Stage(feigns=True)
    stage.arrive("ada")
    stage.ask("ada", ask.Simulate(scenario, 1))
    assert not stage.told("ada", say.LeaveNotice)
    assert stage.closed("ada")
    assert stage.resume("ada").refusal is not None


@pytest.mark.parametrize("scenario", [ask.Scenario.SERVER_LEAVE, ask.Scenario.LEAVE_FULL_RECONNECT])
def test_a_feigned_leave_asks_to_reconnect(scenario: ask.Scenario) -> None:
    stage = Stage(feigns=True)
    stage.arrive("ada")
    stage.ask("ada", ask.Simulate(scenario, 1))
    assert stage.told("ada", say.LeaveNotice)[0].action is LeaveAction.RECONNECT


def test_a_feigned_speaker_speaks_for_a_while() -> None:
    stage = Stage(feigns=True)
    stage.arrive("ada", "ben")
    stage.ask("ada", ask.Simulate(ask.Scenario.SPEAKER, 3))
    stage.do(media.AudioLevels(()))
    assert [one.speakers[0].active for one in stage.told("ben", say.SpeakersChanged)] == [True]
    stage.pass_time(4)
    assert [one.speakers[0].active for one in stage.told("ben", say.SpeakersChanged)] == [True, False]


def test_the_connection_is_cut_after_the_next_resume() -> None:
    stage = Stage(feigns=True)
    stage.arrive("ada")
    stage.ask("ada", ask.Simulate(ask.Scenario.DISCONNECT_ON_RESUME, 1))
    stage.resume("ada")
    assert stage.told("ada", say.Resumed)
    assert stage.closed("ada")
    stage.resume("ada")
    assert not stage.closed("ada")


def test_three_resumes_in_vain() -> None:
    stage = Stage(feigns=True)
    stage.arrive("ada")
    stage.ask("ada", ask.Simulate(ask.Scenario.DISCONNECT_ON_RESUME_NO_MESSAGES, 1))
    for expected in (False, False, False, True):
        stage.resume("ada")
        assert bool(stage.told("ada", say.Resumed)) is expected
