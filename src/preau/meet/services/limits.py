"""Limits on attempts: so many per key and window, in memory of a bounded size. Pure but for its lock."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from preau.meet.domain.errors import DomainError, rate_limited
from preau.meet.services.guessing import passcode_gate, password_gate

MAX_KEYS = 20_000


@dataclass(frozen=True)
class Limit:
    """At most `count` attempts in any `window` that starts with the first of them."""

    count: int
    window: timedelta


#: A neighbourhood is a whole school behind one address: typing errors of a class must not lock it out.
UNKNOWN_LINKS_PER_PREFIX = Limit(100, timedelta(minutes=1))
UNKNOWN_LINKS_PER_SERVER = Limit(3000, timedelta(minutes=1))
#: Each is a row in the database, for a year.
DEVICES_MET_PER_SUBJECT = Limit(300, timedelta(hours=1))
#: A class behind one address may have seen the same thing; one person tells it a few times at most.
LATE_REPORTS_PER_TICKET = Limit(5, timedelta(hours=1))
LATE_REPORTS_PER_PREFIX = Limit(60, timedelta(hours=1))
LATE_REPORTS_PER_SERVER = Limit(600, timedelta(hours=1))
#: Each note is a write to the disk, and a line that somebody has to read; beyond these they are summed up.
REFUSALS_NOTED_PER_PREFIX = Limit(300, timedelta(hours=1))
REFUSALS_NOTED_PER_SERVER = Limit(3000, timedelta(hours=1))


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


def prefix_key(address: str) -> str:
    """The neighbourhood of an address: its /24 in IPv4, its /48 in IPv6: one customer may have that whole."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return str(ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False).network_address)


class Guesses:
    """What was tried at the doors of this server and was wrong. Right answers cost nothing."""

    def __init__(self) -> None:
        self._refusals = (Attempts(REFUSALS_NOTED_PER_PREFIX), Attempts(REFUSALS_NOTED_PER_SERVER))
        self._links = (Attempts(UNKNOWN_LINKS_PER_PREFIX), Attempts(UNKNOWN_LINKS_PER_SERVER))
        self._devices_met = Attempts(DEVICES_MET_PER_SUBJECT)
        self._late_reports = (
            Attempts(LATE_REPORTS_PER_TICKET),
            Attempts(LATE_REPORTS_PER_PREFIX),
            Attempts(LATE_REPORTS_PER_SERVER),
        )
        self.passcodes = passcode_gate()
        self.passwords = password_gate()

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

    def late_report(self, ticket_hash: str, address: str, now: datetime) -> None:
        """Somebody who is no longer in a room reports. Raise `rate-limited` when that comes too often."""
        keyed = tuple(zip(self._late_reports, (ticket_hash, prefix_key(address), ""), strict=True))
        for attempts, key in keyed:
            attempts.check(key, now)
        for attempts, key in keyed:
            attempts.count(key, now)

    def may_meet(self, subject: str, now: datetime) -> bool:
        """Whether another device may be remembered with a meeting or account; if so it is counted."""
        try:
            self._devices_met.check(subject, now)
        except DomainError:
            return False
        self._devices_met.count(subject, now)
        return True
