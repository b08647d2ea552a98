"""Speaking on request: where participants may not unmute by themselves, being asked to is the permission."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from preau.meet.domain.roles import RoomRole
from preau.meet.live.events import SpeechAllowed, SpeechEnded
from preau.meet.live.people import Participant
from preau.meet.live.room import Step


def allow_speech(step: Step, one: Participant, now: datetime) -> Step:
    """Let somebody speak whom the rules alone do not let; nobody while the room is frozen.

    So a freeze has no exception, and a thaw opens no microphone that was asked for meanwhile.
    """
    view = step.room.view
    is_needless = view.rules.unmute or one.may_speak or one.role is not RoomRole.PARTICIPANT
    return step if is_needless or view.is_frozen else step.write(SpeechAllowed(one.id), now)


def end_speech(step: Step, people: Iterable[Participant], now: datetime) -> Step:
    """Take the permission back from those of `people` who have it."""
    for one in people:
        if one.may_speak:
            step = step.write(SpeechEnded(one.id), now)
    return step
