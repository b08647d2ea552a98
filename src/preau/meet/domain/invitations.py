"""Personal links: one for each person who is expected, with the name that person will have."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from preau.meet.domain.ids import InvitationId, MeetingId
from preau.meet.domain.letters import MailProblem, MailState
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.text import MAX_NAME_CHARACTERS, clean_email, clean_line

MAX_INVITATIONS = 500
#: The roles somebody can be invited in; a host is made by handing over, never by a link.
INVITED_ROLES = (RoomRole.PARTICIPANT, RoomRole.OBSERVER, RoomRole.COHOST)


class Provenance(StrEnum):
    """How somebody came to a meeting's door: the only thing that is known of a person for sure."""

    OWNER = "owner"
    ACCOUNT = "account"
    INVITED = "invited"
    """By a personal link that the host made for that person."""
    ROSTER = "roster"
    """By a personal link out of a list that was read in."""
    OPEN_LINK = "open-link"


class Source(StrEnum):
    """Where an invitation comes from."""

    INVITED = "invited"
    ROSTER = "roster"


@dataclass(frozen=True)
class Invitation:
    """One personal link. It works in the first browser that uses it, which `device_hash` remembers.

    `mail`: what became of the letter with this very link; None: there was none. `mailed_at`: since when.
    `mail_problem`: why it was given up.
    """

    id: InvitationId
    meeting_id: MeetingId
    name: str
    email: str | None
    role: RoomRole
    source: Source
    secret_hash: str
    device_hash: str | None
    bound_at: datetime | None
    created_at: datetime
    mail: MailState | None = None
    mailed_at: datetime | None = None
    mail_problem: MailProblem | None = None


@dataclass(frozen=True)
class Invitee:
    """Somebody to invite."""

    name: str
    email: str | None = None
    role: RoomRole = RoomRole.PARTICIPANT


def read_invitee(name: str, email: str | None, role: RoomRole) -> tuple[Invitee, str | None]:
    """The cleaned fields, and why they cannot be used, or None."""
    cleaned, address = clean_line(name), clean_email(email) if email and email.strip() else None
    problem = None
    if not cleaned:
        problem = "A name is needed."
    elif len(cleaned) > MAX_NAME_CHARACTERS:
        problem = f"A name has at most {MAX_NAME_CHARACTERS} characters."
    elif email and email.strip() and address is None:
        problem = "This is no e-mail address."
    elif role not in INVITED_ROLES:
        problem = "Nobody can be invited in this role."
    return Invitee(cleaned, address, role), problem


def read_list(text: str) -> tuple[tuple[Invitee, ...], str | None]:
    """The people of a pasted list, and what is wrong with its first bad line, or None.

    One person a line, `name` or `name, e-mail address`, parted by comma, semicolon or tab; a head line that
    names no address is passed over.
    """
    rows = [row for row in _rows(text) if any(cell.strip() for cell in row)]
    if rows and _is_head(rows[0]):
        rows = rows[1:]
    people: list[Invitee] = []
    for number, row in enumerate(rows, 1):
        email = row[1] if len(row) > 1 else None
        invitee, problem = read_invitee(row[0], email, RoomRole.PARTICIPANT)
        if problem is not None:
            return (), f"Person {number}: {problem}"
        people.append(invitee)
    return tuple(people), None


_HEADS = frozenset(
    {"name", "nom", "prénom", "prenom", "first name", "full name", "student", "élève", "eleve"}
)
_SEPARATORS = ("\t", ";", ",")


def _rows(text: str) -> list[list[str]]:
    cleaned = text.removeprefix("\ufeff").replace("\0", "")
    first = cleaned.strip("\r\n").split("\n", 1)[0]
    separator = next((one for one in _SEPARATORS if one in first), ",")
    try:
        return list(csv.reader(io.StringIO(cleaned), delimiter=separator, strict=False))
    except csv.Error:
        return [[line] for line in cleaned.splitlines()]


def _is_head(row: list[str]) -> bool:
    return row[0].strip().casefold() in _HEADS and not any("@" in cell for cell in row)
