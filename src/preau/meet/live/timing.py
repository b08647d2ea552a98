"""What time does to a room: the grace of lost connections, the end of empty rooms, restarts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from preau.meet.live.arrivals import gone
from preau.meet.live.commands import End, Restart, Tick
from preau.meet.live.effects import CloseConnection, EndOccurrence
from preau.meet.live.events import ParticipantDisconnected
from preau.meet.live.room import ANNOUNCE_AFTER_RESTART, EMPTY_FOR, GRACE, Step


def restart(step: Step, _command: Restart, now: datetime) -> Step:
    """Give everybody the grace anew; those who come back soon were never seen to be gone."""
    for participant_id, seat in step.room.seats.items():
        participant = step.room.view.participant(participant_id)
        is_shown = participant is not None and participant.connected
        announce_at = now + ANNOUNCE_AFTER_RESTART if is_shown else None
        lost = replace(seat, connection=None, lost_at=now, announce_loss_at=announce_at)
        step = step.seat(participant_id, lost)
    return step


def tick(step: Step, _command: Tick, now: datetime) -> Step:
    """Do everything that is due."""
    for participant_id, seat in step.room.seats.items():
        if seat.lost_at is not None and seat.lost_at + GRACE <= now:
            step = gone(step, participant_id, "connection-lost", now)
        elif seat.announce_loss_at is not None and seat.announce_loss_at <= now:
            step = step.seat(participant_id, replace(seat, announce_loss_at=None))
            step = step.write(ParticipantDisconnected(participant_id), now)
    since = step.room.empty_since
    if since is not None and since + EMPTY_FOR <= now and not step.room.has_ended:
        step = step.change(replace(step.room, has_ended=True)).then(EndOccurrence())
    return step


def end(step: Step, _command: End, now: datetime) -> Step:
    """End the meeting for everybody, now."""
    told = step.room.connections()
    for participant_id in tuple(step.room.seats):
        step = gone(step, participant_id, "meeting-ended", now)
    step = step.change(replace(step.room, has_ended=True))
    return step.then(*(CloseConnection(connection, "meeting-ended") for connection in told), EndOccurrence())
