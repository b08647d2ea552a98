"""The front door: every public connection enters here and is passed to one of the two servers.

HTTP is parsed on both sides (so that each request is routed by itself, however the browser reuses its
connection, and nothing can be smuggled from one to the next); a WebSocket becomes plain bytes after its 101.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket

from preau.serve import heads
from preau.serve.conversation import Conversation
from preau.serve.plan import DoorPlan
from preau.serve.relay import Side, close
from preau.shares import NoRoom, Shares

_FILES_KEPT_FREE = 128
_FILES_PER_CONNECTION = 2
#: Of what is allowed, how many more may be told that there is no room; beyond that they are hung up on.
_REFUSED_AT_ONCE = 1 / 8


class Door:
    """Accepts connections of the public socket until it is closed."""

    def __init__(self, plan: DoorPlan, most_connections: int | None = None) -> None:
        self._plan = plan
        self._shares: Shares[Conversation] = Shares(most_connections or _connections_allowed())
        self._refused = 0
        self._conversations: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self, listener: socket.socket) -> None:
        """Starts accepting; returns at once."""
        self._server = await asyncio.start_server(self._enter, sock=listener)

    def stop_accepting(self) -> None:
        """No new connection; those that are open go on."""
        if self._server is not None:
            self._server.close()

    async def close(self) -> None:
        """Ends every connection."""
        self.stop_accepting()
        for task in self._conversations:
            task.cancel()
        await asyncio.gather(*self._conversations, return_exceptions=True)

    async def _enter(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "start_server runs every handler as a task"
        self._conversations.add(task)
        side = Side(reader, writer)
        _keep_alive(writer)
        try:
            await self._converse(Conversation(side, self._plan, self._shares), side)
            await close(side)
        except asyncio.CancelledError:
            # Only close() cancels; the streams' own handler would log a cancelled task as an error.
            writer.transport.abort()
        finally:
            self._conversations.discard(task)

    async def _converse(self, conversation: Conversation, side: Side) -> None:
        try:
            conversation.enter()
        except NoRoom:
            await self._turn_away(conversation, side)
        else:
            await conversation.run()

    async def _turn_away(self, conversation: Conversation, side: Side) -> None:
        if self._refused >= max(1, self._shares.budget * _REFUSED_AT_ONCE):
            side.writer.transport.abort()
            return
        self._refused += 1
        try:
            await conversation.refuse(heads.BUSY)
        finally:
            self._refused -= 1


def _keep_alive(writer: asyncio.StreamWriter) -> None:
    # A browser whose network vanished sends no FIN; the kernel's probes end the connection for it.
    public = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        public.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def _connections_allowed() -> int:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard not in {soft, resource.RLIM_INFINITY}:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    return max(64, (soft - _FILES_KEPT_FREE) // _FILES_PER_CONNECTION)
