"""Préau's media server, with its defaults, on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from . import KEY, LOOPBACK, SECRET, Place, Server, System, tool

ROOT = Path(__file__).resolve().parents[3]


def _python() -> str:
    """Another installation can be named, to compare two versions of ours."""
    return os.environ.get("PREAU_BENCH_PYTHON", sys.executable)


def _server(place: Place) -> Server:
    options = {
        "bind": LOOPBACK,
        "port": place.port,
        "udp-port": place.port + 1,
        "tcp-port": place.port + 2,
        "key": KEY,
        "secret": SECRET,
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    return Server([_python(), "-m", "preau.sfu", *flags], LOOPBACK, {})


def _version() -> str:
    told = subprocess.run(
        [tool("git"), "describe", "--always", "--dirty"], check=True, capture_output=True, text=True, cwd=ROOT
    )
    return told.stdout.strip()


SYSTEM = System("preau", "Préau", "livekit", _server, _version, whole_calls=True)
