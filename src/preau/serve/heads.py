"""Request and response heads as they pass through the front door. Pure.

Connection-level headers end at each hop (RFC 9110 §7.6.1); the address of the browser is told in
X-Forwarded-For, and what the browser itself claims there is thrown away unless a trusted proxy sent it.
"""

from __future__ import annotations

import json
import re
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
_METHODS = (b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS")
_VERSIONS = frozenset({b"1.0", b"1.1"})
_ORIGIN_FORM = re.compile(rb"/[^#]*")
_ABSOLUTE_FORM = re.compile(rb"https?://([^/?#@]+)([/?][^#]*)?", re.IGNORECASE)
_HOST = re.compile(rb"[A-Za-z0-9._~%!$&'()*+,;=:\[\]-]*")


def floor(*, is_https: bool) -> Headers:
    """The headers that an answer has when the server behind said nothing of the kind.

    It shows and runs nothing.
    """
    headers = [
        (
            b"content-security-policy",
            b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"permissions-policy", b"camera=(), microphone=(), display-capture=(), geolocation=()"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"cache-control", b"no-store"),
    ]
    return [*headers, (b"strict-transport-security", b"max-age=31536000")] if is_https else headers


def _with_floor(headers: Headers, beneath: Headers) -> Headers:
    names = {name for name, _ in headers}
    return headers + [header for header in beneath if header[0] not in names]


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

    def events(
        self, beneath: Headers, *, is_last: bool = False, retry_after_s: int | None = None
    ) -> list[h11.Event]:
        """The response in the one form of every error of the HTTP interface.

        `beneath`: the headers of every answer. `is_last`: the connection ends with it.
        """
        body = json.dumps({"error": {"code": self.code, "message": self.message}}).encode()
        headers: Headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
        ]
        if is_last:
            headers.append((b"connection", b"close"))
        if self.status == 405:
            headers.append((b"allow", b", ".join(_METHODS)))
        if retry_after_s is not None:
            headers.append((b"retry-after", b"%d" % retry_after_s))
        return [
            h11.Response(status_code=self.status, headers=_with_floor(headers, beneath)),
            h11.Data(data=body),
            h11.EndOfMessage(),
        ]


STARTING = Answer(503, "starting", "The server is starting; try again in a moment.")
BUSY = Answer(503, "busy", "There are as many connections as can be held; try again in a moment.")
GONE = Answer(502, "backend-gone", "The server stopped while it was answering; try again.")
SLOW = Answer(504, "backend-slow", "The server did not answer in time; try again.")
HEAD_TIMEOUT = Answer(408, "request-timeout", "The request took too long to arrive.")
BODY_TIMEOUT = Answer(408, "request-timeout", "The body of the request took too long to arrive.")
HEAD_TOO_LARGE = Answer(431, "head-too-large", "The request line and headers are too large.")
UNREADABLE = Answer(400, "bad-request", "The request is not valid HTTP.")
NOTHING_HERE = Answer(404, "not-found", "There is nothing here under this address.")
BAD_METHOD = Answer(405, "bad-method", "This server does not know the method of the request.")
BAD_EXPECTATION = Answer(417, "bad-expectation", "Of expectations, 100-continue alone is met here.")
BAD_CODING = Answer(501, "bad-coding", "Of transfer codings, chunked alone is read here.")
BAD_VERSION = Answer(505, "bad-version", "Send HTTP/1.1 or HTTP/1.0.")
_BY_HINT = {431: HEAD_TOO_LARGE, 501: BAD_CODING}


def unreadable(status_hint: int) -> Answer:
    """The answer to a request that h11 could not read, by the status it hints."""
    return _BY_HINT.get(status_hint, UNREADABLE)


def refusal_of(request: h11.Request) -> Answer | None:
    """What is wrong with a head that was read, or None. Two servers in a row must understand it alike."""
    values = dict(request.headers)
    if request.http_version not in _VERSIONS:
        return BAD_VERSION
    if request.method not in _METHODS:
        return BAD_METHOD
    if not _is_target(request) or not _HOST.fullmatch(values.get(b"host", b"")) or is_ambiguous(request):
        return UNREADABLE
    if values.get(b"expect", b"100-continue").lower() != b"100-continue":
        return BAD_EXPECTATION
    return None


