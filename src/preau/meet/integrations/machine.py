"""The machine's own services: time, randomness, password hashing."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from importlib import import_module

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from preau.meet.domain.errors import rate_limited

_MAX_AT_ONCE = 2
# Fewer than the HTTP interface has threads: the rest of it goes on while sign-ins queue.
_MAX_WAITING = 24
_WAIT_S = 5.0
#: What a thief of the database tries of a slow hash in weeks; at the door it takes years.
_LEAST_GUESSES = 10**8
_LOOKED_AT = 32
#: zxcvbn reads these as letters in all combinations: more than five kinds take it seconds. No common
#: password has as many.
_SIGNS = frozenset("@({[<!|$+%")
_MOST_SIGNS = 5


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SystemClock:
    """The wall clock in UTC, cut to milliseconds, and the steady clock of the machine."""

    def now(self) -> datetime:
        """Now."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def steady_s(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def steady(self) -> datetime:
        """The same as a moment."""
        return _EPOCH + timedelta(seconds=self.steady_s())


class SystemRandomness:
    """The system's cryptographic source."""

    def draw(self, count: int) -> bytes:
        """`count` unpredictable bytes."""
        return os.urandom(count)


class Argon2Passwords:
    """argon2id (RFC 9106's second recommendation); few at once, so that sign-ins cannot starve meetings.

    `hasher`: another cost, for tests in which no password has to be kept from anybody.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._places = threading.BoundedSemaphore(_MAX_WAITING)
        self._turns = threading.BoundedSemaphore(_MAX_AT_ONCE)
        self._decoy: str | None = None

    def hash(self, password: str) -> str:
        """A hash with its own salt and parameters."""
        self._take_turn()
        try:
            return self._hasher.hash(password)
        finally:
            self._end_turn()

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; takes as long when there is no hash to compare with."""
        self._take_turn()
        try:
            compared = password_hash or self._decoy_hash()
            return self._hasher.verify(compared, password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False
        finally:
            self._end_turn()

    def is_easy(self, password: str) -> bool:
        """Whether fewer than `_LEAST_GUESSES` guesses find it, by zxcvbn's lists; in bounded time."""
        if len(_SIGNS.intersection(password)) > _MOST_SIGNS:
            return False
        self._take_turn()
        try:
            # Loaded with the first password that is chosen: its lists take 15 MB.
            found = import_module("zxcvbn").zxcvbn(password[:_LOOKED_AT])
        finally:
            self._end_turn()
        return int(found["guesses"]) < _LEAST_GUESSES

    def _decoy_hash(self) -> str:
        if self._decoy is None:
            self._decoy = self._hasher.hash("nobody's password")
        return self._decoy

    def _take_turn(self) -> None:
        if not self._places.acquire(blocking=False):
            raise rate_limited(int(_WAIT_S))
        if not self._turns.acquire(timeout=_WAIT_S):
            self._places.release()
            raise rate_limited(int(_WAIT_S))

    def _end_turn(self) -> None:
        self._turns.release()
        self._places.release()
