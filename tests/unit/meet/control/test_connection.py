"""One connection on real rooms and a real store, with a socket in the test's hand."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from preau.meet.control import connection as connection_module
from preau.meet.control.connection import Connection, Door, Visitor, open_door
from preau.meet.control.pace import BURST_FRAMES
from preau.meet.control.rooms import Rooms
from preau.meet.domain.errors import DomainError
from preau.meet.domain.rules import Kind
from preau.meet.integrations.livekit import NullMedia
from preau.meet.live.commands import ConnectionId
from preau.meet.services.late_reports import Tickets
from preau.meet.services.limits import REFUSALS_NOTED_PER_PREFIX
from preau.meet.services.meetings import Changes, change_meeting, create_meeting
from preau.meet.services.refusals import NOWHERE, RefusedIn
from tests.kit.world import ADA, Stage, stage

WITHIN_S = 10.0
HERE = "192.0.2.7"


class Wire:
    """A WebSocket of which the test holds the other end."""

    def __init__(self) -> None:
        self.to_server: asyncio.Queue[str | None] = asyncio.Queue()
        self.from_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._requests = itertools.count(1)

    async def receive(self) -> str | None:
        return await self.to_server.get()

    async def send_text(self, text: str) -> None:
        self.from_server.put_nowait(json.loads(text))

    def send(self, type_: str, **fields: Any) -> None:
        frame = {"type": type_, "request": next(self._requests), **fields}
        self.to_server.put_nowait(json.dumps(frame))

    async def next(self, type_: str) -> dict[str, Any]:
        async with asyncio.timeout(WITHIN_S):
            while True:
                frame = await self.from_server.get()
                if frame["type"] == type_:
                    return frame


class House:
    """A server with one meeting whose door is open to strangers."""

    def __init__(self, server: Stage) -> None:
        self._world = server.world
        self.rooms = Rooms(server.world, NullMedia(), Tickets.of_one_run(), 10)
        self.rooms.start()
        self._door: Door = open_door(server.world, self.rooms)
        meeting = create_meeting(server.world, ADA, "Staff", Kind.MEETING).meeting
        change_meeting(server.world, self.rooms, ADA, meeting.id, Changes(rules={"open_link": True}))
        self.code, self.meeting_id = meeting.code, meeting.id
        self._numbers = itertools.count(1)
        self.tasks: list[asyncio.Task[None]] = []

    def count_refusal(self) -> None:
        """Somebody else of the neighbourhood was refused."""
        with suppress(DomainError):
            self._world.guesses.count_refusal(HERE, self._world.clock.now())

    def unnoted(self) -> Mapping[RefusedIn, int]:
        """What was refused and counted instead of noted, since the last time."""
        return self._world.unnoted.take()

    def connect(self) -> Wire:
        wire = Wire()
        number = next(self._numbers)
        visitor = Visitor(self.code, None, f"{number:043d}", HERE)
        connection = Connection(ConnectionId(number), wire, visitor, self._door)
        self.tasks.append(asyncio.create_task(connection.run()))
        return wire


@pytest.fixture
async def house(tmp_path: Path, empty_database: Path) -> AsyncIterator[House]:
    server = House(stage(tmp_path, empty_database))
    yield server
    await server.rooms.stop()
    await asyncio.gather(*server.tasks)


async def test_who_waits_may_take_as_long_as_it_takes_and_who_never_knocks_may_not(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "ADMITTED_WITHIN_S", 1.5)
    monkeypatch.setattr(connection_module, "KNOCK_WITHIN_S", 1.5)
    waiting = house.connect()
    waiting.send("knock", name="Eve", resume=None)
    await waiting.next("waiting")
    silent = house.connect()
    assert (await silent.next("closed"))["code"] == "knock-timeout"
    waiting.send("ping")
    await waiting.next("pong")


async def test_a_server_that_restarts_tells_those_who_wait_too(house: House) -> None:
    waiting = house.connect()
    waiting.send("knock", name="Eve", resume=None)
    await waiting.next("waiting")
    await house.rooms.stop()
    assert (await waiting.next("closed"))["code"] == "server-restarting"


async def test_nothing_but_a_knock_counts_outside(house: House) -> None:
    outside = house.connect()
    for type_ in ("ping", "leave", "freeze", "end", "renew-media"):
        outside.send(type_)
        assert (await outside.next("refused"))["code"] == "not-admitted"
    outside.send("leave-note", text="hello")
    assert (await outside.next("refused"))["code"] == "not-admitted"


@pytest.mark.parametrize(
    ("text", "code"), [("", "text-empty"), (" \u200b", "text-empty"), ("x" * 201, "text-too-long")]
)
async def test_a_note_is_one_short_line(house: House, text: str, code: str) -> None:
    waiting = house.connect()
    waiting.send("knock", name="Eve", resume=None)
    await waiting.next("waiting")
    waiting.send("leave-note", text=text)
    assert (await waiting.next("refused"))["code"] == code
    waiting.send("leave-note", text="x" * 200)
    await waiting.next("done")


async def test_a_second_knock_of_somebody_who_waits_is_refused(house: House) -> None:
    waiting = house.connect()
    waiting.send("knock", name="Eve", resume=None)
    await waiting.next("waiting")
    waiting.send("knock", name="Eve", resume=None)
    assert (await waiting.next("refused"))["code"] == "already-admitted"


async def test_attempts_are_noted_up_to_a_limit_and_the_room_goes_on(house: House) -> None:
    waiting = house.connect()
    waiting.send("knock", name="Eve", resume=None)
    await waiting.next("waiting")
    codes = []
    for _ in range(90):
        waiting.send("freeze")
        codes.append((await waiting.next("refused"))["code"])
    assert set(codes) == {"not-admitted"}
    for _ in range(REFUSALS_NOTED_PER_PREFIX.count):
        house.count_refusal()
    waiting.send("freeze")
    assert (await waiting.next("refused"))["code"] == "rate-limited"
    waiting.send("leave")
    await waiting.next("done")
    assert list(house.unnoted().values()) == [1]


async def test_everyday_acts_go_on_when_no_more_refusals_are_noted(house: House) -> None:
    waiting = house.connect()
    waiting.send("knock", name="Eve", resume=None)
    await waiting.next("waiting")
    for _ in range(REFUSALS_NOTED_PER_PREFIX.count):
        house.count_refusal()
    for type_, fields in (("raise-hand", {}), ("lower-hand", {}), ("rename", {"name": "Eva"})):
        waiting.send(type_, **fields)
        assert (await waiting.next("refused"))["code"] == "not-admitted"
    assert house.unnoted() == {}
    waiting.send("rename", name="Ada", participant_id="par_somebody")
    assert (await waiting.next("refused"))["code"] == "rate-limited"


async def test_acts_too_fast_to_be_looked_at_are_counted_and_everyday_frames_are_not(house: House) -> None:
    outside = house.connect()
    for type_ in ("freeze", "end", "ping", "leave", "raise-hand"):
        outside.send(type_)
        await outside.next("refused")
    assert house.unnoted() == {NOWHERE: 2}
    waiting = house.connect()
    waiting.send("knock", name="Eve", resume=None)
    await waiting.next("waiting")
    for _ in range(BURST_FRAMES + 200):
        waiting.send("ping")
    for _ in range(50):
        waiting.send("freeze")
        waiting.send("raise-hand")
    codes = [(await waiting.next("refused"))["code"] for _ in range(150)]
    assert codes.count("rate-limited") > 100
    [(where, times)] = house.unnoted().items()
    assert where.meeting_id == house.meeting_id
    assert 1 <= times <= 50
