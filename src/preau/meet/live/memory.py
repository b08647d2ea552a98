"""What the log tells of a room beyond its view: who people are, and whom the door remembers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from preau.meet.domain.ids import MessageId, ParticipantId
from preau.meet.domain.invitations import Provenance
from preau.meet.domain.roles import MODERATORS
from preau.meet.live import events as happened
from preau.meet.live.events import Entry
from preau.meet.live.people import BanId, ChatMessage, Departed, Identity

_T = TypeVar("_T")

KNOCKS_KEPT = timedelta(minutes=1)
DEPARTED_KEPT = timedelta(minutes=30)
MAX_DEPARTED = 1000
LEAK_SUSPECTED = "leak-suspected"


@dataclass(frozen=True)
class Memory:
    """Nothing of this is ever sent.

    `identities`: of everybody with a seat or a place at the door. `names`: of everybody who ever came in.
    `came_by`: how those with a seat came. `departed`: who had one, and went within the last half hour.
    `lines`: every line of chat, deleted ones too, so that a line sent again is known. `wrote_at`: when each
    last wrote. `denied`, `removed`: the marks of those people; `banned`: for each ban. `knocks`: when which
    device came to wait, within the last minute. `welcomed`: the devices of everybody who ever came in.
    `run_since`: when the first who runs the room came in. `leak_told_at`: when the hosts were last told that
    a link may have been passed on.
    """

    identities: Mapping[ParticipantId, Identity] = field(default_factory=dict)
    names: Mapping[ParticipantId, str] = field(default_factory=dict)
    came_by: Mapping[ParticipantId, Provenance] = field(default_factory=dict)
    departed: Mapping[ParticipantId, Departed] = field(default_factory=dict)
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


def _without(known: Mapping[ParticipantId, _T], gone: ParticipantId) -> dict[ParticipantId, _T]:
    return {one: value for one, value in known.items() if one != gone}


def _joined(memory: Memory, event: happened.ParticipantJoined, at: datetime) -> Memory:
    one = event.participant
    return replace(
        memory,
        identities={**memory.identities, one.id: event.identity},
        names={**memory.names, one.id: one.name},
        came_by={**memory.came_by, one.id: one.provenance},
        departed=_without(memory.departed, one.id),
        welcomed=memory.welcomed | {event.identity.device_key},
        run_since=memory.run_since or (at if one.role in MODERATORS else None),
    )


def _left(memory: Memory, event: happened.ParticipantLeft, at: datetime) -> Memory:
    who = event.participant_id
    identity = memory.identities.get(who)
    kept = replace(memory, identities=_without(memory.identities, who), came_by=_without(memory.came_by, who))
    if identity is None:
        return kept
    departed = Departed(memory.names[who], memory.came_by[who], identity, at, event.reason)
    kept = replace(kept, departed=_with_departed(memory.departed, who, departed))
    if event.reason not in {"removed", "banned"}:
        return kept
    return replace(kept, removed=memory.removed | identity.marks)


def _with_departed(
    before: Mapping[ParticipantId, Departed], who: ParticipantId, one: Departed
) -> dict[ParticipantId, Departed]:
    recent = [(other, went) for other, went in before.items() if went.at + DEPARTED_KEPT > one.at]
    return {**dict(recent[1 - MAX_DEPARTED :]), who: one}


def _removal_undone(memory: Memory, event: happened.RemovalUndone, _at: datetime) -> Memory:
    departed = memory.departed[event.participant_id]
    marks = departed.identity.marks
    return replace(
        memory,
        departed={**memory.departed, event.participant_id: replace(departed, reason="left")},
        removed=memory.removed - marks,
    )


def _connected(
    memory: Memory, event: happened.ParticipantConnected | happened.WaitingConnection, _at: datetime
) -> Memory:
    identity = memory.identities.get(event.participant_id)
    if identity is None or event.secret_hash is None:
        return memory
    renewed = replace(identity, secret_hash=event.secret_hash)
    return replace(memory, identities={**memory.identities, event.participant_id: renewed})


def _role_changed(memory: Memory, event: happened.RoleChanged, _at: datetime) -> Memory:
    """Whoever comes back comes in the role they went with."""
    identity = replace(memory.identities[event.participant_id], role=event.role)
    return replace(memory, identities={**memory.identities, event.participant_id: identity})


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
    happened.ParticipantConnected: _connected,
    happened.WaitingConnection: _connected,
    happened.RemovalUndone: _removal_undone,
    happened.RoleChanged: _role_changed,
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
