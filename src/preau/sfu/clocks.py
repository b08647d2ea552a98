"""The two clocks of a machine, and when which of them is meant."""

from __future__ import annotations

import time


class Clocks:
    """A date is read from the wall clock whenever it is needed: that clock may be set while the server runs,
    also after the machine stood still. A duration is read from the steady clock, which nobody sets."""

    def date_s(self) -> float:
        """Seconds since 1970, as of now: for what is compared with others' dates, or told to anybody."""
        return time.time()

    def steady_s(self) -> float:
        """Seconds since some moment: for what has to last, or to be over, after so long."""
        return time.monotonic()
