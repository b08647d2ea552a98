"""What the media server tells, and what follows from it."""

from __future__ import annotations

from preau.meet.services.ports import LiveRooms, Media, MediaNews


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
