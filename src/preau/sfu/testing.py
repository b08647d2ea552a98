"""A LiveKit-compatible server for any Python test suite.

With pytest, name this module as a plugin and ask for the fixture:

    pytest_plugins = ["preau.sfu.testing"]

    async def test_my_bot(livekit_server):
        await room.connect(livekit_server.url, my_token(livekit_server.key, livekit_server.secret))

Without pytest, use the context manager `running_server`.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

import pytest

from preau.sfu.server import Address, serve, stop_on_signals
from preau.sfu.settings import DEV_PAIR, parse

_FREE_PORTS = ("--port", "0", "--udp-port", "0", "--tcp-port", "0")
_START_S = 30
_STOP_S = 10


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers. `http_url` is for server SDKs, `url` for clients."""

    http_url: str
    key: str
    secret: str
    process_id: int

    @property
    def url(self) -> str:
        """The signalling URL."""
        return self.http_url.replace("http", "ws", 1)


def _run(arguments: Sequence[str], ready: Connection) -> None:
    async def until_stopped() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop)
        await serve(parse(arguments, {}), announce, stop)

    def announce(address: Address) -> None:
        ready.send(address.url)

    asyncio.run(until_stopped())


@contextlib.contextmanager
def running_server(arguments: Sequence[str] = ()) -> Iterator[RunningServer]:
    """A server in its own process, on free ports of 127.0.0.1, until the block ends. Raises RuntimeError."""
    context = multiprocessing.get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    given = ("--dev", *_FREE_PORTS, *arguments)
    process = context.Process(target=_run, args=(given, sending), daemon=True)
    process.start()
    sending.close()
    try:
        if not receiving.poll(_START_S):
            raise RuntimeError(f"the media server did not start within {_START_S} s")
        try:
            url = receiving.recv()
        except EOFError as error:
            raise RuntimeError("the media server did not start: see its words above") from error
        yield RunningServer(url, *DEV_PAIR, process_id=process.pid or 0)
    finally:
        process.terminate()
        process.join(_STOP_S)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()
        receiving.close()


@pytest.fixture(scope="session")
def livekit_server() -> Iterator[RunningServer]:
    """One server for the whole test run."""
    with running_server() as server:
        yield server
