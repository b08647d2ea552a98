"""`python -m preau.meet --port P`: the platform alone, by settings of the environment, at once or on word."""

from __future__ import annotations

import argparse
import ctypes
import gc
import os
import signal
import sys
from importlib import import_module

from setproctitle import getproctitle, setproctitle

from preau.meet.listening import listen
from preau.problems import Problem

_PR_SET_PDEATHSIG = 1
_STANDBY_TITLE = "preau: a standby of the platform"
#: What serving needs, and the HTTP interface, which otherwise loads with its first request.
_LOADED_ON_STANDBY = ("preau.meet.app", "preau.meet.api.context", "preau.meet.api.app")


def _die_with_parent() -> None:
    """Have the kernel end this process when its parent ends (Linux)."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit(0)


def _stand_by() -> bool:
    """Load everything and wait for a word on standard input; whether it is to serve.

    A list of processes shows what waits and what serves.
    """
    title = getproctitle()
    setproctitle(_STANDBY_TITLE)
    for module in _LOADED_ON_STANDBY:
        import_module(module)
    gc.collect()
    gc.freeze()
    is_to_serve = sys.stdin.readline() == "serve\n"
    setproctitle(title.removesuffix(" --standby"))
    return is_to_serve


def main() -> int:
    """Serve until told to stop; 2 for a wrong setting, 3 for an occupied port."""
    parser = argparse.ArgumentParser(prog="preau.meet", description="The meeting platform alone.")
    parser.add_argument("--port", type=int, required=True, help="the port to listen on, 127.0.0.1 alone")
    manner = parser.add_mutually_exclusive_group()
    manner.add_argument("--die-with-parent", action="store_true", help="end when the starting process ends")
    manner.add_argument(
        "--standby", action="store_true", help="serve once `serve` is read from standard input"
    )
    arguments = parser.parse_args()
    # The database and its companions are for this account alone.
    os.umask(0o077)
    if arguments.die_with_parent:
        _die_with_parent()
    # Collecting while modules load costs a tenth of the start and finds nothing; the server switches it on.
    gc.disable()
    if arguments.standby and not _stand_by():
        return 0
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
