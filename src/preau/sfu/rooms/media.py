"""The media engine as a room sees it: commands it gives, events it gets. Ids are opaque numbers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NewType

PeerId = NewType("PeerId", int)
TrackId = NewType("TrackId", int)
DownId = NewType("DownId", int)
RequestId = NewType("RequestId", int)


class PeerState(Enum):
    """State of a peer's transport. FAILED: no contact for 15 s."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    FAILED = "failed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class OpenPeer:
    """A transport for one peer connection of a client."""

    peer: PeerId
    publishes: bool


@dataclass(frozen=True, slots=True)
class ClosePeer:
    """Ends a peer with its tracks and down-tracks."""

    peer: PeerId


@dataclass(frozen=True, slots=True)
class Receive:
    """A section of an offer that carries a track."""

    mid: str
    track: TrackId
    mime: str
    stereo: bool
    #: Of all layers together, in bit/s; 0: the client said nothing of it.
    announced_bps: int = 0


@dataclass(frozen=True, slots=True)
class AcceptOffer:
    """The client's offer. Answered by Answered or Refused."""

    peer: PeerId
    request: RequestId
    sdp: str
    receive: tuple[Receive, ...]


@dataclass(frozen=True, slots=True)
class AddDown:
    """Desires a track on a subscriber peer."""

    peer: PeerId
    down: DownId
    track: TrackId
    group: str
    track_sid: str


@dataclass(frozen=True, slots=True)
class RemoveDown:
    """Desires a track no more."""

    peer: PeerId
    down: DownId


@dataclass(frozen=True, slots=True)
class Negotiate:
    """Turns what is desired into an offer. Answered by Offered or Refused."""

    peer: PeerId
    request: RequestId
    ice_restart: bool


@dataclass(frozen=True, slots=True)
class AcceptAnswer:
    """The client's answer to our offer. Answered by Agreed or Refused."""

    peer: PeerId
    request: RequestId
    sdp: str


@dataclass(frozen=True, slots=True)
class AddCandidate:
    """A candidate line of the client."""

    peer: PeerId
    candidate: str


@dataclass(frozen=True, slots=True)
class SetDown:
    """What to forward: nothing, or at most a layer (0 lowest … 2 highest)."""

    down: DownId
    enabled: bool
    max_layer: int


@dataclass(frozen=True, slots=True)
class SetTrackMuted:
    """Whether a track is withheld from everybody."""

    track: TrackId
    muted: bool


@dataclass(frozen=True, slots=True)
class SendPacket:
    """A data packet for one peer."""

    peer: PeerId
    reliable: bool
    payload: bytes


EngineCommand = (
    OpenPeer
    | ClosePeer
    | AcceptOffer
    | AddDown
    | RemoveDown
    | Negotiate
    | AcceptAnswer
    | AddCandidate
    | SetDown
    | SetTrackMuted
    | SendPacket
)


@dataclass(frozen=True, slots=True)
class Agreed:
    """The client's answer was taken: which down-track has which mid."""

    peer: PeerId
    request: RequestId
    downs: tuple[tuple[DownId, str], ...]


@dataclass(frozen=True, slots=True)
class ReceivedTrack:
    """What was agreed for a track: codec (lower-case mime) and layer names from the lowest."""

    mid: str
    track: TrackId
    mime: str
    rids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """Our answer to the client's offer. `refused`: tracks whose sections offer no codec that is forwarded."""

    peer: PeerId
    request: RequestId
    sdp: str
    tracks: tuple[ReceivedTrack, ...]
    refused: tuple[TrackId, ...] = ()


@dataclass(frozen=True, slots=True)
class Offered:
    """Our offer."""

    peer: PeerId
    request: RequestId
    sdp: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A negotiation failed; `code` is stable."""

    peer: PeerId
    request: RequestId
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class PeerChanged:
    """A transport's state."""

    peer: PeerId
    state: PeerState


@dataclass(frozen=True, slots=True)
class AudioLevel:
    """Loudness of a track in -dBov (0 loudest … 127 silence), and whether somebody speaks."""

    track: TrackId
    level_dbov: int
    active: bool


@dataclass(frozen=True, slots=True)
class AudioLevels:
    """Tracks heard in the last 400 ms; those not named are silent."""

    levels: tuple[AudioLevel, ...]


@dataclass(frozen=True, slots=True)
class PacketReceived:
    """A data packet of a client, as it came."""

    peer: PeerId
    reliable: bool
    payload: bytes


@dataclass(frozen=True, slots=True)
class Observed:
    """An event that rooms need not act on (name and numbers, for logs and statistics)."""

    name: str


EngineEvent = Agreed | Answered | Offered | Refused | PeerChanged | AudioLevels | PacketReceived | Observed
