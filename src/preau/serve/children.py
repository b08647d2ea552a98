"""One child process: started, watched until healthy, started again when it ends, stopped cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from preau.problems import ChildGaveUp
from preau.serve.probes import answers
from preau.serve.restarts import Ending, GiveUp, History

_PROBE_EVERY_S = 0.05
_STOP_PATIENCE_S = 4.0
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class ChildPlan:
    """What to start and how to see that it works."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    port: int
    health_path: str


class Child:
    """Keeps one process alive until told to stop."""

    def __init__(self, plan: ChildPlan) -> None:
        self.name = plan.name
        self.has_been_healthy = asyncio.Event()
        self._plan = plan
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
        self._process = process = await asyncio.create_subprocess_exec(
            *self._plan.arguments,
            stdin=asyncio.subprocess.DEVNULL,
            env=dict(self._plan.environment),
            # Ctrl-C reaches the whole foreground group; the supervisor alone decides when children stop.
            start_new_session=True,
            preexec_fn=partial(_end_with, os.getpid()),
        )
        if self._is_stopping:
            process.terminate()
        healthy = asyncio.create_task(self._wait_until_healthy())
        try:
            status = await process.wait()
        finally:
            healthy.cancel()
            await asyncio.gather(healthy, return_exceptions=True)
        was_healthy = healthy.done() and not healthy.cancelled()
        return Ending(status, loop.time() - began, was_healthy)

    async def _wait_until_healthy(self) -> None:
        while True:
            if await answers(self._plan.port, self._plan.health_path):
                break
            await asyncio.sleep(_PROBE_EVERY_S)
        self.has_been_healthy.set()


def _end_with(supervisor_pid: int) -> None:
    """Runs in the child between fork and exec: asks the kernel to kill it when the supervisor ends.

    SIGKILL, because nothing could still be passed on without the supervisor, and because a child must never
    hold its ports against the next run. Linux only; elsewhere children outlive a killed supervisor.
    """
    if _LIBC is None:
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != supervisor_pid:
        os.kill(os.getpid(), signal.SIGKILL)


def _log(sentence: str) -> None:
    print(f"preau: {sentence}", file=sys.stderr, flush=True)
