"""Personal links: one for each person who is expected, with the name that person will have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from preau.meet.domain.ids import InvitationId, MeetingId
from preau.meet.domain.letters import MailProblem, MailState
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.text import MAX_NAME_CHARACTERS, clean_email, clean_line

MAX_INVITATIONS = 500
#: Besides the first: the other parent's, and a school's own.
MAX_MORE_EMAILS = 4
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
    more_emails: tuple[str, ...] = ()
    """Where the letter goes besides `email`: a second parent's address."""

    @property
    def addresses(self) -> tuple[str, ...]:
        """Whom a letter with this link is for."""
        return () if self.email is None else (self.email, *self.more_emails)


@dataclass(frozen=True)
class Invitee:
    """Somebody to invite."""

    name: str
    email: str | None = None
    role: RoomRole = RoomRole.PARTICIPANT
    more_emails: tuple[str, ...] = ()
    updates: InvitationId | None = None
    """The invitation that gets this name and these addresses; its link stays. None: none does."""
    others: int = 0
    """How many more people of this very name the host knows of: only beyond them it is the same person."""


def read_invitee(person: Invitee) -> tuple[Invitee, Mapping[str, str]]:
    """The cleaned fields, and for each that cannot be used the reason."""
    name, (email, *more) = clean_line(person.name), _addresses(person)
    problems: dict[str, str] = {}
    if not name:
        problems["name"] = "A name is needed."
    elif len(name) > MAX_NAME_CHARACTERS:
        problems["name"] = f"A name has at most {MAX_NAME_CHARACTERS} characters."
    if email is None and person.email and person.email.strip():
        problems["email"] = "This is no e-mail address."
    if None in more or (more and email is None) or len(more) > MAX_MORE_EMAILS:
        problems["more_emails"] = f"At most {MAX_MORE_EMAILS} e-mail addresses besides the first."
    if person.role not in INVITED_ROLES:
        problems["role"] = "Nobody can be invited in this role."
    others = tuple(dict.fromkeys(one for one in more if one is not None and one != email))
    return replace(person, name=name, email=email, more_emails=others), problems


def _addresses(person: Invitee) -> Sequence[str | None]:
    return [clean_email(one) if one else None for one in (person.email, *person.more_emails)]
