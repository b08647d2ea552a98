"""What one receiver has still to be told of one room: told the time, it says what to send now. No I/O.

Events are told in order, one after the other, as long as each is taken. One that is not taken holds the next
up for `HELD_UP_S` and no longer; it is tried again beside the others until it is too old. What is lost is
counted: the number goes out with the next event, and lost refusals, which belong into an audit, as a sum.
"""

from __future__ import annotations

from dataclasses import dataclass

from preau.sfu.rooms.effects import Notify
from preau.sfu.rooms.refusing import CALL_REFUSED, CALLS_REFUSED, sum_of

#: LiveKit's limits: events waiting per room, and how old one may get, in seconds.
MAX_WAITING = 200
MAX_AGE_S = 30.0
HELD_UP_S = 1.0
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
#: How long after a loss its sum is told, so that a flood of losses makes one sum.
SUM_AFTER_S = 2.0


@dataclass(slots=True, eq=False)
class Telling:
    """One event on its way. `made_at_s`: by the clock on the wall, since 1970.

    `next_s` None: it is being tried; `begun_s` None: it never was. `dropped`: the losses told with it.
    """

    event: Notify
    id: str
    made_at_s: float
    added_s: float
    begun_s: float | None = None
    next_s: float | None = 0.0
    pause_s: float = FIRST_PAUSE_S
    dropped: int = 0


class Line:
    """One receiver's line of events of one room. Times are of one monotonic clock but where they say so."""

    def __init__(self) -> None:
        self._tellings: list[Telling] = []
        self._is_closing = False
        self._untold = 0
        self._lost_refusals = 0
        self._sum_due_s: float | None = None
        self._last: Notify | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._tellings

    @property
    def waiting(self) -> int:
        """How many events wait."""
        return len(self._tellings)

    @property
    def is_over(self) -> bool:
        """Whether the room is, and all of it was told or lost."""
        return self._is_closing and self.is_empty and self._sum_due_s is None

    @property
    def lost(self) -> int:
        """How many events were lost since one was last taken."""
        return self._untold

    def add(self, event: Notify, event_id: str, made_at_s: float, now_s: float) -> None:
        """Has an event told; when too many wait it is lost."""
        self._last = event
        self._is_closing = self._is_closing or event.event == "room_finished"
        if len(self._tellings) >= MAX_WAITING:
            self._lose(event, now_s)
        else:
            self._tellings.append(Telling(event, event_id, made_at_s, now_s))

    def due(self, now_s: float, new_id: str, made_at_s: float) -> list[Telling]:
        """What is to be tried now; each is to be settled afterwards.

        `new_id` and `made_at_s` are for a sum, if one is due.
        """
        self._add_sum(now_s, new_id, made_at_s)
        found: list[Telling] = []
        for telling in self._tellings:
            if telling.next_s is not None and telling.next_s <= now_s:
                telling.begun_s = now_s if telling.begun_s is None else telling.begun_s
                telling.next_s = None
                telling.dropped = self._untold
                found.append(telling)
            if telling.begun_s is None or now_s < telling.begun_s + HELD_UP_S:
                break
        return found

    def wake_s(self) -> float | None:
        """When something is due next, or None while only an event or an answer can change that."""
        moments = [] if self._sum_due_s is None else [self._sum_due_s]
        held_until_s = 0.0
        for telling in self._tellings:
            if telling.next_s is not None:
                moments.append(max(telling.next_s, held_until_s))
            if telling.begun_s is None:
                break
            held_until_s = telling.begun_s + HELD_UP_S
        return min(moments, default=None)

    def taken(self, telling: Telling) -> None:
        """The receiver has it."""
        self._tellings.remove(telling)
        self._untold = max(0, self._untold - telling.dropped)
        if self._lost_refusals and self._sum_due_s is None:
            self._sum_due_s = telling.added_s

    def not_taken(self, telling: Telling, now_s: float, *, is_final: bool) -> bool:
        """It failed. `is_final`: so it would again. True when it is lost."""
        if not is_final and now_s - telling.added_s + telling.pause_s <= MAX_AGE_S:
            telling.next_s = now_s + telling.pause_s
            telling.pause_s = min(telling.pause_s * 2, LONGEST_PAUSE_S)
            return False
        self._tellings.remove(telling)
        self._lose(telling.event, now_s)
        return True

    def _lose(self, event: Notify, now_s: float) -> None:
        self._untold += 1
        if event.event == CALLS_REFUSED:
            # Told again once the receiver takes anything: a sum that is refused makes no other.
            self._lost_refusals += event.times or 0
        elif event.event.startswith(f"{CALL_REFUSED}/"):
            self._lost_refusals += 1
            if self._sum_due_s is None:
                self._sum_due_s = now_s + SUM_AFTER_S

    def _add_sum(self, now_s: float, new_id: str, made_at_s: float) -> None:
        if self._sum_due_s is None or self._sum_due_s > now_s or self._last is None:
            return
        times, self._lost_refusals, self._sum_due_s = self._lost_refusals, 0, None
        event = sum_of(self._last.room.sid, self._last.room.name, times)
        self._tellings.append(Telling(event, new_id, made_at_s, now_s))
