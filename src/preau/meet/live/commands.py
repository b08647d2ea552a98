"""What a room is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

from preau.meet.domain.ids import MessageId, ParticipantId
from preau.meet.domain.roles import RoomRole

ConnectionId = NewType("ConnectionId", int)


@dataclass(frozen=True)
class Enter:
    """Somebody new wants in, under a fresh id and with the hash of a fresh secret."""

    connection: ConnectionId
    request: int
    participant_id: ParticipantId
    secret_hash: str
    name: str
    role: RoomRole


@dataclass(frozen=True)
class Resume:
    """Somebody who was here wants the place back, having seen events up to `last_sequence`."""

    connection: ConnectionId
    request: int
    participant_id: ParticipantId
    secret_hash: str
    last_sequence: int


@dataclass(frozen=True)
class SendChat:
    """Write a line; the same message id twice is one line."""

    connection: ConnectionId
    request: int
    message_id: MessageId
    text: str


@dataclass(frozen=True)
class RaiseHand:
    """Ask to speak."""

    connection: ConnectionId
    request: int


@dataclass(frozen=True)
class LowerHand:
    """Stop asking to speak."""

    connection: ConnectionId
    request: int


@dataclass(frozen=True)
class Leave:
    """Give up the place."""

    connection: ConnectionId
    request: int


@dataclass(frozen=True)
class LoseConnection:
    """A connection broke; its participant's place is kept for the grace."""

    connection: ConnectionId


@dataclass(frozen=True)
class Restart:
    """The server came back and rebuilt the room from its log: nobody is connected yet."""


@dataclass(frozen=True)
class Tick:
    """Time passed; do what is due."""


@dataclass(frozen=True)
class End:
    """End the meeting for everybody."""


Command = Enter | Resume | SendChat | RaiseHand | LowerHand | Leave | LoseConnection | Restart | Tick | End
