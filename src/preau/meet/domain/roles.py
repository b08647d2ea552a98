"""Roles: of an account on the server, of a participant in a room."""

from __future__ import annotations

from enum import StrEnum


class AccountRole(StrEnum):
    """What an account may do on the whole server."""

    ADMIN = "admin"
    MEMBER = "member"


class RoomRole(StrEnum):
    """What a participant may do in one room."""

    HOST = "host"
    PARTICIPANT = "participant"
