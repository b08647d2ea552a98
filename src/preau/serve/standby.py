"""A process that has loaded a child's program already, and serves in its place the moment the child ends.

Loading takes a second of a quiet machine and three of a busy one. After a crash in a lesson that is how long
nobody could write, raise a hand or be muted.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

from preau.serve import programs

_SERVE = b"serve\n"


class Standby:
    """At most one waiting process. Whatever becomes of it, the child can still be started the slow way."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._arguments = arguments
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None

    async def prepare(self) -> None:
        """Start one, unless one waits already."""
        if self._process is None or self._process.returncode is not None:
            self._process = await programs.start(self._arguments, self._environment, listens=True)

    def take(self) -> asyncio.subprocess.Process | None:
        """The waiting process, told to serve; None when there is none."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None or process.stdin is None:
            return None
        process.stdin.write(_SERVE)
        process.stdin.close()
        return process

    async def stop(self) -> None:
        """End the waiting process: it has nothing to finish."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
