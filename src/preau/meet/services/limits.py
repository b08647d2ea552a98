"""Limits on attempts: so many per key and window, in memory of a bounded size. Pure but for its lock."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from preau.meet.domain.errors import rate_limited

MAX_KEYS = 20_000


@dataclass(frozen=True)
class Limit:
    """At most `count` attempts in any `window` that starts with the first of them."""

    count: int
    window: timedelta


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

    def check(self, key: str, now: datetime) -> None:
        """Raise `rate-limited` when the key used its attempts up."""
        with self._lock:
            tally = self._current(key, now)
            if tally is not None and tally.count >= self._limit.count:
                wait = tally.since + self._limit.window - now
                raise rate_limited(max(1, int(wait.total_seconds()) + 1))

    def count(self, key: str, now: datetime) -> None:
        """Count one attempt."""
        with self._lock:
            tally = self._current(key, now) or _Tally(now, 0)
            tally.count += 1
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
