"""Entries, views and their parts as JSON values, for the room log and for the wire alike.

The log keeps more than the wire: what only the server knows of people (`identity`, `marks`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from preau.meet.domain.ids import MessageId, ParticipantId
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import rules_from_json, rules_to_json
from preau.meet.live import events as happened
from preau.meet.live.events import Entry, RoomEvent
from preau.meet.live.people import BanId
from preau.meet.live.people_codec import (
    Json,
    ban_from_json,
    ban_to_json,
    identity_from_json,
    identity_to_json,
    message_from_json,
    message_to_json,
    participant_from_json,
    participant_to_json,
    time_from_json,
    time_to_json,
    waiting_from_json,
    waiting_to_json,
)
from preau.meet.live.view import STRICTEST


def _about(event: Any) -> Json:
    return {"participant_id": event.participant_id}


def _alone(_event: Any) -> Json:
    return {}


_Codec = tuple[str, Callable[[Any], Json], Callable[[Json], RoomEvent]]


def _plain(name: str, event: type) -> _Codec:
    """An event that says all with its name."""
    return name, _alone, lambda _value: event()


def _of_somebody(name: str, event: type) -> _Codec:
    """An event that says of whom, and nothing else."""
    return name, _about, lambda value: event(_who(value))


def _who(value: Json) -> ParticipantId:
    return ParticipantId(value["participant_id"])


def _spotlight(value: Json) -> RoomEvent:
    return happened.SpotlightChanged(None if value["participant_id"] is None else _who(value))


_CODECS: Mapping[type, _Codec] = {
    happened.ParticipantJoined: (
        "participant-joined",
        lambda event: {"participant": participant_to_json(event.participant)},
        lambda value: happened.ParticipantJoined(
            participant_from_json(value["participant"]), identity_from_json(value.get("identity"))
        ),
    ),
    happened.ParticipantLeft: (
        "participant-left",
        lambda event: {**_about(event), "reason": event.reason},
        lambda value: happened.ParticipantLeft(_who(value), value["reason"]),
    ),
    happened.ParticipantConnected: (
        "participant-connected",
        _about,
        lambda value: happened.ParticipantConnected(_who(value), value.get("secret_hash")),
    ),
    happened.ParticipantDisconnected: _of_somebody(
        "participant-disconnected", happened.ParticipantDisconnected
    ),
    happened.RemovalUndone: _of_somebody("removal-undone", happened.RemovalUndone),
    happened.ParticipantRenamed: (
        "participant-renamed",
        lambda event: {**_about(event), "name": event.name},
        lambda value: happened.ParticipantRenamed(_who(value), value["name"]),
    ),
    happened.RoleChanged: (
        "role-changed",
        lambda event: {**_about(event), "role": event.role.value},
        lambda value: happened.RoleChanged(_who(value), RoomRole(value["role"])),
    ),
    happened.HandRaised: (
        "hand-raised",
        lambda event: {**_about(event), "at": time_to_json(event.at)},
        lambda value: happened.HandRaised(_who(value), time_from_json(value["at"])),
    ),
    happened.HandLowered: _of_somebody("hand-lowered", happened.HandLowered),
    happened.SpeechAllowed: _of_somebody("speech-allowed", happened.SpeechAllowed),
    happened.SpeechEnded: _of_somebody("speech-ended", happened.SpeechEnded),
    happened.ChatPosted: (
        "chat-posted",
        lambda event: {"message": message_to_json(event.message)},
        lambda value: happened.ChatPosted(message_from_json(value["message"])),
    ),
    happened.MessageDeleted: (
        "message-deleted",
        lambda event: {"message_id": event.message_id},
        lambda value: happened.MessageDeleted(MessageId(value["message_id"])),
    ),
    happened.PersonWaiting: (
        "person-waiting",
        lambda event: {"waiting": waiting_to_json(event.waiting)},
        lambda value: happened.PersonWaiting(
            waiting_from_json(value["waiting"]), identity_from_json(value.get("identity"))
        ),
    ),
    happened.PersonStoppedWaiting: (
        "person-stopped-waiting",
        lambda event: {**_about(event), "reason": event.reason},
        lambda value: happened.PersonStoppedWaiting(_who(value), value["reason"]),
    ),
    happened.DoorNoteLeft: (
        "door-note-left",
        lambda event: {**_about(event), "text": event.text},
        lambda value: happened.DoorNoteLeft(_who(value), value["text"]),
    ),
    happened.WaitingConnection: (
        "waiting-connection",
        lambda event: {**_about(event), "connected": event.connected},
        lambda value: happened.WaitingConnection(_who(value), value["connected"], value.get("secret_hash")),
    ),
    happened.RulesChanged: (
        "rules-changed",
        lambda event: {"rules": rules_to_json(event.rules), "differing": list(event.differing)},
        lambda value: happened.RulesChanged(
            rules_from_json(value["rules"], STRICTEST), tuple(value["differing"])
        ),
    ),
    happened.RoomLocked: _plain("room-locked", happened.RoomLocked),
    happened.RoomUnlocked: _plain("room-unlocked", happened.RoomUnlocked),
    happened.RoomFrozen: _plain("room-frozen", happened.RoomFrozen),
    happened.RoomThawed: _plain("room-thawed", happened.RoomThawed),
    happened.RoomPaused: _plain("room-paused", happened.RoomPaused),
    happened.RoomResumed: _plain("room-resumed", happened.RoomResumed),
    happened.SpotlightChanged: ("spotlight-changed", _about, _spotlight),
    happened.PersonBanned: (
        "person-banned",
        lambda event: {"ban": ban_to_json(event.ban)},
        lambda value: happened.PersonBanned(ban_from_json(value["ban"]), frozenset(value.get("marks", ()))),
    ),
    happened.BanLifted: (
        "ban-lifted",
        lambda event: {"ban_id": event.ban_id},
        lambda value: happened.BanLifted(BanId(value["ban_id"])),
    ),
    happened.LinkChanged: (
        "link-changed",
        lambda event: {"code": event.code},
        lambda value: happened.LinkChanged(value["code"]),
    ),
    happened.HostTold: (
        "host-told",
        lambda event: {"what": event.what, "name": event.name},
        lambda value: happened.HostTold(value["what"], value["name"]),
    ),
}
_READERS: Mapping[str, Callable[[Json], RoomEvent]] = {name: read for name, _, read in _CODECS.values()}

#: Every event by its name on the wire.
EVENT_NAMES = tuple(_READERS)


def event_to_json(event: RoomEvent) -> Json:
    """An event as the wire tells it."""
    name, write, _ = _CODECS[type(event)]
    return {"type": name, **write(event)}


def event_to_log(event: RoomEvent) -> Json:
    """An event as the log keeps it."""
    value = event_to_json(event)
    if isinstance(event, happened.ParticipantJoined | happened.PersonWaiting):
        return {**value, "identity": identity_to_json(event.identity)}
    if isinstance(event, happened.ParticipantConnected | happened.WaitingConnection) and event.secret_hash:
        return {**value, "secret_hash": event.secret_hash}
    if isinstance(event, happened.PersonBanned):
        return {**value, "marks": sorted(event.marks)}
    return value


def event_from_json(value: Json) -> RoomEvent:
    """The event that `event_to_log` (or, without what only the server knows, `event_to_json`) wrote."""
    return _READERS[value["type"]](value)


def entry_to_json(entry: Entry) -> Json:
    """An entry as the wire tells it, less its frame type."""
    return {
        "sequence": entry.sequence,
        "at": time_to_json(entry.at),
        "event": event_to_json(entry.event),
    }


def withheld_entry_to_json(entry: Entry) -> Json:
    """An entry as the wire tells it to those who are not to know what it was."""
    return {"sequence": entry.sequence, "at": time_to_json(entry.at), "event": {"type": "withheld"}}
