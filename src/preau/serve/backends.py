"""Reaching the processes behind the door, and waiting a moment for one that is being restarted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import h11

from preau.serve.relay import CHUNK_BYTES, Side

_RETRY_S = 0.05


class NotThere(Exception):
    """Nobody listened at the back end's port before the deadline."""


@dataclass(frozen=True)
class BackendAddress:
    """Where a child listens; loopback alone."""

    port: int
    host: str = "127.0.0.1"

    async def connect(self, deadline: float) -> Side:
        """A new connection; tries until `deadline` (loop time, seconds) and then raises NotThere."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                return Side(*await asyncio.open_connection(self.host, self.port))
            except OSError:
                if loop.time() + _RETRY_S >= deadline:
                    raise NotThere from None
                await asyncio.sleep(_RETRY_S)


class BackendExchange:
    """One request on one connection to a back end, framed by h11."""

    def __init__(self, side: Side, stall_timeout_s: float) -> None:
        self.side = side
        self._machine = h11.Connection(h11.CLIENT)
        self._stall_timeout_s = stall_timeout_s

    async def send(self, *events: h11.Event) -> None:
        """Writes the events; `OSError` when the back end is gone."""
        self.side.writer.write(b"".join(self._machine.send(event) or b"" for event in events))
        await self.side.writer.drain()

    async def next_event(self) -> h11.Event | type[h11.PAUSED]:
        """The next part of the response.

        Raises OSError or h11.RemoteProtocolError when the back end is gone, TimeoutError when it stalls.
        """
        while True:
            event = self._machine.next_event()
            if isinstance(event, h11.Event) or event is h11.PAUSED:
                return event
            async with asyncio.timeout(self._stall_timeout_s):
                self._machine.receive_data(await self.side.reader.read(CHUNK_BYTES))

    def bytes_after_upgrade(self) -> bytes:
        """What the back end sent right behind its 101 response."""
        return self._machine.trailing_data[0]
