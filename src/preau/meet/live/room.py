"""The state of a room, and the step from one state to the next.

A room never changes: a step whose entries cannot be written is undone by keeping the room it started from.
`machine.handle(room, command, now)` makes the steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from preau.meet.domain.ids import MessageId, ParticipantId
from preau.meet.live.commands import ConnectionId
from preau.meet.live.effects import Announce, Effect
from preau.meet.live.events import (
    ChatMessage,
    ChatPosted,
    Entry,
    ParticipantJoined,
    ParticipantLeft,
    RoomEvent,
)
from preau.meet.live.view import RoomView, apply

GRACE = timedelta(seconds=15)
ANNOUNCE_AFTER_RESTART = timedelta(seconds=5)
EMPTY_FOR = timedelta(minutes=5)
MAX_MISSED_ENTRIES = 500
MAX_CHAT_LINES = 5000


@dataclass(frozen=True)
class Seat:
    """A participant's hold on its place: the connection, or since when there is none."""

    secret_hash: str
    connection: ConnectionId | None
    lost_at: datetime | None = None
    announce_loss_at: datetime | None = None


@dataclass(frozen=True)
class Room:
    """One occurrence. `entries` ends its log so far; `empty_since` is None while anybody holds a seat."""

    max_participants: int
    empty_since: datetime | None
    view: RoomView = field(default_factory=RoomView)
    entries: tuple[Entry, ...] = ()
    seats: Mapping[ParticipantId, Seat] = field(default_factory=dict)
    lines: Mapping[MessageId, ChatMessage] = field(default_factory=dict)
    has_ended: bool = False

    def seat_of(self, connection: ConnectionId) -> ParticipantId | None:
        """Whose connection it is, or None when nobody was admitted on it."""
        return next((one for one, seat in self.seats.items() if seat.connection == connection), None)

    def connections(self) -> tuple[ConnectionId, ...]:
        """Everybody who can be told something now."""
        return tuple(seat.connection for seat in self.seats.values() if seat.connection is not None)

    def deadline(self) -> datetime | None:
        """When the room wants its next `Tick`, or None while only the outside can move it."""
        if self.has_ended:
            return None
        seats = self.seats.values()
        moments = [seat.lost_at + GRACE for seat in seats if seat.lost_at is not None]
        moments += [seat.announce_loss_at for seat in seats if seat.announce_loss_at is not None]
        if self.empty_since is not None:
            moments.append(self.empty_since + EMPTY_FOR)
        return min(moments, default=None)


@dataclass(frozen=True)
class Step:
    """A room after a command: what has to be written first, and what to do after that, in order."""

    room: Room
    entries: tuple[Entry, ...] = ()
    effects: tuple[Effect, ...] = ()

    def then(self, *effects: Effect) -> Step:
        """The step with more to do at its end."""
        return replace(self, effects=(*self.effects, *effects))

    def change(self, room: Room) -> Step:
        """The step with another room at its end."""
        return replace(self, room=room)

    def seat(self, participant_id: ParticipantId, seat: Seat | None) -> Step:
        """The step with a seat taken, changed or (None) given up."""
        seats = dict(self.room.seats)
        if seat is None:
            seats.pop(participant_id, None)
        else:
            seats[participant_id] = seat
        return self.change(replace(self.room, seats=seats))

    def write(self, event: RoomEvent, now: datetime, unseen_by: ConnectionId | None = None) -> Step:
        """The step with one more entry, announced to everybody connected but `unseen_by`."""
        entry = Entry(self.room.view.sequence + 1, now, event)
        to = tuple(connection for connection in self.room.connections() if connection != unseen_by)
        grown = replace(self, room=_with_entry(self.room, entry), entries=(*self.entries, entry))
        return grown.then(Announce(entry, to)) if to else grown


def _with_entry(room: Room, entry: Entry) -> Room:
    kept = room.entries if len(room.entries) < 2 * MAX_MISSED_ENTRIES else room.entries[-MAX_MISSED_ENTRIES:]
    grown = replace(room, view=apply(room.view, entry), entries=(*kept, entry))
    if isinstance(entry.event, ChatPosted):
        message = entry.event.message
        return replace(grown, lines={**room.lines, message.message_id: message})
    return grown


def rebuild(entries: tuple[Entry, ...], max_participants: int, now: datetime) -> Room:
    """The room its log tells of; nobody is connected. `Restart` gives everybody the grace to come back."""
    room = Room(max_participants=max_participants, empty_since=now)
    seats: dict[ParticipantId, Seat] = {}
    lines: dict[MessageId, ChatMessage] = {}
    view = room.view
    for entry in entries:
        view = apply(view, entry)
        if isinstance(entry.event, ParticipantJoined):
            seats[entry.event.participant.id] = Seat(entry.event.secret_hash, None)
        elif isinstance(entry.event, ParticipantLeft):
            seats.pop(entry.event.participant_id, None)
        elif isinstance(entry.event, ChatPosted):
            lines[entry.event.message.message_id] = entry.event.message
    return replace(
        room,
        view=view,
        entries=entries[-MAX_MISSED_ENTRIES:],
        seats=seats,
        lines=lines,
        empty_since=None if seats else now,
    )
