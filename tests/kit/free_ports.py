"""Free loopback ports, out of a range that PREAU_TEST_PORTS=first-last sets."""

from __future__ import annotations

import os
import socket

_HOST = "127.0.0.1"
#: Processes that run side by side begin as far apart: neither sees what the other has only chosen.
_APART = 41
_handed_out: set[int] = set()


def free_port() -> int:
    """A port nobody listens on now, neither TCP nor UDP, and that was not handed out before."""
    first, last = (int(part) for part in os.environ.get("PREAU_TEST_PORTS", "27000-27999").split("-"))
    size = last - first + 1
    start = os.getpid() * _APART % size
    for port in (first + (start + step) % size for step in range(size)):
        if port in _handed_out:
            continue
        if _is_free(port, socket.SOCK_STREAM) and _is_free(port, socket.SOCK_DGRAM):
            _handed_out.add(port)
            return port
    raise RuntimeError(f"no free port between {first} and {last}")


def _is_free(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind((_HOST, port))
        except OSError:
            return False
    return True
