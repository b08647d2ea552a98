"""The control channel as an ASGI WebSocket application: who may open one, and its life.

Plain ASGI: this is the part that has to be back first after a restart, so it imports no framework.
"""

from __future__ import annotations

import itertools
import json
import re
import resource
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from preau.meet.control.connection import Connection, Door, Visitor
from preau.meet.live.commands import ConnectionId
from preau.meet.services.doors import device_cookie
from preau.meet.services.sign_ins import sign_in_cookie
from preau.shares import NoRoom, Shares, neighbourhood

SUBPROTOCOL = "preau.control.v1"
MAX_CONNECTIONS = 5000
#: The database, the log, the media server: what else this process holds open.
_FILES_KEPT_FREE = 256
_FEWEST_CONNECTIONS = 64
_RETRY_AFTER_S = 5
#: An answer instead of a WebSocket shows and runs nothing.
_REFUSAL_HEADERS = (
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
_NOT_ALLOWED = "Pages of this server alone open this, with the subprotocol preau.control.v1."
_BUSY = "There are as many connections as can be held; try again in a moment."
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

    def __init__(
        self,
        door: Door,
        allowed_origins: frozenset[str],
        *,
        is_https: bool,
        most_connections: int | None = None,
    ) -> None:
        self._door = door
        self._allowed_origins = allowed_origins
        self._sign_in_cookie = sign_in_cookie(is_https=is_https)
        self._device_cookie = device_cookie(is_https=is_https)
        self._numbers = itertools.count(1)
        self._places: Shares[Connection] = Shares(most_connections or _connections_allowed())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One WebSocket, from its upgrade to its end.

        Whoever has no place in a meeting yet keeps one of ours waiting, and gives way where there are many.
        """
        await receive()
        visitor = self._visitor(scope)
        if visitor is None:
            await _refuse(send, 403, "not-allowed", _NOT_ALLOWED)
            return
        connection_id = ConnectionId(next(self._numbers))
        connection = Connection(connection_id, AsgiSocket(receive, send), visitor, self._door)
        try:
            place, displaced = self._places.enter(neighbourhood(visitor.address), connection)
        except NoRoom:
            await _refuse(send, 503, "busy", _BUSY)
            return
        if displaced is not None:
            displaced.owner.close("knock-timeout")
        self._places.wait(place)
        connection.when_inside(lambda: self._places.work(place))
        try:
            await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
            await connection.run()
        finally:
            self._places.leave(place)
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


async def _refuse(send: Send, status: int, code: str, message: str) -> None:
    """An HTTP answer in place of the WebSocket."""
    body = json.dumps({"error": {"code": code, "message": message}}).encode()
    headers = [*_REFUSAL_HEADERS, (b"content-length", b"%d" % len(body))]
    if status == 503:
        headers.append((b"retry-after", b"%d" % _RETRY_AFTER_S))
    await send({"type": "websocket.http.response.start", "status": status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})


def _connections_allowed() -> int:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return max(_FEWEST_CONNECTIONS, min(MAX_CONNECTIONS, files - _FILES_KEPT_FREE))


def _cookies(header: str) -> Mapping[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}
