"""What waits to be sent to one connection: bounded, so that a slow reader harms only itself."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass

#: A connection that lets so much wait, and takes nothing for so long, is ended.
MAX_FRAMES = 2000
MAX_BYTES = 8 * 1024 * 1024
PATIENCE_S = 5.0
#: One that lets so many times as much wait is ended though it takes something.
_AT_MOST = 4


@dataclass(frozen=True, slots=True)
class Closing:
    """Close after everything before was sent."""

    code: int
    reason: str


@dataclass(slots=True)
class _Waiting:
    """A frame, and of what it is the newest word, if of anything."""

    frame: bytes
    about: Hashable


SLOW_READER = Closing(1013, "slow-reader: too much waits to be read by this client.")


class Outbox:
    """Frames on their way to one WebSocket. `clock`: seconds, of any beginning.

    That much is said at once makes nobody a slow reader: who takes what it is sent is given time. What is no
    news any more, since there is newer of the same, is never sent.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waiting: deque[_Waiting | Closing] = deque()
        self._newest: dict[Hashable, _Waiting] = {}
        self._bytes = 0
        self._taken_s = clock()
        self._ready = asyncio.Event()
        self._closed = False
        self.closing: Closing | None = None
        #: Set when the client reads too slowly; what waits is not worth sending any more.
        self.overflowed = asyncio.Event()

    def put(self, frame: bytes, about: Hashable = None) -> None:
        """Queues a frame, in the place of an older one about the same; for who is gone it is dropped."""
        if self._closed:
            return
        if (older := self._newest.get(about)) is not None:
            self._bytes += len(frame) - len(older.frame)
            older.frame = frame
            return
        if not self._waiting:
            self._taken_s = self._clock()
        if self._is_too_much(len(frame)):
            self._closed = True
            self._forget()
            self.overflowed.set()
            return
        waiting = _Waiting(frame, about)
        if about is not None:
            self._newest[about] = waiting
        self._bytes += len(frame)
        self._waiting.append(waiting)
        self._ready.set()

    def close(self, code: int, reason: str) -> None:
        """Queues the end of the connection."""
        if not self._closed:
            self._closed = True
            self.closing = Closing(code, reason)
            self._waiting.append(self.closing)
            self._ready.set()

    @property
    def is_empty(self) -> bool:
        """Whether everything was taken."""
        return not self._waiting

    async def take(self) -> bytes | Closing:
        """The next frame, or the end."""
        self._taken_s = self._clock()
        while not self._waiting:
            self._ready.clear()
            await self._ready.wait()
        item = self._waiting.popleft()
        if isinstance(item, Closing):
            return item
        self._newest.pop(item.about, None)
        self._bytes -= len(item.frame)
        return item.frame

    def _is_too_much(self, more: int) -> bool:
        frames, size = len(self._waiting) + 1, self._bytes + more
        if not self._waiting or (frames <= MAX_FRAMES and size <= MAX_BYTES):
            return False
        is_stuck = self._clock() - self._taken_s >= PATIENCE_S
        return is_stuck or frames > _AT_MOST * MAX_FRAMES or size > _AT_MOST * MAX_BYTES

    def _forget(self) -> None:
        self._waiting.clear()
        self._newest.clear()
        self._bytes = 0
