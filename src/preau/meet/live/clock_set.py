"""What a room makes of a wall clock that was set: dates stay as they are, deadlines move along.

A room's entries bear dates, and its deadlines are dates too, so that both can be read from one log. When
somebody sets the clock by a day, nobody is to lose a seat by that, and nobody to be silent for a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from preau.meet.live.memory import Memory
from preau.meet.live.room import Room

#: Records of what was when, by class. Everything else that has a moment waits for it, or counts from it.
_RECORDS: Mapping[type, frozenset[str]] = {
    Room: frozenset({"setting", "view", "entries"}),
    Memory: frozenset({"identities", "names", "lines"}),
}


def moved(room: Room, by: timedelta) -> Room:
    """The room with every moment it waits for, or counts from, so much later."""
    changed: Room = _moved(room, by)
    return changed


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, tuple):
        return tuple(_moved(one, by) for one in value)
    if isinstance(value, Mapping):
        return {key: _moved(one, by) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        kept = _RECORDS.get(type(value), frozenset())
        names = [one.name for one in fields(value) if one.name not in kept]
        return replace(value, **{name: _moved(getattr(value, name), by) for name in names})
    return value
