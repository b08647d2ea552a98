"""What a room wants done. Engine commands (`media.EngineCommand`) are effects too."""

from __future__ import annotations

from dataclasses import dataclass

from preau.sfu.model import Admission, ParticipantInfo, RoomInfo, TrackInfo
from preau.sfu.rooms.media import EngineCommand
from preau.sfu.signalling.responses import Response


@dataclass(frozen=True, slots=True)
class Send:
    """A response for a connection."""

    connection: int
    response: Response


@dataclass(frozen=True, slots=True)
class CloseConnection:
    """Close a connection after what was sent before, with a WebSocket close code and reason."""

    connection: int
    close_code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Renew:
    """Send a connection a fresh access token with these rights."""

    connection: int
    admission: Admission


@dataclass(frozen=True, slots=True)
class UseToken:
    """The credential has let its holder in; one that works once works no more."""

    admission: Admission


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell webhook receivers of an event, of LiveKit's list or ours. `times`: how many it sums up."""

    event: str
    room: RoomInfo
    participant: ParticipantInfo | None = None
    track: TrackInfo | None = None
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """A line for the log: a stable code and one sentence."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The room is over; nothing may be asked of it any more."""


Effect = Send | CloseConnection | Renew | UseToken | Notify | Remark | Finished | EngineCommand
