"""Going: out of the room, or away from its door."""

from __future__ import annotations

from datetime import datetime

from preau.meet.domain.ids import ParticipantId
from preau.meet.live.effects import CloseConnection, RemoveFromMedia
from preau.meet.live.events import ParticipantLeft, PersonStoppedWaiting, SpotlightChanged
from preau.meet.live.room import Step


def gone(step: Step, participant_id: ParticipantId, reason: str, now: datetime) -> Step:
    """Free a seat for good; the media server is told too."""
    step = step.seat(participant_id, None, now)
    if step.room.view.spotlight == participant_id:
        step = step.write(SpotlightChanged(None), now)
    return step.write(ParticipantLeft(participant_id, reason), now).then(RemoveFromMedia(participant_id))


def stop_waiting(step: Step, participant_id: ParticipantId, reason: str, now: datetime) -> Step:
    """Free a place at the door."""
    return step.write(PersonStoppedWaiting(participant_id, reason), now).place(participant_id, None, now)


def put_out(
    step: Step,
    participant_id: ParticipantId,
    reason: str,
    now: datetime,
    *,
    code: str,
    why: str | None = None,
) -> Step:
    """End somebody's seat, or place at the door, whichever there is, and hang up with `code`."""
    room = step.room
    held = room.seats.get(participant_id) or room.places.get(participant_id)
    if participant_id in room.seats:
        step = gone(step, participant_id, reason, now)
    elif participant_id in room.places:
        step = stop_waiting(step, participant_id, reason, now)
    if held is not None and held.connection is not None:
        step = step.then(CloseConnection(held.connection, code, why))
    return step
