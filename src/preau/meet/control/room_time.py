"""The time of one room: dates of the wall clock, and whether somebody set that clock in between."""

from __future__ import annotations

from datetime import datetime, timedelta

from preau.meet.services.ports import Clock

#: Clocks are nudged all the time by those that keep them right; what is more was set.
LEAST_STEP = timedelta(seconds=1)


class RoomTime:
    """Compares the wall clock with the steady one, which nobody sets."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._date, self._steady_s = clock.now(), clock.steady_s()

    def look(self) -> tuple[datetime, timedelta]:
        """The date, and by how much the wall clock was set since the last look; zero when it was not."""
        expected, date = self.expected(), self._clock.now()
        self._date, self._steady_s = date, self._clock.steady_s()
        step = date - expected
        return date, step if abs(step) >= LEAST_STEP else timedelta()

    def expected(self) -> datetime:
        """The date it is now if nobody set the clock since the last look."""
        return self._date + timedelta(seconds=self._clock.steady_s() - self._steady_s)
