"""Coming in, coming back, and breaking off."""

from __future__ import annotations

from datetime import datetime, timedelta

from preau.meet.domain.ids import ParticipantId
from preau.meet.domain.invitations import Provenance
from preau.meet.live.audience import withheld
from preau.meet.live.commands import ConnectionId, Knock, Leave, LoseConnection, Resume
from preau.meet.live.effects import Admit, CloseConnection
from preau.meet.live.events import (
    Entry,
    ParticipantConnected,
    ParticipantDisconnected,
    ParticipantJoined,
    RoleChanged,
    WaitingConnection,
)
from preau.meet.live.leaving import put_out
from preau.meet.live.people import Departed, Identity, Participant
from preau.meet.live.permission import confirm, refuse
from preau.meet.live.rights import rights_of
from preau.meet.live.room import ANNOUNCE_WAITING_LOSS, MAX_MISSED_ENTRIES, Room, Seat, Step
from preau.meet.live.waiting import told_at_the_door

BACK_WITHIN = timedelta(minutes=10)


def let_in(step: Step, participant_id: ParticipantId, seat: Seat, request: int, now: datetime) -> Step:
    """Seat somebody whose joining is written, with the whole view; `request` 0: it was waiting."""
    step = step.seat(participant_id, seat, now)
    view = step.room.view
    participant = view.participant(participant_id)
    if seat.connection is None or participant is None:
        return step
    rights = rights_of(view, participant)
    return step.then(Admit(seat.connection, request, participant_id, view, rights, False, None))


def resume(step: Step, command: Resume, now: datetime) -> Step:
    """Give somebody the place back, in the room or at its door; a connection that holds it is closed."""
    room = step.room
    if room.seat_of(command.connection) is not None or room.place_of(command.connection) is not None:
        return refuse(step, command, "already-admitted")
    identity = room.memory.identities.get(command.participant_id)
    if identity is None:
        return _come_back(step, command, now)
    if not _is_theirs(identity, command):
        return refuse(step, command, "resume-unknown")
    step = _hung_up(step, command.participant_id)
    if command.participant_id in room.places:
        step = _placed_again(step, command.participant_id, command.connection, None, now)
        return told_at_the_door(step, command.participant_id, command.request)
    return _sit_down_again(step, command, now)


def _is_theirs(identity: Identity, command: Resume) -> bool:
    """A secret that was read off somewhere gives no place to another browser.

    It alone makes nobody the host again: who came in by an account has to be signed in to it.
    """
    shown, kept = (command.secret_hash, command.device_key), (identity.secret_hash, identity.device_key)
    is_signed_in = identity.sign_in_id is None or command.account_id == identity.account_id
    return shown == kept and is_signed_in


def _come_back(step: Step, command: Resume, now: datetime) -> Step:
    """Somebody whose seat is gone, and who may have another without the door: under the same id and name."""
    departed = step.room.memory.departed.get(command.participant_id)
    if departed is None or not _is_theirs(departed.identity, command):
        return refuse(step, command, "resume-unknown")
    if departed.identity.sign_in_id not in {None, command.sign_in_id}:
        # Signed out since: whoever signs in again knocks again.
        return refuse(step, command, "resume-unknown")
    if not _may_come_back(step.room, departed, now):
        return refuse(step, command, "resume-unknown")
    if len(step.room.seats) >= step.room.setting.max_participants:
        return refuse(step, command, "room-full")
    identity = departed.identity
    participant = Participant(command.participant_id, departed.name, identity.role, now, departed.provenance)
    step = step.write(ParticipantJoined(participant, identity), now)
    return let_in(step, participant.id, Seat(command.connection), command.request, now)


def _may_come_back(room: Room, departed: Departed, now: datetime) -> bool:
    """Within the time, unless they were put out or the door has been shut to people like them since.

    The meeting's owner needs no such way, and comes back as its host.
    """
    view, marks = room.view, departed.identity.marks
    is_owner = departed.provenance is Provenance.OWNER
    is_kept_out = bool(marks & (room.memory.removed | room.memory.denied)) or room.memory.is_banned(marks)
    is_shut = view.is_locked or view.is_frozen
    is_stranger = departed.provenance is Provenance.OPEN_LINK and not view.rules.open_link
    went_by_themselves = departed.reason in {"left", "connection-lost"}
    is_soon = now < departed.at + BACK_WITHIN
    return went_by_themselves and is_soon and not (is_owner or is_kept_out or is_shut or is_stranger)


