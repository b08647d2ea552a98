"""What a room is asked: by connections, by the server API, by the clock. Engine events are in `media`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from preau.sfu.model import Admission, ClientDetails, Permission, StampedPacket
from preau.sfu.rooms.media import PeerId
from preau.sfu.signalling.requests import Request


class RoomRefusal(Exception):
    """The room says no. `code` is stable (room-full, room-closed, participant-unknown, track-unknown, …)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Join:
    """A connection wants to join. Refused with room-full or room-closed."""

    connection: int
    admission: Admission
    client_details: ClientDetails
    auto_subscribe: bool = True
    adaptive: bool = False


@dataclass(frozen=True, slots=True)
class Resume:
    """A connection wants to go on as participant `sid`. Refused with participant-unknown."""

    connection: int
    sid: str
    identity: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of a connection."""

    connection: int
    request: Request


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """A connection ended without a word."""

    connection: int


@dataclass(frozen=True, slots=True)
class Relay:
    """A data packet of a participant, already stamped."""

    peer: PeerId
    reliable: bool
    packet: StampedPacket


@dataclass(frozen=True, slots=True)
class NoteData:
    """A participant sent data though it may not, so many times; what it was is not kept."""

    peer: PeerId
    times: int = 1


@dataclass(frozen=True, slots=True)
class TooMuchData:
    """A participant sends more data than can be passed on, and counts on each packet of it."""

    peer: PeerId


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed; due work is done."""


@dataclass(frozen=True, slots=True)
class ListParticipants:
    """Answers a tuple of ParticipantInfo."""


@dataclass(frozen=True, slots=True)
class GetParticipant:
    """Answers a ParticipantInfo."""

    identity: str


@dataclass(frozen=True, slots=True)
class RemoveParticipant:
    """Sends a participant away. Credentials that begin before `revoke_before_s` are refused afterwards."""

    identity: str
    revoke_before_s: float = 0.0


@dataclass(frozen=True, slots=True)
class MuteTrack:
    """Mutes a track of a participant; answers its TrackInfo. Nobody can be unmuted by others."""

    identity: str
    track_sid: str
    muted: bool


@dataclass(frozen=True, slots=True)
class UpdateParticipant:
    """Changes a participant; empty values leave things as they are. Answers its ParticipantInfo."""

    identity: str
    metadata: str = ""
    name: str = ""
    attributes: Mapping[str, str] | None = None
    permission: Permission | None = None


@dataclass(frozen=True, slots=True)
class ChangeSubscriptions:
    """Subscribes a participant to tracks, or unsubscribes it."""

    identity: str
    track_sids: tuple[str, ...]
    subscribe: bool


@dataclass(frozen=True, slots=True)
class SendServerData:
    """A data packet from the server API; no destination means everybody."""

    packet: StampedPacket
    reliable: bool


@dataclass(frozen=True, slots=True)
class SetRoomMetadata:
    """Changes the room's metadata; answers its RoomInfo."""

    metadata: str


@dataclass(frozen=True, slots=True)
class NoteRefusal:
    """A participant called the server API with its own credential, and was refused."""

    identity: str
    method: str


@dataclass(frozen=True, slots=True)
class DeleteRoom:
    """Sends everybody away and ends the room."""


@dataclass(frozen=True, slots=True)
class ShutDown:
    """The server stops: everybody is told to come back."""
