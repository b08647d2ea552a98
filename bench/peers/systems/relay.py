"""The reference relay of bench/load: the yardstick. It forwards and does nothing else."""

from __future__ import annotations

from . import LOOPBACK, Place, Server, System


def _server(place: Place) -> Server:
    command = [str(place.programs / "reference-relay"), f"{LOOPBACK}:{place.port}", "bursts"]
    return Server(command, LOOPBACK, {})


SYSTEM = System("relay", "reference relay", "relay", _server, lambda: "of this tree", signals=False)
