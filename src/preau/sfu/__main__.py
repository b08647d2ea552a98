"""`python -m preau.sfu`: the media server alone."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Sequence

import uvloop

from preau.sfu.engine import EngineDied, EngineMissing, PortInUse
from preau.sfu.following import NameUnknown
from preau.sfu.server import Address, serve, stop_on_signals
from preau.sfu.settings import BAD_SETTING_EXIT, Settings, parse

PORT_IN_USE_EXIT = 3
ENGINE_MISSING_EXIT = 4
ENGINE_DIED_EXIT = 5
_PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the server until it is told to stop; returns the exit status."""
    settings = parse(list(sys.argv[1:] if arguments is None else arguments), os.environ)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    if settings.die_with_parent and not _die_with_parent():
        return 0
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(settings))
    except PortInUse as error:
        return _fail("port-in-use", f"{error}; stop what uses it or choose another.", PORT_IN_USE_EXIT)
    except EngineMissing as error:
        return _fail("engine-missing", str(error), ENGINE_MISSING_EXIT)
    except EngineDied as error:
        return _fail("engine-died", f"{error}.", ENGINE_DIED_EXIT)
    except (NameUnknown, OSError) as error:
        problem = f"cannot listen: {error.strerror}" if isinstance(error, OSError) else str(error)
        return _fail("bad-setting", f"{problem}.", BAD_SETTING_EXIT)
    return 0


async def _run(settings: Settings) -> None:
    stop = asyncio.Event()
    stop_on_signals(stop)
    await serve(settings, _announce, stop)


def _announce(address: Address) -> None:
    media = f"media on UDP {address.udp_port}" + (f", TCP {address.tcp_port}" if address.tcp_port else "")
    print(f"preau sfu: listening on {address.url} ({media})", flush=True)


def _fail(code: str, sentence: str, status: int) -> int:
    print(f"preau sfu: {code}: {sentence}", file=sys.stderr)
    return status


def _die_with_parent() -> bool:
    """Asks Linux to end this process when its parent ends; false when the parent is gone already."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    return os.getppid() == parent


if __name__ == "__main__":
    sys.exit(main())
