"""Reports of what went wrong in a meeting, and the register of what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from preau.meet.domain.ids import CaseId, MeetingId

MAX_REPORT_CHARACTERS = 2000
MAX_OUTCOME_CHARACTERS = 2000
MAX_EVIDENCE_LINES = 50


class Category(StrEnum):
    """What a report is about; one is always chosen."""

    INTRUSION = "intrusion"
    INSULT = "insult"
    THREAT = "threat"
    SEXUAL = "sexual"
    VIOLENCE = "violence"
    SELF_HARM = "self-harm"
    DISCRIMINATION = "discrimination"
    PRIVACY = "privacy"
    OTHER = "other"


class CaseState(StrEnum):
    """How far a case is."""

    OPEN = "open"
    IN_PROGRESS = "in-progress"
    CLOSED = "closed"


@dataclass(frozen=True)
class EvidenceLine:
    """A line of chat the reporter chose to show."""

    at: datetime
    name: str
    text: str


@dataclass(frozen=True)
class Report:
    """What somebody tells. `about_name` None: about nobody in particular."""

    meeting_id: MeetingId
    category: Category
    text: str
    reporter_name: str
    about_name: str | None
    evidence: tuple[EvidenceLine, ...]


@dataclass(frozen=True)
class Case:
    """A report in the register. `number` is for people (`P-2026-0001`)."""

    id: CaseId
    number: str
    secret_hash: str
    at: datetime
    report: Report
    state: CaseState = CaseState.OPEN
    outcome: str | None = None
    outcome_at: datetime | None = None


def next_number(year: int, last: str | None) -> str:
    """The number after `last`, the highest of that year, or the year's first."""
    count = int(last.rsplit("-", 1)[1]) if last else 0
    return f"P-{year}-{count + 1:04d}"
