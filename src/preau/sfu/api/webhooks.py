"""Webhooks: every event signed, in order per room and receiver, tried again until it is too old."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field

import aiohttp

from preau.sfu.api import tokens
from preau.sfu.api.webhook_line import Line, Telling
from preau.sfu.ids import new_sid
from preau.sfu.rooms.effects import Notify
from preau.sfu.wire.webhooks import encode_event

_ANSWER_TIMEOUT_S = 5.0
_STOP_WITHIN_S = 1.0
_LOG = logging.getLogger("preau.sfu.webhooks")


@dataclass(slots=True)
class _Open:
    """A line that has a task. `news` is set when something changed in it, `is_told` while nothing waits."""

    url: str
    line: Line = field(default_factory=Line)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    is_told: asyncio.Event = field(default_factory=asyncio.Event)


class WebhookSender:
    """Sends events to all receivers. One line per room and receiver; a slow receiver delays nobody else.

    `clock`: seconds since 1970, for what receivers read.
    """

    def __init__(self, urls: Sequence[str], key: str, secret: str, clock: Callable[[], float]) -> None:
        self._urls = tuple(urls)
        self._pair = (key, secret)
        self._clock = clock
        self._lines: dict[tuple[str, str], _Open] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None

    def send(self, event: Notify) -> None:
        """Has all receivers told. Where too many events wait, it is lost and counted."""
        for url in self._urls:
            opened = self._line(event.room.sid, url)
            opened.line.add(event, new_sid("EV_"), self._clock(), _now_s())
            opened.is_told.clear()
            opened.news.set()

    async def close(self) -> None:
        """Gives what waits a second, then ends."""
        waits = [asyncio.ensure_future(one.is_told.wait()) for one in self._lines.values()]
        if waits:
            await asyncio.wait(waits, timeout=_STOP_WITHIN_S)
        for wait in waits:
            wait.cancel()
        for one in self._lines.values():
            if one.line.lost or not one.line.is_empty:
                lost = one.line.lost + one.line.waiting
                _LOG.warning("webhook-lost: %d in all to %s, this server stops", lost, one.url)
        for task in tuple(self._tasks):
            task.cancel()
        if self._http is not None:
            await self._http.close()

    def _line(self, room_sid: str, url: str) -> _Open:
        key = (room_sid, url)
        if key not in self._lines:
            self._lines[key] = _Open(url)
            self._keep(self._run(key))
        return self._lines[key]

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, key: tuple[str, str]) -> None:
        opened = self._lines[key]
        line = opened.line
        while not line.is_over:
            opened.news.clear()
            for telling in line.due(_now_s(), new_sid("EV_"), self._clock()):
                self._keep(self._tell(opened, telling))
            wake_s = line.wake_s()
            try:
                async with asyncio.timeout(None if wake_s is None else max(0.0, wake_s - _now_s())):
                    await opened.news.wait()
            except TimeoutError:
                continue
        del self._lines[key]
        if line.lost:
            _LOG.warning("webhook-lost: %d in all to %s, their room is over", line.lost, opened.url)

    async def _tell(self, opened: _Open, telling: Telling) -> None:
        """One attempt. One line in the log when losses begin, one with their number when they are over."""
        body = encode_event(telling.event, telling.id, telling.made_at_s, telling.dropped)
        status, problem = await self._post(opened.url, body)
        line, had_lost = opened.line, opened.line.lost
        if not problem:
            line.taken(telling)
            if had_lost and not line.lost:
                _LOG.warning("webhook-lost: %d in all to %s, which takes them again", had_lost, opened.url)
        elif line.not_taken(telling, _now_s(), is_final=400 <= status < 500) and not had_lost:
            _LOG.warning("webhook-lost: %s to %s, %s", telling.event.event, opened.url, problem)
        if line.is_empty:
            opened.is_told.set()
        opened.news.set()

    async def _post(self, url: str, body: bytes) -> tuple[int, str]:
        """The status, 0 when there was no answer, and what is wrong, "" when it was taken."""
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers = {
            "Content-Type": "application/webhook+json",
            "Authorization": tokens.for_webhook(digest, *self._pair, self._clock()),
        }
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_ANSWER_TIMEOUT_S))
        try:
            async with self._http.post(url, data=body, headers=headers) as answer:
                return answer.status, "" if answer.status < 400 else f"it answered {answer.status}"
        except (aiohttp.ClientError, TimeoutError) as error:
            return 0, f"it does not answer ({type(error).__name__})"


def _now_s() -> float:
    """Durations are not of the clock on the wall."""
    return asyncio.get_running_loop().time()
