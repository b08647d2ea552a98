"""How participants leave, by will, by force or by accident."""

from __future__ import annotations

from preau.sfu.model import DisconnectReason, LeaveAction, ParticipantState
from preau.sfu.rooms import media, negotiating
from preau.sfu.rooms.effects import CloseConnection, Notify
from preau.sfu.rooms.state import Member, Restart, RoomState, departed_info
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say

#: How long a departure is told to those who resume.
DEPARTURE_MEMORY_S = 60.0
#: Who joins afresh for the same cause as within the last so many seconds waits, and each time twice as long.
RESTARTS_FORGOTTEN_S = 300.0
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
_MOST_TIMES = 16
_MAX_CAUSES = 1000
#: Counters of the room are told at most this often.
COUNTERS_S = 5.0
#: What a participant may say of why it leaves; anything else is told as its own wish.
_OWN_REASONS = frozenset(
    {
        DisconnectReason.CLIENT_INITIATED,
        DisconnectReason.USER_UNAVAILABLE,
        DisconnectReason.USER_REJECTED,
        DisconnectReason.AGENT_ERROR,
    }
)


def leave(room: RoomState, member: Member, request: ask.Leave, now: float) -> None:
    """The participant says good-bye."""
    reason = request.reason if request.reason in _OWN_REASONS else DisconnectReason.CLIENT_INITIATED
    remove(room, member, now, reason)
    _close(room, member, "left: the participant left.")


def dismiss(
    room: RoomState,
    member: Member,
    now: float,
    reason: DisconnectReason,
    why: str,
    *,
    action: LeaveAction = LeaveAction.DISCONNECT,
) -> None:
    """Sends a participant away, telling it what to do next; `why` is `code: sentence`."""
    room.send(member, say.LeaveNotice(reason=reason, action=action))
    _close(room, member, why)
    remove(room, member, now, reason)


def restart(room: RoomState, member: Member, now: float, reason: DisconnectReason, why: str) -> None:
    """Something cannot be mended: the client joins afresh. At once the first time; who needs it again for the
    same cause waits longer each time, so that the room does not hear it come and go for ever."""
    if member.restart is not None:
        return
    cause = (member.identity, why.partition(":")[0])
    times, last_s = room.restarts.pop(cause, (0, now))
    if now - last_s > RESTARTS_FORGOTTEN_S:
        times = 0
    pause_s = min(FIRST_PAUSE_S * 2 ** (times - 1), LONGEST_PAUSE_S) if times else 0.0
    room.restarts[cause] = (min(times + 1, _MOST_TIMES), now + pause_s)
    if len(room.restarts) > _MAX_CAUSES:
        del room.restarts[next(iter(room.restarts))]
    member.restart = Restart(now + pause_s, reason, why)
    restart_when_due(room, member, now)


def restart_when_due(room: RoomState, member: Member, now: float) -> None:
    """Tells a participant that it is to join afresh, once it has waited for that."""
    planned = member.restart
    if planned is None:
        return
    if planned.due_s > now:
        room.wake(planned.due_s)
        return
    dismiss(room, member, now, planned.reason, planned.why, action=LeaveAction.RECONNECT)


def drop(room: RoomState, member: Member, now: float, reason: DisconnectReason, why: str) -> None:
    """Ends a participant without telling it, as if the server had vanished."""
    _close(room, member, why)
    remove(room, member, now, reason)


def _close(room: RoomState, member: Member, why: str) -> None:
    if member.connection is not None:
        room.emit(CloseConnection(member.connection, 1000, why))


def remove(room: RoomState, member: Member, now: float, reason: DisconnectReason) -> None:
    """Takes a participant out of the room and tells everybody else."""
    if room.members.pop(member.sid, None) is None:
        return
    # Silence first: what follows takes longer the more there is.
    for peer in (member.publisher, member.subscriber):
        if peer is not None:
            room.by_peer.pop(peer, None)
            room.emit(media.ClosePeer(peer))
    for published in list(member.tracks.values()):
        forget_track(room, member, published.info.sid, now)
    was_active = member.state is ParticipantState.ACTIVE
    room.by_identity.pop(member.identity, None)
    if member.connection is not None:
        room.by_connection.pop(member.connection, None)
    room.speaking.pop(member.sid, None)
    room.feigned_until_s.pop(member.sid, None)
    info = departed_info(member, reason)
    if not member.permission.hidden:
        room.departed.append((now, info))
        room.tell(room.members.values(), say.ParticipantsChanged((info,)))
    room.emit(
        Notify("participant_left" if was_active else "participant_connection_aborted", room.info(), info)
    )
    count(room, now)
    if room.ever_joined and not any(room.independent()):
        room.empty_since_s = now
        room.wake(now)


def forget_track(room: RoomState, owner: Member, track_sid: str, now: float) -> None:
    """Unpublishes a track: nobody receives it any more."""
    published = owner.tracks.pop(track_sid, None)
    if published is None:
        return
    room.owners.pop(track_sid, None)
    room.by_track.pop(published.track, None)
    for member in list(room.members.values()):
        down = member.downs.pop(track_sid, None)
        member.wishes.pop(track_sid, None)
        member.subscriptions.pop(track_sid, None)
        if down is not None and member.subscriber is not None:
            room.emit(media.RemoveDown(peer=member.subscriber, down=down.down))
            negotiating.changed(room, member, now)
    if published.live:
        room.emit(Notify("track_unpublished", room.info(), owner.info(), published.info))


def count(room: RoomState, now: float) -> None:
    """The room's counters may have changed: told at once after a quiet time, else COUNTERS_S after it was."""
    was_recorded = room.told is not None and room.told.active_recording
    if room.info().active_recording != was_recorded:
        tell(room, now)
        return
    room.counters_due_s = max(now, room.counters_told_s + COUNTERS_S)
    tell_if_due(room, now)


def tell_if_due(room: RoomState, now: float) -> None:
    """Tells what became of the room, once that is due."""
    if room.counters_due_s is None:
        return
    if room.counters_due_s > now:
        room.wake(room.counters_due_s)
    else:
        tell(room, now)


def tell(room: RoomState, now: float) -> None:
    """Tells everybody what became of the room, unless they know."""
    room.counters_due_s = None
    info = room.info()
    if info != room.told:
        room.told, room.counters_told_s = info, now
        room.tell(room.members.values(), say.RoomChanged(info))


def connection_lost(room: RoomState, connection: int, now: float) -> None:
    """A connection ended without a word. Who has media keeps it and may resume; who never had is gone."""
    member = room.by_connection.pop(connection, None)
    if member is None:
        return
    member.connection = None
    if not member.ever_connected:
        remove(room, member, now, DisconnectReason.JOIN_FAILURE)
