"""Single-use grants and final removals on the embedded engine, with LiveKit's own client and server SDKs."""

from __future__ import annotations

import asyncio
import secrets
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
import websockets
from livekit import api, rtc

from preau.meet.domain.ids import OccurrenceId, ParticipantId
from preau.meet.domain.media_rights import EVERY_RIGHT
from preau.meet.integrations.livekit import LiveKitMedia
from preau.sfu.testing import RunningServer, running_server

PATIENCE_S = 20
ANN = ParticipantId("par_ann")


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with running_server() as running:
        yield running


@pytest.fixture(autouse=True)
def _short_development_secret() -> None:
    warnings.filterwarnings("ignore", message="The HMAC key is")


@pytest.fixture
def room_name() -> OccurrenceId:
    return OccurrenceId(f"occ_{secrets.token_hex(4)}")


def media_of(server: RunningServer) -> LiveKitMedia:
    return LiveKitMedia(server.http_url, server.key, server.secret, server.url)


async def refusal_of(server: RunningServer, token: str, query: str = "") -> str:
    """The stable code that a fresh join, or with a query a resume, is refused with."""
    address = f"{server.url}/rtc?access_token={token}&protocol=16{query}"
    with pytest.raises(websockets.InvalidStatus) as caught:
        async with asyncio.timeout(PATIENCE_S):
            await websockets.connect(address)
    return str(caught.value.response.headers["x-preau-error"])


async def checked(server: RunningServer, token: str) -> str:
    """The code that a client which asks beforehand gets, or ""."""
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"{server.http_url}/rtc/validate", params={"access_token": token})
    return str(answer.headers.get("x-preau-error", ""))


async def test_a_grant_lets_in_once(server: RunningServer, room_name: OccurrenceId) -> None:
    media = media_of(server)
    token = media.grant(room_name, ANN, "Ann", EVERY_RIGHT, datetime.now(UTC)).token
    room = rtc.Room()
    async with asyncio.timeout(PATIENCE_S):
        await room.connect(server.url, token)
    assert await refusal_of(server, token) == "token-used", "while its holder is there"
    assert await checked(server, token) == "token-used"
    assert room.connection_state == rtc.ConnectionState.CONN_CONNECTED
    await room.disconnect()
    assert await refusal_of(server, token) == "token-used", "and afterwards"
    another = media.grant(room_name, ANN, "Ann", EVERY_RIGHT, datetime.now(UTC)).token
    again = rtc.Room()
    async with asyncio.timeout(PATIENCE_S):
        await again.connect(server.url, another)
    await again.disconnect()


async def test_a_token_without_a_number_joins_again_and_again(
    server: RunningServer, room_name: OccurrenceId
) -> None:
    access = api.AccessToken(server.key, server.secret).with_identity("bob")
    token = access.with_grants(api.VideoGrants(room_join=True, room=room_name)).to_jwt()
    for _ in range(3):
        room = rtc.Room()
        async with asyncio.timeout(PATIENCE_S):
            await room.connect(server.url, token)
        await room.disconnect()


async def test_who_was_removed_comes_back_by_nothing_it_holds(
    server: RunningServer, room_name: OccurrenceId
) -> None:
    media = media_of(server)
    now = datetime.now(UTC)
    used, spare = (media.grant(room_name, ANN, "Ann", EVERY_RIGHT, now).token for _ in range(2))
    room = rtc.Room()
    gone = asyncio.Event()
    room.on("disconnected", lambda _reason: gone.set())
    async with asyncio.timeout(PATIENCE_S):
        await room.connect(server.url, used)
    sid = room.local_participant.sid
    async with asyncio.timeout(PATIENCE_S):
        media.remove(room_name, ANN)
        await gone.wait()
        await media.drained()
    for token in (used, spare):
        assert await refusal_of(server, token) == "token-revoked"
        assert await refusal_of(server, token, f"&reconnect=1&sid={sid}") == "token-revoked"
    await media.stop()


async def test_who_is_let_back_in_the_same_second_comes_in_at_once(
    server: RunningServer, room_name: OccurrenceId
) -> None:
    media = media_of(server)
    old = media.grant(room_name, ANN, "Ann", EVERY_RIGHT, datetime.now(UTC)).token
    async with asyncio.timeout(PATIENCE_S):
        media.remove(room_name, ANN)
        new = media.grant(room_name, ANN, "Ann", EVERY_RIGHT, datetime.now(UTC)).token
        await media.drained()
        room = rtc.Room()
        assert await checked(server, new) == ""
        await room.connect(server.url, new)
    assert await refusal_of(server, old) == "token-revoked"
    await room.disconnect()
    await media.stop()


async def test_who_is_removed_before_coming_never_comes(
    server: RunningServer, room_name: OccurrenceId
) -> None:
    media = media_of(server)
    token = media.grant(room_name, ANN, "Ann", EVERY_RIGHT, datetime.now(UTC)).token
    host = rtc.Room()
    access = api.AccessToken(server.key, server.secret).with_identity("host")
    async with asyncio.timeout(PATIENCE_S):
        await host.connect(
            server.url, access.with_grants(api.VideoGrants(room_join=True, room=room_name)).to_jwt()
        )
        media.remove(room_name, ANN)
        while await checked(server, token) != "token-revoked":
            pass
    await host.disconnect()
    await media.stop()
