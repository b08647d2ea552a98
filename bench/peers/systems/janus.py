"""Janus of the system's package, tuned: one event loop for each core, no plugin but VideoRoom, quiet."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from . import Missing, Place, Server, System, tool

ROOM = 1
_ONLY_PLUGIN = "libjanus_videoroom.so"
_ONLY_TRANSPORT = "libjanus_websockets.so"


Groups = Mapping[str, Mapping[str, str | int | bool]]


def _modules() -> Path:
    found = sorted(Path("/usr/lib").glob("*/janus"))
    if not found:
        raise Missing("janus is not installed")
    return found[0]


def _settings(groups: Groups) -> str:
    """In Janus' form of libconfig."""

    def value(it: str | int | bool) -> str:
        return str(it).lower() if isinstance(it, int) else f'"{it}"'

    return "\n".join(
        f"{group}: {{\n" + "".join(f"  {name} = {value(it)}\n" for name, it in entries.items()) + "}"
        for group, entries in groups.items()
    )


def _disabled(modules: Path, kind: str, but: str) -> str:
    return ",".join(sorted(path.name for path in (modules / kind).glob("*.so") if path.name != but))


def _server(place: Place) -> Server:
    if place.outer_address is None:
        raise Missing("Janus refuses loopback; it is measured in a network namespace alone (as root)")
    modules = _modules()
    kinds = ("plugins", "transports", "events", "loggers")
    folders = {f"{kind}_folder": str(modules / kind) for kind in kinds}
    general: dict[str, str | int | bool] = {
        **folders,
        "configs_folder": str(place.folder),
        "debug_level": 2,
        "event_loops": place.cores,
        "session_timeout": 0,
    }
    files: dict[str, Groups] = {
        "janus.jcfg": {
            "general": general,
            "media": {"ipv6": False, "rtp_port_range": "30000-60000"},
            "plugins": {"disable": _disabled(modules, "plugins", _ONLY_PLUGIN)},
            "transports": {"disable": _disabled(modules, "transports", _ONLY_TRANSPORT)},
        },
        "janus.transport.websockets.jcfg": {
            "general": {"json": "compact", "ws": True, "ws_port": place.port, "wss": False}
        },
        "janus.plugin.videoroom.jcfg": {
            f"room-{ROOM}": {
                "description": "bench",
                "publishers": 100,
                "bitrate": 0,
                "audiocodec": "opus",
                "videocodec": "vp8",
            }
        },
    }
    for name, groups in files.items():
        (place.folder / name).write_text(_settings(groups))
    command = [tool("janus"), f"--config={place.folder / 'janus.jcfg'}", f"--configs-folder={place.folder}"]
    return Server(command, place.outer_address, {})


def _version() -> str:
    told = subprocess.run([tool("janus"), "--version"], check=False, capture_output=True, text=True)
    return (told.stdout.strip().splitlines() or ["unknown"])[0]


SYSTEM = System("janus", "Janus", "janus", _server, _version)
