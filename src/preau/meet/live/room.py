"""The state of a room, and the step from one state to the next.

A room never changes: a step whose entries cannot be written is undone by keeping the room it started from.
`machine.handle(room, command, now)` makes the steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from preau.meet.domain.ids import InvitationId, ParticipantId
from preau.meet.domain.rules import Kind, Profile, Rules, bundle
from preau.meet.live.audience import may_hear, runs_the_room
from preau.meet.live.commands import ConnectionId
from preau.meet.live.effects import Announce, Effect
from preau.meet.live.events import (
    Entry,
    ParticipantJoined,
    ParticipantLeft,
    PersonStoppedWaiting,
    PersonWaiting,
    RoomEvent,
)
from preau.meet.live.memory import Memory, remember
from preau.meet.live.people import Participant
from preau.meet.live.view import RoomView, apply

# Long enough for a reload, a tunnel, a battery that is changed: the hand, the role and the row stay.
GRACE = timedelta(seconds=120)
# A line that is cut on purpose must not let anybody listen on while they are shown as away.
MEDIA_GRACE = timedelta(seconds=15)
ANNOUNCE_AFTER_RESTART = timedelta(seconds=5)
ANNOUNCE_WAITING_LOSS = timedelta(seconds=5)
# With the 6 s in which a silent line is found out, a class that lost its teacher is quiet within 15.
SUPERVISION_GRACE = timedelta(seconds=7)
EMPTY_FOR = timedelta(minutes=5)
MAX_MISSED_ENTRIES = 500
MAX_CHAT_LINES = 5000


@dataclass(frozen=True)
class Setting:
    """What a room is told from outside: how many fit in, in what house it stands, what it is for."""

    max_participants: int
    profile: Profile = Profile.SCHOOL
    kind: Kind = Kind.MEETING
    locked_rules: frozenset[str] = frozenset()

    @property
    def safe_rules(self) -> Rules:
        """The rules that differences are told from."""
        return bundle(self.profile, self.kind)


@dataclass(frozen=True)
class Seat:
    """Somebody's hold on a seat, or on a place at the door: the connection, or since when there is none.

    `has_media`: may be in the media room, which ends before the seat does.
    """

    connection: ConnectionId | None
    lost_at: datetime | None = None
    announce_loss_at: datetime | None = None
    has_media: bool = True

    def deadlines(self) -> Iterable[datetime]:
        """When something is due."""
        if self.lost_at is not None:
            yield self.lost_at + GRACE
        if self.announce_loss_at is not None:
            yield self.announce_loss_at


@dataclass(frozen=True)
class Sighting:
    """One attempt at the door by a link. `invitation_id` None: by the open one; `name`: of the invited.

    `is_late`: the room had been run for a while. `is_refused`: the door was shut to it for good.
    """

    at: datetime
    device_key: str
    network: str
    invitation_id: InvitationId | None
    name: str
    is_late: bool
    is_refused: bool


@dataclass(frozen=True)
class Knocked:
    """Somebody who came to wait, from where. `is_stranger`: nothing was known of them then."""

    participant_id: ParticipantId
    at: datetime
    network: str
    is_stranger: bool


@dataclass(frozen=True)
class Room:
    """One occurrence. `entries` ends its log so far; `empty_since` is None while anybody is there or waits.

    `seats` are of participants, `places` of people who wait. `unsupervised_since`: since when nobody who
    supervises is connected, while that has no consequence yet. `sightings`: the latest attempts at the door,
    and `knocked`: who came to wait within a minute, or waits; like seats they are in no log, and a restart
    begins without.
    """

    setting: Setting
    empty_since: datetime | None
    view: RoomView = field(default_factory=RoomView)
    memory: Memory = field(default_factory=Memory)
    entries: tuple[Entry, ...] = ()
    seats: Mapping[ParticipantId, Seat] = field(default_factory=dict)
    places: Mapping[ParticipantId, Seat] = field(default_factory=dict)
    unsupervised_since: datetime | None = None
    sightings: tuple[Sighting, ...] = ()
    knocked: tuple[Knocked, ...] = ()
    has_ended: bool = False

    def seat_of(self, connection: ConnectionId) -> ParticipantId | None:
        """Whose connection it is, or None when nobody was admitted on it."""
        return _holder(self.seats, connection)

    def place_of(self, connection: ConnectionId) -> ParticipantId | None:
        """Who waits on that connection, or None."""
        return _holder(self.places, connection)

    def connections(self) -> tuple[ConnectionId, ...]:
        """Everybody in the room who can be told something now."""
        return tuple(seat.connection for seat in self.seats.values() if seat.connection is not None)

    def in_media(self) -> frozenset[ParticipantId]:
        """Everybody who may be in the media room."""
        return frozenset(one for one, seat in self.seats.items() if seat.has_media)

    def connected_moderators(self) -> tuple[Participant, ...]:
        """Those who run the room and are there."""
        return tuple(
            one
            for one in self.view.participants
            if runs_the_room(one) and one.id in self.seats and self.seats[one.id].connection is not None
        )

    def deadline(self) -> datetime | None:
        """When the room wants its next `Tick`, or None while only the outside can move it."""
        if self.has_ended:
            return None
        held = (*self.seats.values(), *self.places.values())
        moments = [moment for seat in held for moment in seat.deadlines()]
        moments += [
            seat.lost_at + MEDIA_GRACE for seat in self.seats.values() if seat.has_media and seat.lost_at
        ]
        if self.unsupervised_since is not None:
            moments.append(self.unsupervised_since + SUPERVISION_GRACE)
        if self.empty_since is not None:
            moments.append(self.empty_since + EMPTY_FOR)
        return min(moments, default=None)


def _holder(held: Mapping[ParticipantId, Seat], connection: ConnectionId) -> ParticipantId | None:
    return next((one for one, seat in held.items() if seat.connection == connection), None)


def _with(
    held: Mapping[ParticipantId, Seat], participant_id: ParticipantId, seat: Seat | None
) -> dict[ParticipantId, Seat]:
    kept = dict(held)
    if seat is None:
        kept.pop(participant_id, None)
    else:
        kept[participant_id] = seat
    return kept


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

    def seat(self, participant_id: ParticipantId, seat: Seat | None, now: datetime) -> Step:
        """The step with a seat taken, changed or (None) given up."""
        return self._hold(replace(self.room, seats=_with(self.room.seats, participant_id, seat)), now)

    def place(self, participant_id: ParticipantId, place: Seat | None, now: datetime) -> Step:
        """The step with a place at the door taken, changed or (None) given up."""
        return self._hold(replace(self.room, places=_with(self.room.places, participant_id, place)), now)

    def _hold(self, room: Room, now: datetime) -> Step:
        if room.seats or room.places:
            return self.change(replace(room, empty_since=None))
        return self.change(replace(room, empty_since=room.empty_since or now))

    def write(self, event: RoomEvent, now: datetime, unseen_by: ConnectionId | None = None) -> Step:
        """The step with one more entry, announced to everybody connected but `unseen_by`."""
        room = self.room
        entry = Entry(room.view.sequence + 1, now, event)
        grown = replace(self, room=_with_entry(room, entry), entries=(*self.entries, entry))
        roster = {one.id: one for one in (*room.view.participants, *grown.room.view.participants)}
        to: list[ConnectionId] = []
        withheld_from: list[ConnectionId] = []
        for participant_id, seat in room.seats.items():
            if seat.connection is not None and seat.connection != unseen_by:
                hears = may_hear(event, roster[participant_id])
                (to if hears else withheld_from).append(seat.connection)
        if not to and not withheld_from:
            return grown
        return grown.then(Announce(entry, tuple(to), tuple(withheld_from)))


def _with_entry(room: Room, entry: Entry) -> Room:
    kept = room.entries if len(room.entries) < 2 * MAX_MISSED_ENTRIES else room.entries[-MAX_MISSED_ENTRIES:]
    return replace(
        room, view=apply(room.view, entry), memory=remember(room.memory, entry), entries=(*kept, entry)
    )


def rebuild(entries: tuple[Entry, ...], setting: Setting, now: datetime) -> Room:
    """The room its log tells of; nobody is connected. `Restart` gives everybody the grace to come back."""
    view, memory = RoomView(), Memory()
    seats: dict[ParticipantId, Seat] = {}
    places: dict[ParticipantId, Seat] = {}
    for entry in entries:
        view, memory = apply(view, entry), remember(memory, entry)
        event = entry.event
        if isinstance(event, ParticipantJoined):
            seats[event.participant.id] = Seat(None)
        elif isinstance(event, ParticipantLeft):
            seats.pop(event.participant_id, None)
        elif isinstance(event, PersonWaiting):
            places[event.waiting.id] = Seat(None)
        elif isinstance(event, PersonStoppedWaiting):
            places.pop(event.participant_id, None)
    return Room(
        setting=setting,
        empty_since=None if seats or places else now,
        view=view,
        memory=memory,
        entries=entries[-MAX_MISSED_ENTRIES:],
        seats=seats,
        places=places,
    )
