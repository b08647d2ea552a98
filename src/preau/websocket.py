"""uvicorn's WebSocket, for clients without courtesy: what they send is looked at in small parts, and only so
much of what no program ever sees.

A message stops the reading until it was handled; uvicorn has parsed everything by then that came with it. And
it reads on, and discards, from a client that does not answer the end of its connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

if TYPE_CHECKING:
    from uvicorn._types import ASGIReceiveEvent

#: Parsed at once.
PART_BYTES = 4096
#: Read of a client after its connection was ended: what it had sent before it knew.
_AFTER_END_BYTES = 256 * 1024
#: Pings, pongs and parts of messages that a client may send within a second.
MAX_PARTS_PER_S = 500


class BoundedWebSocket(WebSocketsSansIOProtocol):
    """One connection."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._unread = bytearray()
        self._after_end_bytes = 0
        self._second = 0
        self._parts = 0

    def data_received(self, data: bytes) -> None:
        """Keeps what came and looks at it until there is a message."""
        if self.close_sent:
            self._after_end_bytes += len(data)
            if self._after_end_bytes > _AFTER_END_BYTES:
                self._cut_off()
                return
        self._unread += data
        self._look()

    async def receive(self) -> ASGIReceiveEvent:
        """The next message; more is looked at when all were taken, and read when nothing is left."""
        message = await self.queue.get()
        if self.read_paused and self.queue.empty():
            self.read_paused = False
            self._look()
            if not self.read_paused and not self.transport.is_closing():
                self.transport.resume_reading()
        return message

    def handle_cont(self, event: Frame) -> None:
        """A further part of a message."""
        if self._is_within_count():
            super().handle_cont(event)

    def handle_ping(self) -> None:
        """A ping."""
        if self._is_within_count():
            super().handle_ping()

    def handle_pong(self, event: Frame) -> None:
        """A pong."""
        if self._is_within_count():
            super().handle_pong(event)

    def _look(self) -> None:
        while self._unread and not self.read_paused and not self.transport.is_closing():
            part = bytes(self._unread[:PART_BYTES])
            del self._unread[:PART_BYTES]
            super().data_received(part)

    def _is_within_count(self) -> bool:
        second = int(self.loop.time())
        self._parts = self._parts + 1 if second == self._second else 1
        self._second = second
        if self._parts > MAX_PARTS_PER_S:
            self._cut_off()
        return self._parts <= MAX_PARTS_PER_S

    def _cut_off(self) -> None:
        self._unread.clear()
        self.transport.abort()
