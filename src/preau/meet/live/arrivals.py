"""Coming in, coming back, and going."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from preau.meet.domain.ids import ParticipantId
from preau.meet.live.commands import Enter, Leave, LoseConnection, Resume
from preau.meet.live.effects import Admit, CloseConnection, Confirm, Effect, Refuse, RemoveFromMedia
from preau.meet.live.events import (
    Entry,
    Participant,
    ParticipantConnected,
    ParticipantDisconnected,
    ParticipantJoined,
    ParticipantLeft,
)
from preau.meet.live.room import MAX_MISSED_ENTRIES, Room, Seat, Step


def enter(step: Step, command: Enter, now: datetime) -> Step:
    """Admit somebody new, while there is a seat."""
    room = step.room
    if room.seat_of(command.connection) is not None:
        return step.then(Refuse(command.connection, command.request, "already-admitted"))
    if len(room.seats) >= room.max_participants:
        return step.then(Refuse(command.connection, command.request, "room-full"))
    participant = Participant(command.participant_id, command.name, command.role, joined_at=now)
    joined = step.write(ParticipantJoined(participant, command.secret_hash), now)
    seated = joined.change(replace(joined.room, empty_since=None))
    seated = seated.seat(participant.id, Seat(command.secret_hash, command.connection))
    return seated.then(
        Admit(command.connection, command.request, participant.id, seated.room.view, False, None)
    )


def resume(step: Step, command: Resume, now: datetime) -> Step:
    """Give somebody the place back; a connection that still holds it is closed."""
    seat = step.room.seats.get(command.participant_id)
    if step.room.seat_of(command.connection) is not None:
        return step.then(Refuse(command.connection, command.request, "already-admitted"))
    if seat is None or seat.secret_hash != command.secret_hash:
        return step.then(Refuse(command.connection, command.request, "resume-unknown"))
    if seat.connection is not None:
        step = step.then(CloseConnection(seat.connection, "replaced"))
    step = step.seat(command.participant_id, Seat(seat.secret_hash, command.connection))
    participant = step.room.view.participant(command.participant_id)
    if participant is not None and not participant.connected:
        event = ParticipantConnected(command.participant_id)
        step = step.write(event, now, unseen_by=command.connection)
    missed = _missed(step.room, command.last_sequence)
    return step.then(
        Admit(command.connection, command.request, command.participant_id, step.room.view, True, missed)
    )


def _missed(room: Room, last_sequence: int) -> tuple[Entry, ...] | None:
    """The entries after `last_sequence`, or None when the whole view is needed."""
    count = room.view.sequence - last_sequence
    if last_sequence < 1 or count < 0 or count > min(MAX_MISSED_ENTRIES, len(room.entries)):
        return None
    return room.entries[len(room.entries) - count :]


def leave(step: Step, command: Leave, now: datetime) -> Step:
    """Give up the place at once."""
    participant_id = step.room.seat_of(command.connection)
    if participant_id is None:
        return step.then(Refuse(command.connection, command.request, "not-admitted"))
    step = gone(step, participant_id, "left", now)
    return step.then(
        Confirm(command.connection, command.request, None), CloseConnection(command.connection, "left")
    )


def lose_connection(step: Step, command: LoseConnection, now: datetime) -> Step:
    """Keep the place of whoever was on the connection, and tell the others."""
    participant_id = step.room.seat_of(command.connection)
    if participant_id is None:
        return step
    seat = step.room.seats[participant_id]
    step = step.seat(participant_id, Seat(seat.secret_hash, None, lost_at=now))
    return step.write(ParticipantDisconnected(participant_id), now)


def gone(step: Step, participant_id: ParticipantId, reason: str, now: datetime) -> Step:
    """Free a seat for good; the media server is told too."""
    step = step.seat(participant_id, None).write(ParticipantLeft(participant_id, reason), now)
    if not step.room.seats:
        step = step.change(replace(step.room, empty_since=now))
    removal: Effect = RemoveFromMedia(participant_id)
    return step.then(removal)
