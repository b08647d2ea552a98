"""Coming in, coming back, and breaking off."""

from __future__ import annotations

from datetime import datetime

from preau.meet.domain.ids import ParticipantId
from preau.meet.live.audience import withheld
from preau.meet.live.commands import Leave, LoseConnection, Resume
from preau.meet.live.effects import Admit, CloseConnection
from preau.meet.live.events import (
    Entry,
    ParticipantConnected,
    ParticipantDisconnected,
    RoleChanged,
    WaitingConnection,
)
from preau.meet.live.leaving import put_out
from preau.meet.live.people import Identity
from preau.meet.live.permission import confirm, refuse
from preau.meet.live.rights import rights_of
from preau.meet.live.room import ANNOUNCE_WAITING_LOSS, MAX_MISSED_ENTRIES, Room, Seat, Step
from preau.meet.live.waiting import told_at_the_door


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
    if identity is None or identity.secret_hash != command.secret_hash or not _may_resume(identity, command):
        return refuse(step, command, "resume-unknown")
    held = room.seats.get(command.participant_id) or room.places.get(command.participant_id)
    if held is not None and held.connection is not None:
        step = step.then(CloseConnection(held.connection, "replaced"))
    if command.participant_id in room.places:
        return _wait_on(step, command, now)
    return _sit_down_again(step, command, now)


def _may_resume(identity: Identity, command: Resume) -> bool:
    """A secret alone makes nobody the host again: who came in by an account has to be signed in to it."""
    return identity.sign_in_id is None or command.account_id == identity.account_id


def _wait_on(step: Step, command: Resume, now: datetime) -> Step:
    step = step.place(command.participant_id, Seat(command.connection), now)
    waiting = step.room.view.waiting_person(command.participant_id)
    if waiting is not None and not waiting.connected:
        step = step.write(WaitingConnection(command.participant_id, True), now)
    return told_at_the_door(step, command.participant_id, command.request)


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
