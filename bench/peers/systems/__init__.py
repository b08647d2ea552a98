"""The media servers that can be measured: how each is started, and how the load reaches it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"
KEY = "devkey"
SECRET = "a-secret-of-thirty-two-characters"


class Missing(Exception):
    """A system cannot be measured here; says why."""


def tool(name: str) -> str:
    """The path of a program of the system; `Missing` when it is not installed."""
    path = shutil.which(name)
    if path is None:
        raise Missing(f"{name} is not installed")
    return path


@dataclass(frozen=True)
class Place:
    """Where a server runs."""

    #: For its settings and its log.
    folder: Path
    #: An address of this machine that is not loopback, for servers that refuse that; None if there is none.
    outer_address: str | None
    #: Free for it, and the two after it.
    port: int
    #: How many cores it is given.
    cores: int
    #: Of the native programs of bench/load.
    programs: Path


@dataclass(frozen=True)
class Server:
    """How to start a server."""

    command: list[str]
    #: Where the load finds it.
    address: str
    environment: dict[str, str]


@dataclass(frozen=True)
class System:
    """A media server."""

    name: str
    title: str
    #: The load's name for how participants join.
    protocol: str
    server: Callable[[Place], Server]
    version: Callable[[], str]
    #: Whether the signalling port is TCP; the relay has none.
    signals: bool = True
    #: Whether participants can both publish and subscribe, in several encodings.
    whole_calls: bool = False
