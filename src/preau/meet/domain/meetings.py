"""Meetings, the durable thing, and their occurrences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from preau.meet.domain.codes import MeetingCode
from preau.meet.domain.ids import AccountId, MeetingId, OccurrenceId
from preau.meet.domain.rules import Kind, Rules
from preau.meet.domain.text import MAX_TITLE_CHARACTERS, clean_line

#: Eight characters drawn at random from 32 are out of the reach of guessing at the limits.
MIN_PASSCODE_CHARACTERS = 8
MAX_PASSCODE_CHARACTERS = 64
#: By language and by what the meeting is for: a class is called a class.
DEFAULT_TITLES = {
    "en": {Kind.CLASS: "Class", Kind.MEETING: "Meeting", Kind.FRIENDS: "Among friends"},
    "fr": {Kind.CLASS: "Cours", Kind.MEETING: "Réunion", Kind.FRIENDS: "Entre amis"},
}


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


def read_title(title: str | None, language: str, kind: Kind) -> tuple[str, str | None]:
    """The cleaned title (when there is none, what it is for), and why it cannot be used, or None."""
    cleaned = clean_line(title or "")
    if len(cleaned) > MAX_TITLE_CHARACTERS:
        return cleaned, f"At most {MAX_TITLE_CHARACTERS} characters."
    return cleaned or DEFAULT_TITLES.get(language, DEFAULT_TITLES["en"])[kind], None


def read_passcode(passcode: str) -> tuple[str, str | None]:
    """The passcode as it is compared, and why it cannot be one, or None."""
    cleaned = clean_line(passcode)
    if not MIN_PASSCODE_CHARACTERS <= len(cleaned) <= MAX_PASSCODE_CHARACTERS:
        return cleaned, f"From {MIN_PASSCODE_CHARACTERS} to {MAX_PASSCODE_CHARACTERS} characters."
    return cleaned, None
