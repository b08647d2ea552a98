"""Limits on attempts: so many per key and window, in memory of a bounded size. Pure but for its lock."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from preau.meet.domain.errors import rate_limited

MAX_KEYS = 20_000


@dataclass(frozen=True)
class Limit:
    """At most `count` attempts in any `window` that starts with the first of them."""

    count: int
    window: timedelta


#: A neighbourhood is a whole school behind one address: typing errors of a class must not lock it out.
UNKNOWN_LINKS_PER_PREFIX = Limit(100, timedelta(minutes=1))
UNKNOWN_LINKS_PER_SERVER = Limit(3000, timedelta(minutes=1))
WRONG_PASSCODES_PER_PREFIX = Limit(10, timedelta(minutes=15))
WRONG_PASSCODES_PER_ROOM = Limit(20, timedelta(hours=1))
WRONG_PASSCODES_PER_SERVER = Limit(500, timedelta(hours=1))
#: Each note is a write to the disk.
REFUSALS_NOTED_PER_PREFIX = Limit(300, timedelta(minutes=1))
REFUSALS_NOTED_PER_SERVER = Limit(3000, timedelta(minutes=1))


@dataclass
class _Tally:
    since: datetime
    count: int


class Attempts:
    """Counts attempts per key. Keys beyond `MAX_KEYS` push out the one that was counted longest ago."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._tallies: OrderedDict[str, _Tally] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, key: str, now: datetime, amount: int = 1) -> None:
        """Raise `rate-limited` when the key has not that many attempts left."""
        with self._lock:
            tally = self._current(key, now) or _Tally(now, 0)
            if tally.count + amount > self._limit.count:
                wait = tally.since + self._limit.window - now
                raise rate_limited(max(1, int(wait.total_seconds()) + 1))

    def count(self, key: str, now: datetime, amount: int = 1) -> None:
        """Count attempts."""
        with self._lock:
            tally = self._current(key, now) or _Tally(now, 0)
            tally.count += amount
            self._tallies[key] = tally
            self._tallies.move_to_end(key)
            while len(self._tallies) > MAX_KEYS:
                self._tallies.popitem(last=False)

    def forget(self, key: str) -> None:
        """Give the key its attempts back."""
        with self._lock:
            self._tallies.pop(key, None)

    def _current(self, key: str, now: datetime) -> _Tally | None:
        tally = self._tallies.get(key)
        if tally is not None and tally.since + self._limit.window <= now:
            del self._tallies[key]
            return None
        return tally


def address_key(address: str) -> str:
    """Who an address stands for: itself in IPv4, its /64 in IPv6, where one home holds that many."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))


def prefix_key(address: str) -> str:
    """The neighbourhood of an address, against guessing: its /24 in IPv4, its /64 in IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return str(ip_network((parsed, 24 if parsed.version == 4 else 64), strict=False).network_address)


class Guesses:
    """What was tried at the doors of this server and was wrong. Right answers cost nothing."""

    def __init__(self) -> None:
        self._refusals = (Attempts(REFUSALS_NOTED_PER_PREFIX), Attempts(REFUSALS_NOTED_PER_SERVER))
        self._links = (Attempts(UNKNOWN_LINKS_PER_PREFIX), Attempts(UNKNOWN_LINKS_PER_SERVER))
        self._passcodes = tuple(
            Attempts(limit)
            for limit in (WRONG_PASSCODES_PER_PREFIX, WRONG_PASSCODES_PER_ROOM, WRONG_PASSCODES_PER_SERVER)
        )

    def count_refusal(self, address: str, now: datetime) -> None:
        """Raise `rate-limited` when a neighbourhood's refused acts come too often to note."""
        keyed = tuple(zip(self._refusals, (prefix_key(address), ""), strict=True))
        for attempts, key in keyed:
            attempts.check(key, now)
        for attempts, key in keyed:
            attempts.count(key, now)

    def wrong_link(self, address: str, now: datetime) -> None:
        """A link that led nowhere was tried. Raise `rate-limited` when that happened too often."""
        for attempts, key in zip(self._links, (prefix_key(address), ""), strict=True):
            attempts.check(key, now)
        self.count_link(address, now)

    def count_link(self, address: str, now: datetime) -> None:
        """A link that led nowhere was tried."""
        for attempts, key in zip(self._links, (prefix_key(address), ""), strict=True):
            attempts.count(key, now)

    def check_passcode(self, address: str, meeting_id: str, now: datetime) -> None:
        """Raise `rate-limited` when the neighbourhood, the meeting or the server used its attempts up."""
        for attempts, key in zip(self._passcodes, (prefix_key(address), meeting_id, ""), strict=True):
            attempts.check(key, now)

    def count_passcode(self, address: str, meeting_id: str, now: datetime) -> None:
        """A wrong passcode was tried."""
        for attempts, key in zip(self._passcodes, (prefix_key(address), meeting_id, ""), strict=True):
            attempts.count(key, now)
