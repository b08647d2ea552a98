"""What a connection still has to send. A reader too slow for its room is dropped, not waited for."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

MAX_WAITING_BYTES = 1024 * 1024
SEND_TIMEOUT_S = 10.0


class Outbox:
    """Frames in order, sent by one task. A frame alone may be of any size: it is a snapshot."""

    def __init__(self, send_text: Callable[[str], Awaitable[None]]) -> None:
        self._send_text = send_text
        self._waiting: deque[str] = deque()
        self._waiting_bytes = 0
        self._news = asyncio.Event()
        self._is_last_put = False
        self.is_too_slow = False

    def put(self, frame: str) -> None:
        """Send a frame after those before it; nothing after `finish`, or once the reader is too slow."""
        if self._is_last_put or self.is_too_slow:
            return
        if self._waiting and self._waiting_bytes + len(frame) > MAX_WAITING_BYTES:
            self.is_too_slow = True
            self._waiting.clear()
        else:
            self._waiting.append(frame)
            self._waiting_bytes += len(frame)
        self._news.set()

    def finish(self, frame: str) -> None:
        """Send a last frame; `run` ends after it."""
        self.put(frame)
        self._is_last_put = True
        self._news.set()

    async def run(self) -> None:
        """Send until the last frame is out or the reader is too slow."""
        while not self.is_too_slow:
            while self._waiting and not self.is_too_slow:
                frame = self._waiting.popleft()
                self._waiting_bytes -= len(frame)
                try:
                    async with asyncio.timeout(SEND_TIMEOUT_S):
                        await self._send_text(frame)
                except TimeoutError:
                    self.is_too_slow = True
            if self._is_last_put or self.is_too_slow:
                return
            self._news.clear()
            await self._news.wait()
