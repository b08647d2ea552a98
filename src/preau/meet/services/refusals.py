"""Refused acts beyond those that are noted one by one: counted in memory, and summed up in the audit.

Each note is a write to the disk, so that notes are limited (`limits.REFUSALS_NOTED_PER_PREFIX`). What is over
the limit is no less a fact: how many acts were refused is written every few seconds, in one record an hour
for each participant and meeting.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from preau.meet.domain.acts import MORE_REFUSED
from preau.meet.domain.ids import MeetingId, ParticipantId

MAX_KEYS = 1000


@dataclass(frozen=True)
class RefusedIn:
    """What was refused, where and to whom, as far as that is known.

    `subject_id`: what the acts were about where it is no meeting, such as the account somebody tried to sign
    in to; "" nothing that exists.
    """

    meeting_id: MeetingId | None = None
    participant_id: ParticipantId | None = None
    action: str = MORE_REFUSED
    subject_id: str = ""


NOWHERE = RefusedIn()


class Unnoted:
    """Counts, from any thread. What is more than `MAX_KEYS` places and people is counted without them."""

    def __init__(self) -> None:
        self._counts: Counter[RefusedIn] = Counter()
        self._lock = threading.Lock()

    def count(self, where: RefusedIn, times: int = 1) -> None:
        """One more act was refused, or several."""
        with self._lock:
            is_known = where in self._counts or len(self._counts) < MAX_KEYS
            self._counts[where if is_known else NOWHERE] += times

    def take(self) -> Mapping[RefusedIn, int]:
        """What was counted since the last time."""
        with self._lock:
            taken, self._counts = self._counts, Counter()
        return taken

    def give_back(self, counts: Mapping[RefusedIn, int]) -> None:
        """What could not be written."""
        with self._lock:
            self._counts.update(counts)
