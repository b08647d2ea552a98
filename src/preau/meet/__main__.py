"""`python -m preau.meet --port P [--die-with-parent]`: the platform alone, settings from the environment."""

from __future__ import annotations

import argparse
import ctypes
import gc
import os
import signal
import sys
from importlib import import_module

from preau.meet.listening import listen
from preau.problems import Problem

_PR_SET_PDEATHSIG = 1


def _die_with_parent() -> None:
    """Have the kernel end this process when its parent ends (Linux)."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(0)


def main() -> int:
    """Serve until told to stop; 2 for a wrong setting, 3 for an occupied port."""
    parser = argparse.ArgumentParser(prog="preau.meet", description="The meeting platform alone.")
    parser.add_argument("--port", type=int, required=True, help="the port to listen on, 127.0.0.1 alone")
    parser.add_argument("--die-with-parent", action="store_true", help="end when the starting process ends")
    arguments = parser.parse_args()
    if arguments.die_with_parent:
        _die_with_parent()
    # Collecting while modules load costs a tenth of the start and finds nothing; the server switches it on.
    gc.disable()
    settings = import_module("preau.meet.settings").MeetSettings
    try:
        given = settings.from_environment(os.environ)
        socket = listen(arguments.port)
        import_module("preau.meet.app").run_on(given, socket)
    except Problem as problem:
        print(problem.line(), file=sys.stderr)
        return int(problem.exit_status)
    return 0


if __name__ == "__main__":
    sys.exit(main())
