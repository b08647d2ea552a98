"""The control channel as an ASGI WebSocket application: who may open one, and its life.

Plain ASGI: this is the part that has to be back first after a restart, so it imports no framework.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from preau.meet.control.connection import Connection, Door, Visitor
from preau.meet.live.commands import ConnectionId
from preau.meet.services.doors import device_cookie
from preau.meet.services.sign_ins import sign_in_cookie

SUBPROTOCOL = "preau.control.v1"
MAX_CONNECTIONS = 5000
_PATH = re.compile(r"/api/v1/meetings/([^/]{1,64})/control")

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class AsgiSocket:
    """The `Socket` of an accepted ASGI WebSocket."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send

    async def receive(self) -> str | bytes | None:
        """The next message, or None once the other side is gone."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            return None
        text: str | None = message.get("text")
        return message.get("bytes") or b"" if text is None else text

    async def send_text(self, text: str) -> None:
        """Send one message."""
        await self._send({"type": "websocket.send", "text": text})


class ControlEndpoint:
    """Accepts connections of pages of this origin (and of programs, which send no Origin)."""

    def __init__(self, door: Door, allowed_origins: frozenset[str], *, is_https: bool) -> None:
        self._door = door
        self._allowed_origins = allowed_origins
        self._sign_in_cookie = sign_in_cookie(is_https=is_https)
        self._device_cookie = device_cookie(is_https=is_https)
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One WebSocket, from its upgrade to its end."""
        await receive()
        visitor = self._visitor(scope)
        is_full = len(self._door.rooms.lines) >= MAX_CONNECTIONS
        if visitor is None or is_full:
            # Before it is accepted this becomes an HTTP 403.
            await send({"type": "websocket.close", "code": 1008})
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        connection_id = ConnectionId(next(self._numbers))
        await Connection(connection_id, AsgiSocket(receive, send), visitor, self._door).run()
        try:
            await send({"type": "websocket.close", "code": 1000})
        except (OSError, RuntimeError):
            # The other side was faster.
            return

    def _visitor(self, scope: Scope) -> Visitor | None:
        """Who asks, or None when the upgrade is refused."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path = _PATH.fullmatch(scope["path"])
        origin = headers.get("origin")
        if path is None or SUBPROTOCOL not in scope.get("subprotocols", ()):
            return None
        if origin is not None and origin not in self._allowed_origins:
            return None
        client = scope.get("client")
        cookies = _cookies(headers.get("cookie", ""))
        return Visitor(
            code=path.group(1),
            sign_in_secret=cookies.get(self._sign_in_cookie),
            device_secret=cookies.get(self._device_cookie),
            address=client[0] if client else "",
        )


def _cookies(header: str) -> Mapping[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}
