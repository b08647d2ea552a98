"""A name whose address changes while the server runs: who comes afterwards is told, and has media."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from livekit import api
from livekit.protocol import rtc
from websockets.asyncio.client import connect

from preau.sfu import following
from preau.sfu.server import Address, serve
from preau.sfu.settings import parse
from tests.kit.free_ports import free_port
from tests.kit.networks import HERE, network_elsewhere

ELSEWHERE = "fd7a:7072:6561:75::9"
NAME = "media.example.org"
KEYS = ("following", "a-secret-of-thirty-two-characters")
PATIENCE_S = 60


def _token(identity: str) -> str:
    grants = api.VideoGrants(room_join=True, room="following")
    return api.AccessToken(*KEYS).with_identity(identity).with_grants(grants).to_jwt()


async def _ready(server: asyncio.Task[None], ready: asyncio.Future[Address]) -> str:
    """The URL once the server serves."""
    ends: set[asyncio.Future[Any]] = {server, ready}
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    if not ready.done():
        await server
    return ready.result().url.replace("http", "ws", 1)


@asynccontextmanager
async def _running(*arguments: str) -> AsyncIterator[str]:
    """The server in this process, so that the test can be its resolver; its URL."""
    ports = ["--port", str(free_port()), "--udp-port", str(free_port()), "--tcp-port", "none"]
    settings = parse(["--key", KEYS[0], "--secret", KEYS[1], "--bind", HERE, *ports, *arguments], {})
    stop = asyncio.Event()
    ready: asyncio.Future[Address] = asyncio.get_running_loop().create_future()
    server = asyncio.create_task(serve(settings, ready.set_result, stop))
    try:
        yield await _ready(server, ready)
    finally:
        stop.set()
        await server


async def _offered(url: str) -> str:
    """The first offer that somebody gets."""
    async with asyncio.timeout(PATIENCE_S), connect(f"{url}/rtc?access_token={_token('bob')}") as bob:
        while True:
            message = rtc.SignalResponse.FromString(bytes(await bob.recv(decode=False)))
            if message.WhichOneof("message") == "offer":
                return message.offer.sdp


async def _heard(network: str, url: str) -> str:
    """What two people in that network say who speak and hear."""
    speaking = await asyncio.create_subprocess_exec(
        *("ip", "netns", "exec", network, sys.executable, "-m", "tests.kit.two_speak"),
        *(url, _token("ada"), _token("grace")),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        told, _ = await speaking.communicate()
    return told.decode()


async def test_a_name_is_followed_while_the_server_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {NAME: (ELSEWHERE,)}
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def resolved(_names: Sequence[str]) -> dict[str, tuple[str, ...]]:
        loop.call_soon_threadsafe(asked.set)
        return dict(found)

    monkeypatch.setattr(following, "resolved", resolved)
    monkeypatch.setattr(following, "ASK_EVERY_S", 0.05)
    with network_elsewhere() as network:
        async with _running("--advertise", NAME) as url:
            assert f" {ELSEWHERE} " in await _offered(url)
            found[NAME] = (HERE,)
            for _ in range(2):  # The first may have been under way.
                asked.clear()
                await asked.wait()
            offer = await _offered(url)
            assert f" {HERE} " in offer
            assert ELSEWHERE not in offer
            assert f"heard by udp from {HERE}" in await _heard(network, url)
