"""How fast one connection may send frames. Pure."""

from __future__ import annotations

BURST_FRAMES = 100
FRAMES_PER_S = 25.0


class Pace:
    """A bucket that starts full: `BURST_FRAMES` at once, `FRAMES_PER_S` for good."""

    def __init__(self, now_s: float) -> None:
        self._left = float(BURST_FRAMES)
        self._at_s = now_s

    def allows(self, now_s: float) -> bool:
        """Take one frame's worth, if there is one left."""
        self._left = min(BURST_FRAMES, self._left + (now_s - self._at_s) * FRAMES_PER_S)
        self._at_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True
