"""What the media server tells, and what follows from it."""

from __future__ import annotations

import re

from preau.meet.domain.acts import MORE_REFUSED
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.ports import LiveRooms, Media, MediaNews, World
from preau.meet.services.refusals import NOWHERE

_SUM = "calls_refused"
_METHOD = re.compile(r"call_refused/([A-Za-z]{1,30})")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def note_refused_call(world: World, news: MediaNews) -> bool:
    """A participant tried to command the media server with its own grant: into the audit. True if so.

    The embedded engine tells of it, one by one and beyond a measure in sums; other LiveKit servers refuse in
    silence. What happened in a room that is over is counted with all that was refused at no meeting.
    """
    told = _METHOD.fullmatch(news.event)
    if told is None and news.event != _SUM:
        return False
    times = 1 if told is not None else max(news.times, 0)
    with world.store.write() as stored:
        running = next((one for one in stored.occurrences.all() if one.id == news.room), None)
        if running is not None and times > 0:
            record = AuditRecord(
                at=world.clock.now(),
                actor_id=None,
                action=f"media-{_WORDS.sub('-', told.group(1)).lower()}" if told else MORE_REFUSED,
                subject_id=running.meeting_id,
                meeting_id=running.meeting_id,
                participant_id=news.identity or None,
                allowed=False,
                times=times,
            )
            stored.audit.add(record)
    if running is None and times > 0:
        world.unnoted.count(NOWHERE, times)
    return True


def lost_before(news: MediaNews) -> int:
    """How many events the media server could not tell before this one. Refusals among them come in a sum."""
    return 0 if news.event == _SUM else news.times


def take_news(news: MediaNews, rooms: LiveRooms, media: Media) -> bool:
    """Nobody hears a meeting without a seat in it: whoever has none is removed. True when somebody was.

    Who has one is held to the rights of the moment, which may have changed since the grant was made.
    """
    if news.event != "participant_joined":
        return False
    if rooms.is_expected(news.room, news.identity):
        media.repeat_rights(news.room, news.identity)
        return False
    media.remove(news.room, news.identity)
    return True
