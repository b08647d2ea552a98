"""Bytes both ways after an upgrade, until either side ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True)
class Side:
    """One TCP connection, as asyncio streams."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


async def relay(first: Side, second: Side) -> None:
    """Copies both ways until one side ends; closing the other, which flushes it, is left to its owner."""
    pumps = [
        asyncio.create_task(_pump(first.reader, second.writer)),
        asyncio.create_task(_pump(second.reader, first.writer)),
    ]
    try:
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


async def close(side: Side) -> None:
    """Flushes and closes; a peer that is already gone is no error."""
    side.writer.close()
    try:
        await side.writer.wait_closed()
    except OSError:
        return


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
    except OSError:
        return
