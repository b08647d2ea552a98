"""How places are shared among the neighbourhoods that ask for them. Pure; knows no socket and no clock.

Whoever opens a thousand connections must not shut a door for everybody else, and a school of a thousand
behind one address must fit through it. So one neighbourhood gets at most half of what the others left, which
always keeps room for one that comes for the first time; and where a share is used up, the connection that has
kept the server waiting longest gives way, from the neighbourhood that has most of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Generic, TypeVar

T = TypeVar("T")

#: A network of one owner: 256 addresses in IPv4; in IPv6 what a site is given, where a home may hold 256
#: networks.
_IPV4_PREFIX, _IPV6_PREFIX = 24, 48
_UNKNOWN = "unknown"


class NoRoom(Exception):
    """The share is used up, and nobody who could give way keeps the server waiting."""


def neighbourhood(address: str) -> str:
    """Whom an address counts with; what is no address counts with all that is none."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return _UNKNOWN
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    length = _IPV4_PREFIX if parsed.version == 4 else _IPV6_PREFIX
    return str(ip_network((parsed, length), strict=False))


@dataclass(eq=False)
class Place(Generic[T]):
    """One place that is taken.

    `prefix` None: of nobody in particular, such as a proxy between two requests.
    """

    owner: T
    prefix: str | None
    is_held: bool = field(default=True, init=False)


class Shares(Generic[T]):
    """`budget` places.

    Each operation takes the same small time, however many places and neighbourhoods there are.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self._total = 0
        self._held: dict[str | None, int] = {}
        self._waiting: dict[str | None, dict[Place[T], None]] = {}
        # Neighbourhoods by how many of their places wait, and the largest such number.
        self._ranks: dict[int, dict[str | None, None]] = {}
        self._most = 0

    def __len__(self) -> int:
        return self._total

    def enter(self, prefix: str | None, owner: T) -> tuple[Place[T], Place[T] | None]:
        """A place, and the one that had to be given up for it, if any. Raises NoRoom."""
        displaced = self._make_room(prefix)
        place = Place(owner, prefix)
        self._add(place)
        return place, displaced

    def move(self, place: Place[T], prefix: str | None) -> Place[T] | None:
        """Count a place with others from now on; returns what had to be given up. Raises NoRoom: it stays."""
        if not place.is_held or place.prefix == prefix:
            return None
        is_waiting = place in self._waiting.get(place.prefix, {})
        before = place.prefix
        self._remove(place)
        try:
            displaced = self._make_room(prefix)
            place.prefix = prefix
        except NoRoom:
            place.prefix = before
            raise
        finally:
            self._add(place)
            if is_waiting:
                self.wait(place)
        return displaced

    def leave(self, place: Place[T]) -> None:
        """Give a place back; nothing when it was given up already."""
        if place.is_held:
            self._remove(place)

    def wait(self, place: Place[T]) -> None:
        """From now on this place's owner keeps the server waiting, and may have to give way."""
        if not place.is_held:
            return
        waiting = self._waiting.setdefault(place.prefix, {})
        if place not in waiting:
            waiting[place] = None
            self._rank(place.prefix, len(waiting) - 1, len(waiting))

    def work(self, place: Place[T]) -> None:
        """From now on this place is being served, and stays."""
        waiting = self._waiting.get(place.prefix, {})
        if place in waiting:
            del waiting[place]
            self._rank(place.prefix, len(waiting) + 1, len(waiting))

    def _make_room(self, prefix: str | None) -> Place[T] | None:
        held = self._held.get(prefix, 0)
        # What is nobody's in particular takes from nobody's share.
        others = self._total - held - (0 if prefix is None else self._held.get(None, 0))
        allowed = self.budget if prefix is None else max(1, (self.budget - others) // 2)
        if self._total < self.budget and held < allowed:
            return None
        victim = self._longest_waiting(prefix, held)
        if victim is None:
            raise NoRoom
        self._remove(victim)
        return victim

    def _longest_waiting(self, prefix: str | None, held: int) -> Place[T] | None:
        """Of the neighbourhood in which most wait, unless that has less than who asks.

        Then of the asker's own.
        """
        richest = next(iter(self._ranks.get(self._most, {})), None) if self._most else prefix
        is_richer = prefix is None or self._held.get(richest, 0) > held
        chosen = richest if is_richer else prefix
        return next(iter(self._waiting.get(chosen, {})), None)

    def _add(self, place: Place[T]) -> None:
        place.is_held = True
        self._total += 1
        self._held[place.prefix] = self._held.get(place.prefix, 0) + 1

    def _remove(self, place: Place[T]) -> None:
        self.work(place)
        place.is_held = False
        self._total -= 1
        self._held[place.prefix] -= 1
        if not self._held[place.prefix]:
            del self._held[place.prefix]
            self._waiting.pop(place.prefix, None)

    def _rank(self, prefix: str | None, before: int, after: int) -> None:
        if before:
            same = self._ranks[before]
            del same[prefix]
            if not same:
                del self._ranks[before]
        if after:
            self._ranks.setdefault(after, {})[prefix] = None
        self._most = max(self._most, after)
        while self._most and self._most not in self._ranks:
            self._most -= 1
