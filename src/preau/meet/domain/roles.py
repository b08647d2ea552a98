"""Roles: of an account on the server, of a participant in a room."""

from __future__ import annotations

from enum import StrEnum


class AccountRole(StrEnum):
    """What an account may do on the whole server."""

    ADMIN = "admin"
    MEMBER = "member"


class RoomRole(StrEnum):
    """What a participant may do in one room.

    Host and co-host are the supervising adults of a class; a pupil is its participant. An observer hears and
    sees, stands in the roster like everybody, and neither speaks, shows nor writes.
    """

    HOST = "host"
    COHOST = "cohost"
    PARTICIPANT = "participant"
    OBSERVER = "observer"


#: Those who run the room: they admit, moderate, and supervise.
MODERATORS = frozenset({RoomRole.HOST, RoomRole.COHOST})
