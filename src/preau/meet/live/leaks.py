"""Signs that a link was passed on: seen at the door, told to those who run the room once in a while.

What is seen is kept in memory for some minutes and in no log. Research behind the signs: strangers come by a
real link that somebody inside passed on, many in a few minutes, and mostly while the class is on.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from preau.meet.domain.ids import InvitationId
from preau.meet.domain.invitations import Provenance
from preau.meet.live.commands import Knock, KnockInVain
from preau.meet.live.effects import Audit
from preau.meet.live.events import HostTold
from preau.meet.live.memory import LEAK_SUSPECTED
from preau.meet.live.room import Room, Sighting, Step

WINDOW = timedelta(minutes=10)
"""How long what was seen counts, and the least time between two notices."""

STRANGERS_AT_MOST = 60
"""Browsers by the open link that nobody let in yet: a class of forty, some of them twice, makes no more."""

LATE_STRANGERS_AT_MOST = 10
LATE_AFTER = timedelta(minutes=15)
"""Once somebody runs the room for that long, a class is there, and few come after it."""

REFUSED_AT_MOST = 100
"""Attempts at a door that is shut to them; a class that takes the wrong link makes less than these."""

DEVICES_PER_LINK = 3
NETWORKS_PER_LINK = 2
"""Of one personal link: a pupil has a telephone, a laptop and a mail program, at home and on the way."""

MOST_KEPT = 500


def see(step: Step, command: Knock, now: datetime, *, is_refused: bool) -> Step:
    """The step that remembers a knock; who is known as the owner or by an account is nobody's leak."""
    if command.provenance in {Provenance.OWNER, Provenance.ACCOUNT}:
        return step
    sighting = Sighting(
        at=now,
        device_key=command.device_key,
        network=command.network,
        invitation_id=command.invitation_id,
        name="" if command.invitation_id is None else command.name,
        is_late=_is_late(step.room, now),
        is_refused=is_refused,
    )
    return _seen(step, sighting)


def knock_in_vain(step: Step, command: KnockInVain, now: datetime) -> Step:
    """Remember somebody who was turned away before the room heard of it."""
    is_late = _is_late(step.room, now)
    return _seen(step, Sighting(now, command.device_key, command.network, None, "", is_late, is_refused=True))


def _seen(step: Step, sighting: Sighting) -> Step:
    return step.change(replace(step.room, sightings=(*step.room.sightings[1 - MOST_KEPT :], sighting)))


def _is_late(room: Room, now: datetime) -> bool:
    since = room.memory.run_since
    return since is not None and since + LATE_AFTER <= now


def with_leaks_told(step: Step, now: datetime) -> Step:
    """The step that tells whoever runs the room, if somebody does now and was not told just before."""
    room = step.room
    told_at = room.memory.leak_told_at
    if not room.sightings or (told_at is not None and told_at + WINDOW > now):
        return step
    if not room.connected_moderators():
        return step
    name = _suspected(room, now)
    if name is None:
        return step
    told = step.then(Audit(None, None, LEAK_SUSPECTED, "", is_allowed=False))
    return told.write(HostTold(LEAK_SUSPECTED, name), now)


def _suspected(room: Room, now: datetime) -> str | None:
    """Whose personal link seems to have been passed on; "": the open one; None: nothing does."""
    recent = [one for one in room.sightings if one.at + WINDOW > now]
    links: defaultdict[InvitationId, _Use] = defaultdict(_Use)
    for one in recent:
        if one.invitation_id is not None:
            links[one.invitation_id] = links[one.invitation_id].also(one)
    for use in links.values():
        if use.is_too_much:
            return use.name
    strangers = [
        one for one in recent if one.invitation_id is None and one.device_key not in room.memory.welcomed
    ]
    devices = {one.device_key for one in strangers}
    late = {one.device_key for one in strangers if one.is_late}
    refused = sum(one.is_refused for one in strangers)
    is_too_much = (
        len(devices) > STRANGERS_AT_MOST or len(late) > LATE_STRANGERS_AT_MOST or refused > REFUSED_AT_MOST
    )
    return "" if is_too_much else None


@dataclass(frozen=True)
class _Use:
    """By what one personal link was used."""

    name: str = ""
    devices: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()

    def also(self, one: Sighting) -> _Use:
        return _Use(one.name, self.devices | {one.device_key}, self.networks | {one.network})

    @property
    def is_too_much(self) -> bool:
        """One browser that goes from network to network is one person on the way."""
        if len(self.devices) < 2:
            return False
        return len(self.devices) > DEVICES_PER_LINK or len(self.networks) > NETWORKS_PER_LINK
