"""What one participant may send and receive, as the media server is told."""

from __future__ import annotations

from dataclasses import dataclass

#: LiveKit's names of what a participant can publish.
SOURCES = ("camera", "microphone", "screen_share", "screen_share_audio")
SHARES = frozenset({"screen_share", "screen_share_audio"})


@dataclass(frozen=True)
class MediaRights:
    """`sources`: some of `SOURCES`, what may be published. `hears`: whether anything at all is received."""

    sources: frozenset[str]
    hears: bool


EVERY_RIGHT = MediaRights(frozenset(SOURCES), hears=True)
NO_RIGHT = MediaRights(frozenset(), hears=False)
