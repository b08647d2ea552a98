"""What the media server tells, and what follows from it."""

from __future__ import annotations

from preau.meet.services.ports import LiveRooms, Media, MediaNews


def take_news(news: MediaNews, rooms: LiveRooms, media: Media) -> bool:
    """Nobody hears a meeting without a seat in it: whoever has none is removed. True when somebody was.

    A grant stays valid for minutes after its holder left; this closes the gap.
    """
    if news.event != "participant_joined" or rooms.is_expected(news.room, news.identity):
        return False
    media.remove(news.room, news.identity)
    return True
