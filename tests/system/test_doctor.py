"""`preau doctor` beside a running Préau, and in front of proxies that let pages through and nothing else."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest

from preau.problems import Problem
from preau.serve.reach import live_connections
from tests.kit.product import COMMAND
from tests.system.conftest import House

ENDED_WITHIN_S = 60.0


def _doctor(house: House, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "doctor", *arguments],
        env=dict(house.product.environ),
        capture_output=True,
        text=True,
        timeout=ENDED_WITHIN_S,
        check=False,
    )


@contextmanager
def _proxy(answer: Callable[[bytes], bytes]) -> Iterator[str]:
    """The address of something that answers each head and hangs up."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            head = b""
            while not head.endswith(b"\r\n\r\n") and (line := self.rfile.readline()):
                head += line
            self.wfile.write(answer(head))

    with ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_a_running_preau_is_not_called_another_program(house: House) -> None:
    printed = _doctor(house).stdout
    assert "another program" not in printed
    assert "ok    public port: Préau runs on it" in printed
    assert "ok    live connections: WebSockets get through" in printed


def test_live_connections_are_looked_at_from_another_machine(house: House) -> None:
    done = _doctor(house, "--url", house.product.url)
    assert done.stdout == f"ok    live connections: WebSockets get through at {house.product.url}\n"
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "HTTP 400"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP 200"),
        (b"", "nothing came back"),
    ],
)
def test_a_proxy_that_drops_websockets_is_named_with_what_to_do(reply: bytes, told: str) -> None:
    with _proxy(lambda _: reply) as url, pytest.raises(Problem) as found:
        live_connections(url, has_media_server=True)
    assert told in str(found.value)
    assert "headers Upgrade and Connection" in str(found.value)


def test_an_address_where_nothing_answers_is_no_fault_of_a_proxy() -> None:
    with _proxy(lambda _: b"") as url:
        pass
    with pytest.raises(Problem, match="cannot be reached from here"):
        live_connections(url, has_media_server=True)
