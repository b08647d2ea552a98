"""What becomes due as time passes."""

from __future__ import annotations

from preau.sfu.model import ParticipantState
from preau.sfu.rooms import commands, failing, joining, leaving, moderating, negotiating, refusing, speaking
from preau.sfu.rooms.state import Member, RoomState


def tick(room: RoomState, _command: commands.Tick, now: float) -> None:
    """Does what is due and asks to be woken for what comes next."""
    room.wake_s = float("inf")
    for member in list(room.members.values()):
        _tick_member(room, member, now)
    room.tell_gathered()
    speaking.end_feigned(room, now)
    speaking.tell_quality(room, now)
    leaving.tell_if_due(room, now)
    refusing.tell_sums(room, now)
    _end_when_empty(room, now)


def _tick_member(room: RoomState, member: Member, now: float) -> None:
    if member.restart is not None:
        # What cannot be mended is not gone on with.
        leaving.restart_when_due(room, member, now)
        return
    negotiating.pump(room, member, now)
    failing.give_up(room, member, now)
    if member.sid not in room.members:
        return
    if joining.has_stale_token(room, member, now):
        joining.renew(room, member, now)
    room.wake(member.renew_s)
    if member.lost_s is not None:
        room.wake(member.lost_s + failing.GOODBYE_S)
    if member.state is ParticipantState.JOINED:
        room.wake(member.joined_s + failing.JOIN_TIMEOUT_S)


def _end_when_empty(room: RoomState, now: float) -> None:
    if room.empty_since_s is None or room.finished:
        return
    options = room.options
    timeout_s = options.departure_timeout_s if room.ever_joined else options.empty_timeout_s
    if now - room.empty_since_s >= timeout_s:
        moderating.close(room, now)
    else:
        room.wake(room.empty_since_s + timeout_s)
