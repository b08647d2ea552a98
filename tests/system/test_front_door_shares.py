"""Whoever opens all the connections there are, from one place.

Others still come in, and so do the neighbours.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network

import pytest
import websockets

from tests.kit.front_door import LIMITS, House, error_code, open_door, origin, raw

GET = b"GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
PATIENT = replace(LIMITS, head_timeout_s=30, idle_timeout_s=30)
HERE, ELSEWHERE = "127.0.0.1", "127.0.9.1"


@contextlib.asynccontextmanager
async def _crowded(house: House, count: int, said: bytes, source: str = HERE) -> AsyncIterator[None]:
    writers = []
    for _ in range(count):
        _, writer = await asyncio.open_connection(HERE, house.port, local_addr=(source, 0))
        writer.write(said)
        writers.append(writer)
    try:
        yield
    finally:
        for writer in writers:
            writer.transport.abort()


@pytest.mark.parametrize(
    "said", [b"", b"GET / HT", b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nx"]
)
@pytest.mark.parametrize("source", [HERE, ELSEWHERE])
async def test_connections_that_only_wait_shut_the_door_for_nobody(said: bytes, source: str) -> None:
    async with (
        open_door(PATIENT, most_connections=8) as house,
        origin("meet", house.meet_port),
        _crowded(house, 40, said),
    ):
        for _ in range(5):
            assert (await raw(house, GET, source)).startswith(b"HTTP/1.1 200")


async def test_open_connections_of_one_place_leave_half_to_the_others() -> None:
    async with (
        open_door(PATIENT, most_connections=8) as house,
        origin("meet", house.meet_port),
        contextlib.AsyncExitStack() as held,
    ):
        for _ in range(4):
            await held.enter_async_context(websockets.connect(f"ws://{HERE}:{house.port}/rtc"))
        assert error_code(await raw(house, GET)) == "busy"
        for _ in range(5):
            assert (await raw(house, GET, ELSEWHERE)).startswith(b"HTTP/1.1 200")


async def test_behind_a_proxy_the_share_is_the_callers() -> None:
    async with (
        open_door(PATIENT, most_connections=8, plan={"trusted_proxies": [ip_network("127.0.0.1")]}) as house,
        origin("meet", house.meet_port),
        contextlib.AsyncExitStack() as held,
    ):
        url = f"ws://{HERE}:{house.port}/rtc"
        for number in range(4):
            claim = {"X-Forwarded-For": f"198.51.100.{number}"}
            await held.enter_async_context(websockets.connect(url, additional_headers=claim))
        from_there = GET.replace(b"Host", b"X-Forwarded-For: 198.51.100.77\r\nHost")
        assert error_code(await raw(house, from_there)) == "busy"
        from_elsewhere = GET.replace(b"Host", b"X-Forwarded-For: 203.0.113.7\r\nHost")
        for _ in range(5):
            assert (await raw(house, from_elsewhere)).startswith(b"HTTP/1.1 200")


async def test_who_is_told_that_there_is_no_room_holds_no_room() -> None:
    async with (
        open_door(replace(PATIENT, linger_s=30), most_connections=2) as house,
        origin("meet", house.meet_port),
        contextlib.AsyncExitStack() as held,
    ):
        await held.enter_async_context(websockets.connect(f"ws://{HERE}:{house.port}/rtc"))
        _, told = await asyncio.open_connection(HERE, house.port)
        for _ in range(3):
            assert await _is_hung_up_on(house)
        assert (await raw(house, GET, ELSEWHERE)).startswith(b"HTTP/1.1 200")
        told.close()


async def _is_hung_up_on(house: House) -> bool:
    try:
        return await raw(house, GET) == b""
    except ConnectionResetError:
        return True
