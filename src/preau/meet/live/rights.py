"""What each participant may send and receive, from the room as it is."""

from __future__ import annotations

from preau.meet.domain.media_rights import EVERY_RIGHT, SHARES, MediaRights
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import Sharing
from preau.meet.live.audience import runs_the_room
from preau.meet.live.effects import Admit, SetMediaRights
from preau.meet.live.people import Participant
from preau.meet.live.room import Room, Step
from preau.meet.live.view import RoomView

_NOTHING: frozenset[str] = frozenset()


def rights_of(view: RoomView, one: Participant) -> MediaRights:
    """The rights of a participant. While the room is paused nothing reaches anybody but its hosts."""
    if runs_the_room(one):
        return EVERY_RIGHT
    hears = not view.is_paused
    if one.role is RoomRole.OBSERVER or view.is_frozen:
        return MediaRights(_NOTHING, hears)
    rules = view.rules
    may_speak = rules.unmute or (one.may_speak and not view.is_paused)
    sources = frozenset({"microphone"} if may_speak else _NOTHING)
    sources |= {"camera"} if rules.camera else _NOTHING
    sources |= SHARES if rules.share is Sharing.ALL else _NOTHING
    return MediaRights(sources, hears)


def with_changed_rights(before: Room, step: Step) -> Step:
    """The step that tells the rights it changed; who was just admitted came with them."""
    view = step.room.view
    if view.participants is before.view.participants and _conditions(view) == _conditions(before.view):
        return step
    known = {one.id: rights_of(before.view, one) for one in before.view.participants}
    known |= {effect.participant_id: effect.rights for effect in step.effects if isinstance(effect, Admit)}
    for one in view.participants:
        rights = rights_of(view, one)
        if one.id in known and known[one.id] != rights:
            step = step.then(SetMediaRights(one.id, rights))
    return step


def _conditions(view: RoomView) -> tuple[object, ...]:
    return (view.rules, view.is_frozen, view.is_paused)
