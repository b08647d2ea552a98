"""The queue of offers for one subscriber peer: at most one outstanding, changes gathered in between."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

#: Changes within this time go into one offer; the first after a quiet second goes out almost at once.
QUICK_S = 0.010
GATHER_S = 0.050
QUIET_S = 1.0
#: A burst of more offers than this is gathered for longer: each costs everybody's media thread.
MANY_OFFERS = 10
GATHER_LONG_S = 0.250
#: A client that does not answer an offer for so long cannot be helped by waiting.
ANSWER_TIMEOUT_S = 15.0


class Phase(Enum):
    """Where the queue is. GATHERING: a change waits for its time. MAKING: the engine writes the offer.
    OFFERED: the client has it. SETTLING: the engine has the answer."""

    IDLE = "idle"
    GATHERING = "gathering"
    MAKING = "making"
    OFFERED = "offered"
    SETTLING = "settling"


@dataclass(slots=True)
class OfferQueue:
    """State of the queue. All times are seconds of the caller's clock."""

    phase: Phase = Phase.IDLE
    number: int = 0
    sdp: str = ""
    _changed: bool = False
    _restart: bool = False
    _due_s: float = 0.0
    _settled_s: float = float("-inf")
    _in_a_row: int = 0

    def change(self, now: float, *, restart: bool = False, at_once: bool = False) -> None:
        """Something changed that the client must be offered; `restart` also renews ICE."""
        self._changed = True
        self._restart = self._restart or restart
        if self.phase is Phase.IDLE:
            self._gather(now, at_once=at_once or restart)
        elif self.phase is Phase.GATHERING and (at_once or restart):
            self._due_s = now

    def begin(self, now: float) -> bool | None:
        """When an offer is due: whether it restarts ICE, and the queue waits for the engine. Else None."""
        if self.phase is not Phase.GATHERING or now < self._due_s:
            return None
        restart, self._restart, self._changed = self._restart, False, False
        self.phase = Phase.MAKING
        self.number += 1
        return restart

    def made(self, sdp: str, now: float) -> bool:
        """The engine wrote the offer; false when none was asked for."""
        if self.phase is not Phase.MAKING:
            return False
        self.phase, self.sdp = Phase.OFFERED, sdp
        self._due_s = now + ANSWER_TIMEOUT_S
        return True

    def answered(self, number: int) -> bool:
        """Whether an answer with this number is for the outstanding offer (0: not numbered)."""
        if self.phase is not Phase.OFFERED or number not in (0, self.number):
            return False
        self.phase = Phase.SETTLING
        return True

    def settled(self, now: float) -> None:
        """The engine took the answer."""
        self.phase, self.sdp = Phase.IDLE, ""
        if self._changed:
            self._gather(now, at_once=self._restart)
        self._settled_s = now

    def resume(self, now: float) -> str:
        """The client is back on a new connection: the outstanding offer to send again, or empty."""
        self.change(now, restart=True)
        if self.phase is not Phase.OFFERED:
            return ""
        self._due_s = now + ANSWER_TIMEOUT_S
        return self.sdp

    def unanswered(self, now: float) -> bool:
        """Whether the outstanding offer has waited too long."""
        return self.phase is Phase.OFFERED and now >= self._due_s

    def deadline_s(self) -> float | None:
        """When `begin` or `unanswered` may next say yes."""
        return self._due_s if self.phase in (Phase.GATHERING, Phase.OFFERED) else None

    def _gather(self, now: float, *, at_once: bool) -> None:
        self.phase = Phase.GATHERING
        quiet = now - self._settled_s >= QUIET_S
        self._in_a_row = 0 if quiet else self._in_a_row + 1
        gather_s = GATHER_LONG_S if self._in_a_row > MANY_OFFERS else GATHER_S
        self._due_s = now if at_once else now + (QUICK_S if quiet else gather_s)
