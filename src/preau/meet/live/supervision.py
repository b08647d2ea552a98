"""The supervised room: without a host or co-host on the line nobody hears, sees or writes to anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from preau.meet.live.events import RoomPaused, RoomResumed
from preau.meet.live.room import SUPERVISION_GRACE, Step


def supervised(step: Step, now: datetime) -> Step:
    """The step with the pause begun, ended, or waited for, as who is there makes it.

    A room that nobody supervised yet is paused at once; one that lost its last supervisor after the grace.
    """
    room = step.room
    if not room.view.rules.supervised or room.connected_moderators():
        step = _since(step, None)
        return step.write(RoomResumed(), now) if room.view.is_paused else step
    if room.view.is_paused:
        return _since(step, None)
    if room.unsupervised_since is None and room.seats:
        return _since(step, now)
    since = room.unsupervised_since
    if since is not None and since + SUPERVISION_GRACE > now:
        return step
    return _since(step, None).write(RoomPaused(), now)


def _since(step: Step, moment: datetime | None) -> Step:
    if step.room.unsupervised_since == moment:
        return step
    return step.change(replace(step.room, unsupervised_since=moment))
