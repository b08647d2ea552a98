"""LiveKit's own server, the other engine the platform runs on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.kit.free_ports import free_port
from tests.kit.waiting import until

_KEY = "devkey"
_SECRET = "a-secret-of-thirty-two-characters"
_STARTED_WITHIN_S = 20.0


def livekit_binary() -> str:
    """PREAU_TEST_LIVEKIT, `livekit-server` on the path, or what `go install` left; fails without one."""
    by_go = [Path.home() / "go" / "bin" / name for name in ("livekit-server", "server")]
    named = [os.environ.get("PREAU_TEST_LIVEKIT"), shutil.which("livekit-server"), *map(str, by_go)]
    for path in named:
        if path and Path(path).exists():
            return path
    raise RuntimeError("LiveKit's server was not found; set PREAU_TEST_LIVEKIT")


@contextmanager
def running_livekit(log: Path, webhook: str) -> Iterator[dict[str, str]]:
    """Starts LiveKit on free loopback ports; yields the settings that make Préau use it."""
    port = free_port()
    media = {"udp_port": free_port(), "tcp_port": free_port(), "node_ip": "127.0.0.1"}
    config = {
        "port": port,
        "bind_addresses": ["127.0.0.1"],
        "keys": {_KEY: _SECRET},
        "rtc": media | {"use_external_ip": False, "enable_loopback_candidate": True},
        "webhook": {"api_key": _KEY, "urls": [webhook]},
    }
    # YAML contains JSON, so the configuration needs no YAML writer.
    command = [livekit_binary(), "--config-body", json.dumps(config)]
    with log.open("wb") as written:
        process = subprocess.Popen(command, stdout=written, stderr=written)
    try:
        until("LiveKit answers", lambda: _answers(f"http://127.0.0.1:{port}/"), _STARTED_WITHIN_S)
        yield {
            "PREAU_LIVEKIT_URL": f"ws://127.0.0.1:{port}",
            "PREAU_LIVEKIT_API_KEY": _KEY,
            "PREAU_LIVEKIT_API_SECRET": _SECRET,
        }
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code < 500
    except httpx.TransportError:
        return False
