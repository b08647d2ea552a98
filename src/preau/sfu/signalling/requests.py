"""What a client may ask over its signalling connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from preau.sfu.model import DisconnectReason, TrackKind, TrackSource, VideoLayer, VideoQuality


class Target(Enum):
    """Which of the two peer connections a candidate is for."""

    PUBLISHER = 0
    SUBSCRIBER = 1


class Scenario(Enum):
    """Troubles a client may ask the server to feign, for tests."""

    SPEAKER = "speaker_update"
    NODE_FAILURE = "node_failure"
    MIGRATION = "migration"
    SERVER_LEAVE = "server_leave"
    SWITCH_CANDIDATE_PROTOCOL = "switch_candidate_protocol"
    SUBSCRIBER_BANDWIDTH = "subscriber_bandwidth"
    DISCONNECT_ON_RESUME = "disconnect_signal_on_resume"
    DISCONNECT_ON_RESUME_NO_MESSAGES = "disconnect_signal_on_resume_no_messages"
    LEAVE_FULL_RECONNECT = "leave_request_full_reconnect"


@dataclass(frozen=True, slots=True)
class Offer:
    """Session description of the publisher peer; `number` is echoed by the answer."""

    sdp: str
    number: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Reply to our offer `number` (0 from clients that do not number)."""

    sdp: str
    number: int


@dataclass(frozen=True, slots=True)
class Trickle:
    """One ICE candidate line; empty marks the end of candidates."""

    candidate: str
    target: Target


@dataclass(frozen=True, slots=True)
class RequestedCodec:
    """A codec a client wants to publish a track with, most wanted first."""

    codec: str
    cid: str
    layers: tuple[VideoLayer, ...] = ()
    layer_mode: int = 0


@dataclass(frozen=True, slots=True)
class AddTrack:
    """Announces a track that a later offer carries under the client's id `cid`."""

    cid: str
    kind: TrackKind
    source: TrackSource
    name: str = ""
    muted: bool = False
    width: int = 0
    height: int = 0
    disable_dtx: bool = False
    disable_red: bool = False
    stereo: bool = False
    encryption: int = 0
    media_group: str = ""
    sid: str = ""
    layers: tuple[VideoLayer, ...] = ()
    codecs: tuple[RequestedCodec, ...] = ()
    audio_features: tuple[int, ...] = ()
    backup_codec_policy: int = 0
    packet_trailer_features: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Mute:
    """The publisher muted or unmuted its own track."""

    sid: str
    muted: bool


@dataclass(frozen=True, slots=True)
class UpdateSubscription:
    """Desired state of some subscriptions."""

    track_sids: tuple[str, ...]
    subscribe: bool


@dataclass(frozen=True, slots=True)
class TrackSetting:
    """What a subscriber wants to see of some tracks (adaptive picture size). 0 = not said."""

    track_sids: tuple[str, ...]
    disabled: bool
    quality: VideoQuality
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Leave:
    """The participant leaves for good."""

    reason: DisconnectReason


@dataclass(frozen=True, slots=True)
class TrackPermission:
    """Who may subscribe: one participant by sid or identity, to all or to some tracks."""

    participant_sid: str
    participant_identity: str
    all_tracks: bool
    track_sids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubscriptionPermission:
    """A publisher's rule of who may subscribe to its tracks."""

    all_participants: bool
    rules: tuple[TrackPermission, ...]


@dataclass(frozen=True, slots=True)
class SyncState:
    """What a client believes after a resume. `received` maps publisher sid to the last sequence it got."""

    published_sids: tuple[str, ...]
    subscription: UpdateSubscription | None
    disabled_sids: tuple[str, ...]
    received: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Simulate:
    """Asks to feign a trouble; `amount` is seconds, a protocol number or bits per second."""

    scenario: Scenario
    amount: int


@dataclass(frozen=True, slots=True)
class Ping:
    """Old keep-alive: client time in ms."""

    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class PingRequest:
    """Keep-alive: client time in ms; echoed."""

    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class UpdateMetadata:
    """Changes the participant's own name, metadata or attributes (empty value deletes the key)."""

    metadata: str
    name: str
    attributes: Mapping[str, str]
    request_id: int


@dataclass(frozen=True, slots=True)
class UpdateAudioTrack:
    """Changes the features of an own audio track."""

    sid: str
    features: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class UpdateVideoTrack:
    """Changes the dimensions of an own video track, in pixels."""

    sid: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A request of the protocol that this server does not serve; `body` is echoed in the refusal."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Ignored:
    """A request without effect: deprecated, or unknown to this version of the protocol."""

    name: str


Request = (
    Offer
    | Answer
    | Trickle
    | AddTrack
    | Mute
    | UpdateSubscription
    | TrackSetting
    | Leave
    | SubscriptionPermission
    | SyncState
    | Simulate
    | Ping
    | PingRequest
    | UpdateMetadata
    | UpdateAudioTrack
    | UpdateVideoTrack
    | Unsupported
    | Ignored
)
