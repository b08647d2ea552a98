"""What the driver has to do once the entries of a step are durable, in this order."""

from __future__ import annotations

from dataclasses import dataclass

from preau.meet.domain.ids import ParticipantId
from preau.meet.live.commands import ConnectionId
from preau.meet.live.events import Entry
from preau.meet.live.view import RoomView


@dataclass(frozen=True)
class Announce:
    """Tell these connections about an entry."""

    entry: Entry
    to: tuple[ConnectionId, ...]


@dataclass(frozen=True)
class Admit:
    """Let a connection in. `missed` None: it gets the whole view; otherwise only these entries."""

    connection: ConnectionId
    request: int
    participant_id: ParticipantId
    view: RoomView
    is_resumed: bool
    missed: tuple[Entry, ...] | None


@dataclass(frozen=True)
class Confirm:
    """Answer a request that succeeded; `sequence` is that of the entry it made, if any."""

    connection: ConnectionId
    request: int
    sequence: int | None


@dataclass(frozen=True)
class Refuse:
    """Answer a request that failed, by a code of docs/protocol/control.md."""

    connection: ConnectionId
    request: int
    code: str


@dataclass(frozen=True)
class CloseConnection:
    """Say why and close."""

    connection: ConnectionId
    code: str


@dataclass(frozen=True)
class RemoveFromMedia:
    """Take a participant out of the LiveKit room."""

    participant_id: ParticipantId


@dataclass(frozen=True)
class EndOccurrence:
    """Nobody is left and nobody will come back: purge the log and forget the room."""


Effect = Announce | Admit | Confirm | Refuse | CloseConnection | RemoveFromMedia | EndOccurrence
