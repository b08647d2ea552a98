"""Spreadsheets read by a process of their own, a few at a time; see `spreadsheet_reader` for its limits."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

from preau.meet.domain.errors import file_unreadable
from preau.meet.domain.roster_tables import Line
from preau.meet.services.ports import Sheet

_READER = "preau.meet.integrations.spreadsheet_reader"
_AT_ONCE = 2
#: The reader ends by itself long before, unless the machine does not let it run.
_WAIT_S = 30.0


class SpreadsheetProcesses:
    """The `Spreadsheets` port."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def read(self, content: bytes) -> Sequence[Sheet]:
        """The sheets of an XLSX or ODS file. Raises `file-unreadable`."""
        async with self._turns:
            written = await _read_apart(content)
        return [_sheet(one) for one in json.loads(written)]


async def _read_apart(content: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-m",
        _READER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        # What is set for the server is none of its business.
        env={},
    )
    try:
        written, _ = await asyncio.wait_for(process.communicate(content), _WAIT_S)
    except TimeoutError:
        raise file_unreadable() from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise file_unreadable()
    return written


def _sheet(read: dict[str, Any]) -> Sheet:
    lines = tuple(Line(one["number"], tuple(one["cells"]), one["is_concealed"]) for one in read["lines"])
    return Sheet(read["name"], bool(read["is_concealed"]), int(read["first_column"]), lines)
