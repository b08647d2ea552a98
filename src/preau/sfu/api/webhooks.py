"""Webhooks: every event signed, in order per room and receiver, tried again until it is too old."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import aiohttp

from preau.sfu.api import tokens
from preau.sfu.ids import new_sid
from preau.sfu.rooms.effects import Notify
from preau.sfu.wire.webhooks import encode_event

#: LiveKit's limits: events waiting per room, and how old one may get, in seconds.
MAX_WAITING = 200
MAX_AGE_S = 30.0
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_ANSWER_TIMEOUT_S = 5.0
_LOG = logging.getLogger("preau.sfu.webhooks")


@dataclass(frozen=True, slots=True)
class _Waiting:
    event: str
    body: bytes
    created_s: float


class WebhookSender:
    """Sends events to all receivers. One line per room and receiver; a slow receiver delays nobody else."""

    def __init__(self, urls: Sequence[str], key: str, secret: str, clock: Callable[[], float]) -> None:
        self._urls = tuple(urls)
        self._pair = (key, secret)
        self._clock = clock
        self._lines: dict[tuple[str, str], asyncio.Queue[_Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None

    def send(self, event: Notify) -> None:
        """Queues an event. When a line is full the event is dropped, with a word in the log."""
        if not self._urls:
            return
        now = self._clock()
        waiting = _Waiting(event.event, encode_event(event, new_sid("EV_"), now), now)
        for url in self._urls:
            try:
                self._line(event.room.sid, url).put_nowait(waiting)
            except asyncio.QueueFull:
                _LOG.warning("webhook-dropped: %s to %s, too many are waiting", event.event, url)

    async def close(self) -> None:
        """Gives what waits a second, then ends."""
        lines = [line.join() for line in self._lines.values()]
        if lines:
            await asyncio.wait([asyncio.ensure_future(line) for line in lines], timeout=1.0)
        for task in self._tasks:
            task.cancel()
        if self._http is not None:
            await self._http.close()

    def _line(self, room_sid: str, url: str) -> asyncio.Queue[_Waiting]:
        key = (room_sid, url)
        if key not in self._lines:
            self._lines[key] = asyncio.Queue(MAX_WAITING)
            task = asyncio.create_task(self._run(key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return self._lines[key]

    async def _run(self, key: tuple[str, str]) -> None:
        line = self._lines[key]
        finished = False
        while not (finished and line.empty()):
            waiting = await line.get()
            await self._deliver(key[1], waiting)
            finished = finished or waiting.event == "room_finished"
            line.task_done()
        del self._lines[key]

    async def _deliver(self, url: str, waiting: _Waiting) -> None:
        pause_s = _FIRST_PAUSE_S
        while True:
            problem = await self._post(url, waiting.body)
            if not problem:
                return
            if self._clock() - waiting.created_s + pause_s > MAX_AGE_S:
                _LOG.warning("webhook-dropped: %s to %s, %s", waiting.event, url, problem)
                return
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _post(self, url: str, body: bytes) -> str:
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers = {
            "Content-Type": "application/webhook+json",
            "Authorization": tokens.for_webhook(digest, *self._pair, self._clock()),
        }
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_TIMEOUT_S))
        try:
            async with self._http.post(url, data=body, headers=headers) as answer:
                return "" if answer.status < 400 else f"it answered {answer.status}"
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"it does not answer ({type(error).__name__})"
