"""Bodies that come slowly, break off or never come, from people who may not send them."""

from __future__ import annotations

import select
import socket
from contextlib import ExitStack, closing

import httpx
import pytest
from fastapi.routing import APIRoute

from preau.meet.api.app import build_interface
from preau.meet.api.bodies import MAX_UNFINISHED_BODIES
from preau.meet.api.rights import RightsFirst
from tests.api.conftest import School
from tests.kit.waiting import until

PATIENCE_S = 10.0


def _connection(school: School, sent: str, source: str = "127.0.0.1") -> socket.socket:
    address = ("127.0.0.1", school.server.port)
    connected = socket.create_connection(address, timeout=PATIENCE_S, source_address=(source, 0))
    connected.sendall(sent.replace("\n", "\r\n").encode())
    return connected


def _status(connected: socket.socket) -> int:
    return int(connected.recv(4096).split()[1])


def _answered(connections: list[socket.socket]) -> list[socket.socket]:
    return select.select(connections, [], [], 0)[0]


def _head(method: str, path: str, *headers: str, length: int = 1000) -> str:
    given = "".join(f"{header}\n" for header in headers)
    first = f"{method} {path} HTTP/1.1\nHost: a\nContent-Type: application/json\n"
    return f"{first}{given}Content-Length: {length}\n\n"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/v1/meetings", 401),
        ("PATCH", "/api/v1/organization", 401),
        ("POST", "/api/v1/webhooks/livekit", 403),
    ],
)
def test_who_may_not_is_told_before_a_byte_of_the_body(
    school: School, method: str, path: str, status: int
) -> None:
    with closing(_connection(school, _head(method, path))) as stranger:
        assert _status(stranger) == status


def test_every_route_that_takes_a_body_looks_at_rights_first() -> None:
    routes = [route for route in build_interface().routes if isinstance(route, APIRoute)]
    assert all(isinstance(route, RightsFirst) for route in routes if route.body_field is not None)


def test_bodies_that_never_come_keep_nobody_from_signing_in(school: School) -> None:
    head = _head("POST", "/api/v1/sign-in")
    with ExitStack() as open_ones:
        slow = [
            open_ones.enter_context(closing(_connection(school, head + "{", "127.0.7.1")))
            for _ in range(MAX_UNFINISHED_BODIES // 2 + 8)
        ]
        # Which of them came first is the server's to say.
        until("eight gave way", lambda: len(_answered(slow)) >= 8, PATIENCE_S)
        assert {_status(one) for one in _answered(slow)} == {408}
        for source in ("127.0.7.1", "127.0.8.1"):
            body = '{"email": "a@example.org", "password": "x"}'
            with closing(
                _connection(school, _head("POST", "/api/v1/sign-in", length=len(body)) + body, source)
            ) as one:
                assert _status(one) == 401


def test_a_body_that_breaks_off_leaves_nothing_in_the_log(school: School) -> None:
    for path in ("/api/v1/sign-in", "/api/v1/webhooks/livekit"):
        _connection(school, _head("POST", path) + "{").close()
    assert httpx.get(f"{school.server.url}/api/v1/instance").status_code == 200
    assert "Traceback" not in school.server.log.read_text()


def test_a_question_about_the_server_itself_is_no_error(school: School) -> None:
    with closing(_connection(school, "OPTIONS * HTTP/1.1\nHost: a\n\n")) as asked:
        assert _status(asked) in {404, 405}