def take_back(step: Step, participant_id: ParticipantId, command: Knock, now: datetime) -> Step:
    """Give somebody who knocks the place that is theirs already, with the secret of this knock."""
    step = _hung_up(step, participant_id)
    if participant_id in step.room.places:
        secret_hash = command.secret_hash
        step = _placed_again(step, participant_id, command.connection, secret_hash, now)
        return told_at_the_door(step, participant_id, command.request)
    step = step.seat(participant_id, Seat(command.connection), now)
    event = ParticipantConnected(participant_id, command.secret_hash)
    step = step.write(event, now, unseen_by=command.connection)
    return let_in(step, participant_id, Seat(command.connection), command.request, now)


def _hung_up(step: Step, participant_id: ParticipantId) -> Step:
    """The step that closes the connection a place is held by, if there is one."""
    held = step.room.seats.get(participant_id) or step.room.places.get(participant_id)
    if held is None or held.connection is None:
        return step
    return step.then(CloseConnection(held.connection, "replaced"))


def _placed_again(
    step: Step,
    participant_id: ParticipantId,
    connection: ConnectionId,
    secret_hash: str | None,
    now: datetime,
) -> Step:
    step = step.place(participant_id, Seat(connection), now)
    waiting = step.room.view.waiting_person(participant_id)
    if waiting is None or (waiting.connected and secret_hash is None):
        return step
    return step.write(WaitingConnection(participant_id, True, secret_hash), now)


def _sit_down_again(step: Step, command: Resume, now: datetime) -> Step:
    step = step.seat(command.participant_id, Seat(command.connection), now)
    participant = step.room.view.participant(command.participant_id)
    if participant is not None and not participant.connected:
        event = ParticipantConnected(command.participant_id)
        step = step.write(event, now, unseen_by=command.connection)
    view = step.room.view
    participant = view.participant(command.participant_id)
    if participant is None:
        raise ValueError("a seat without a participant")
    missed = _missed(step.room, command)
    return step.then(
        Admit(
            connection=command.connection,
            request=command.request,
            participant_id=participant.id,
            view=view,
            rights=rights_of(view, participant),
            is_resumed=True,
            missed=missed,
            withheld=withheld(missed or (), participant, view),
        )
    )


def _missed(room: Room, command: Resume) -> tuple[Entry, ...] | None:
    """The entries after the last one seen, or None when the whole view is needed."""
    count = room.view.sequence - command.last_sequence
    if command.last_sequence < 1 or count < 0 or count > min(MAX_MISSED_ENTRIES, len(room.entries)):
        return None
    missed = room.entries[len(room.entries) - count :]
    # Another role sees other things of the time before, too.
    is_another = any(
        isinstance(entry.event, RoleChanged) and entry.event.participant_id == command.participant_id
        for entry in missed
    )
    return None if is_another else missed


def leave(step: Step, command: Leave, now: datetime) -> Step:
    """Give up the place at once, in the room or at its door."""
    room = step.room
    seated, waiting = room.seat_of(command.connection), room.place_of(command.connection)
    if seated is None and waiting is None:
        return refuse(step, command, "not-admitted")
    step = confirm(step, command)
    if seated is not None:
        return put_out(step, seated, "left", now, code="left")
    return step if waiting is None else put_out(step, waiting, "gave-up", now, code="left")


def lose_connection(step: Step, command: LoseConnection, now: datetime) -> Step:
    """Keep the place of whoever was on the connection, and tell those who see it."""
    room = step.room
    seated, waiting = room.seat_of(command.connection), room.place_of(command.connection)
    if seated is not None:
        step = step.seat(seated, Seat(None, lost_at=now), now)
        return step.write(ParticipantDisconnected(seated), now)
    if waiting is not None:
        # Told after a while only: who waits could keep the hosts busy with connections that come and go.
        return step.place(waiting, Seat(None, now, now + ANNOUNCE_WAITING_LOSS), now)
    return step
