"""The HTTP server underneath: uvicorn on our socket, with limits, and a stop that tells people."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket as sockets_module
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, Protocol

import uvicorn
import uvloop

from preau.meet.listening import HOST
from preau.meet.log import LogEvent, log_event
from preau.websocket import BoundedWebSocket

_MAX_MESSAGE_BYTES = 64 * 1024
_STOP_WITHIN_S = 3


class Served(Protocol):
    """What is served: an ASGI application with a beginning and an end."""

    def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, served: Served) -> None:
        super().__init__(config)
        self._served = served

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """SIGTERM and SIGINT stop the server, and the process then ends by itself with status 0."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True

    async def shutdown(self, sockets: list[sockets_module.socket] | None = None) -> None:
        """Connections hear why they end before they end."""
        await self._served.stop()
        await super().shutdown(sockets)


def serve(served: Served, socket: sockets_module.socket) -> None:
    """Serve until SIGTERM or SIGINT."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(served, socket))


async def _serve(served: Served, socket: sockets_module.socket) -> None:
    config = uvicorn.Config(
        served,
        http="httptools",
        ws=BoundedWebSocket,
        ws_max_size=_MAX_MESSAGE_BYTES,
        ws_ping_interval=2.0,
        ws_ping_timeout=4.0,
        ws_per_message_deflate=False,
        lifespan="off",
        interface="asgi3",
        # Addresses and paths of visitors are nobody's business: no access log.
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=False,
        proxy_headers=True,
        forwarded_allow_ips=HOST,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_STOP_WITHIN_S,
    )
    served.start()
    log_event(LogEvent.STARTED, port=socket.getsockname()[1])
    # What was imported stays for good: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    gc.enable()
    await _Server(config, served).serve(sockets=[socket])
    log_event(LogEvent.STOPPED)
