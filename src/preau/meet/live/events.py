"""What happened in a room. Each event is one entry of the room log; together they are the room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from preau.meet.domain.ids import MessageId, ParticipantId
from preau.meet.domain.roles import RoomRole


@dataclass(frozen=True)
class Participant:
    """A person in the room as the others see it. `connected`: the control connection holds."""

    id: ParticipantId
    name: str
    role: RoomRole
    joined_at: datetime
    hand_raised_at: datetime | None = None
    connected: bool = True


@dataclass(frozen=True)
class ChatMessage:
    """One line of chat. `message_id` is made by its sender; `sequence` orders it among all events."""

    message_id: MessageId
    sequence: int
    at: datetime
    participant_id: ParticipantId
    name: str
    text: str


@dataclass(frozen=True)
class ParticipantJoined:
    """Somebody was admitted. The hash of the secret to resume with stays on the server."""

    participant: Participant
    secret_hash: str


@dataclass(frozen=True)
class ParticipantLeft:
    """Somebody is gone for good. `reason`: left, connection-lost or meeting-ended."""

    participant_id: ParticipantId
    reason: str


@dataclass(frozen=True)
class ParticipantConnected:
    """A participant whose connection was broken is back."""

    participant_id: ParticipantId


@dataclass(frozen=True)
class ParticipantDisconnected:
    """A participant's connection broke; the place is kept for the grace."""

    participant_id: ParticipantId


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
class ChatPosted:
    """A line of chat was written."""

    message: ChatMessage


RoomEvent = (
    ParticipantJoined
    | ParticipantLeft
    | ParticipantConnected
    | ParticipantDisconnected
    | HandRaised
    | HandLowered
    | ChatPosted
)


@dataclass(frozen=True)
class Entry:
    """An event with its place in the room log; `sequence` counts from 1 without holes."""

    sequence: int
    at: datetime
    event: RoomEvent
