"""Where ids come from. A room's number sits in the upper bits of its engine ids, so that an event of the
engine finds its room without any table."""

from __future__ import annotations

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
_ROOM_SHIFT = 32


def new_sid(prefix: str, length: int = 12) -> str:
    """A random sid such as `PA_x7…`: 62^12 possibilities."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))


def room_number(engine_id: int) -> int:
    """The room an engine id belongs to."""
    return engine_id >> _ROOM_SHIFT


class RoomIds:
    """Ids of one room."""

    def __init__(self, number: int) -> None:
        self._base = number << _ROOM_SHIFT
        self._last = 0

    def sid(self, prefix: str) -> str:
        """A new sid."""
        return new_sid(prefix)

    def number(self) -> int:
        """A new engine id."""
        self._last += 1
        return self._base + self._last

    def trailer(self) -> bytes:
        """Random bytes that mark frames of the server."""
        return secrets.token_bytes(16)
