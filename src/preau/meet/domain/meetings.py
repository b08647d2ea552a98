"""Meetings, the durable thing, and their occurrences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from preau.meet.domain.codes import MeetingCode
from preau.meet.domain.ids import AccountId, MeetingId, OccurrenceId
from preau.meet.domain.rules import Kind, Rules
from preau.meet.domain.text import MAX_TITLE_CHARACTERS, clean_line

DEFAULT_TITLES = {"en": "Meeting", "fr": "Réunion"}


@dataclass(frozen=True)
class Meeting:
    """A link that people can meet under, again and again, until its owner deletes it.

    `rules` are the owner's choice; `organization.in_force` says which of them count.
    """

    id: MeetingId
    code: MeetingCode
    owner_id: AccountId
    title: str
    created_at: datetime
    last_started_at: datetime | None
    kind: Kind
    rules: Rules
    passcode_hash: str | None = None


@dataclass(frozen=True)
class Occurrence:
    """One run of a meeting, from the first arrival until some minutes after the last leave."""

    id: OccurrenceId
    meeting_id: MeetingId
    started_at: datetime


def read_title(title: str | None, language: str) -> tuple[str, str | None]:
    """The cleaned title (a default when there is none), and why it cannot be used, or None."""
    cleaned = clean_line(title or "")
    if len(cleaned) > MAX_TITLE_CHARACTERS:
        return cleaned, f"At most {MAX_TITLE_CHARACTERS} characters."
    return cleaned or DEFAULT_TITLES.get(language, DEFAULT_TITLES["en"]), None
