"""Starting programs that never outlive the supervisor."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from functools import partial

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


async def start(
    arguments: Sequence[str], environment: Mapping[str, str], *, listens: bool = False
) -> asyncio.subprocess.Process:
    """The running program; with `listens` its standard input is a pipe of ours, else it is empty."""
    return await asyncio.create_subprocess_exec(
        *arguments,
        stdin=asyncio.subprocess.PIPE if listens else asyncio.subprocess.DEVNULL,
        env=dict(environment),
        # Ctrl-C reaches the whole foreground group; the supervisor alone decides when children stop.
        start_new_session=True,
        preexec_fn=partial(_end_with, os.getpid()),
    )


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
