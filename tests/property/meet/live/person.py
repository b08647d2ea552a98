"""Somebody as the reference knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass
class Person:
    """Somebody in the room or at its door; `line` is the connection."""

    role: str
    marks: frozenset[str]
    line: int | None
    lost_at: datetime | None = None
    hand: bool = False
    asked: bool = False
    note: bool = False
    came_running: bool = False
    device: str = ""
    link: str | None = None
    secret: str = ""
    came_by: str = ""
    went_at: datetime | None = None
    went: str = ""
