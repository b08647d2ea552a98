"""What the media server knows about rooms, participants and tracks: values, no behaviour.

The numbers of the enumerations are those of LiveKit's public protocol, so that `wire` copies them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, IntEnum
from types import MappingProxyType

EMPTY: Mapping[str, str] = MappingProxyType({})

#: LiveKit's defaults, in seconds: a room nobody joined, a room everybody left.
EMPTY_TIMEOUT_S = 300
DEPARTURE_TIMEOUT_S = 20


class TrackKind(IntEnum):
    """Kind of a published track."""

    AUDIO = 0
    VIDEO = 1
    DATA = 2


class TrackSource(IntEnum):
    """Where a track comes from; permissions may be limited to some sources."""

    UNKNOWN = 0
    CAMERA = 1
    MICROPHONE = 2
    SCREEN_SHARE = 3
    SCREEN_SHARE_AUDIO = 4


class ParticipantState(IntEnum):
    """Life of a participant; others learn of it once it is ACTIVE."""

    JOINING = 0
    JOINED = 1
    ACTIVE = 2
    DISCONNECTED = 3


class ParticipantKind(IntEnum):
    """What sort of participant a credential admits."""

    STANDARD = 0
    INGRESS = 1
    EGRESS = 2
    SIP = 3
    AGENT = 4
    CONNECTOR = 7
    BRIDGE = 8


class DisconnectReason(IntEnum):
    """Why a participant left, as told to clients."""

    UNKNOWN = 0
    CLIENT_INITIATED = 1
    DUPLICATE_IDENTITY = 2
    SERVER_SHUTDOWN = 3
    PARTICIPANT_REMOVED = 4
    ROOM_DELETED = 5
    STATE_MISMATCH = 6
    JOIN_FAILURE = 7
    MIGRATION = 8
    SIGNAL_CLOSE = 9
    ROOM_CLOSED = 10
    USER_UNAVAILABLE = 11
    USER_REJECTED = 12
    SIP_TRUNK_FAILURE = 13
    CONNECTION_TIMEOUT = 14
    MEDIA_FAILURE = 15
    AGENT_ERROR = 16


class LeaveAction(IntEnum):
    """What a client does after being told to leave."""

    DISCONNECT = 0
    RESUME = 1
    RECONNECT = 2


class VideoQuality(IntEnum):
    """A layer as clients name it; OFF wants none."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2
    OFF = 3


class ConnectionQuality(IntEnum):
    """Judgement of a participant's connection."""

    POOR = 0
    GOOD = 1
    EXCELLENT = 2
    LOST = 3


@dataclass(frozen=True, slots=True)
class Permission:
    """What a participant may do. An empty `can_publish_sources` means every source."""

    can_subscribe: bool = True
    can_publish: bool = True
    can_publish_data: bool = True
    can_publish_sources: tuple[TrackSource, ...] = ()
    hidden: bool = False
    recorder: bool = False
    can_update_metadata: bool = False
    agent: bool = False
    can_subscribe_metrics: bool = False
    can_manage_agent_session: bool = False

    def allows_source(self, source: TrackSource) -> bool:
        """Whether a track of this source may be published. A list of sources narrows `can_publish`."""
        return self.can_publish and (not self.can_publish_sources or source in self.can_publish_sources)


@dataclass(frozen=True, slots=True)
class RoomOptions:
    """Options of a room; 0 means the server's default, or no limit for participants.

    `sync_streams` puts what belongs together (microphone and camera, screen and its sound) into one media
    stream, so that players keep it in step.
    """

    empty_timeout_s: int = 0
    departure_timeout_s: int = 0
    max_participants: int = 0
    metadata: str = ""
    sync_streams: bool = False

    def settled(self) -> RoomOptions:
        """With the defaults where nothing was asked for."""
        return replace(
            self,
            empty_timeout_s=self.empty_timeout_s or EMPTY_TIMEOUT_S,
            departure_timeout_s=self.departure_timeout_s or DEPARTURE_TIMEOUT_S,
        )


