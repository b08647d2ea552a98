"""LiveKit's own server, with its defaults, on loopback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from . import KEY, LOOPBACK, SECRET, Missing, Place, Server, System


def _binary() -> str:
    by_go = [Path.home() / "go" / "bin" / name for name in ("livekit-server", "server")]
    named = [os.environ.get("PREAU_BENCH_LIVEKIT"), shutil.which("livekit-server"), *map(str, by_go)]
    binary = next((path for path in named if path and Path(path).exists()), None)
    if binary is None:
        raise Missing("LiveKit's server was not found; name it with PREAU_BENCH_LIVEKIT")
    return binary


def _server(place: Place) -> Server:
    media = {"udp_port": place.port + 1, "tcp_port": place.port + 2, "node_ip": LOOPBACK}
    # YAML contains JSON.
    config = {
        "port": place.port,
        "bind_addresses": [LOOPBACK],
        "keys": {KEY: SECRET},
        "logging": {"level": "error"},
        "rtc": media | {"use_external_ip": False, "enable_loopback_candidate": True},
    }
    return Server([_binary(), "--config-body", json.dumps(config)], LOOPBACK, {})


def _version() -> str:
    told = subprocess.run([_binary(), "--version"], check=True, capture_output=True, text=True)
    return told.stdout.strip()


SYSTEM = System("livekit", "LiveKit", "livekit", _server, _version, whole_calls=True)
