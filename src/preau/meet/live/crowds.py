"""Who may wait at the door when many want to: nobody's crowd keeps the others out.

Strangers are those who come by the open link and were never inside. Of them the hosts see `MAX_WAITING`, and
`MAX_KNOCKS_A_MINUTE` who come within a minute. A neighbourhood may bring a class at once; what more than one
brings together leaves room for those from where few came. When all places are taken, somebody from where few
wait takes that of the last who came from where most do. Who is known has places apart, and few each.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from math import ceil

from preau.meet.domain.ids import ParticipantId
from preau.meet.domain.invitations import Provenance
from preau.meet.live.commands import Knock
from preau.meet.live.people import Identity, WaitingPerson
from preau.meet.live.room import Knocked, Room

KNOCK_EVERY = timedelta(seconds=30)
MAX_WAITING = 100
MAX_KNOWN_WAITING = 100
MOST_PLACES_EACH = 3
"""For each browser, personal link and account: a telephone, a laptop, and a page that was lost."""

KNOCKS_PER_NEIGHBOURHOOD = 40
"""Within a minute: a class behind one address, all at the bell."""
KNOCKS_OF_MANY = 120
"""Within a minute: beyond this only neighbourhoods of which fewer than `FEW` came."""
MAX_KNOCKS_A_MINUTE = 160
FEW = 5
_MINUTE = timedelta(minutes=1)


def hold_off_s(room: Room, command: Knock, identity: Identity, now: datetime) -> int | None:
    """How long somebody is to stay away from the door before the next knock, in seconds; None: may knock."""
    until = _own_pause(room, identity, now)
    if until is None and not _is_known(room, command.provenance, command.device_key):
        until = _pause_of_the_crowd(room, command.network, now)
    return None if until is None else max(1, ceil((until - now).total_seconds()))


def _own_pause(room: Room, identity: Identity, now: datetime) -> datetime | None:
    own = [at for at, device in room.memory.knocks if device == identity.device_key]
    if own and own[-1] + KNOCK_EVERY > now:
        return own[-1] + KNOCK_EVERY
    held = (room.memory.identities.get(one) for one in room.places)
    places = sum(1 for one in held if one is not None and one.marks & identity.marks)
    return now + KNOCK_EVERY if places >= MOST_PLACES_EACH else None


def _pause_of_the_crowd(room: Room, network: str, now: datetime) -> datetime | None:
    recent = [one for one in room.knocked if one.is_stranger and one.at + _MINUTE > now]
    near = [one for one in recent if one.network == network]
    if len(near) >= KNOCKS_PER_NEIGHBOURHOOD:
        return near[-KNOCKS_PER_NEIGHBOURHOOD].at + _MINUTE
    most = MAX_KNOCKS_A_MINUTE if len(near) < FEW else KNOCKS_OF_MANY
    return recent[-most].at + _MINUTE if len(recent) >= most else None


def is_crowded(room: Room, command: Knock) -> bool:
    """Whether there is no place at the door, nor one that somebody else has to give up."""
    if _is_known(room, command.provenance, command.device_key):
        return len(room.places) - len(_strangers(room)) >= MAX_KNOWN_WAITING
    return len(_strangers(room)) >= MAX_WAITING and crowded_out(room, command) is None


def crowded_out(room: Room, command: Knock) -> ParticipantId | None:
    """Who has to give up the place for somebody from where fewer wait; None: nobody."""
    strangers = _strangers(room)
    if len(strangers) < MAX_WAITING or _is_known(room, command.provenance, command.device_key):
        return None
    networks = {one.participant_id: one.network for one in room.knocked}
    crowd = Counter(networks.get(one.id, "") for one in strangers)
    ((largest, count),) = crowd.most_common(1)
    if crowd[command.network] + 1 >= count:
        return None
    theirs = [one for one in reversed(strangers) if networks.get(one.id, "") == largest]
    # Whose line is cut is known here before it is told.
    cut = (one for one in theirs if room.places[one.id].connection is None)
    return next(cut, theirs[0]).id


def with_knock(room: Room, command: Knock, now: datetime) -> tuple[Knocked, ...]:
    """Who knocked lately or waits, with somebody more."""
    kept = (one for one in room.knocked if one.at + _MINUTE > now or one.participant_id in room.places)
    is_stranger = not _is_known(room, command.provenance, command.device_key)
    return (*kept, Knocked(command.participant_id, now, command.network, is_stranger))


def _strangers(room: Room) -> list[WaitingPerson]:
    identities = room.memory.identities
    return [
        one
        for one in room.view.waiting
        if one.id in identities and not _is_known(room, one.provenance, identities[one.id].device_key)
    ]


def _is_known(room: Room, provenance: Provenance, device_key: str) -> bool:
    """By an account, by a personal link, or because the browser was inside before."""
    return provenance is not Provenance.OPEN_LINK or device_key in room.memory.welcomed
