"""One HTTP question to a child on loopback: does it answer, and what."""

from __future__ import annotations

import asyncio
import json
from typing import Any

_PATIENCE_S = 2.0
_MOST_BYTES = 64 * 1024


async def answers(port: int, path: str) -> bool:
    """Whether a server there answers with success."""
    reply = await _ask(port, path)
    return reply is not None and reply[0] == 200


async def json_of(port: int, path: str) -> dict[str, Any] | None:
    """The JSON object there; None when there is none."""
    reply = await _ask(port, path)
    if reply is None or reply[0] != 200:
        return None
    try:
        value = json.loads(reply[1])
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


async def _ask(port: int, path: str) -> tuple[int, bytes] | None:
    """HTTP/1.0, so that the answer ends with the connection and is not chunked."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
                reply = await reader.read(_MOST_BYTES)
                while more := await reader.read(_MOST_BYTES):
                    reply += more
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return None
    head, _, body = reply.partition(b"\r\n\r\n")
    parts = head.split(b" ", 2)
    return (int(parts[1]), body) if len(parts) > 1 and parts[1].isdigit() else None
