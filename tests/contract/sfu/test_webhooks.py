"""The sender of webhooks against real receivers, as slow, deaf or strict as they come."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from preau.sfu.api.webhooks import WebhookSender
from preau.sfu.model import RoomInfo, RoomOptions
from preau.sfu.rooms.effects import Notify
from preau.sfu.rooms.refusing import CALLS_REFUSED
from tests.kit.free_ports import free_port

ROOM = RoomInfo("RM_1", "school", RoomOptions(), 0)
LARGE = RoomInfo("RM_1", "school", RoomOptions(metadata="m" * 100_000), 0)
PATIENCE_S = 30.0

Handler = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def sender_to(handler: Handler) -> AsyncIterator[WebhookSender]:
    app = web.Application(client_max_size=64 * 1024)
    app.router.add_post("/", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    sender = WebhookSender([f"http://127.0.0.1:{port}/"], "key", "s" * 32, time.time)
    try:
        yield sender
    finally:
        await sender.close()
        await runner.cleanup()


async def test_an_event_that_is_too_large_for_its_receiver_takes_no_other_along(
    caplog: pytest.LogCaptureFixture,
) -> None:
    taken: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
    tries = 0

    async def take(request: web.Request) -> web.Response:
        nonlocal tries
        tries += 1
        told = json.loads(await request.text())
        taken.put_nowait((told["event"], told.get("numDropped", 0)))
        return web.Response()

    async with sender_to(take) as sender:
        sender.send(Notify("call_refused/DeleteRoom", LARGE))
        sender.send(Notify("participant_joined", ROOM))
        async with asyncio.timeout(PATIENCE_S):
            assert await taken.get() == ("participant_joined", 1)
            assert await taken.get() == (CALLS_REFUSED, 1)
    assert tries == 3, "413 is an answer, and no reason to ask again"
    lines = [record.getMessage().partition(":")[0] for record in caplog.records if "webhook" in record.name]
    assert lines == ["webhook-lost", "webhook-lost"]


async def test_a_receiver_that_does_not_answer_one_event_hears_the_next() -> None:
    taken: asyncio.Queue[str] = asyncio.Queue()
    forever = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        event = json.loads(await request.text())["event"]
        if event == "room_started":
            await forever.wait()
        taken.put_nowait(event)
        return web.Response()

    async with sender_to(take) as sender:
        for event in ("room_started", "participant_joined", "participant_left"):
            sender.send(Notify(event, ROOM))
        async with asyncio.timeout(PATIENCE_S):
            assert [await taken.get(), await taken.get()] == ["participant_joined", "participant_left"]
        forever.set()
