"""What the server may tell a client over its signalling connection."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from preau.sfu.model import (
    ConnectionQuality,
    DisconnectReason,
    LeaveAction,
    ParticipantInfo,
    RoomInfo,
    SpeakerInfo,
    TrackInfo,
)
from preau.sfu.signalling.requests import (
    AddTrack,
    Mute,
    Unsupported,
    UpdateAudioTrack,
    UpdateMetadata,
    UpdateVideoTrack,
)


class Reason(IntEnum):
    """Outcome of a request."""

    OK = 0
    NOT_FOUND = 1
    NOT_ALLOWED = 2
    LIMIT_EXCEEDED = 3
    QUEUED = 4
    UNSUPPORTED_TYPE = 5
    UNCLASSIFIED_ERROR = 6


class SubscriptionProblem(IntEnum):
    """Why a subscription cannot be served."""

    UNKNOWN = 0
    CODEC_UNSUPPORTED = 1
    TRACK_NOT_FOUND = 2


@dataclass(frozen=True, slots=True)
class Joined:
    """First message of a connection: who you are, who else is here."""

    room: RoomInfo
    participant: ParticipantInfo
    others: tuple[ParticipantInfo, ...]
    subscriber_primary: bool
    fast_publish: bool
    trailer: bytes


@dataclass(frozen=True, slots=True)
class Resumed:
    """First message of a resumed connection; `last_sequence` of reliable data received from this client."""

    last_sequence: int


@dataclass(frozen=True, slots=True)
class SendOffer:
    """Our offer for the subscriber peer."""

    sdp: str
    number: int


@dataclass(frozen=True, slots=True)
class SendAnswer:
    """Our answer for the publisher peer."""

    sdp: str
    number: int


@dataclass(frozen=True, slots=True)
class ParticipantsChanged:
    """New state of some participants."""

    participants: tuple[ParticipantInfo, ...]


@dataclass(frozen=True, slots=True)
class TrackAccepted:
    """A track of the receiver was accepted under `cid` and has a sid now."""

    cid: str
    track: TrackInfo


@dataclass(frozen=True, slots=True)
class TrackRevoked:
    """A track of the receiver was unpublished by the server."""

    sid: str


@dataclass(frozen=True, slots=True)
class LeaveNotice:
    """The connection ends; what to do next is `action`."""

    reason: DisconnectReason
    action: LeaveAction


@dataclass(frozen=True, slots=True)
class MuteNotice:
    """A track of the receiver was muted by the server."""

    sid: str
    muted: bool


@dataclass(frozen=True, slots=True)
class SpeakersChanged:
    """Who speaks, as differences."""

    speakers: tuple[SpeakerInfo, ...]


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """New state of the room."""

    room: RoomInfo


@dataclass(frozen=True, slots=True)
class QualityChanged:
    """Connection quality of some participants (sid, quality)."""

    qualities: tuple[tuple[str, ConnectionQuality], ...]


@dataclass(frozen=True, slots=True)
class SubscriptionAllowed:
    """Whether the receiver may subscribe to a track; decided by its publisher."""

    participant_sid: str
    track_sid: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class FreshCredential:
    """A renewed access token for reconnects."""

    jwt: str


@dataclass(frozen=True, slots=True)
class Pong:
    """Reply to the old keep-alive: server time in ms."""

    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class PongResponse:
    """Reply to the keep-alive: echo, and server time in ms."""

    last_ping_timestamp_ms: int
    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class SubscriptionFailed:
    """A wanted track cannot be had."""

    track_sid: str
    problem: SubscriptionProblem


Echo = AddTrack | Mute | UpdateMetadata | UpdateAudioTrack | UpdateVideoTrack | Unsupported


@dataclass(frozen=True, slots=True)
class RequestOutcome:
    """Outcome of a request, with the request itself so that clients can tell which one."""

    reason: Reason
    message: str
    request: Echo
    request_id: int = 0


@dataclass(frozen=True, slots=True)
class TrackHeard:
    """A track of the receiver has its first subscriber."""

    sid: str


Response = (
    Joined
    | Resumed
    | SendOffer
    | SendAnswer
    | ParticipantsChanged
    | TrackAccepted
    | TrackRevoked
    | LeaveNotice
    | MuteNotice
    | SpeakersChanged
    | RoomChanged
    | QualityChanged
    | SubscriptionAllowed
    | FreshCredential
    | Pong
    | PongResponse
    | SubscriptionFailed
    | RequestOutcome
    | TrackHeard
)

_SUBJECTS: dict[type, Callable[[Any], Hashable]] = {
    ParticipantsChanged: lambda news: news.participants[0].sid if len(news.participants) == 1 else None,
    RoomChanged: lambda _news: RoomChanged,
    SubscriptionAllowed: lambda news: (news.participant_sid, news.track_sid),
    FreshCredential: lambda _news: FreshCredential,
}


def subject_of(response: Response) -> Hashable:
    """What a response is the newest word about, so that older ones need not be sent; None if of nothing."""
    subject = _SUBJECTS.get(type(response))
    return subject(response) if subject else None
