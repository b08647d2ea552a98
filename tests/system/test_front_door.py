"""The front door over real sockets, before real HTTP servers (uvicorn) that say who they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import websockets

from tests.kit.front_door import House, error_code, open_door, origin, raw


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_door() as opened, origin("meet", opened.meet_port):
        yield opened


async def test_one_kept_connection_serves_requests_of_both_servers(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url) as browser:
        answers = [
            (await browser.get(path)).json()["name"]
            for path in ("/", "/rtc/validate", "/api/v1/me", "/rtc/v1")
        ]
        pool: Any = browser._transport
        assert len(pool._pool.connections) == 1
    assert answers == ["meet", "sfu", "meet", "sfu"]


async def test_requests_sent_at_once_are_answered_in_order(house: House) -> None:
    one = b"GET /%s HTTP/1.1\r\nHost: a\r\n\r\n"
    reply = await raw(
        house, one % b"a" + one % b"rtc/b" + one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") % b"c"
    )
    assert reply.count(b"HTTP/1.1 200") == 3
    assert reply.index(b'"/a"') < reply.index(b'"/rtc/b"') < reply.index(b'"/c"')


@pytest.mark.parametrize("length", [0, 1, 70_000, 3_000_000])
async def test_bodies_pass_whole_in_both_framings(house: House, length: int) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, length, 50_000):
            yield b"x" * min(50_000, length - start)

    async with httpx.AsyncClient(base_url=house.url) as browser:
        assert (await browser.post("/a", content=b"x" * length)).json()["length"] == length
        assert (await browser.post("/a", content=parts())).json()["length"] == length


async def test_a_streamed_answer_passes_whole(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url) as browser:
        text = (await browser.get("/stream")).text
    assert text == "".join(f"{number}," * 1000 for number in range(50))


async def test_an_answer_to_head_has_no_body_and_the_connection_lives_on(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url) as browser:
        head = await browser.head("/a")
        assert head.status_code == 200
        assert int(head.headers["content-length"]) > 0
        assert (await browser.get("/b")).json()["path"] == "/b"


async def test_browser_cannot_choose_the_address_the_servers_see(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url) as browser:
        claims = {"X-Forwarded-For": "8.8.8.8", "X-Forwarded-Proto": "https", "TE": "trailers"}
        seen = (await browser.get("/", headers=claims)).json()["headers"]
    assert seen == {"x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http"}


@pytest.mark.parametrize(("path", "name"), [("/rtc", "sfu"), ("/control", "meet")])
async def test_websockets_reach_their_server_and_carry_both_ways(house: House, path: str, name: str) -> None:
    protocols = [websockets.Subprotocol("preau.control.v1")] if name == "meet" else None
    async with websockets.connect(f"ws://127.0.0.1:{house.port}{path}", subprotocols=protocols) as socket_:
        assert await socket_.recv() == name
        assert socket_.subprotocol == ("preau.control.v1" if protocols else None)
        for size in (1, 100, 300_000):
            await socket_.send(b"\x07" * size)
            assert await socket_.recv() == b"\x07" * size


async def test_the_end_of_one_server_does_not_disturb_websockets_of_the_other() -> None:
    protocol = [websockets.Subprotocol("preau.control.v1")]
    async with open_door() as house, websockets.connect(f"ws://127.0.0.1:{house.port}/rtc") as kept:
        assert await kept.recv() == "sfu"
        async with origin("meet", house.meet_port):
            lost = await websockets.connect(f"ws://127.0.0.1:{house.port}/control", subprotocols=protocol)
            assert await lost.recv() == "meet"
        await lost.wait_closed()
        await kept.send(b"still here")
        assert await kept.recv() == b"still here"


async def test_a_request_waits_for_a_server_that_is_coming_back() -> None:
    async with open_door() as house, httpx.AsyncClient(base_url=house.url) as browser:
        waiting = asyncio.create_task(browser.get("/a"))
        await asyncio.wait([waiting], timeout=0.3)
        assert not waiting.done()
        async with origin("meet", house.meet_port):
            assert (await waiting).json()["name"] == "meet"


async def test_a_server_that_stays_away_is_told_with_a_code() -> None:
    async with open_door() as house, httpx.AsyncClient(base_url=house.url) as browser:
        answer = await browser.get("/a")
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "starting"
        assert answer.headers["retry-after"] == "1"
        assert (await browser.get("/rtc/a")).json()["name"] == "sfu"


async def test_a_request_that_changes_something_is_not_sent_twice() -> None:
    received: list[bytes] = []

    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readuntil(b"\r\n\r\n"))
        writer.transport.abort()

    async with open_door() as house, httpx.AsyncClient(base_url=house.url) as browser:
        server = await asyncio.start_server(die, "127.0.0.1", house.meet_port)
        async with server:
            answer = await browser.post("/api/v1/meetings")
            assert (answer.status_code, answer.json()["error"]["code"]) == (502, "backend-gone")
            assert len(received) == 1
            assert (await browser.get("/")).status_code == 502
            assert len(received) > 2


async def test_an_answer_before_the_body_is_whole_says_that_it_is_the_last(house: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(b"POST /refuse HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")
    assert b"connection: close" in await reader.readuntil(b"\r\n\r\n")
    writer.close()


async def test_an_early_refusal_of_a_long_body_reaches_the_browser(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url) as browser:
        answer = await browser.post("/refuse", content=b"x" * 2_000_000)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too-large")


@pytest.mark.parametrize(
    ("request_bytes", "status", "code"),
    [
        (b"not http\r\n\r\n", b"400", "bad-request"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400", "bad-request"),
        (
            b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            b"400",
            "bad-request",
        ),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 40_000, b"431", "head-too-large"),
        (b"GET / HTTP/1.1\r\nHo", b"408", "request-timeout"),
        (b"POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400", "bad-request"),
    ],
)
async def test_bad_requests_end_with_a_code(
    house: House, request_bytes: bytes, status: bytes, code: str
) -> None:
    reply = await raw(house, request_bytes)
    assert reply.startswith(b"HTTP/1.1 " + status)
    assert error_code(reply) == code


async def test_a_connection_that_says_nothing_is_closed_without_a_word(house: House) -> None:
    assert await raw(house, b"") == b""


async def test_a_length_beside_chunks_cannot_smuggle_a_second_request(house: House) -> None:
    head = b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    reply = await raw(house, head + b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
    assert reply.startswith(b"HTTP/1.1 400")
    assert error_code(reply) == "bad-request"


async def test_connections_over_the_limit_are_told_to_come_back() -> None:
    async with (
        open_door(most_connections=1) as house,
        websockets.connect(f"ws://127.0.0.1:{house.port}/rtc") as first,
    ):
        assert await first.recv() == "sfu"
        reply = await raw(house, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert reply.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 1" in reply
        assert error_code(reply) == "busy"


async def test_a_browser_that_asks_before_sending_is_told_to_go_on(house: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    head = b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n"
    writer.write(head + b"Connection: close\r\n\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100")
    writer.write(b"abc")
    assert b'"length":3' in await reader.read()
    writer.close()
