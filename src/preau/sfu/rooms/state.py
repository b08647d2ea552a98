"""What a room remembers, and the few things every handler does with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from preau.sfu.model import (
    Admission,
    ClientDetails,
    DisconnectReason,
    ParticipantInfo,
    ParticipantState,
    Permission,
    RoomInfo,
    RoomOptions,
    TrackInfo,
)
from preau.sfu.rooms.effects import Effect, Send
from preau.sfu.rooms.media import DownId, PeerId, RequestId, TrackId
from preau.sfu.signalling.matching import Carried
from preau.sfu.signalling.negotiation import OfferQueue
from preau.sfu.signalling.requests import AddTrack, Offer, SubscriptionPermission
from preau.sfu.signalling.responses import ParticipantsChanged, Response

#: LiveKit's limits, in bytes.
MAX_METADATA_BYTES = 512 * 1024
MAX_ATTRIBUTES_BYTES = 64 * 1024
MAX_NAME_BYTES = 256
#: Changes of one participant are told at once after so long a silence, and gathered within it. What all
#: together are told of it is at most so many bytes a second.
PACE_S = 0.25
BYTES_PER_S = 8 * 1024 * 1024
#: What a participant and a track of it weigh beside their texts.
_PARTICIPANT_BYTES = 256
_TRACK_BYTES = 512


class IdSource(Protocol):
    """Where ids come from; chance stays outside."""

    def sid(self, prefix: str) -> str:
        """A new sid such as `PA_…`."""

    def number(self) -> int:
        """A new number for the engine, never used before in this process."""

    def trailer(self) -> bytes:
        """Random bytes that mark frames of the server."""


@dataclass(slots=True)
class Published:
    """A track of a participant: announced, and `live` once the engine receives it."""

    info: TrackInfo
    track: TrackId
    cids: frozenset[str]
    mime: str
    request: AddTrack
    live: bool = False
    heard: bool = False


@dataclass(slots=True)
class Down:
    """A subscription that is served."""

    down: DownId
    track_sid: str
    owner_sid: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may subscribe to a publisher's tracks, found by sid or identity: which of them, None for all."""

    asked: SubscriptionPermission
    by_sid: Mapping[str, frozenset[str] | None]
    by_identity: Mapping[str, frozenset[str] | None]

    @staticmethod
    def of(asked: SubscriptionPermission) -> Rule:
        """What was asked, in the form it is looked up in."""
        by_sid: dict[str, frozenset[str] | None] = {}
        by_identity: dict[str, frozenset[str] | None] = {}
        for one in asked.rules:
            tracks = None if one.all_tracks else frozenset(one.track_sids)
            for table, name in ((by_sid, one.participant_sid), (by_identity, one.participant_identity)):
                if name:
                    known = table.get(name, frozenset())
                    table[name] = None if known is None or tracks is None else known | tracks
        return Rule(asked, by_sid, by_identity)

    def allows(self, sid: str, identity: str, track_sid: str) -> bool:
        """Whether a participant may have a track."""
        if self.asked.all_participants:
            return True
        nothing: frozenset[str] = frozenset()
        allowed = (self.by_sid.get(sid, nothing), self.by_identity.get(identity, nothing))
        return any(tracks is None or track_sid in tracks for tracks in allowed)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a subscriber wants to see of a track."""

    enabled: bool
    max_layer: int


@dataclass(slots=True)
class Refusals:
    """Calls that people with a credential for the room may not make: how many were told of since the last
    sums, how many of whom are only counted, and when those are told."""

    told: int = 0
    untold: dict[str, int] = field(default_factory=dict)
    due_s: float | None = None


@dataclass(frozen=True, slots=True)
class Restart:
    """That a participant joins afresh: when it is told so, and why."""

    due_s: float
    reason: DisconnectReason
    why: str


@dataclass(slots=True)
class Member:
    """A participant."""

    sid: str
    admission: Admission
    client_details: ClientDetails
    auto_subscribe: bool
    adaptive: bool
    joined_s: float
    joined_at_s: float
    publisher: PeerId
    subscriber: PeerId | None
    subscriber_primary: bool
    connection: int | None
    state: ParticipantState = ParticipantState.JOINED
    version: int = 1
    ever_connected: bool = False
    tracks: dict[str, Published] = field(default_factory=dict)
    carried: dict[str, Carried] = field(default_factory=dict)
    offers: dict[RequestId, int] = field(default_factory=dict)
    #: The newest offer of the client that came while the engine had one.
    next_offer: Offer | None = None
    may_sync: bool = False
    queue: OfferQueue = field(default_factory=OfferQueue)
    downs: dict[str, Down] = field(default_factory=dict)
    subscriptions: dict[str, bool] = field(default_factory=dict)
    wishes: dict[str, Wish] = field(default_factory=dict)
    rule: Rule | None = None
    last_sequence: int = 0
    quality_told: set[str] = field(default_factory=set)
    renew_s: float = 0.0
    renewed_s: float = float("-inf")
    renewed_at_s: float = 0.0
    tcp_only: bool = False
    restart: Restart | None = None
    #: What the others know of the participant, when they may be told the next change, and whether one waits.
    told: ParticipantInfo | None = None
    tellable_s: float = float("-inf")
    has_news: bool = False
    lost_s: float | None = None

    @property
    def identity(self) -> str:
        """Name of the participant in its credential; unique in the room."""
        return self.admission.identity

    @property
    def permission(self) -> Permission:
        """What the participant may do now."""
        return self.admission.permission

    @property
    def primary(self) -> PeerId:
        """The peer whose connection makes the participant active."""
        return self.subscriber if self.subscriber_primary and self.subscriber is not None else self.publisher

    @property
    def data_peer(self) -> PeerId:
        """The peer whose channels carry data to the participant."""
        return self.primary

    def live_tracks(self) -> Iterator[Published]:
        """Tracks others can have."""
        return (track for track in self.tracks.values() if track.live)

    def info(self) -> ParticipantInfo:
        """The participant as others see it."""
        return ParticipantInfo(
            sid=self.sid,
            identity=self.identity,
            name=self.admission.name,
            state=self.state,
            metadata=self.admission.metadata,
            attributes=self.admission.attributes,
            tracks=tuple(track.info for track in self.live_tracks()),
            joined_at_ms=int(self.joined_at_s * 1000),
            version=self.version,
            permission=self.permission,
            is_publisher=any(track.live for track in self.tracks.values()),
            kind=self.admission.kind,
            kind_details=self.admission.kind_details,
            disconnect_reason=DisconnectReason.UNKNOWN,
            client_protocol=self.client_details.client_protocol,
            capabilities=self.client_details.capabilities,
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """A reliable packet kept for those who resume."""

    at_s: float
    sender_sid: str
    sequence: int
    receivers: frozenset[str]
    payload: bytes


@dataclass(slots=True)
class RoomState:
    """A room. `effects` collects what the input at hand wants done; `date_s` is the date of that input."""

    sid: str
    name: str
    options: RoomOptions
    ids: IdSource
    created_at_s: float
    date_s: float
    trailer: bytes
    feigns: bool = False
    effects: list[Effect] = field(default_factory=list)
    members: dict[str, Member] = field(default_factory=dict)
    by_identity: dict[str, Member] = field(default_factory=dict)
    by_connection: dict[int, Member] = field(default_factory=dict)
    by_peer: dict[PeerId, Member] = field(default_factory=dict)
    by_track: dict[TrackId, Member] = field(default_factory=dict)
    owners: dict[str, Member] = field(default_factory=dict)
    departed: deque[tuple[float, ParticipantInfo]] = field(default_factory=lambda: deque(maxlen=256))
    speaking: dict[str, float] = field(default_factory=dict)
    feigned_until_s: dict[str, float] = field(default_factory=dict)
    kept: deque[Kept] = field(default_factory=deque)
    kept_bytes: int = 0
    cut_on_resume_s: dict[str, float] = field(default_factory=dict)
    mute_on_resume: dict[str, tuple[float, int]] = field(default_factory=dict)
    #: Of the latest messages that may come twice, from participants and from the server API.
    nonces: deque[bytes] = field(default_factory=lambda: deque(maxlen=100))
    tcp_only_identities: set[str] = field(default_factory=set)
    empty_since_s: float | None = None
    ever_joined: bool = False
    finished: bool = False
    counters_due_s: float | None = None
    counters_told_s: float = float("-inf")
    told: RoomInfo | None = None
    refusals: Refusals = field(default_factory=Refusals)
    restarts: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)
    quality_due_s: float = 0.0
    wake_s: float = float("inf")
    #: When the input at hand came.
    now: float = 0.0

    def emit(self, effect: Effect) -> None:
        """Wants something done."""
        self.effects.append(effect)

    def wake(self, at_s: float) -> None:
        """Asks for a Tick at this time at the latest."""
        self.wake_s = min(self.wake_s, at_s)

    def send(self, member: Member, response: Response) -> None:
        """Tells a participant something; while it has no connection the words are lost by design."""
        if member.connection is not None:
            self.emit(Send(member.connection, response))

    def info(self) -> RoomInfo:
        """The room as everybody sees it; who is hidden or there for others alone does not count."""
        visible = [member for member in self.members.values() if not member.permission.hidden]
        return RoomInfo(
            sid=self.sid,
            name=self.name,
            options=self.options,
            created_at_ms=int(self.created_at_s * 1000),
            num_participants=sum(1 for member in visible if not member.admission.is_dependent),
            num_publishers=sum(1 for member in visible if any(member.live_tracks())),
            active_recording=any(member.admission.is_recorder for member in self.members.values()),
        )

    def independent(self) -> Iterator[Member]:
        """Everybody who takes a place and keeps the room open."""
        return (member for member in self.members.values() if not member.admission.is_dependent)

    def others(self, member: Member) -> Iterator[Member]:
        """Everybody else."""
        return (other for other in self.members.values() if other is not member)

    def tell_changed(self, member: Member, *, also_self: bool = False, at_once: bool = False) -> None:
        """A participant changed: its version rises and those who may know of it are told.

        At once, or, when they were told of it only now, its newest state a little later.
        """
        member.version += 1
        if also_self:
            self.send(member, ParticipantsChanged((member.info(),)))
        if at_once or self.now >= member.tellable_s:
            self._tell_others(member)
        else:
            member.has_news = True
            self.wake(member.tellable_s)

    def tell_gathered(self) -> None:
        """Tells what had to wait and is due."""
        for member in list(self.members.values()):
            if member.has_news and self.now >= member.tellable_s:
                self._tell_others(member)
            elif member.has_news:
                self.wake(member.tellable_s)

    def _tell_others(self, member: Member) -> None:
        info = member.info()
        member.has_news = False
        if member.permission.hidden or (member.told and replace(member.told, version=info.version) == info):
            return
        member.told = info
        member.tellable_s = self.now + max(PACE_S, _weight(info) * len(self.members) / BYTES_PER_S)
        self.tell(self.others(member), ParticipantsChanged((info,)))

    def tell(self, members: Iterable[Member], response: Response) -> None:
        """Tells several participants the same."""
        for member in members:
            self.send(member, response)

    def visible_to(self, member: Member) -> tuple[ParticipantInfo, ...]:
        """The other participants one may know of."""
        return tuple(other.info() for other in self.others(member) if not other.permission.hidden)


def departed_info(member: Member, reason: DisconnectReason) -> ParticipantInfo:
    """A participant's last words to the others."""
    member.version += 1
    return replace(member.info(), state=ParticipantState.DISCONNECTED, tracks=(), disconnect_reason=reason)


def _weight(info: ParticipantInfo) -> int:
    """About how many bytes it takes to tell of a participant."""
    texts = sum(len(key) + len(value) for key, value in info.attributes.items())
    return _PARTICIPANT_BYTES + len(info.metadata) + texts + _TRACK_BYTES * len(info.tracks)
