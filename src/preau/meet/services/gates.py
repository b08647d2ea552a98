"""Doors at which people guess: each is slowed down by their own mistakes, nobody is shut out by others'.

Three things bound what is tried. **Pace**: a device that is wrong again and again waits longer each time,
whatever else there is to spend. **Share**: all strangers at one thing (a meeting, an account, a
neighbourhood) spend from one budget, which fills again with time; each part of them (a neighbourhood, a
device) has a small share of it that the others cannot touch, because whoever has spent theirs may only
take what is above the part that is kept. **Own**: who is known here (a device that was in before, an
account) has a pace and spends nothing of the strangers' budget.

Pure but for its lock; in memory, of a bounded size.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from preau.meet.domain.errors import rate_limited

MAX_KEYS = 20_000
_S = TypeVar("_S")


@dataclass(frozen=True)
class Guesser:
    """Who tries: a device, from a neighbourhood. `own`: what is known of it here, or None of a stranger."""

    device: str
    network: str
    own: str | None = None


@dataclass(frozen=True)
class Allowance:
    """So many attempts at once, and another each `refill`."""

    burst: int
    refill: timedelta

    def most_in(self, time: timedelta) -> int:
        """How many attempts there are within that time, whenever it begins."""
        return self.burst + time // self.refill

    def time_for(self, amount: float) -> timedelta:
        """How long until so much has come back."""
        return timedelta() if amount <= 0 else amount * self.refill


@dataclass(frozen=True)
class Budget:
    """What all parts have together, what each has for itself, and how many are kept for those shares."""

    whole: Allowance
    share: Allowance
    kept: int


@dataclass(frozen=True)
class Pace:
    """`free` attempts without a pause; then one of `first`, doubled each time up to `longest`.

    After `forgotten` without an attempt everything begins anew.
    """

    free: int
    first: timedelta
    longest: timedelta
    forgotten: timedelta


class _Kept(Generic[_S]):
    """States by key. Keys beyond `MAX_KEYS` push out the one that was changed longest ago."""

    def __init__(self) -> None:
        self._states: OrderedDict[str, _S] = OrderedDict()

    def get(self, key: str) -> _S | None:
        return self._states.get(key)

    def put(self, key: str, state: _S) -> None:
        self._states[key] = state
        self._states.move_to_end(key)
        while len(self._states) > MAX_KEYS:
            self._states.popitem(last=False)

    @property
    def size(self) -> int:
        return len(self._states)

    def drop(self, key: str) -> None:
        self._states.pop(key, None)


@dataclass(frozen=True)
class _Spent:
    """So much of an allowance was spent at that moment; it comes back with time."""

    amount: float
    at: datetime

    def left_spent(self, allowance: Allowance, now: datetime) -> float:
        return max(0.0, self.amount - max(now - self.at, timedelta()) / allowance.refill)


@dataclass(frozen=True)
class Taken:
    """One attempt that was taken out of a budget. `of_share`: also out of the part's own share."""

    budget: SharedBudget
    subject: str
    share: str
    of_share: bool


class SharedBudget:
    """One `Budget` for each subject."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._wholes: _Kept[_Spent] = _Kept()
        self._shares: _Kept[_Spent] = _Kept()

    def wait(self, subject: str, part: str, now: datetime) -> timedelta:
        """How long until the part may try; nothing when it may now."""
        budget = self._budget
        whole = self._spent(self._wholes, subject, budget.whole, now)
        share = self._spent(self._shares, f"{subject} {part}", budget.share, now)
        by_share = budget.share.time_for(share + 1 - budget.share.burst)
        by_all = budget.whole.time_for(whole + 1 - budget.whole.burst)
        by_rest = budget.whole.time_for(whole + 1 - (budget.whole.burst - budget.kept))
        return min(by_rest, max(by_share, by_all))

    def take(self, subject: str, part: str, now: datetime) -> Taken:
        """Count an attempt, of the part's share while there is some."""
        taken = Taken(self, subject, f"{subject} {part}", self._has_share(f"{subject} {part}", now))
        self._add(taken, now, 1)
        return taken

    def give_back(self, taken: Taken, now: datetime) -> None:
        """As if it had not been taken."""
        self._add(taken, now, -1)

    def _has_share(self, key: str, now: datetime) -> bool:
        share = self._budget.share
        return self._spent(self._shares, key, share, now) + 1 <= share.burst

    def _add(self, taken: Taken, now: datetime, amount: int) -> None:
        whole = self._spent(self._wholes, taken.subject, self._budget.whole, now)
        self._wholes.put(taken.subject, _Spent(max(0.0, whole + amount), now))
        if taken.of_share:
            share = self._spent(self._shares, taken.share, self._budget.share, now)
            self._shares.put(taken.share, _Spent(max(0.0, share + amount), now))

    @staticmethod
    def _spent(kept: _Kept[_Spent], key: str, allowance: Allowance, now: datetime) -> float:
        spent = kept.get(key)
        return 0.0 if spent is None else spent.left_spent(allowance, now)


