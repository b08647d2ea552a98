"""Whose turn it is: the server's interface before participants, one room's work between another's."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from preau.sfu.model import Admission, ClientDetails, ParticipantInfo, RoomOptions
from preau.sfu.room_task import RoomTask
from preau.sfu.rooms import commands, media
from preau.sfu.rooms.room import Outcome, Room
from preau.sfu.signalling import requests as ask
from tests.kit.sfu_room import CountedIds, HandClocks

FLOOD = 1000


class House:
    """Some rooms whose clock stands still; what they are asked is written down as it happens."""

    def __init__(self) -> None:
        self.handled: list[tuple[str, object]] = []
        self.tasks: dict[str, RoomTask] = {}
        self.running: list[asyncio.Task[None]] = []

    def open(self, name: str) -> RoomTask:
        room = Room(name, RoomOptions(), CountedIds(), 0.0, 0.0)

        def prepare(_room: Room, command: object) -> object:
            self.handled.append((name, command))
            return command

        task = self.tasks[name] = RoomTask(room, lambda _outcome: None, HandClocks(), prepare)
        self.running.append(asyncio.create_task(task.run()))
        return task

    def before(self, wanted: type) -> list[tuple[str, object]]:
        """What was handled before the first of a kind."""
        kinds = [type(command) for _name, command in self.handled]
        return self.handled[: kinds.index(wanted)]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    for running in house.running:
        running.cancel()
    await asyncio.gather(*house.running, return_exceptions=True)


def joining(identity: str, connection: int = 1) -> commands.Join:
    return commands.Join(connection, Admission("school", identity), ClientDetails())


def mute(connection: int = 1) -> commands.Asked:
    return commands.Asked(connection, ask.Mute("TR_none", muted=True))


async def test_who_is_removed_does_not_stay_for_what_waits_in_the_room(house: House) -> None:
    room = house.open("school")
    await room.ask(joining("eve"))
    for _ in range(FLOOD):
        room.submit(mute())
    await room.ask(commands.RemoveParticipant("eve"))
    assert (
        len([one for one in house.before(commands.RemoveParticipant) if isinstance(one[1], commands.Asked)])
        <= 1
    )


async def test_the_servers_interface_is_answered_in_the_order_it_was_asked(house: House) -> None:
    """Also about somebody who is only now coming in: a removal never overtakes the arrival."""
    room = house.open("school")
    for _ in range(FLOOD):
        room.submit(mute())
    joined, removed = await asyncio.gather(
        room.ask(joining("eve")), room.ask(commands.RemoveParticipant("eve")), return_exceptions=True
    )
    assert (joined, removed) == (None, None)
    assert await room.ask(commands.ListParticipants()) == ()


async def test_who_comes_back_comes_after_what_it_asked_before(house: House) -> None:
    room = house.open("school")
    await room.ask(joining("ada"))
    (ada,) = await listed(room)
    room.submit(mute())
    await room.ask_in_turn(commands.Resume(2, ada.sid, "ada"))
    assert mute() in [command for _name, command in house.before(commands.Resume)]


async def listed(room: RoomTask) -> tuple[ParticipantInfo, ...]:
    found: Any = await room.ask(commands.ListParticipants())
    return tuple(found)


async def test_one_rooms_work_never_holds_up_another(house: House) -> None:
    busy, other = house.open("busy"), house.open("other")
    for _ in range(FLOOD):
        busy.submit(mute())
    await other.settle(mute())
    by_busy = [name for name, _command in house.handled].count("busy")
    assert by_busy <= 10


async def test_a_connection_is_read_again_only_when_its_request_was_handled(house: House) -> None:
    room = house.open("school")
    for _ in range(3):
        room.submit(mute(7))
    reading = asyncio.create_task(room.settle(mute(1)))
    while mute(1) not in [command for _name, command in house.handled]:
        assert not reading.done()
        await asyncio.sleep(0)
    await reading


async def test_a_reader_that_goes_away_leaves_its_request_to_be_handled(house: House) -> None:
    room = house.open("school")
    reading = asyncio.create_task(room.settle(mute()))
    await asyncio.sleep(0)
    reading.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reading
    await room.settle(mute(2))
    assert mute() in [command for _name, command in house.handled]


async def test_what_is_due_is_done_while_the_room_is_busy(house: House) -> None:
    room = house.open("school")
    for _ in range(FLOOD):
        room.submit(mute())
    await room.settle(mute(2))
    assert len(house.before(commands.Tick)) <= 1


async def test_whoever_waits_for_a_room_that_ends_is_told(house: House) -> None:
    room = house.open("school")
    await room.ask(joining("ada"))
    asked = [room.ask(commands.DeleteRoom()), room.ask(commands.ListParticipants()), room.settle(mute())]
    deleted, listed_, settled = await asyncio.gather(*asked, return_exceptions=True)
    assert (deleted, settled) == (None, None)
    assert isinstance(listed_, commands.RoomRefusal)
    with pytest.raises(commands.RoomRefusal):
        await room.ask(commands.ListParticipants())


async def test_a_fault_in_one_input_ends_nothing_else(house: House, caplog: pytest.LogCaptureFixture) -> None:
    def broken(outcome: Outcome) -> None:
        if outcome.effects:
            raise ValueError("broken")

    room = RoomTask(
        Room("x", RoomOptions(), CountedIds(), 0.0, 0.0), broken, HandClocks(), lambda _room, one: one
    )
    house.running.append(asyncio.create_task(room.run()))
    await room.settle(joining("ada"))
    with pytest.raises(ValueError, match="broken"):
        await room.ask(joining("ben", 2))
    assert "room-fault" in caplog.text
    await room.settle(media.AudioLevels(()))


async def test_what_is_left_to_somebody_outlives_a_connection_and_is_forgotten_once_whole() -> None:
    clocks = HandClocks(0.0)
    room = RoomTask(
        Room("x", RoomOptions(), CountedIds(), 0.0, 0.0), lambda _: None, clocks, lambda _, one: one
    )
    mallory = room.allowance("mallory")
    mallory.spend(5000.0, 0.0)
    for number in range(3000):
        room.allowance(f"p{number}")
    assert room.allowance("mallory") is mallory
    clocks.now = 3600.0
    for number in range(1500):
        room.allowance(f"later{number}")
    assert room.allowance("mallory") is not mallory
