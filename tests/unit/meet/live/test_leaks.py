"""A link that was passed on: what the hosts are told of, once in a while, and what is no leak."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from preau.meet.domain.ids import InvitationId, ParticipantId
from preau.meet.domain.invitations import Provenance
from preau.meet.live import commands as do
from preau.meet.live import effects as fx
from preau.meet.live.commands import ConnectionId, Knock
from preau.meet.live.events import HostTold
from preau.meet.live.leaks import (
    DEVICES_PER_LINK,
    LATE_AFTER,
    LATE_STRANGERS_AT_MOST,
    MOST_KEPT,
    REFUSED_AT_MOST,
    STRANGERS_AT_MOST,
    WINDOW,
)
from preau.meet.live.room import rebuild
from tests.kit.room_stage import ANN, CALM, ONE, Stage, ada, knock

OPEN_LINK, INVITED = Provenance.OPEN_LINK, Provenance.INVITED
SECOND = timedelta(seconds=1)


def told(stage: Stage) -> list[HostTold]:
    events = [entry.event for entry in stage.written]
    return [one for one in events if isinstance(one, HostTold) and one.what == "leak-suspected"]


def strangers(first: int = 0) -> Iterator[Knock]:
    """One after the other by the open link, each with a browser of their own."""
    for number in count(first):
        who = ParticipantId(f"par_s{number}")
        yield knock(who, ConnectionId(100 + number), OPEN_LINK, network=f"net {number % 7}")


def tried(device: str, network: str, number: int, *, is_second: bool = True) -> Knock:
    """Ann's link in some browser."""
    who = ParticipantId(f"par_a{number}")
    link = InvitationId("inv_ann")
    more: dict[str, Any] = {
        "device_key": device,
        "network": network,
        "invitation_id": link,
        "name": "Ann",
    }
    return knock(who, ConnectionId(50 + number), INVITED, is_second_device=is_second, **more)


def crowded(stage: Stage, amount: int, every: timedelta = SECOND, first: int = 0) -> None:
    """So many strangers knock, one each `every`."""
    for command, _ in zip(strangers(first), range(amount), strict=False):
        stage.now += every
        stage.do(command)


def test_more_strangers_than_any_class_has_are_told_of_at_once() -> None:
    stage = Stage()
    stage.do(ada())
    crowded(stage, STRANGERS_AT_MOST, timedelta(milliseconds=450))
    assert told(stage) == []
    crowded(stage, 1, first=STRANGERS_AT_MOST)
    assert told(stage) == [HostTold("leak-suspected", "")]
    assert stage.now - stage.room.memory.knocks[0][0] < timedelta(seconds=30)


def test_a_large_class_that_is_let_in_is_no_leak() -> None:
    stage = Stage(max_participants=100)
    stage.do(ada())
    for number, command in zip(range(60), strangers(), strict=False):
        stage.now += timedelta(seconds=4)
        stage.do(command)
        stage.do(do.AdmitPeople(ONE, number + 2, (command.participant_id,)))
    stage.now += LATE_AFTER
    for number in range(60):
        stage.do(do.LoseConnection(ConnectionId(100 + number)))
    stage.wait(timedelta(minutes=1))
    crowded(stage, 60)
    assert told(stage) == [], "all of them were in the room before"


def test_few_come_late_to_a_class() -> None:
    stage = Stage()
    stage.do(ada())
    stage.now += LATE_AFTER
    crowded(stage, LATE_STRANGERS_AT_MOST)
    assert told(stage) == []
    crowded(stage, 1, first=LATE_STRANGERS_AT_MOST)
    assert len(told(stage)) == 1


def test_strangers_far_apart_are_no_leak() -> None:
    stage = Stage(max_participants=100)
    stage.do(ada())
    crowded(stage, 80, every=WINDOW / LATE_STRANGERS_AT_MOST)
    assert told(stage) == []


@pytest.mark.parametrize(
    ("uses", "is_leak"),
    [
        ([("phone", "home")] * 5, False),
        ([("phone", "home"), ("phone", "street"), ("phone", "school"), ("phone", "bus")], False),
        ([("phone", "home"), ("laptop", "home"), ("mail program", "home")], False),
        ([("phone", "home"), ("laptop", "school")], False),
        ([("phone", "home"), ("laptop", "school"), ("laptop", "street")], True),
        ([("phone", "a"), ("other", "b"), ("third", "c")], True),
        ([(f"device {number}", "home") for number in range(DEVICES_PER_LINK)], False),
        ([(f"device {number}", "home") for number in range(DEVICES_PER_LINK + 1)], True),
    ],
)
def test_a_personal_link_in_many_hands(uses: list[tuple[str, str]], is_leak: bool) -> None:
    stage = Stage()
    stage.do(ada())
    for number, (device, network) in enumerate(uses):
        stage.now += timedelta(seconds=40)
        stage.do(tried(device, network, number, is_second=device != uses[0][0]))
    assert told(stage) == ([HostTold("leak-suspected", "Ann")] if is_leak else [])


def test_a_shut_door_that_is_tried_again_and_again() -> None:
    stage = Stage(replace(CALM, open_link=False))
    stage.do(ada())
    for _ in range(REFUSED_AT_MOST):
        stage.do(do.KnockInVain("neighbourhood", "net"))
    assert told(stage) == []
    assert stage.code(next(strangers())) == "meeting-unknown"
    assert len(told(stage)) == 1


def test_told_once_in_a_while_and_again_when_it_goes_on() -> None:
    stage = Stage()
    stage.do(ada())
    crowded(stage, 200)
    assert len(told(stage)) == 1
    stage.now = stage.written[-1].at + WINDOW + SECOND
    crowded(stage, STRANGERS_AT_MOST + 1, first=200)
    assert len(told(stage)) == 2


def test_nobody_there_to_be_told_hears_of_it_on_arrival() -> None:
    stage = Stage()
    stage.do(knock(ANN, ConnectionId(2)))
    crowded(stage, STRANGERS_AT_MOST + 1)
    assert told(stage) == []
    effects = stage.do(ada())
    assert len(told(stage)) == 1
    announced = [one for one in effects if isinstance(one, fx.Announce)]
    leak = next(one for one in announced if isinstance(one.entry.event, HostTold))
    assert (leak.to, leak.withheld_from) == ((ONE,), (ConnectionId(2),))
    assert any(isinstance(one, fx.Audit) and one.action == "leak-suspected" for one in effects)


def test_a_restart_does_not_tell_again_and_forgets_what_was_seen() -> None:
    stage = Stage()
    stage.do(ada())
    crowded(stage, STRANGERS_AT_MOST + 1)
    room = rebuild(stage.room.entries, stage.room.setting, stage.now)
    assert (room.memory, room.sightings) == (stage.room.memory, ())
    stage.room = room
    stage.do(do.Restart(), do.Resume(ONE, 1, ParticipantId("par_ada"), "ada's hash", 0, "ada's device"))
    crowded(stage, STRANGERS_AT_MOST + 1, timedelta(milliseconds=1), first=300)
    assert len(told(stage)) == 1


def test_a_flood_is_kept_in_bounds() -> None:
    stage = Stage()
    crowded(stage, MOST_KEPT + 50, timedelta(milliseconds=1))
    assert len(stage.room.sightings) == MOST_KEPT
