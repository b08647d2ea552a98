"""What happened in a room. Each event is one entry of the room log; together they are the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from preau.meet.domain.ids import MessageId, ParticipantId
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import Rules
from preau.meet.live.people import Ban, BanId, ChatMessage, Identity, Participant, WaitingPerson


@dataclass(frozen=True)
class ParticipantJoined:
    """Somebody was admitted. The identity stays on the server."""

    participant: Participant
    identity: Identity


@dataclass(frozen=True)
class ParticipantLeft:
    """Somebody is gone for good.

    `reason`: left, connection-lost, meeting-ended, removed, banned, or revoked (the personal link is gone).
    """

    participant_id: ParticipantId
    reason: str


@dataclass(frozen=True)
class ParticipantConnected:
    """A participant whose connection was broken is back.

    `secret_hash`: of the new secret of whoever took the place back without the old one, for the server alone.
    """

    participant_id: ParticipantId
    secret_hash: str | None = None


@dataclass(frozen=True)
class ParticipantDisconnected:
    """A participant's connection broke; the place is kept for the grace."""

    participant_id: ParticipantId


@dataclass(frozen=True)
class RemovalUndone:
    """Whoever was removed may come back as if they had left by themselves."""

    participant_id: ParticipantId


@dataclass(frozen=True)
class ParticipantRenamed:
    """A participant has another name; lines written before keep the old one."""

    participant_id: ParticipantId
    name: str


@dataclass(frozen=True)
class RoleChanged:
    """A participant has another role."""

    participant_id: ParticipantId
    role: RoomRole


@dataclass(frozen=True)
class HandRaised:
    """A participant asks to speak."""

    participant_id: ParticipantId
    at: datetime


@dataclass(frozen=True)
class HandLowered:
    """A participant no longer asks to speak."""

    participant_id: ParticipantId


@dataclass(frozen=True)
class SpeechAllowed:
    """A participant was asked to speak, and may, though participants may not unmute by themselves."""

    participant_id: ParticipantId


@dataclass(frozen=True)
class SpeechEnded:
    """A participant who was asked to speak no longer may: the rules alone count again."""

    participant_id: ParticipantId


@dataclass(frozen=True)
class ChatPosted:
    """A line of chat was written."""

    message: ChatMessage


@dataclass(frozen=True)
class MessageDeleted:
    """A line of chat was taken away."""

    message_id: MessageId


@dataclass(frozen=True)
class PersonWaiting:
    """Somebody knocked and waits. The identity stays on the server."""

    waiting: WaitingPerson
    identity: Identity


@dataclass(frozen=True)
class PersonStoppedWaiting:
    """Somebody no longer waits. `reason`: admitted, denied, gave-up, banned, connection-lost, revoked."""

    participant_id: ParticipantId
    reason: str


@dataclass(frozen=True)
class DoorNoteLeft:
    """Somebody who waits wrote the one line to the hosts."""

    participant_id: ParticipantId
    text: str


@dataclass(frozen=True)
class WaitingConnection:
    """The connection of somebody who waits broke, or is there again; `secret_hash` as for participants."""

    participant_id: ParticipantId
    connected: bool
    secret_hash: str | None = None


@dataclass(frozen=True)
class RulesChanged:
    """The room's rules, whole; the first entry of an occurrence is those it begins with."""

    rules: Rules
    differing: tuple[str, ...]


@dataclass(frozen=True)
class RoomLocked:
    """Nobody new comes in but the meeting's owner."""


@dataclass(frozen=True)
class RoomUnlocked:
    """The door is as the rules have it."""


@dataclass(frozen=True)
class RoomFrozen:
    """Nobody but those who run the room speaks, shows or writes, and nobody new comes in."""


@dataclass(frozen=True)
class RoomThawed:
    """All is as it was before the freeze."""


@dataclass(frozen=True)
class RoomPaused:
    """Nobody who supervises is here: participants neither hear, see nor write."""


@dataclass(frozen=True)
class RoomResumed:
    """Somebody who supervises is here."""


@dataclass(frozen=True)
class SpotlightChanged:
    """Whom everybody sees large, or None."""

    participant_id: ParticipantId | None


@dataclass(frozen=True)
class PersonBanned:
    """Somebody does not come in any more. The marks stay on the server."""

    ban: Ban
    marks: frozenset[str]


@dataclass(frozen=True)
class BanLifted:
    """Somebody may knock again."""

    ban_id: BanId


@dataclass(frozen=True)
class LinkChanged:
    """The meeting has another link."""

    code: str


@dataclass(frozen=True)
class HostTold:
    """Something the hosts should know. `what`: second-device, stranger-removed, leak-suspected."""

    what: str
    name: str


RoomEvent = (
    ParticipantJoined
    | ParticipantLeft
    | ParticipantConnected
    | ParticipantDisconnected
    | RemovalUndone
    | ParticipantRenamed
    | RoleChanged
    | HandRaised
    | HandLowered
    | SpeechAllowed
    | SpeechEnded
    | ChatPosted
    | MessageDeleted
    | PersonWaiting
    | PersonStoppedWaiting
    | DoorNoteLeft
    | WaitingConnection
    | RulesChanged
    | RoomLocked
    | RoomUnlocked
    | RoomFrozen
    | RoomThawed
    | RoomPaused
    | RoomResumed
    | SpotlightChanged
    | PersonBanned
    | BanLifted
    | LinkChanged
    | HostTold
)


@dataclass(frozen=True)
class Entry:
    """An event with its place in the room log; `sequence` counts from 1 without holes."""

    sequence: int
    at: datetime
    event: RoomEvent