@dataclass(frozen=True, slots=True)
class ClientDetails:
    """What a client says about itself. `client_protocol` and `capabilities` are passed on verbatim."""

    sdk: str = ""
    version: str = ""
    protocol: int = 0
    os: str = ""
    browser: str = ""
    device_model: str = ""
    client_protocol: int = 0
    capabilities: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class VideoLayer:
    """One layer of a video track. `bitrate_bps` is what the publisher announced."""

    quality: VideoQuality
    width: int
    height: int
    bitrate_bps: int = 0
    spatial_layer: int = 0
    rid: str = ""
    ssrc: int = 0


@dataclass(frozen=True, slots=True)
class TrackCodec:
    """One codec a track is published with."""

    mime: str
    cid: str = ""
    mid: str = ""
    layers: tuple[VideoLayer, ...] = ()
    layer_mode: int = 0
    sdp_cid: str = ""


@dataclass(frozen=True, slots=True)
class TrackInfo:
    """A published track as all participants see it."""

    sid: str
    kind: TrackKind
    source: TrackSource
    name: str = ""
    muted: bool = False
    width: int = 0
    height: int = 0
    simulcast: bool = False
    disable_dtx: bool = False
    disable_red: bool = False
    stereo: bool = False
    mime: str = ""
    mid: str = ""
    layers: tuple[VideoLayer, ...] = ()
    codecs: tuple[TrackCodec, ...] = ()
    encryption: int = 0
    media_group: str = ""
    audio_features: tuple[int, ...] = ()
    backup_codec_policy: int = 0
    packet_trailer_features: tuple[int, ...] = ()
    version_us: int = 0


@dataclass(frozen=True, slots=True)
class ParticipantInfo:
    """A participant as all others see it. `version` rises with every change."""

    sid: str
    identity: str
    name: str
    state: ParticipantState
    metadata: str
    attributes: Mapping[str, str]
    tracks: tuple[TrackInfo, ...]
    joined_at_ms: int
    version: int
    permission: Permission
    is_publisher: bool
    kind: ParticipantKind
    kind_details: tuple[int, ...]
    disconnect_reason: DisconnectReason
    client_protocol: int
    capabilities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RoomInfo:
    """A room as participants and the server API see it."""

    sid: str
    name: str
    options: RoomOptions
    created_at_ms: int
    num_participants: int = 0
    num_publishers: int = 0
    active_recording: bool = False


@dataclass(frozen=True, slots=True)
class SpeakerInfo:
    """Loudness of a participant: 0 to 1, linear, quantised."""

    sid: str
    level: float
    active: bool


@dataclass(frozen=True, slots=True)
class Admission:
    """A verified credential: who may join which room, as what."""

    room: str
    identity: str
    name: str = ""
    metadata: str = ""
    attributes: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    permission: Permission = Permission()
    kind: ParticipantKind = ParticipantKind.STANDARD
    kind_details: tuple[int, ...] = ()
    room_options: RoomOptions = RoomOptions()
    expires_at_s: float = 0.0
    begins_at_s: float = 0.0
    #: Of a token that lets in once; "" for one that may be used again.
    token_id: str = ""

    @property
    def is_agent(self) -> bool:
        """Whether a program of the operator's comes in, which may speak in the name of others."""
        return self.kind is ParticipantKind.AGENT or self.permission.agent

    @property
    def is_recorder(self) -> bool:
        """Whether its presence means that the room is recorded."""
        return self.kind is ParticipantKind.EGRESS or self.permission.recorder

    @property
    def is_dependent(self) -> bool:
        """Whether it is there for others alone: it is not counted, takes no place and keeps no room open."""
        return self.is_agent or self.is_recorder


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose data packets come from a peer. Who `speaks_for_others` may name somebody else as the author."""

    sid: str
    identity: str
    is_hidden: bool = False
    speaks_for_others: bool = False
    may_send_data: bool = True


class Audience(Enum):
    """Who may have a data packet. METRICS: who may read measurements. NOBODY: it ends at the server."""

    OTHERS = "others"
    METRICS = "metrics"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class StampedPacket:
    """A data packet ready to be relayed. Without destinations it goes to all of its audience.

    `nonce` names the message where its sender may have sent it twice; empty when it does not.
    """

    payload: bytes
    sequence: int
    destination_identities: frozenset[str]
    destination_sids: frozenset[str]
    audience: Audience = Audience.OTHERS
    nonce: bytes = b""
