"""Request and response heads as they pass through the front door. Pure.

Connection-level headers end at each hop (RFC 9110 §7.6.1); the address of the browser is told in
X-Forwarded-For, and what the browser itself claims there is thrown away unless a trusted proxy sent it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import h11

Headers = list[tuple[bytes, bytes]]
Network = IPv4Network | IPv6Network

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"upgrade",
    }
)
_CLAIMS = frozenset(
    {
        b"forwarded",
        b"x-forwarded-for",
        b"x-forwarded-host",
        b"x-forwarded-port",
        b"x-forwarded-prefix",
        b"x-forwarded-proto",
        b"x-forwarded-server",
        b"x-real-ip",
    }
)
_REPEATABLE = frozenset({b"GET", b"HEAD"})


@dataclass(frozen=True)
class Caller:
    """Who sent the request, as the servers behind are told."""

    address: str
    scheme: str


@dataclass(frozen=True)
class Answer:
    """A response the front door gives itself."""

    status: int
    code: str
    message: str

    def events(self, *, retry_after_s: int | None = None) -> list[h11.Event]:
        """The response in the one form of every error of the HTTP interface."""
        body = json.dumps({"error": {"code": self.code, "message": self.message}}).encode()
        headers: Headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        if retry_after_s is not None:
            headers.append((b"retry-after", b"%d" % retry_after_s))
        return [
            h11.Response(status_code=self.status, headers=headers),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ]


STARTING = Answer(503, "starting", "The server is starting; try again in a moment.")
BUSY = Answer(503, "busy", "The server has as many connections as it can hold; try again in a moment.")
GONE = Answer(502, "backend-gone", "The server stopped while it was answering; try again.")
SLOW = Answer(504, "backend-slow", "The server did not answer in time; try again.")
HEAD_TIMEOUT = Answer(408, "request-timeout", "The request took too long to arrive.")
HEAD_TOO_LARGE = Answer(431, "head-too-large", "The request line and headers are too large.")
UNREADABLE = Answer(400, "bad-request", "The request is not valid HTTP.")


def unreadable(status_hint: int) -> Answer:
    """The answer to a request that h11 could not read; it hints 431 for a head over the limit."""
    return HEAD_TOO_LARGE if status_hint == 431 else UNREADABLE


def caller_of(
    peer: str, scheme: str, headers: Iterable[tuple[bytes, bytes]], trusted: Sequence[Network]
) -> Caller:
    """The last address that a trusted proxy did not add itself; the peer's when it is not such a proxy."""
    if not _is_trusted(peer, trusted):
        return Caller(peer, scheme)
    address = peer
    for name, value in headers:
        if name == b"x-forwarded-proto" and value in {b"http", b"https"}:
            scheme = value.decode()
        if name == b"x-forwarded-for":
            address = _nearest_stranger(value, trusted) or address
    return Caller(address, scheme)


def wants_websocket(request: h11.Request) -> bool:
    """Whether the request asks for a WebSocket (RFC 6455 §4.1); no other upgrade passes the front door."""
    values = dict(request.headers)
    return (
        request.method == b"GET"
        and values.get(b"upgrade", b"").lower() == b"websocket"
        and b"upgrade" in _tokens(request.headers)
    )


def has_body(request: h11.Request) -> bool:
    """Whether body bytes follow the head (RFC 9112 §6)."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in request.headers
    )


def is_ambiguous(request: h11.Request) -> bool:
    """Whether the length of the body is told twice, which only an attack does (RFC 9112 §6.1)."""
    names = {name for name, _ in request.headers}
    return {b"transfer-encoding", b"content-length"} <= names


def is_repeatable(request: h11.Request) -> bool:
    """Whether sending the request a second time, to a restarted server, changes nothing for anybody."""
    return request.method in _REPEATABLE and not has_body(request)


def request_for_backend(request: h11.Request, caller: Caller) -> h11.Request:
    """The head to send on: no hop-by-hop header, no claim of the browser's.

    The back end is not asked to close, though each request has a connection of its own: one that answers
    before it has read the body and then closes would destroy its answer on the way.
    """
    dropped = _HOP_BY_HOP | _CLAIMS | {b"expect"} | _tokens(request.headers)
    headers = [(name, value) for name, value in request.headers if name not in dropped]
    headers.append((b"x-forwarded-for", caller.address.encode()))
    headers.append((b"x-forwarded-proto", caller.scheme.encode()))
    if wants_websocket(request):
        headers += [(b"connection", b"Upgrade"), (b"upgrade", b"websocket")]
    return h11.Request(method=request.method, target=request.target, headers=headers)


def response_for_caller(response: h11.Response) -> h11.Response:
    """The head to send back; h11 frames the body again for the browser's own version of HTTP."""
    dropped = _HOP_BY_HOP | _tokens(response.headers)
    headers = [(name, value) for name, value in response.headers if name not in dropped]
    return h11.Response(status_code=response.status_code, headers=headers, reason=response.reason)


def _tokens(headers: Iterable[tuple[bytes, bytes]]) -> set[bytes]:
    """The header names a Connection header lists, less those that frame the body, which no peer may drop."""
    listed = {
        part.strip().lower() for name, value in headers if name == b"connection" for part in value.split(b",")
    }
    return listed - {b"", b"content-length", b"host", b"transfer-encoding"}


def _nearest_stranger(value: bytes, trusted: Sequence[Network]) -> str | None:
    for part in reversed(value.decode("latin-1").split(",")):
        address = part.strip()
        if _parsed(address) is None:
            return None
        if not _is_trusted(address, trusted):
            return address
    return None


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in trusted)


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None
