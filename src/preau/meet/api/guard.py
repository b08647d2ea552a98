"""What stands before every request: who may act from where, how large a body may be, headers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from preau.meet.api.bodies import MAX_UNFINISHED_BODIES, Body
from preau.meet.services.doors import DEVICE_COOKIE_LIFE, device_cookie
from preau.shares import Shares

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def security_headers(media_origins: tuple[str, ...], *, is_https: bool) -> list[tuple[bytes, bytes]]:
    """The headers of every answer. `media_origins`: where the page may connect besides its own origin."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob:",
        "font-src": "'self'",
        "connect-src": " ".join(("'self'", *media_origins)),
        "worker-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    off = "autoplay=(self), fullscreen=(self), picture-in-picture=(self), screen-wake-lock=(self), "
    off += "accelerometer=(), browsing-topics=(), geolocation=(), gyroscope=(), hid=(), "
    off += (
        "idle-detection=(), magnetometer=(), midi=(), payment=(), serial=(), usb=(), xr-spatial-tracking=()"
    )
    headers = {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "permissions-policy": f"camera=(self), microphone=(self), display-capture=(self), {off}",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
    }
    if is_https:
        headers["strict-transport-security"] = "max-age=31536000"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class DeviceCookie:
    """Gives every browser a cookie of its own, by which personal links and refusals know it again."""

    def __init__(self, make: Callable[[], str], *, is_https: bool) -> None:
        self._make = make
        self._name = device_cookie(is_https=is_https)
        secure = "; Secure" if is_https else ""
        life_s = int(DEVICE_COOKIE_LIFE.total_seconds())
        self._attributes = f"; Path=/; Max-Age={life_s}; HttpOnly; SameSite=Lax{secure}"

    def missing(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """The header that sets it, for pages and the interface, when the request came without."""
        path = scope["path"]
        # What shared caches may keep must not carry one person's cookie to the next.
        if path.startswith("/assets/") or path == "/healthz" or "." in path.rpartition("/")[2]:
            return []
        sent = b"; ".join(value for name, value in scope["headers"] if name == b"cookie")
        if any(one.strip().startswith(f"{self._name}=".encode()) for one in sent.split(b";")):
            return []
        return [(b"set-cookie", f"{self._name}={self._make()}{self._attributes}".encode())]


class Guard:
    """ASGI middleware. `count_foreign` hears of the path of each act that a page of another origin tried."""

    def __init__(
        self,
        app: App,
        allowed_origins: frozenset[str],
        headers: list[tuple[bytes, bytes]],
        device: DeviceCookie,
        count_foreign: Callable[[str], None],
    ) -> None:
        self._app = app
        self._device = device
        self._count_foreign = count_foreign
        self._allowed_origins = {origin.encode() for origin in allowed_origins}
        self._headers = headers
        self._unfinished_bodies: Shares[Body] = Shares(MAX_UNFINISHED_BODIES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*self._all_headers(message), *self._device.missing(scope)]
                message = {**message, "headers": headers}
            await send(message)

        # A database may refuse text with a NUL, and a file system ends a name there. Nothing is called so,
        # and nothing is called by what stands for it; what is looked for is looked for without.
        if "\0" in scope["path"]:
            scope = {**scope, "path": scope["path"].replace("\0", "\ufffd")}
        if b"%00" in scope["query_string"]:
            scope = {**scope, "query_string": scope["query_string"].replace(b"%00", b"")}
        if self._is_foreign(scope):
            self._count_foreign(scope["path"])
            await _refuse(send_guarded, 403, "not-allowed", "Pages of other origins may not act here.")
            return
        body = Body(scope, receive, self._unfinished_bodies)
        try:
            await self._app(scope, body.receive, send_guarded)
        finally:
            body.end()

    def _all_headers(self, message: Message) -> list[tuple[bytes, bytes]]:
        given = list(message.get("headers", []))
        names = {name.lower() for name, _ in given}
        if b"cache-control" not in names:
            given.append((b"cache-control", b"no-store"))
        return given + [header for header in self._headers if header[0] not in names]

    def _is_foreign(self, scope: Scope) -> bool:
        """An act asked for by a page of another origin (CSRF). Programs send no Origin."""
        if scope["method"] in _SAFE_METHODS:
            return False
        headers = dict(scope["headers"])
        origin = headers.get(b"origin")
        if origin is not None:
            return origin not in self._allowed_origins
        return headers.get(b"sec-fetch-site") == b"cross-site"


async def _refuse(send: Send, status: int, code: str, message: str) -> None:
    body = json.dumps({"error": {"code": code, "message": message}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
