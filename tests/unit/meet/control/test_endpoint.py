"""Who may open a control connection, and that nobody can open all there are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from preau.meet.control.connection import open_door
from preau.meet.control.endpoint import SUBPROTOCOL, ControlEndpoint
from preau.meet.control.rooms import Rooms
from preau.meet.domain.rules import Kind
from preau.meet.integrations.livekit import NullMedia
from preau.meet.services.late_reports import Tickets
from preau.meet.services.meetings import Changes, change_meeting, create_meeting
from tests.kit.world import ADA, stage

WITHIN_S = 10.0
MOST = 8
HERE, ELSEWHERE = "192.0.2.7", "203.0.113.9"


class House:
    """An endpoint with few places, and one meeting whose door is open to strangers."""

    def __init__(self, folder: Path, database: Path) -> None:
        server = stage(folder, database)
        self.rooms = Rooms(server.world, NullMedia(), Tickets.of_one_run(), 100)
        self.rooms.start()
        meeting = create_meeting(server.world, ADA, "Staff", Kind.MEETING).meeting
        change_meeting(server.world, self.rooms, ADA, meeting.id, Changes(rules={"open_link": True}))
        self.code = meeting.code
        door = open_door(server.world, self.rooms)
        self.endpoint = ControlEndpoint(door, frozenset({"https://a"}), is_https=False, most_connections=MOST)
        self.tasks: list[asyncio.Task[None]] = []


class Caller:
    """One WebSocket, of which the test holds the other end."""

    def __init__(self, house: House, address: str = HERE, **scope: Any) -> None:
        self._sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.send("websocket.connect")
        given = {
            "path": f"/api/v1/meetings/{house.code}/control",
            "headers": [(b"cookie", b"preau_device=%043d" % len(house.tasks))],
            "subprotocols": [SUBPROTOCOL],
            "client": (address, 1),
            **scope,
        }
        house.tasks.append(asyncio.create_task(house.endpoint(given, self._sent.get, self._receive)))

    async def _receive(self, message: Any) -> None:
        self._received.put_nowait(message)

    def send(self, type_: str, **fields: Any) -> None:
        self._sent.put_nowait({"type": type_, **fields})

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(WITHIN_S):
            return await self._received.get()

    async def frame(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads((await self.next())["text"])
        return frame

    async def is_accepted(self) -> bool:
        return str((await self.next())["type"]) == "websocket.accept"

    async def waits_at_the_door(self) -> None:
        assert await self.is_accepted()
        knock = {"type": "knock", "request": 1, "name": "Eve", "resume": None}
        self.send("websocket.receive", text=json.dumps(knock))
        assert (await self.frame())["type"] == "waiting"


@pytest.fixture
async def house(tmp_path: Path, empty_database: Path) -> AsyncIterator[House]:
    opened = House(tmp_path, empty_database)
    yield opened
    await opened.rooms.stop()
    await asyncio.gather(*opened.tasks)


async def test_connections_that_ask_for_nothing_shut_the_channel_for_nobody(house: House) -> None:
    silent = [Caller(house) for _ in range(5 * MOST)]
    for one in silent:
        assert await one.is_accepted()
    for address in (HERE, ELSEWHERE):
        await Caller(house, address).waits_at_the_door()
    assert (await silent[0].frame())["code"] == "knock-timeout"
    assert len(house.rooms.lines) <= MOST


async def test_who_has_a_place_keeps_it_and_one_neighbourhood_has_half(house: House) -> None:
    inside = [Caller(house) for _ in range(MOST // 2)]
    for one in inside:
        await one.waits_at_the_door()
    told = await Caller(house).next()
    assert (told["type"], told["status"]) == ("websocket.http.response.start", 503)
    assert (b"retry-after", b"5") in told["headers"]
    for _ in range(2):
        await Caller(house, ELSEWHERE).waits_at_the_door()
    for one in inside:
        one.send("websocket.receive", text='{"type": "ping", "request": 2}')
        assert (await one.frame())["type"] == "pong"


@pytest.mark.parametrize(
    "scope",
    [
        {"subprotocols": []},
        {"path": "/api/v1/meetings/a/b/control"},
        {"path": "/elsewhere"},
        {"headers": [(b"origin", b"https://evil")]},
    ],
)
async def test_a_refused_connection_is_told_why_with_security_headers(
    house: House, scope: dict[str, Any]
) -> None:
    caller = Caller(house, **scope)
    start, body = await caller.next(), await caller.next()
    assert start["status"] == 403
    assert {b"content-security-policy", b"x-content-type-options"} <= dict(start["headers"]).keys()
    assert json.loads(body["body"])["error"]["code"] == "not-allowed"
