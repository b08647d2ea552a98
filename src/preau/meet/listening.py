"""The listening socket, taken before anything heavy is imported: callers wait in its queue."""

from __future__ import annotations

import socket as sockets

from preau.problems import PortInUse

HOST = "127.0.0.1"
_QUEUE = 1024


def listen(port: int) -> sockets.socket:
    """A listening socket on the loopback address; raises `PortInUse`."""
    socket = sockets.socket(sockets.AF_INET, sockets.SOCK_STREAM)
    socket.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
    try:
        socket.bind((HOST, port))
        socket.listen(_QUEUE)
    except OSError:
        socket.close()
        raise PortInUse(HOST, port, "TCP", "another --port, or for `preau serve` PREAU_PORT,") from None
    socket.setblocking(False)
    return socket
