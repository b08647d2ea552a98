"""How participants come: joining, coming back on a new connection, becoming visible."""

from __future__ import annotations

from preau.sfu.model import Admission, DisconnectReason, ParticipantState
from preau.sfu.rooms import leaving, media, negotiating, subscribing
from preau.sfu.rooms.commands import Join, Resume, RoomRefusal
from preau.sfu.rooms.effects import CloseConnection, Notify, Renew, UseToken
from preau.sfu.rooms.state import Member, RoomState
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say

#: Access tokens are renewed this often.
RENEW_S = 300.0
#: And after changes of what they say, but no more often than this.
RENEW_PAUSE_S = 1.0
#: A clock that is off by more than it was was set.
CLOCK_STEP_S = 10.0
#: A join that nobody completes is looked after once in this time.
JOIN_CHECK_S = 60.0


def check_admissible(room: RoomState, who: Admission) -> None:
    """Raises RoomRefusal when the holder of this credential could not join now."""
    if room.finished:
        raise RoomRefusal("room-closed", "The room has ended.")
    limit = room.options.max_participants
    if not limit or who.is_dependent:
        return
    if sum(1 for other in room.independent() if other.identity != who.identity) >= limit:
        raise RoomRefusal("room-full", f"The room is full: at most {limit} participants.")


def is_held(room: RoomState, admission: Admission) -> bool:
    """Whether somebody connected came in by this very token, though its media is not there yet."""
    member = room.by_identity.get(admission.identity)
    if member is None or not admission.token_id or member.connection is None:
        return False
    return member.admission.token_id == admission.token_id


def join(room: RoomState, command: Join, now: float) -> None:
    """A new participant. One of the same identity is sent away."""
    admission = command.admission
    check_admissible(room, admission)
    if older := room.by_identity.get(admission.identity):
        leaving.dismiss(
            room, older, now, DisconnectReason.DUPLICATE_IDENTITY, "duplicate-identity: joined elsewhere."
        )
    member = _admit(room, command, now)
    if not admission.is_dependent:
        room.empty_since_s, room.ever_joined = None, True
    permission = member.permission
    room.send(
        member,
        say.Joined(
            room=room.info(),
            participant=member.info(),
            others=room.visible_to(member),
            subscriber_primary=member.subscriber_primary,
            fast_publish=permission.can_publish,
            trailer=room.trailer,
        ),
    )
    room.emit(media.OpenPeer(member.publisher, publishes=True))
    if member.subscriber is not None:
        room.emit(media.OpenPeer(member.subscriber, publishes=False))
        subscribing.reconcile_member(room, member, now)
        negotiating.changed(room, member, now, at_once=True)
    renew(room, member, now)
    leaving.count(room, now)
    room.wake(now + JOIN_CHECK_S)


def _admit(room: RoomState, command: Join, now: float) -> Member:
    permission = command.admission.permission
    receives = permission.can_subscribe
    member = Member(
        sid=room.ids.sid("PA_"),
        admission=command.admission,
        client_details=command.client_details,
        auto_subscribe=command.auto_subscribe,
        adaptive=command.adaptive,
        joined_s=now,
        joined_at_s=room.date_s,
        publisher=media.PeerId(room.ids.number()),
        subscriber=media.PeerId(room.ids.number()) if receives else None,
        subscriber_primary=receives,
        connection=command.connection,
        tcp_only=command.admission.identity in room.tcp_only_identities,
    )
    room.tcp_only_identities.discard(member.identity)
    room.members[member.sid] = member
    room.by_identity[member.identity] = member
    room.by_connection[command.connection] = member
    room.by_peer[member.publisher] = member
    if member.subscriber is not None:
        room.by_peer[member.subscriber] = member
    return member


def activate(room: RoomState, member: Member) -> None:
    """Media is connected: the participant is visible to others now."""
    if member.state is not ParticipantState.JOINED:
        return
    member.state = ParticipantState.ACTIVE
    room.emit(UseToken(member.admission))
    room.tell_changed(member, also_self=True, at_once=True)
    room.emit(Notify("participant_joined", room.info(), member.info()))
    room.wake(room.quality_due_s)


