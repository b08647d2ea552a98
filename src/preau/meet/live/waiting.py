"""What people at the door are told: that somebody could let them in, and nothing else of the room."""

from __future__ import annotations

from preau.meet.domain.ids import ParticipantId
from preau.meet.domain.invitations import Provenance
from preau.meet.domain.roles import RoomRole
from preau.meet.live.effects import TellWaiting
from preau.meet.live.room import Room, Step

BY_PERSONAL_LINK = frozenset({Provenance.INVITED, Provenance.ROSTER})


def told_at_the_door(step: Step, participant_id: ParticipantId, request: int) -> Step:
    """The step that tells somebody who waits, and is there, how things stand."""
    room = step.room
    waiting, place = room.view.waiting_person(participant_id), room.places.get(participant_id)
    if waiting is None or place is None or place.connection is None:
        return step
    hosts = sorted(room.connected_moderators(), key=lambda one: one.role is not RoomRole.HOST)
    is_expected = waiting.provenance in BY_PERSONAL_LINK
    return step.then(
        TellWaiting(
            connection=place.connection,
            request=request,
            participant_id=participant_id,
            has_host=bool(hosts),
            host=hosts[0].name if hosts and is_expected else None,
            note_left=waiting.note is not None,
            is_second_device=waiting.is_second_device,
        )
    )


def with_news_of_hosts(before: Room, step: Step) -> Step:
    """The step that tells everybody who waits, when who could let them in changed."""
    if not step.room.places or _hosts(before) == _hosts(step.room):
        return step
    for participant_id in step.room.places:
        if participant_id in before.places:
            step = told_at_the_door(step, participant_id, 0)
    return step


def _hosts(room: Room) -> tuple[tuple[str, RoomRole], ...]:
    return tuple((one.name, one.role) for one in room.connected_moderators())
