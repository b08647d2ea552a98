"""One HTTP question to a child on loopback: does it answer, and what."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import h11

from preau.serve.backends import BackendExchange
from preau.serve.relay import Side

_PATIENCE_S = 2.0
_HOST = "127.0.0.1"


async def answers(port: int, path: str) -> bool:
    """Whether a server there answers with success."""
    return await _body_of(port, path) is not None


async def json_of(port: int, path: str) -> dict[str, Any] | None:
    """The JSON object there; None when there is none."""
    body = await _body_of(port, path)
    try:
        value = json.loads(body or b"")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


async def _body_of(port: int, path: str) -> bytes | None:
    """The body of a 200 answer; None for anything else."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            side = Side(*await asyncio.open_connection(_HOST, port))
            try:
                return await _ask(BackendExchange(side, _PATIENCE_S), f"{_HOST}:{port}", path)
            finally:
                side.writer.close()
    except (OSError, TimeoutError, h11.RemoteProtocolError):
        return None


async def _ask(exchange: BackendExchange, host: str, path: str) -> bytes | None:
    await exchange.send(h11.Request(method="GET", target=path, headers=[("host", host)]), h11.EndOfMessage())
    status, body = 0, bytearray()
    while True:
        event = await exchange.next_event()
        if isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
        else:
            return bytes(body) if status == 200 and isinstance(event, h11.EndOfMessage) else None
