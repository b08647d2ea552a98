"""What waits to be sent to one connection: bounded, so that a slow reader harms only itself."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass

#: A connection that lets so much wait is ended.
MAX_FRAMES = 2000
MAX_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Closing:
    """Close after everything before was sent."""

    code: int
    reason: str


SLOW_READER = Closing(1013, "slow-reader: too much waits to be read by this client.")


class Outbox:
    """Frames on their way to one WebSocket."""

    def __init__(self) -> None:
        self._waiting: deque[bytes | Closing] = deque()
        self._bytes = 0
        self._ready = asyncio.Event()
        self._closed = False
        self.closing: Closing | None = None
        #: Set when the client reads too slowly; what waits is not worth sending any more.
        self.overflowed = asyncio.Event()

    def put(self, frame: bytes) -> None:
        """Queues a frame; after closing, or for a slow reader, it is dropped."""
        if self._closed:
            return
        if len(self._waiting) >= MAX_FRAMES or self._bytes + len(frame) > MAX_BYTES:
            self._closed = True
            self.overflowed.set()
            return
        self._bytes += len(frame)
        self._waiting.append(frame)
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
        while not self._waiting:
            self._ready.clear()
            await self._ready.wait()
        item = self._waiting.popleft()
        if isinstance(item, bytes):
            self._bytes -= len(item)
        return item
