"""What the media server tells, and what follows from it."""

from __future__ import annotations

import re

from preau.meet.services.ports import AuditRecord, LiveRooms, Media, MediaNews, World

_METHOD = re.compile(r"call_refused/([A-Za-z]{1,30})")
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def note_refused_call(world: World, news: MediaNews) -> bool:
    """A participant tried to command the media server with its own grant: into the audit. True if so.

    The embedded engine tells of it; other LiveKit servers refuse in silence.
    """
    told = _METHOD.fullmatch(news.event)
    if told is None:
        return False
    with world.store.write() as stored:
        running = next((one for one in stored.occurrences.all() if one.id == news.room), None)
        if running is not None:
            action = f"media-{_WORDS.sub('-', told.group(1)).lower()}"
            record = AuditRecord(
                at=world.clock.now(),
                actor_id=None,
                action=action,
                subject_id=running.meeting_id,
                meeting_id=running.meeting_id,
                participant_id=news.identity,
                allowed=False,
            )
            stored.audit.add(record)
    return True


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