def renew(room: RoomState, member: Member, now: float) -> None:
    """Sends a fresh access token, and plans the next."""
    member.renewed_s, member.renew_s = now, now + RENEW_S
    member.renewed_at_s = room.date_s
    room.wake(member.renew_s)
    if member.connection is not None:
        room.emit(Renew(member.connection, member.admission))


def renew_soon(room: RoomState, member: Member, now: float, *, at_once: bool) -> None:
    """The access token says what is no longer so: a fresh one goes out, `at_once` or within a second."""
    due_s = now if at_once else max(now, member.renewed_s + RENEW_PAUSE_S)
    if due_s > now:
        member.renew_s = min(member.renew_s, due_s)
        room.wake(member.renew_s)
        return
    renew(room, member, now)


def has_stale_token(room: RoomState, member: Member, now: float) -> bool:
    """Whether a fresh token is due: by time, or because the clock was set since, which makes tokens that were
    good until then begin in the future, or end in the past."""
    step_s = (room.date_s - member.renewed_at_s) - (now - member.renewed_s)
    return member.renew_s <= now or abs(step_s) > CLOCK_STEP_S


def resume(room: RoomState, command: Resume, now: float) -> None:
    """A participant is back on a new connection; its media may live on."""
    member = room.members.get(command.sid)
    if member is None or member.identity != command.identity or room.finished:
        raise RoomRefusal("participant-unknown", "No such participant is in the room.")
    if member.connection is not None:
        room.by_connection.pop(member.connection, None)
        room.emit(CloseConnection(member.connection, 1000, "resumed: the participant resumed elsewhere."))
    member.connection = command.connection
    member.may_sync = True
    room.by_connection[command.connection] = member
    if _feigns_silence(room, member, now):
        return
    room.send(member, say.Resumed(last_sequence=member.last_sequence))
    _tell_missed(room, member, now)
    room.send(member, say.RoomChanged(room.info()))
    if sdp := member.queue.resume(now):
        negotiating.send_offer(room, member, sdp)
    negotiating.pump(room, member, now)
    renew(room, member, now)
    if room.cut_on_resume_s.pop(member.identity, 0.0) > now:
        room.emit(CloseConnection(command.connection, 1000, "simulated: disconnect on resume."))


def _tell_missed(room: RoomState, member: Member, now: float) -> None:
    """Who left while the participant may not have listened, then everybody including itself."""
    gone = tuple(
        info
        for at_s, info in room.departed
        if now - at_s <= leaving.DEPARTURE_MEMORY_S and info.identity not in room.by_identity
    )
    if gone:
        room.send(member, say.ParticipantsChanged(gone))
    member.version += 1
    room.send(member, say.ParticipantsChanged((member.info(), *room.visible_to(member))))


def _feigns_silence(room: RoomState, member: Member, now: float) -> bool:
    """Scenario `disconnect_signal_on_resume_no_messages`: the first three resumes fail."""
    until_s, left = room.mute_on_resume.pop(member.identity, (0.0, 0))
    if until_s <= now or left <= 0 or member.connection is None:
        return False
    room.mute_on_resume[member.identity] = (until_s, left - 1)
    room.emit(CloseConnection(member.connection, 1000, "simulated: disconnect before any message."))
    return True


def sync_state(room: RoomState, member: Member, request: ask.SyncState, now: float) -> None:
    """What the client believes after a resume, once. A track we do not know cannot be mended."""
    if not member.may_sync:
        return
    member.may_sync = False
    unknown = [sid for sid in request.published_sids if sid not in member.tracks]
    if unknown:
        leaving.restart(
            room,
            member,
            now,
            DisconnectReason.STATE_MISMATCH,
            f"track-unknown: {unknown[0]} is not published.",
        )
        return
    if request.subscription is not None:
        subscribing.update(room, member, request.subscription, now)
    for sid in request.disabled_sids:
        subscribing.wish(room, member, sid, enabled=False, max_layer=None)
    for kept in room.kept:
        seen = request.received.get(kept.sender_sid, 0)
        if member.sid in kept.receivers and kept.sequence > seen:
            room.emit(media.SendPacket(peer=member.data_peer, reliable=True, payload=kept.payload))
