"""One HTTP question to a child on loopback: does it answer?"""

from __future__ import annotations

import asyncio

import h11

from preau.serve.backends import BackendExchange
from preau.serve.relay import Side

_PATIENCE_S = 2.0
_HOST = "127.0.0.1"


async def answers(port: int, path: str, host: str = _HOST) -> bool:
    """Whether a server there answers with success."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            side = Side(*await asyncio.open_connection(host, port))
            try:
                return await _ask(BackendExchange(side, _PATIENCE_S), f"{host}:{port}", path) == 200
            finally:
                side.writer.close()
    except (OSError, TimeoutError, h11.RemoteProtocolError):
        return False


async def _ask(exchange: BackendExchange, host: str, path: str) -> int | None:
    """The status of the answer."""
    await exchange.send(h11.Request(method="GET", target=path, headers=[("host", host)]), h11.EndOfMessage())
    event = await exchange.next_event()
    return event.status_code if isinstance(event, h11.Response) else None
