"""Who counts in a room, what everybody is told of it, and when it is over."""

from __future__ import annotations

import pytest

from preau.sfu.model import (
    DEPARTURE_TIMEOUT_S,
    EMPTY_TIMEOUT_S,
    DisconnectReason,
    ParticipantKind,
    Permission,
    RoomInfo,
    RoomOptions,
)
from preau.sfu.rooms import commands
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say
from tests.kit.sfu_room import Stage

#: Who is there for others alone: by its kind, or by its grant.
DEPENDENTS = [
    (ParticipantKind.AGENT, Permission()),
    (ParticipantKind.EGRESS, Permission()),
    (ParticipantKind.STANDARD, Permission(agent=True)),
    (ParticipantKind.STANDARD, Permission(recorder=True)),
]
RECORDERS = [DEPENDENTS[1], DEPENDENTS[3]]


def rooms_told(stage: Stage, identity: str) -> list[RoomInfo]:
    return [changed.room for changed in stage.told(identity, say.RoomChanged)]


@pytest.mark.parametrize(("kind", "permission"), DEPENDENTS)
def test_agents_and_recorders_take_nobodys_place(kind: ParticipantKind, permission: Permission) -> None:
    stage = Stage(RoomOptions(max_participants=1))
    assert stage.join("helper", permission, kind=kind).refusal is None
    assert stage.join("ada").refusal is None
    assert stage.join("another", permission, kind=kind).refusal is None
    refusal = stage.join("ben").refusal
    assert refusal is not None
    assert refusal.code == "room-full"
    assert stage.room.info().num_participants == 1


def test_who_is_hidden_takes_a_place_and_is_not_counted_aloud() -> None:
    stage = Stage(RoomOptions(max_participants=1))
    stage.join("eye", Permission(hidden=True))
    assert stage.join("ada").refusal is not None
    assert stage.room.info().num_participants == 0


@pytest.mark.parametrize(("kind", "permission"), DEPENDENTS)
def test_agents_and_recorders_keep_no_room_open(kind: ParticipantKind, permission: Permission) -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.join("helper", permission, kind=kind)
    stage.connect_media("helper")
    stage.ask("ada", ask.Leave(DisconnectReason.CLIENT_INITIATED))
    stage.pass_time(DEPARTURE_TIMEOUT_S - 1)
    assert not stage.room.finished
    stage.pass_time(2)
    assert stage.room.finished
    assert [notice.reason for notice in stage.told("helper", say.LeaveNotice)] == [
        DisconnectReason.ROOM_CLOSED
    ]
    assert stage.events()[-1] == "room_finished"


def test_a_room_with_a_recorder_alone_ends_as_one_nobody_joined() -> None:
    stage = Stage()
    stage.join("egress", kind=ParticipantKind.EGRESS)
    stage.connect_media("egress")
    stage.pass_time(EMPTY_TIMEOUT_S - 1)
    assert not stage.room.finished
    stage.pass_time(2)
    assert stage.room.finished


def test_timeouts_nobody_asked_for_are_shown_as_they_are() -> None:
    options = Stage().room.info().options
    assert (options.empty_timeout_s, options.departure_timeout_s) == (300, 20)
    options = Stage(RoomOptions(empty_timeout_s=7)).room.info().options
    assert (options.empty_timeout_s, options.departure_timeout_s) == (7, 20)


@pytest.mark.parametrize(("kind", "permission"), RECORDERS)
def test_everybody_is_told_at_once_that_a_recording_runs_and_that_it_ended(
    kind: ParticipantKind, permission: Permission
) -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.pass_time(1)
    stage.join("tape", permission, kind=kind)
    assert rooms_told(stage, "ada")[-1].active_recording
    stage.pass_time(1)
    stage.do(commands.RemoveParticipant("tape"))
    assert not rooms_told(stage, "ada")[-1].active_recording


def test_a_count_after_a_quiet_time_is_told_at_once_and_the_next_ones_in_sums() -> None:
    stage = Stage()
    stage.arrive("ada")
    assert [room.num_participants for room in rooms_told(stage, "ada")] == [1]
    stage.pass_time(6)
    for name in ("ben", "carl", "dan"):
        stage.arrive(name)
    assert [room.num_participants for room in rooms_told(stage, "ada")] == [1, 2]
    stage.pass_time(5.1)
    assert [room.num_participants for room in rooms_told(stage, "ada")] == [1, 2, 4]
    stage.pass_time(60)
    assert len(rooms_told(stage, "ada")) == 3


def test_metadata_that_is_what_it_was_is_not_told_again() -> None:
    stage = Stage()
    stage.arrive("ada")
    for _ in range(2):
        stage.do(commands.SetRoomMetadata("quiet please"))
    assert [room.options.metadata for room in rooms_told(stage, "ada")] == ["", "quiet please"]
