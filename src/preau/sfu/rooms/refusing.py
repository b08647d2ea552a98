"""What participants tried and may not do, told to webhook receivers: each time, or how often it was.

It is calls of the server API and what they ask for over their own connection.
"""

from __future__ import annotations

from preau.sfu.model import (
    DisconnectReason,
    ParticipantInfo,
    ParticipantKind,
    ParticipantState,
    Permission,
    RoomInfo,
    RoomOptions,
)
from preau.sfu.rooms import commands
from preau.sfu.rooms.effects import Notify
from preau.sfu.rooms.state import RoomState

#: The name of an event that is ours alone; the method follows behind a slash.
CALL_REFUSED = "call_refused"
#: The event that sums calls up: of which methods, nobody kept.
CALLS_REFUSED = "calls_refused"
#: Of one room: so many single calls, and so many sums, within `PAUSE_S` seconds, that other events pass too.
MOST_AT_ONCE = 50
PAUSE_S = 2.0
#: What more people than this do is counted without their names.
MAX_IDENTITIES = 1000
_NOBODY = ""


def note_call(room: RoomState, command: commands.NoteRefusal, now: float) -> None:
    """Notes a call of the server API. A signed credential named the caller."""
    note(room, command.identity, command.method, now)


def note(room: RoomState, identity: str, method: str, now: float, times: int = 1) -> None:
    """Tells of an attempt, or counts it when there are too many; of several at once, the first."""
    refusals = room.refusals
    if refusals.told < MOST_AT_ONCE and identity not in refusals.untold:
        refusals.told += 1
        room.emit(Notify(f"{CALL_REFUSED}/{method}", _where(room), _who(room, identity)))
        times -= 1
    if times:
        is_known = identity in refusals.untold or len(refusals.untold) < MAX_IDENTITIES
        key = identity if is_known else _NOBODY
        refusals.untold[key] = refusals.untold.get(key, 0) + times
    if refusals.due_s is None:
        refusals.due_s = now + PAUSE_S
    room.wake(refusals.due_s)


def tell_sums(room: RoomState, now: float) -> None:
    """Tells what was only counted, once that is due."""
    refusals = room.refusals
    if refusals.due_s is None:
        return
    if refusals.due_s > now:
        room.wake(refusals.due_s)
        return
    refusals.told, refusals.due_s = 0, None
    _tell_some(room)
    if refusals.untold:
        refusals.due_s = now + PAUSE_S
        room.wake(refusals.due_s)


def tell_rest(room: RoomState) -> None:
    """Tells all that was only counted: the room, or the server, is about to end."""
    _tell_some(room)
    rest = sum(room.refusals.untold.values())
    room.refusals.untold.clear()
    if rest:
        room.emit(sum_of(room.sid, room.name, rest))


def _tell_some(room: RoomState) -> None:
    untold = room.refusals.untold
    for identity in list(untold)[:MOST_AT_ONCE]:
        who = None if identity == _NOBODY else _who(room, identity)
        room.emit(Notify(CALLS_REFUSED, _where(room), who, times=untold.pop(identity)))


def sum_of(room_sid: str, room_name: str, times: int) -> Notify:
    """The event that tells of so many refused calls, of nobody by name."""
    return Notify(CALLS_REFUSED, _named(room_sid, room_name), times=times)


def _named(room_sid: str, room_name: str) -> RoomInfo:
    return RoomInfo(sid=room_sid, name=room_name, options=RoomOptions(), created_at_ms=0)


def _where(room: RoomState) -> RoomInfo:
    return _named(room.sid, room.name)


def _who(room: RoomState, identity: str) -> ParticipantInfo:
    """Identity and name, of who is there or was: all else may be long, and an audit has no use for it."""
    member = room.by_identity.get(identity)
    return ParticipantInfo(
        sid="",
        identity=identity,
        name="" if member is None else member.info().name,
        state=ParticipantState.DISCONNECTED,
        metadata="",
        attributes={},
        tracks=(),
        joined_at_ms=0,
        version=0,
        permission=Permission(),
        is_publisher=False,
        kind=ParticipantKind.STANDARD,
        kind_details=(),
        disconnect_reason=DisconnectReason.UNKNOWN,
        client_protocol=0,
        capabilities=(),
    )
