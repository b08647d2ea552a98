"""No hidden presence: whoever is in a media room has a seat in the meeting, or is put out and told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from preau.meet.domain.ids import OccurrenceId, ParticipantId
from preau.meet.services.ports import LiveRooms, Media, MediaPresence

#: Who had a seat until a moment ago is leaving the media room, or came by a grant that is still good.
RECENT = timedelta(seconds=150)


@dataclass(frozen=True)
class Findings:
    """`outsiders` have no seat and go. `strangers` among them never had one: the hosts are told."""

    outsiders: tuple[MediaPresence, ...]
    strangers: tuple[MediaPresence, ...]


@dataclass
class Presence:
    """Compares, for each room, who is in its media room with who has a seat. Pure but for its memory."""

    _seen: dict[OccurrenceId, dict[ParticipantId, datetime]] = field(default_factory=dict)

    def note_seats(self, room: OccurrenceId, seated: frozenset[ParticipantId], now: datetime) -> None:
        """Remember who has a seat in a room now, or is known for another reason."""
        seen = self._seen.setdefault(room, {})
        seen.update(dict.fromkeys(seated, now))
        for one in [one for one, at in seen.items() if at + RECENT < now]:
            del seen[one]

    def compare(
        self, room: OccurrenceId, seated: frozenset[ParticipantId], present: Sequence[MediaPresence]
    ) -> Findings:
        """Who is in the media room and should not be."""
        outsiders = tuple(one for one in present if one.identity not in seated)
        known = self._seen.get(room, {})
        return Findings(outsiders, tuple(one for one in outsiders if one.identity not in known))

    def forget_rooms(self, running: frozenset[OccurrenceId]) -> None:
        """Rooms that ended need no memory."""
        for room in [room for room in self._seen if room not in running]:
            del self._seen[room]


async def watch_room(
    presence: Presence, room: OccurrenceId, rooms: LiveRooms, media: Media, now: datetime
) -> bool:
    """Look once into one media room, put outsiders out, tell of strangers. True when there were some."""
    presence.note_seats(room, rooms.seated().get(room, frozenset()), now)
    present = await media.list_identities(room)
    if present is None:
        return False
    # Asked again: whoever was admitted while the media server answered has a seat now.
    seated = rooms.seated().get(room, frozenset())
    findings = presence.compare(room, seated, present)
    for one in findings.outsiders:
        media.remove(room, one.identity)
    for one in findings.strangers:
        rooms.stranger_removed(room, one.name)
    # Told once: until it is out it may be seen again.
    presence.note_seats(room, frozenset(one.identity for one in findings.strangers), now)
    return bool(findings.strangers)
