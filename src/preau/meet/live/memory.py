"""What the log tells of a room beyond its view: who people are, and whom the door remembers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from preau.meet.domain.ids import MessageId, ParticipantId
from preau.meet.domain.roles import MODERATORS
from preau.meet.live import events as happened
from preau.meet.live.events import Entry
from preau.meet.live.people import BanId, ChatMessage, Identity

KNOCKS_KEPT = timedelta(minutes=1)
LEAK_SUSPECTED = "leak-suspected"


@dataclass(frozen=True)
class Memory:
    """Nothing of this is ever sent.

    `identities`: of everybody with a seat or a place at the door. `names`: of everybody who ever came in.
    `lines`: every line of chat, deleted ones too, so that a line sent again is known. `wrote_at`: when each
    last wrote. `denied`, `removed`: the marks of those people; `banned`: for each ban. `knocks`: when which
    device came to wait, within the last minute. `welcomed`: the devices of everybody who ever came in.
    `run_since`: when the first who runs the room came in. `leak_told_at`: when the hosts were last told that
    a link may have been passed on.
    """

    identities: Mapping[ParticipantId, Identity] = field(default_factory=dict)
    names: Mapping[ParticipantId, str] = field(default_factory=dict)
    lines: Mapping[MessageId, ChatMessage] = field(default_factory=dict)
    wrote_at: Mapping[ParticipantId, datetime] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()
    banned: Mapping[BanId, frozenset[str]] = field(default_factory=dict)
    knocks: tuple[tuple[datetime, str], ...] = ()
    welcomed: frozenset[str] = frozenset()
    run_since: datetime | None = None
    leak_told_at: datetime | None = None

    def is_banned(self, marks: frozenset[str]) -> bool:
        """Whether one of the bans is of whoever bears these marks."""
        return any(marks & banned for banned in self.banned.values())


def _without(
    identities: Mapping[ParticipantId, Identity], gone: ParticipantId
) -> dict[ParticipantId, Identity]:
    return {one: identity for one, identity in identities.items() if one != gone}


def _joined(memory: Memory, event: happened.ParticipantJoined, at: datetime) -> Memory:
    one = event.participant
    return replace(
        memory,
        identities={**memory.identities, one.id: event.identity},
        names={**memory.names, one.id: one.name},
        welcomed=memory.welcomed | {event.identity.device_key},
        run_since=memory.run_since or (at if one.role in MODERATORS else None),
    )


def _left(memory: Memory, event: happened.ParticipantLeft, _at: datetime) -> Memory:
    identity = memory.identities.get(event.participant_id)
    kept = replace(memory, identities=_without(memory.identities, event.participant_id))
    if identity is None or event.reason not in {"removed", "banned"}:
        return kept
    return replace(kept, removed=memory.removed | identity.marks)


def _came_to_wait(memory: Memory, event: happened.PersonWaiting, at: datetime) -> Memory:
    recent = tuple(knock for knock in memory.knocks if knock[0] + KNOCKS_KEPT > at)
    return replace(
        memory,
        identities={**memory.identities, event.waiting.id: event.identity},
        knocks=(*recent, (at, event.identity.device_key)),
    )


def _stopped_waiting(memory: Memory, event: happened.PersonStoppedWaiting, _at: datetime) -> Memory:
    identity = memory.identities.get(event.participant_id)
    kept = replace(memory, identities=_without(memory.identities, event.participant_id))
    if identity is None or event.reason != "denied":
        return kept
    return replace(kept, denied=memory.denied | identity.marks)


def _posted(memory: Memory, event: happened.ChatPosted, at: datetime) -> Memory:
    message = event.message
    return replace(
        memory,
        lines={**memory.lines, message.message_id: message},
        wrote_at={**memory.wrote_at, message.participant_id: at},
    )


def _renamed(memory: Memory, event: happened.ParticipantRenamed, _at: datetime) -> Memory:
    return replace(memory, names={**memory.names, event.participant_id: event.name})


def _banned(memory: Memory, event: happened.PersonBanned, _at: datetime) -> Memory:
    return replace(memory, banned={**memory.banned, event.ban.id: event.marks})


def _ban_lifted(memory: Memory, event: happened.BanLifted, _at: datetime) -> Memory:
    return replace(memory, banned={one: marks for one, marks in memory.banned.items() if one != event.ban_id})


def _told(memory: Memory, event: happened.HostTold, at: datetime) -> Memory:
    return replace(memory, leak_told_at=at) if event.what == LEAK_SUSPECTED else memory


_REDUCERS: Mapping[type, Callable[[Memory, Any, datetime], Memory]] = {
    happened.ParticipantJoined: _joined,
    happened.ParticipantLeft: _left,
    happened.ParticipantRenamed: _renamed,
    happened.PersonWaiting: _came_to_wait,
    happened.PersonStoppedWaiting: _stopped_waiting,
    happened.ChatPosted: _posted,
    happened.PersonBanned: _banned,
    happened.BanLifted: _ban_lifted,
    happened.HostTold: _told,
}


def remember(memory: Memory, entry: Entry) -> Memory:
    """The memory after one more entry."""
    reducer = _REDUCERS.get(type(entry.event))
    return memory if reducer is None else reducer(memory, entry.event, entry.at)