def asks_about_server(request: h11.Request) -> bool:
    """Whether it is `OPTIONS *`, which is about no resource (RFC 9110 §9.3.7)."""
    return request.target == b"*"


def about_server(beneath: Headers) -> list[h11.Event]:
    """The answer to `OPTIONS *`."""
    headers: Headers = [(b"allow", b", ".join(_METHODS)), (b"content-length", b"0")]
    return [h11.Response(status_code=200, headers=_with_floor(headers, beneath)), h11.EndOfMessage()]


def _is_target(request: h11.Request) -> bool:
    """Whether it has origin form, absolute form, or is `*` for OPTIONS (RFC 9112 §3.2)."""
    target = request.target
    if target == b"*":
        return request.method == b"OPTIONS"
    return bool(_ORIGIN_FORM.fullmatch(target) or _ABSOLUTE_FORM.fullmatch(target))


def caller_of(
    peer: str, scheme: str, headers: Iterable[tuple[bytes, bytes]], trusted: Sequence[Network]
) -> Caller:
    """The last address that a trusted proxy did not add itself; the peer's when it is not such a proxy."""
    if not is_trusted(peer, trusted):
        return Caller(peer, scheme)
    listed = list(headers)
    # A header that is there twice is one list (RFC 9110 §5.3); what stands last was added last.
    hops = [part for name, value in listed if name == b"x-forwarded-for" for part in value.split(b",")]
    schemes = [part for name, value in listed if name == b"x-forwarded-proto" for part in value.split(b",")]
    told = schemes[-1].strip().lower() if schemes else b""
    return Caller(
        _nearest_stranger(hops, trusted) or peer, told.decode() if told in {b"http", b"https"} else scheme
    )


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
    """Whether a request's end can be understood in two ways, as only an attack has it (RFC 9112 §6.1)."""
    names = {name for name, _ in request.headers}
    if request.http_version == b"1.0" and b"transfer-encoding" in names:
        # HTTP/1.0 has none: a proxy of that age has read the body by another measure.
        return True
    return {b"transfer-encoding", b"content-length"} <= names or (
        has_body(request) and wants_websocket(request)
    )


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
    target = request.target
    absolute = _ABSOLUTE_FORM.fullmatch(target)
    if absolute is not None:
        # The target's own word about the host is the one that counts (RFC 9112 §3.2.2).
        target = b"/" + (absolute[2] or b"").removeprefix(b"/")
        headers = [(b"host", absolute[1]), *(one for one in headers if one[0] != b"host")]
    elif all(name != b"host" for name, _ in headers):
        # HTTP/1.0 need not name one.
        headers.insert(0, (b"host", b""))
    headers.append((b"x-forwarded-for", caller.address.encode()))
    headers.append((b"x-forwarded-proto", caller.scheme.encode()))
    if wants_websocket(request):
        headers += [(b"connection", b"Upgrade"), (b"upgrade", b"websocket")]
    return h11.Request(method=request.method, target=target, headers=headers)


def response_for_caller(response: h11.Response, beneath: Headers, *, is_last: bool = False) -> h11.Response:
    """The head to send back; h11 frames the body again for the browser's own version of HTTP."""
    dropped = _HOP_BY_HOP | _tokens(response.headers)
    headers = _with_floor([one for one in response.headers if one[0] not in dropped], beneath)
    if is_last:
        headers.append((b"connection", b"close"))
    return h11.Response(status_code=response.status_code, headers=headers, reason=response.reason)


def _tokens(headers: Iterable[tuple[bytes, bytes]]) -> set[bytes]:
    """The header names a Connection header lists, less those that frame the body, which no peer may drop."""
    listed = {
        part.strip().lower() for name, value in headers if name == b"connection" for part in value.split(b",")
    }
    return listed - {b"", b"content-length", b"host", b"transfer-encoding"}


def _nearest_stranger(hops: Sequence[bytes], trusted: Sequence[Network]) -> str | None:
    for hop in reversed(hops):
        address = _parsed(_without_port(hop.decode("latin-1").strip()))
        if address is None:
            return None
        if not any(address in network for network in trusted):
            return str(address)
    return None


def _without_port(text: str) -> str:
    """Some proxies write `192.0.2.1:5000` and `[2001:db8::1]:5000`."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    """Whether what this address says of others is believed."""
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in trusted)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """An IPv4 address in the spelling of IPv6 is the IPv4 address."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