@dataclass(frozen=True)
class _Tried:
    count: int
    last: datetime


class Paced:
    """A `Pace` for each key."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._tried: _Kept[_Tried] = _Kept()

    def wait(self, key: str, now: datetime) -> timedelta:
        """How long until that key may try again."""
        tried = self._current(key, now)
        if tried is None or tried.count < self._pace.free:
            return timedelta()
        doublings = min(tried.count - self._pace.free, 30)
        pause: timedelta = min(self._pace.first * 2**doublings, self._pace.longest)
        return max(tried.last + pause - now, timedelta())

    def count(self, key: str, now: datetime) -> None:
        """An attempt is made."""
        tried = self._current(key, now)
        self._tried.put(key, _Tried(1 if tried is None else tried.count + 1, now))

    def forget(self, key: str) -> None:
        """It was right: everything begins anew."""
        self._tried.drop(key)

    def _current(self, key: str, now: datetime) -> _Tried | None:
        tried = self._tried.get(key)
        return None if tried is None or tried.last + self._pace.forgotten <= now else tried


#: Of whom a budget is, and whose share in it is spent.
Spender = Callable[[str, Guesser], tuple[str, str]]


def by_neighbourhood(subject: str, who: Guesser) -> tuple[str, str]:
    """What all strangers may try at a subject, with a share for each neighbourhood."""
    return subject, who.network


def by_device(_subject: str, who: Guesser) -> tuple[str, str]:
    """What a neighbourhood's strangers may try at all subjects, with a share for each device."""
    return who.network, who.device


@dataclass(frozen=True)
class Claim:
    """An attempt that is under way."""

    pace_key: str
    taken: tuple[Taken, ...]


class Gate:
    """One kind of door. An attempt is claimed before it is looked at, so that many at once count as many."""

    def __init__(self, pace: Pace, budgets: tuple[tuple[Budget, Spender], ...]) -> None:
        self._paced = Paced(pace)
        self.budgets = tuple(SharedBudget(budget) for budget, _ in budgets)
        self._spenders = tuple(spender for _, spender in budgets)
        self._lock = threading.Lock()

    def claim(self, subject: str, who: Guesser, now: datetime) -> Claim:
        """Take an attempt. Raises `rate-limited`, which says when the next one is."""
        with self._lock:
            key = f"{subject} {who.device if who.own is None else f'own {who.own}'}"
            spent = () if who.own is not None else tuple(zip(self.budgets, self._spenders, strict=True))
            waits = [budget.wait(*spender(subject, who), now) for budget, spender in spent]
            wait = max(self._paced.wait(key, now), *waits, timedelta())
            if wait > timedelta():
                raise rate_limited(math.ceil(wait.total_seconds()))
            self._paced.count(key, now)
            return Claim(key, tuple(budget.take(*spender(subject, who), now) for budget, spender in spent))

    def give_back(self, claim: Claim, now: datetime) -> None:
        """It was right, which costs nothing: the device begins anew."""
        with self._lock:
            self._paced.forget(claim.pace_key)
            for taken in claim.taken:
                taken.budget.give_back(taken, now)
