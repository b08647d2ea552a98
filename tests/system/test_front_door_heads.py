"""Heads that no browser sends, through the real front door: one meaning, an answer each, and every header."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import h11
import httpx
import pytest
import websockets

from preau.serve import heads
from tests.kit.front_door import LIMITS, House, error_code, open_door, origin, raw


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_door() as opened, origin("meet", opened.meet_port):
        yield opened


@pytest.mark.parametrize(
    ("request_bytes", "status", "code"),
    [
        (b"GET / HTTP/1.1\nHost: a\n\n", 400, "bad-request"),
        (b"GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400, "bad-request"),
        (b"GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400, "bad-request"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400, "bad-request"),
        (b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "bad-request"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\n\r\n", 400, "bad-request"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: \x07\r\n\r\n", 400, "bad-request"),
        (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, "bad-request"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400, "bad-request"),
        (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "bad-request"),
        (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "bad-request"),
        (b"GET rtc HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad-request"),
        (b"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad-request"),
        (b"GET /a#/rtc HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad-request"),
        (b"GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad-request"),
        (b"GET http://me@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400, "bad-request"),
        (b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "bad-request"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400, "bad-request"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\n", 400, "bad-request"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n", 400, "bad-request"),
        (
            b"GET /rtc HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
            b"Content-Length: 30\r\n\r\n",
            400,
            "bad-request",
        ),
        (b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "bad-method"),
        (b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 405, "bad-method"),
        (b"get / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "bad-method"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nExpect: the-moon\r\n\r\n", 417, "bad-expectation"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 32_800 + b"\r\n\r\n", 431, "head-too-large"),
        (b"GET /" + b"y" * 32_800 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431, "head-too-large"),
        (b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 100 + b"\r\n", 431, "head-too-large"),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "bad-coding"),
        (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505, "bad-version"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "bad-request"),
    ],
)
async def test_what_two_servers_could_understand_differently_is_refused_at_once(
    house: House, request_bytes: bytes, status: int, code: str
) -> None:
    reply = await raw(house, request_bytes)
    assert reply.startswith(b"HTTP/1.1 %d" % status)
    assert error_code(reply) == code
    assert reply.count(b"HTTP/1.1 %d" % status) == reply.count(b"HTTP/1.1 2") + 1 == 1


_CLOSE = b"Connection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("head", "path"),
    [
        (b"GET /old HTTP/1.0\r\n\r\n", "/old"),
        (b"GET /old HTTP/1.0\r\nHost: a\r\n\r\n", "/old"),
        (b"\r\nGET /a HTTP/1.1\r\nHost: a\r\n" + _CLOSE, "/a"),
        (b"GET http://preau.example/a?b HTTP/1.1\r\nHost: other\r\n" + _CLOSE, "/a"),
        (b"GET http://preau.example HTTP/1.1\r\nHost: other\r\n" + _CLOSE, "/"),
        (b"GET /" + b"y" * 32_000 + b" HTTP/1.1\r\nHost: a\r\n" + _CLOSE, "/" + "y" * 32_000),
        (b"POST /a HTTP/1.1\r\nHost: a\r\n" + b"Content-Length: 2\r\n" * 2 + _CLOSE + b"ab", "/a"),
        (
            b"POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
            + _CLOSE
            + b"2;ext=1\r\nab\r\n0\r\nX-Forwarded-For: 8.8.8.8\r\n\r\n",
            "/a",
        ),
    ],
)
async def test_what_is_rare_and_right_is_answered(house: House, head: bytes, path: str) -> None:
    reply = await raw(house, head)
    assert reply.startswith(b"HTTP/1.1 200")
    assert f'"path":"{path}"'.encode() in reply
    assert b"8.8.8.8" not in reply


async def test_a_question_about_the_server_itself_is_answered_by_the_door(house: House) -> None:
    options = b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"
    reply = await raw(house, options + options.replace(b"\r\n\r\n", b"\r\n" + _CLOSE))
    assert reply.count(b"HTTP/1.1 200") == 2
    assert b"allow: GET, HEAD, POST" in reply


def _lacking(headers: httpx.Headers) -> set[str]:
    return {name.decode() for name, _ in heads.floor(is_https=True)} - set(headers)


async def test_every_answer_has_the_security_headers_whoever_gives_it() -> None:
    plan = {"beneath": heads.floor(is_https=True), "is_room_service_public": True}
    async with open_door(plan=plan) as house, httpx.AsyncClient(base_url=house.url) as browser:
        answers = [await browser.get("/"), await browser.get("/rtc/validate"), await browser.get("/twirp/x")]
        async with origin("meet", house.meet_port):
            answers += [await browser.get("/a"), await browser.post("/refuse"), await browser.put("/a")]
            answers += [await browser.get("/missing/websocket"), await browser.options("/a")]
            answers += [await browser.request("TRACE", "/a")]
            answers += [await browser.get("/a", headers={"X": "y" * 40_000})]
            with pytest.raises(websockets.InvalidStatus) as refused:
                await websockets.connect(f"ws://127.0.0.1:{house.port}/nowhere")
    told = refused.value.response
    answers += [httpx.Response(told.status_code, headers=list(told.headers.raw_items()))]
    assert {answer.status_code for answer in answers} >= {200, 403, 405, 413, 431, 503}
    assert [_lacking(answer.headers) for answer in answers] == [set()] * len(answers)


async def test_a_page_keeps_the_headers_its_own_server_gave_it() -> None:
    response = heads.response_for_caller(
        h11.Response(status_code=200, headers=[("content-security-policy", "default-src 'self'")]),
        heads.floor(is_https=False),
    )
    policies = [value for name, value in response.headers if name == b"content-security-policy"]
    assert policies == [b"default-src 'self'"]


async def test_the_media_servers_interface_is_not_there_for_the_public(house: House) -> None:
    async with httpx.AsyncClient(base_url=house.url) as browser:
        answer = await browser.post("/twirp/livekit.RoomService/ListRooms", content=b"{}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not-found")


async def test_a_body_that_trickles_is_cut_off_as_a_whole() -> None:
    limits = replace(LIMITS, body_timeout_s=0.2, body_bytes_per_s=1e9)
    head = b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
    async with open_door(limits) as house, origin("meet", house.meet_port):
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(head)
        trickling = asyncio.create_task(_trickle(writer))
        reply = await reader.read()
        trickling.cancel()
        await asyncio.gather(trickling, return_exceptions=True)
        writer.close()
    assert reply.startswith(b"HTTP/1.1 408")
    assert error_code(reply) == "request-timeout"


async def _trickle(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x")
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("abort", [True, False])
async def test_a_body_that_breaks_off_leaves_nothing_in_the_log(
    house: House, abort: bool, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "asyncio"):
        _, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc")
        await writer.drain()
        if abort:
            writer.transport.abort()
        else:
            writer.close()
        assert (await raw(house, b"GET / HTTP/1.0\r\n\r\n")).startswith(b"HTTP/1.1 200")
    assert [record for record in caplog.records if record.name == "asyncio"] == []
