"""A front door over real sockets, before real HTTP servers (uvicorn) that say who they are."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from preau.serve.backends import BackendAddress
from preau.serve.door import Door
from preau.serve.plan import DoorPlan, Limits
from preau.serve.ports import private_ports
from preau.serve.routing import Backend

LIMITS = Limits(head_timeout_s=0.3, hold_s=1.0, linger_s=0.2)


def _application(name: str) -> Starlette:
    async def tell(request: Request) -> JSONResponse:
        body = await request.body()
        headers = {
            key: value for key, value in request.headers.items() if key.startswith("x-") or key == "te"
        }
        return JSONResponse({"name": name, "path": request.url.path, "length": len(body), "headers": headers})

    async def stream(_: Request) -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            for number in range(50):
                yield b"%d," % number * 1000

        return StreamingResponse(parts())

    async def refuse(_: Request) -> Response:
        return JSONResponse({"error": {"code": "too-large"}}, status_code=413)

    async def echo(websocket: WebSocket) -> None:
        await websocket.accept(subprotocol="preau.control.v1" if name == "meet" else None)
        await websocket.send_text(name)
        async for message in websocket.iter_bytes():
            await websocket.send_bytes(message)

    return Starlette(
        routes=[
            Route("/stream", stream),
            Route("/refuse", refuse, methods=["POST"]),
            WebSocketRoute("/rtc", echo),
            WebSocketRoute("/control", echo),
            Route("/{path:path}", tell, methods=["GET", "POST", "HEAD"]),
        ]
    )


@contextlib.asynccontextmanager
async def origin(name: str, port: int) -> AsyncIterator[None]:
    """A back end on its port."""
    config = uvicorn.Config(
        _application(name), port=port, log_level="error", lifespan="off", ws="websockets-sansio"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        await _accepts(port)
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def _accepts(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            return writer.close()


@dataclass(frozen=True)
class House:
    """A door with its two back-end ports."""

    door: Door
    port: int
    meet_port: int

    @property
    def url(self) -> str:
        """Where the door is."""
        return f"http://127.0.0.1:{self.port}"


@contextlib.asynccontextmanager
async def open_door(
    limits: Limits = LIMITS, most_connections: int | None = None, plan: Mapping[str, Any] | None = None
) -> AsyncIterator[House]:
    """A door with the media server's back end.

    The platform's is for the test to start. `plan`: what else to tell.
    """
    meet_port, sfu_port = private_ports(2)
    backends = {Backend.MEET: BackendAddress(meet_port), Backend.SFU: BackendAddress(sfu_port)}
    door = Door(replace(DoorPlan(backends, limits=limits), **(plan or {})), most_connections)
    listener = socket.create_server(("127.0.0.1", 0))
    await door.open(listener)
    async with origin("sfu", sfu_port):
        try:
            yield House(door, listener.getsockname()[1], meet_port)
        finally:
            await door.close()


async def raw(house: House, data: bytes, source: str = "127.0.0.1") -> bytes:
    """All that is answered to these bytes until the door hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port, local_addr=(source, 0))
    writer.write(data)
    try:
        return await reader.read()
    finally:
        writer.close()


def error_code(reply: bytes) -> str:
    """The code in an answer."""
    code: str = json.loads(reply.partition(b"\r\n\r\n")[2])["error"]["code"]
    return code
