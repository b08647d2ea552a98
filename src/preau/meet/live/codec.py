"""Entries, views and their parts as JSON values, for the room log and for the wire alike.

The log keeps one thing more than the wire: the hash of the secret a participant resumes with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from preau.meet.domain.ids import MessageId, ParticipantId
from preau.meet.domain.roles import RoomRole
from preau.meet.live.events import (
    ChatMessage,
    ChatPosted,
    Entry,
    HandLowered,
    HandRaised,
    Participant,
    ParticipantConnected,
    ParticipantDisconnected,
    ParticipantJoined,
    ParticipantLeft,
    RoomEvent,
)

Json = dict[str, Any]


def time_to_json(moment: datetime) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def time_from_json(text: str) -> datetime:
    """The moment `time_to_json` wrote."""
    return datetime.fromisoformat(text)


def participant_to_json(one: Participant) -> Json:
    """A participant as everybody sees it."""
    return {
        "id": one.id,
        "name": one.name,
        "role": one.role.value,
        "joined_at": time_to_json(one.joined_at),
        "hand_raised_at": None if one.hand_raised_at is None else time_to_json(one.hand_raised_at),
        "connected": one.connected,
    }


def participant_from_json(value: Json) -> Participant:
    """The participant `participant_to_json` wrote."""
    raised = value["hand_raised_at"]
    return Participant(
        id=ParticipantId(value["id"]),
        name=value["name"],
        role=RoomRole(value["role"]),
        joined_at=time_from_json(value["joined_at"]),
        hand_raised_at=None if raised is None else time_from_json(raised),
        connected=value["connected"],
    )


def message_to_json(message: ChatMessage) -> Json:
    """A line of chat as everybody sees it."""
    return {
        "message_id": message.message_id,
        "sequence": message.sequence,
        "at": time_to_json(message.at),
        "participant_id": message.participant_id,
        "name": message.name,
        "text": message.text,
    }


def message_from_json(value: Json) -> ChatMessage:
    """The line `message_to_json` wrote."""
    return ChatMessage(
        message_id=MessageId(value["message_id"]),
        sequence=value["sequence"],
        at=time_from_json(value["at"]),
        participant_id=ParticipantId(value["participant_id"]),
        name=value["name"],
        text=value["text"],
    )


def _about(event: Any) -> Json:
    return {"participant_id": event.participant_id}


_TO_JSON: Mapping[type, tuple[str, Callable[[Any], Json]]] = {
    ParticipantJoined: (
        "participant-joined",
        lambda event: {"participant": participant_to_json(event.participant)},
    ),
    ParticipantLeft: ("participant-left", lambda event: {**_about(event), "reason": event.reason}),
    ParticipantConnected: ("participant-connected", _about),
    ParticipantDisconnected: ("participant-disconnected", _about),
    HandRaised: ("hand-raised", lambda event: {**_about(event), "at": time_to_json(event.at)}),
    HandLowered: ("hand-lowered", _about),
    ChatPosted: ("chat-posted", lambda event: {"message": message_to_json(event.message)}),
}

_FROM_JSON: Mapping[str, Callable[[Json], RoomEvent]] = {
    "participant-joined": lambda value: ParticipantJoined(
        participant_from_json(value["participant"]), value.get("secret_hash", "")
    ),
    "participant-left": lambda value: ParticipantLeft(
        ParticipantId(value["participant_id"]), value["reason"]
    ),
    "participant-connected": lambda value: ParticipantConnected(ParticipantId(value["participant_id"])),
    "participant-disconnected": lambda value: ParticipantDisconnected(ParticipantId(value["participant_id"])),
    "hand-raised": lambda value: HandRaised(
        ParticipantId(value["participant_id"]), time_from_json(value["at"])
    ),
    "hand-lowered": lambda value: HandLowered(ParticipantId(value["participant_id"])),
    "chat-posted": lambda value: ChatPosted(message_from_json(value["message"])),
}


def event_to_json(event: RoomEvent) -> Json:
    """An event as the wire tells it."""
    name, write = _TO_JSON[type(event)]
    return {"type": name, **write(event)}


def event_to_log(event: RoomEvent) -> Json:
    """An event as the log keeps it."""
    value = event_to_json(event)
    return {**value, "secret_hash": event.secret_hash} if isinstance(event, ParticipantJoined) else value


def event_from_json(value: Json) -> RoomEvent:
    """The event that `event_to_log` (or, without the secret's hash, `event_to_json`) wrote."""
    return _FROM_JSON[value["type"]](value)


def entry_to_json(entry: Entry) -> Json:
    """An entry as the wire tells it, less its frame type."""
    return {
        "sequence": entry.sequence,
        "at": time_to_json(entry.at),
        "event": event_to_json(entry.event),
    }
