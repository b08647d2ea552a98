"""Calls of RoomService with bodies that are too long, too slow or never come: the head settles their cost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from livekit import api

from preau.sfu.calls import MAX_UNFINISHED_BODIES
from preau.sfu.settings import DEV_PAIR
from preau.sfu.testing import RunningServer, running_server

# LiveKit's development secret is short.
pytestmark = pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")

PATIENCE_S = 5.0
ADMIN = api.VideoGrants(room_admin=True, room_create=True, room_list=True, room="hall")


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with running_server() as running:
        yield running


def _head(method: str, grants: api.VideoGrants | None, length: int, secret: str = DEV_PAIR[1]) -> bytes:
    token = (
        ""
        if grants is None
        else api.AccessToken("devkey", secret).with_identity("ada").with_grants(grants).to_jwt()
    )
    return (
        f"POST /twirp/livekit.RoomService/{method} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    ).encode()


async def _connected(server: RunningServer) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = server.http_url.removeprefix("http://").partition(":")
    return await asyncio.open_connection(host, int(port))


async def _answer(server: RunningServer, sent: bytes) -> tuple[int, str]:
    """Status and body of the answer to bytes after which nothing comes."""
    reader, writer = await _connected(server)
    writer.write(sent)
    async with asyncio.timeout(PATIENCE_S):
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.read()
    writer.close()
    return int(head.split()[1]), body.decode()


@pytest.mark.parametrize(
    ("method", "grants", "secret"),
    [
        ("ListRooms", None, "secret"),
        ("ListRooms", ADMIN, "wrong"),
        ("ListRooms", api.VideoGrants(room_admin=True), "secret"),
        ("CreateRoom", api.VideoGrants(room_join=True, room="hall"), "secret"),
        ("SendData", api.VideoGrants(room_join=True, room="hall"), "secret"),
    ],
)
async def test_who_may_not_call_is_told_before_a_byte_of_the_body(
    server: RunningServer, method: str, grants: api.VideoGrants | None, secret: str
) -> None:
    status, body = await _answer(server, _head(method, grants, 60_000, secret))
    assert (status, json.loads(body)["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("method", "most"), [("ListRooms", 65_536), ("SendData", 415_061), ("UpdateParticipant", 1_835_008)]
)
async def test_a_body_is_as_long_as_its_method_needs(server: RunningServer, method: str, most: int) -> None:
    assert (await _answer(server, _head(method, ADMIN, most + 1)))[0] == 413
    assert (await _answer(server, _head(method, ADMIN, most) + b" " * most))[0] == 400


async def test_metadata_as_long_as_allowed_fits_into_its_call(server: RunningServer) -> None:
    body = json.dumps({"name": "hall", "metadata": "é" * 256 * 1024}).encode()
    assert (await _answer(server, _head("CreateRoom", ADMIN, len(body)) + body))[0] == 200


async def test_bodies_that_never_come_keep_nobody_from_calling(server: RunningServer) -> None:
    slow = [await _connected(server) for _ in range(3 * MAX_UNFINISHED_BODIES)]
    for _, writer in slow:
        writer.write(_head("ListRooms", ADMIN, 9) + b"{")
    async with asyncio.timeout(PATIENCE_S):
        told = [await reader.read() for reader, _ in slow[:MAX_UNFINISHED_BODIES]]
    assert all(answer.startswith(b"HTTP/1.1 408") for answer in told)
    assert (await _answer(server, _head("ListRooms", ADMIN, 2) + b"{}"))[0] == 200
    for _, writer in slow:
        writer.close()


async def test_a_body_that_breaks_off_leaves_nothing_in_the_log(capfd: pytest.CaptureFixture[str]) -> None:
    with running_server() as server:
        for _ in range(3):
            _, writer = await _connected(server)
            writer.write(_head("ListRooms", ADMIN, 100) + b"{")
            await writer.drain()
            writer.transport.abort()
        assert (await _answer(server, _head("ListRooms", ADMIN, 2) + b"{}"))[0] == 200
    assert "Traceback" not in capfd.readouterr().err
