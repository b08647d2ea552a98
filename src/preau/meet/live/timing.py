"""What time does to a room: the grace of lost connections, the end of empty rooms, restarts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from preau.meet.domain.ids import ParticipantId
from preau.meet.live.commands import End, Restart, Tick
from preau.meet.live.effects import EndOccurrence, RemoveFromMedia, SetMediaRights
from preau.meet.live.events import ParticipantDisconnected, WaitingConnection
from preau.meet.live.leaving import gone, put_out, stop_waiting
from preau.meet.live.rights import rights_of
from preau.meet.live.room import ANNOUNCE_AFTER_RESTART, EMPTY_FOR, GRACE, MEDIA_GRACE, Seat, Step


def restart(step: Step, _command: Restart, now: datetime) -> Step:
    """Give everybody the grace anew; those who come back soon were never seen to be gone.

    The media server is told everybody's rights again: the last change may have died with the server.
    """
    view = step.room.view
    for one in view.participants:
        step = step.seat(one.id, _lost(now, one.connected), now).then(
            SetMediaRights(one.id, rights_of(view, one))
        )
    for waiting in view.waiting:
        step = step.place(waiting.id, _lost(now, waiting.connected), now)
    return step


def _lost(now: datetime, is_shown: bool) -> Seat:
    return Seat(None, now, now + ANNOUNCE_AFTER_RESTART if is_shown else None)


def tick(step: Step, _command: Tick, now: datetime) -> Step:
    """Do everything that is due."""
    for participant_id, seat in step.room.seats.items():
        if _is_over(seat, now):
            step = gone(step, participant_id, "connection-lost", now)
            continue
        is_shown, is_out = _is_to_be_shown(seat, now), _is_out_of_media(seat, now)
        if is_shown or is_out:
            announce_loss_at = None if is_shown else seat.announce_loss_at
            has_media = seat.has_media and not is_out
            kept = replace(seat, announce_loss_at=announce_loss_at, has_media=has_media)
            step = step.seat(participant_id, kept, now)
        if is_shown:
            step = step.write(ParticipantDisconnected(participant_id), now)
        if is_out:
            step = step.then(RemoveFromMedia(participant_id))
    for participant_id, place in step.room.places.items():
        if _is_over(place, now):
            step = stop_waiting(step, participant_id, "connection-lost", now)
        elif _is_to_be_shown(place, now):
            step = step.place(participant_id, replace(place, announce_loss_at=None), now)
            step = step.write(WaitingConnection(participant_id, False), now)
    since = step.room.empty_since
    if since is not None and since + EMPTY_FOR <= now and not step.room.has_ended:
        step = step.change(replace(step.room, has_ended=True)).then(EndOccurrence())
    return step


def _is_over(seat: Seat, now: datetime) -> bool:
    return seat.lost_at is not None and seat.lost_at + GRACE <= now


def _is_out_of_media(seat: Seat, now: datetime) -> bool:
    return seat.has_media and seat.lost_at is not None and seat.lost_at + MEDIA_GRACE <= now


def _is_to_be_shown(seat: Seat, now: datetime) -> bool:
    return seat.announce_loss_at is not None and seat.announce_loss_at <= now


def end(step: Step, _command: End, now: datetime) -> Step:
    """End the meeting for everybody, now."""
    return end_now(step, now)


def end_now(step: Step, now: datetime) -> Step:
    """Put everybody out of the room and away from its door, and end the occurrence."""
    held: tuple[ParticipantId, ...] = (*step.room.seats, *step.room.places)
    for participant_id in held:
        reason = "meeting-ended" if participant_id in step.room.seats else "gave-up"
        step = put_out(step, participant_id, reason, now, code="meeting-ended")
    return step.change(replace(step.room, has_ended=True)).then(EndOccurrence())
