"""What the media server is asked, in order for each person, tried again, with the latest rights winning.

Every person in a room has a lane: its calls are made one after the other, and do not wait for other lanes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from preau.meet.log import LogEvent, log_event

RETRY_AFTER_S = (0.1, 0.5, 2.0, 8.0, 30.0)
_MAX_WAITING_CALLS = 2000

Key = tuple[str, str]
"""A room and an identity in it; "" for the room as a whole."""


class Outcome(Enum):
    """What became of one attempt, where it did not fail."""

    DONE = "done"
    ABSENT = "absent"
    """The room or the person is not there."""


@dataclass(frozen=True)
class Call:
    """One thing to ask. `supersedes`: kinds of waiting calls of the lane that it makes pointless.

    `patience_s`: how long to go on asking while the person is absent, because it may be about to come.
    """

    kind: str
    attempt: Callable[[], Awaitable[Outcome]]
    supersedes: frozenset[str] = frozenset()
    patience_s: float = 0.0


class Lanes:
    """All lanes to one media server. Belongs to one event loop."""

    def __init__(self, timeout_s: float, absent_every_s: float = 1.0) -> None:
        self._timeout_s = timeout_s
        self._absent_every_s = absent_every_s
        self._waiting: dict[Key, deque[Call]] = {}
        self._woken: dict[Key, asyncio.Event] = {}
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._count = 0

    def put(self, key: Key, call: Call) -> None:
        """Have a call made, after those of its lane that it does not supersede."""
        if self._count >= _MAX_WAITING_CALLS:
            log_event(LogEvent.MEDIA_CALL_FAILED, call=call.kind, error="too-many-waiting")
            return
        lane = self._waiting.setdefault(key, deque())
        kept = [one for one in lane if one.kind not in call.supersedes]
        self._count += 1 + len(kept) - len(lane)
        lane.clear()
        lane.extend((*kept, call))
        self._woken.setdefault(key, asyncio.Event()).set()
        if key not in self._tasks:
            self._tasks[key] = asyncio.get_running_loop().create_task(self._run(key))

    async def drained(self) -> None:
        """Returns once everything asked for was done or given up."""
        while self._tasks:
            await asyncio.gather(*self._tasks.values())

    async def stop(self) -> None:
        """Give up what is still to be tried."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # A task that had not begun yet has cleared nothing.
        for table in (self._waiting, self._woken, self._tasks):
            table.clear()
        self._count = 0

    async def _run(self, key: Key) -> None:
        lane, woken = self._waiting[key], self._woken[key]
        try:
            while lane:
                call = lane.popleft()
                self._count -= 1
                woken.clear()
                await self._make(call, lane, woken)
        finally:
            self._count -= len(lane)
            for table in (self._waiting, self._woken, self._tasks):
                table.pop(key, None)

    async def _make(self, call: Call, lane: deque[Call], woken: asyncio.Event) -> None:
        """One call, until it is done, given up, or made pointless by one that came later."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + call.patience_s
        waits = iter((*RETRY_AFTER_S, None))
        while True:
            outcome, error = await self._attempt(call)
            if outcome is Outcome.DONE:
                return
            if outcome is Outcome.ABSENT:
                wait_s = self._absent_every_s if loop.time() < give_up_at else None
            else:
                wait_s = next(waits)
                log_event(LogEvent.MEDIA_CALL_FAILED, call=call.kind, error=error, retry_after_s=wait_s)
            if wait_s is None or await self._is_superseded(call, lane, woken, wait_s):
                return

    async def _is_superseded(
        self, call: Call, lane: deque[Call], woken: asyncio.Event, wait_s: float
    ) -> bool:
        """Wait before the next try; True as soon as a later call makes it pointless."""
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_s
        while (left_s := until - loop.time()) > 0:
            if any(call.kind in one.supersedes for one in lane):
                return True
            woken.clear()
            try:
                async with asyncio.timeout(left_s):
                    await woken.wait()
            except TimeoutError:
                break
        return any(call.kind in one.supersedes for one in lane)

    async def _attempt(self, call: Call) -> tuple[Outcome | None, str]:
        try:
            async with asyncio.timeout(self._timeout_s):
                return await call.attempt(), ""
        except Exception as error:  # Whatever a network can do; it is tried again.
            # LiveKit's answer for a room, person or track that is not there (Twirp's error codes).
            if getattr(error, "code", None) == "not_found":
                return Outcome.ABSENT, ""
            return None, type(error).__name__
