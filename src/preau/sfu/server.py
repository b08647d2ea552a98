"""The media server as a process: HTTP routes, sockets, engine, signals."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import logging
import signal
import socket
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from preau.sfu.api import room_service, tokens
from preau.sfu.calls import Calls, error_response
from preau.sfu.clocks import Clocks
from preau.sfu.endpoint import admit, refusal_response, signalling
from preau.sfu.engine import Engine, EngineDied, PortInUse, start
from preau.sfu.following import NameUnknown, first_found, follow
from preau.sfu.hub import Hub
from preau.sfu.rooms import commands
from preau.sfu.settings import Settings, conflict_of_families
from preau.sfu.wire.limits import MAX_FRAME_BYTES
from preau.websocket import BoundedWebSocket

_SHUTDOWN_S = 1.5
_NO_V1 = "this server speaks the dual peer connection protocol: use /rtc"


#: An answer of this server shows and runs nothing, and is nobody else's to keep.
_HEADERS = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)
_RESPONSES = frozenset({"http.response.start", "websocket.http.response.start"})


class SecurityHeaders:
    """On every answer, a refused WebSocket's too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry point."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _RESPONSES:
                message = {**message, "headers": [*message.get("headers", []), *_HEADERS]}
            await send(message)

        await self._app(scope, receive, send_with_headers)


class CollapseSlashes:
    """Clients given a URL with a trailing slash ask for `//rtc`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry point."""
        path = scope.get("path", "")
        if path.startswith("//"):
            scope = {**scope, "path": "/" + path.lstrip("/")}
        await self._app(scope, receive, send)


def application(hub: Hub) -> ASGIApp:
    """The HTTP and WebSocket routes."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["OPTIONS", "HEAD", "GET", "POST", "PATCH", "DELETE"],
        allow_headers=["*"],
        expose_headers=["*"],
        max_age=86400,
    )
    routes = [
        Route("/", _health, methods=["GET"]),
        Route("/rtc/validate", functools.partial(_validate, hub), methods=["GET"]),
        Route("/rtc/v1", _no_v1, methods=["GET"]),
        Route("/rtc/v1/validate", _no_v1, methods=["GET"]),
        Route("/twirp/livekit.RoomService/{method}", Calls(hub).answer, methods=["POST"]),
        Route("/twirp/{rest:path}", _unserved, methods=["POST"]),
        WebSocketRoute("/rtc", functools.partial(_signalling, hub)),
        WebSocketRoute("/{rest:path}", _no_socket),
    ]
    return SecurityHeaders(CollapseSlashes(Starlette(routes=routes, middleware=[cors])))


async def _health(_request: Request) -> Response:
    return PlainTextResponse("OK")


async def _validate(hub: Hub, request: Request) -> Response:
    try:
        admit(hub, request)
    except (tokens.TokenError, commands.RoomRefusal) as error:
        return refusal_response(error)
    return PlainTextResponse("success")


async def _no_v1(_request: Request) -> Response:
    return PlainTextResponse(_NO_V1, 404)


async def _signalling(hub: Hub, websocket: WebSocket) -> None:
    await signalling(hub, websocket)


async def _no_socket(websocket: WebSocket) -> None:
    await websocket.send_denial_response(PlainTextResponse(_NO_V1, 404))


async def _unserved(_request: Request) -> Response:
    return error_response(room_service.TwirpError("unimplemented", "this service is not served here"))


class _Uvicorn(uvicorn.Server):
    """Signals are handled here, so that clients hear of a stop before their connections end."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@dataclass(frozen=True, slots=True)
class Address:
    """Where a running server is reached."""

    url: str
    udp_port: int
    tcp_port: int | None


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises PortInUse, OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(1024)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(f"port {port} on {host} is taken") from error
        raise
    listening.setblocking(False)
    return listening


async def serve(settings: Settings, on_ready: Callable[[Address], None], stop: asyncio.Event) -> None:
    """Runs until `stop` is set.

    Raises NameUnknown, EngineMissing, PortInUse, OSError before it is ready, EngineDied after that.
    """
    listening = listen(settings.bind, settings.port)
    try:
        reach = await first_found(settings.advertise)
        if problem := conflict_of_families(reach.addresses):
            raise NameUnknown(problem)
        settings = replace(settings, advertise=reach.addresses)
        native = start(
            settings.media_host,
            settings.udp_port,
            settings.tcp_port,
            settings.advertise,
            settings.srtp,
            segmentation=settings.segmentation,
        )
    except BaseException:
        listening.close()
        raise
    engine = Engine(native)
    following = follow(reach, engine.announce)
    hub = Hub(settings, engine, Clocks())
    died = pump(engine, hub)
    server = _Uvicorn(_config(hub))
    logging.getLogger("uvicorn.error").addFilter(_is_no_denial)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await server.ready.wait()
        host, port = listening.getsockname()[:2]
        udp_port, tcp_port = engine.ports
        on_ready(Address(f"http://{f'[{host}]' if ':' in host else host}:{port}", udp_port, tcp_port))
        ends: set[asyncio.Future[Any]] = {running, asyncio.ensure_future(stop.wait()), died}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        await hub.shut_down(_SHUTDOWN_S)
        server.should_exit = True
        await running
        if died.done():
            died.result()
    finally:
        following.set()
        asyncio.get_running_loop().remove_reader(engine.fileno())
        engine.close()
        listening.close()


def pump(engine: Engine, hub: Hub) -> asyncio.Future[None]:
    """Hands what the engine reports to the rooms from now on.

    The result never comes, or fails with EngineDied.
    """
    loop = asyncio.get_running_loop()
    died: asyncio.Future[None] = loop.create_future()

    def on_reports() -> None:
        try:
            hub.pump_engine()
        except EngineDied as error:
            loop.remove_reader(engine.fileno())
            died.set_exception(error)

    loop.add_reader(engine.fileno(), on_reports)
    return died


def _is_no_denial(record: logging.LogRecord) -> bool:
    """uvicorn takes a refused WebSocket, which was answered in full, for an unfinished one and says so."""
    return "without completing handshake" not in record.getMessage()


def _config(hub: Hub) -> uvicorn.Config:
    return uvicorn.Config(
        application(hub),
        http="httptools",
        ws=BoundedWebSocket,
        ws_max_size=MAX_FRAME_BYTES,
        ws_ping_interval=10.0,
        ws_ping_timeout=15.0,
        # Signalling is small; compression would cost memory per connection and invite bombs.
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )


def stop_on_signals(stop: asyncio.Event) -> None:
    """SIGTERM and SIGINT ask for a clean end."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
