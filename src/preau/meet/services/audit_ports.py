"""What use cases need of the audit table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from preau.meet.domain.ids import AccountId, MeetingId, ParticipantId


@dataclass(frozen=True)
class AuditRecord:
    """A privileged act, done or refused: who, what, to which account, meeting, participant.

    The actor is an account, or a participant of the meeting's room; or neither, which means the operator at
    the shell or, where the act was refused, a stranger. `times`: how many acts the record stands for.
    """

    at: datetime
    actor_id: AccountId | None
    action: str
    subject_id: str
    meeting_id: MeetingId | None = None
    participant_id: ParticipantId | None = None
    allowed: bool = True
    times: int = 1


@dataclass(frozen=True)
class AuditEntry:
    """A record and its place in the table: later ones have larger numbers."""

    number: int
    record: AuditRecord


@dataclass(frozen=True)
class AuditQuery:
    """Which records somebody wants to read, the newest first.

    `is_house`: those at no meeting, and at meetings that are no more; otherwise those of `meeting_id`.
    `before`: older than that number. `person_id`: who acted, or whom it was done to. None: whichever.
    """

    most: int
    is_house: bool = False
    meeting_id: MeetingId | None = None
    before: int | None = None
    actions: frozenset[str] = frozenset()
    person_id: str | None = None
    allowed: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


class Audit(Protocol):
    """The audit table. Records are removed by age alone, and never changed but for sums, which grow."""

    def add(self, record: AuditRecord) -> None: ...
    def add_up(self, record: AuditRecord, since: datetime) -> None:
        """Add to the sum of the same acts that was begun since then, or begin another."""

    def remove_before(self, moment: datetime) -> None: ...
    def all(self) -> Sequence[AuditRecord]: ...
    def page(self, query: AuditQuery) -> Sequence[AuditEntry]:
        """What a query asks for, the newest first."""
