import json
from ipaddress import ip_network

import h11
import pytest

from preau.serve import heads
from preau.serve.heads import Caller

CALLER = Caller("203.0.113.9", "http")


def _request(*headers: tuple[str, str], method: str = "GET", target: str = "/") -> h11.Request:
    return h11.Request(method=method, target=target, headers=[("host", "preau.example"), *headers])


def _sent_on(request: h11.Request) -> list[tuple[bytes, bytes]]:
    return list(heads.request_for_backend(request, CALLER).headers)


@pytest.mark.parametrize(
    "name",
    ["X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "x-forwarded-for"],
)
def test_claims_of_the_browser_about_its_address_are_thrown_away(name: str) -> None:
    headers = _sent_on(_request((name, "198.51.100.1")))
    assert b"198.51.100.1" not in [value for _, value in headers]
    assert (b"x-forwarded-for", b"203.0.113.9") in headers
    assert (b"x-forwarded-proto", b"http") in headers


def test_hop_by_hop_headers_and_those_named_by_connection_end_at_the_door() -> None:
    headers = dict(
        _sent_on(_request(("Connection", "keep-alive, X-Private"), ("X-Private", "1"), ("TE", "trailers")))
    )
    assert b"x-private" not in headers
    assert b"te" not in headers
    assert b"connection" not in headers


def test_connection_cannot_drop_the_headers_that_frame_the_body() -> None:
    request = _request(("Connection", "content-length, host"), ("Content-Length", "3"), method="POST")
    headers = dict(_sent_on(request))
    assert headers[b"content-length"] == b"3"
    assert headers[b"host"] == b"preau.example"


def test_websocket_upgrade_passes_with_its_own_headers() -> None:
    request = _request(
        ("Connection", "keep-alive, Upgrade"), ("Upgrade", "WebSocket"), ("Sec-WebSocket-Key", "k")
    )
    assert heads.wants_websocket(request)
    headers = _sent_on(request)
    assert headers.count((b"connection", b"Upgrade")) == 1
    assert headers.count((b"upgrade", b"websocket")) == 1
    assert (b"sec-websocket-key", b"k") in headers


def test_no_other_upgrade_passes() -> None:
    request = _request(("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"), ("HTTP2-Settings", "x"))
    assert not heads.wants_websocket(request)
    headers = dict(_sent_on(request))
    assert b"upgrade" not in headers
    assert b"http2-settings" not in headers


def test_answer_to_the_browser_keeps_end_to_end_headers_alone() -> None:
    response = h11.Response(
        status_code=200,
        headers=[("connection", "close"), ("keep-alive", "5"), ("content-length", "2"), ("etag", "e")],
    )
    names = [name for name, _ in heads.response_for_caller(response, []).headers]
    assert names == [b"content-length", b"etag"]


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("GET", [], True),
        ("HEAD", [("content-length", "0")], True),
        ("GET", [("content-length", "1")], False),
        ("GET", [("transfer-encoding", "chunked")], False),
        ("POST", [], False),
        ("DELETE", [], False),
    ],
)
def test_only_reading_requests_are_sent_twice(
    method: str, headers: list[tuple[str, str]], expected: bool
) -> None:
    assert heads.is_repeatable(_request(*headers, method=method)) is expected


def test_errors_have_the_form_of_the_http_interface() -> None:
    response, data, _ = heads.STARTING.events(heads.floor(is_https=False), retry_after_s=1)
    assert isinstance(response, h11.Response)
    assert isinstance(data, h11.Data)
    assert response.status_code == 503
    assert (b"retry-after", b"1") in list(response.headers)
    assert json.loads(bytes(data.data))["error"]["code"] == "starting"


TRUSTED = [ip_network("10.0.0.0/8"), ip_network("127.0.0.1")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("127.0.0.1", "10.1.2.3", "127.0.0.1"),
        ("127.0.0.1", "spoofed, unknown", "127.0.0.1"),
        ("127.0.0.1", "2001:db8::7", "2001:db8::7"),
    ],
)
def test_caller_is_the_nearest_address_no_trusted_proxy_added(
    peer: str, forwarded: str, expected: str
) -> None:
    caller = heads.caller_of(peer, "http", [(b"x-forwarded-for", forwarded.encode())], TRUSTED)
    assert caller.address == expected


def test_scheme_is_taken_from_a_trusted_proxy_alone() -> None:
    claim = [(b"x-forwarded-proto", b"https")]
    assert heads.caller_of("10.0.0.1", "http", claim, TRUSTED).scheme == "https"
    assert heads.caller_of("203.0.113.9", "http", claim, TRUSTED).scheme == "http"
    assert heads.caller_of("10.0.0.1", "http", [(b"x-forwarded-proto", b"gopher")], TRUSTED).scheme == "http"
