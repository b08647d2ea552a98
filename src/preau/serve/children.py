"""One child process: started, watched until healthy, started again when it ends, stopped cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from preau.problems import ChildGaveUp
from preau.serve import programs
from preau.serve.probes import answers
from preau.serve.restarts import Ending, GiveUp, History
from preau.serve.standby import Standby

_PROBE_EVERY_S = 0.05
_STOP_PATIENCE_S = 4.0
#: A standby loads once the child has had the machine for itself: everybody comes back in its first moments.
_PREPARE_AFTER_S = 5.0


@dataclass(frozen=True)
class ChildPlan:
    """What to start and how to see that it works."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    port: int
    health_path: str
    #: What starts a process that loads the program and waits; None: the child has no standby.
    standby_arguments: Sequence[str] | None = None


class Child:
    """Keeps one process alive until told to stop."""

    def __init__(self, plan: ChildPlan) -> None:
        self.name = plan.name
        self.has_been_healthy = asyncio.Event()
        self._plan = plan
        waiting = plan.standby_arguments
        self._standby = None if waiting is None else Standby(waiting, plan.environment)
        self._history = History()
        self._process: asyncio.subprocess.Process | None = None
        self._is_stopping = False

    async def run(self) -> None:
        """Returns after `stop`; raises ChildGaveUp when the child has never worked and will not."""
        while not self._is_stopping:
            ending = await self._live()
            if self._is_stopping:
                return
            self._history, verdict = self._history.after(ending)
            if isinstance(verdict, GiveUp):
                raise ChildGaveUp(self.name, verdict.exit_status)
            _log(
                f"{self.name} ended (status {ending.exit_status}); starting it again in {verdict.delay_s:g} s"
            )
            await asyncio.sleep(verdict.delay_s)

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL for a process that has not ended after some seconds."""
        self._is_stopping = True
        if self._standby is not None:
            await self._standby.stop()
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_STOP_PATIENCE_S):
                await process.wait()
        except TimeoutError:
            _log(f"{self.name} did not stop in {_STOP_PATIENCE_S:g} s and is ended")
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _live(self) -> Ending:
        loop = asyncio.get_running_loop()
        began = loop.time()
        self._process = process = await self._start()
        if self._is_stopping:
            process.terminate()
        is_healthy = asyncio.Event()
        tending = asyncio.create_task(self._tend(is_healthy))
        try:
            status = await process.wait()
        finally:
            tending.cancel()
            await asyncio.gather(tending, return_exceptions=True)
        return Ending(status, loop.time() - began, is_healthy.is_set())

    async def _start(self) -> asyncio.subprocess.Process:
        waiting = None if self._standby is None else self._standby.take()
        return waiting or await programs.start(self._plan.arguments, self._plan.environment)

    async def _tend(self, is_healthy: asyncio.Event) -> None:
        while True:
            if await answers(self._plan.port, self._plan.health_path):
                break
            await asyncio.sleep(_PROBE_EVERY_S)
        is_healthy.set()
        self.has_been_healthy.set()
        if self._standby is not None:
            await asyncio.sleep(_PREPARE_AFTER_S)
            await self._standby.prepare()


def _log(sentence: str) -> None:
    print(f"preau: {sentence}", file=sys.stderr, flush=True)
