"""The stored parts of the safe room: personal links, the organization, the case register."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, desc, func, insert, select, update
from sqlalchemy.engine import RowMapping

from preau.meet.domain.cases import Case, CaseState, Category, EvidenceLine, Report
from preau.meet.domain.ids import CaseId, InvitationId, MeetingId
from preau.meet.domain.invitations import Invitation, Source
from preau.meet.domain.letters import MailProblem, MailState
from preau.meet.domain.organization import Organization
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import Profile
from preau.meet.storage.inserts import insert_new
from preau.meet.storage.tables import CASES, INVITATIONS, ORGANIZATION

_THE_ROW = 1


class StoredInvitations:
    """Personal links in the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, invitations: Sequence[Invitation]) -> None:
        """Store new links, of one meeting; `AlreadyStoredError` when a secret is taken."""
        if not invitations:
            return
        last = select(func.coalesce(func.max(INVITATIONS.c.number), 0)).where(
            INVITATIONS.c.meeting_id == invitations[0].meeting_id
        )
        first = (self._connection.execute(last).scalar() or 0) + 1
        rows = [{**_invitation_row(one), "number": first + index} for index, one in enumerate(invitations)]
        insert_new(self._connection, INVITATIONS, rows)

    def by_id(self, invitation_id: InvitationId) -> Invitation | None:
        """The link of that id."""
        return self._one(INVITATIONS.c.id == invitation_id)

    def by_secret(self, secret_hash: str) -> Invitation | None:
        """The link of that secret."""
        return self._one(INVITATIONS.c.secret_hash == secret_hash)

    def of_meeting(self, meeting_id: MeetingId) -> Sequence[Invitation]:
        """A meeting's links, in the order they were made."""
        found = select(INVITATIONS).where(INVITATIONS.c.meeting_id == meeting_id)
        rows = self._connection.execute(found.order_by(INVITATIONS.c.number)).mappings()
        return [_invitation(row) for row in rows]

    def bind(self, invitation_id: InvitationId, device_hash: str, now: datetime) -> bool:
        """Tie a link to a device; one of several at once succeeds."""
        free = (INVITATIONS.c.id == invitation_id) & INVITATIONS.c.device_hash.is_(None)
        bound = update(INVITATIONS).where(free).values(device_hash=device_hash, bound_at=now)
        return self._connection.execute(bound).rowcount == 1

    def update(self, invitation: Invitation) -> None:
        """Store another secret of a link, and what goes with it."""
        changed = update(INVITATIONS).where(INVITATIONS.c.id == invitation.id)
        self._connection.execute(changed.values(**_invitation_row(invitation)))

    def note_mail(
        self, secret_hash: str, mail: MailState, now: datetime, problem: MailProblem | None = None
    ) -> None:
        """What became of the letter with that link, unless the link is another by now."""
        noted = update(INVITATIONS).where(INVITATIONS.c.secret_hash == secret_hash)
        word = None if problem is None else problem.value
        self._connection.execute(noted.values(mail=mail.value, mailed_at=now, mail_problem=word))

    def give_up_mail(self, before: datetime) -> None:
        """Letters that waited since before that are lost."""
        waits = (INVITATIONS.c.mail == MailState.WAITING.value) & (INVITATIONS.c.mailed_at < before)
        lost = {"mail": MailState.FAILED.value, "mail_problem": MailProblem.LOST.value}
        self._connection.execute(update(INVITATIONS).where(waits).values(**lost))

    def mail_again(self, invitation_id: InvitationId, secret_hash: str, now: datetime) -> bool:
        """Another link instead of one whose letter was given up and that nobody used."""
        given_up = (INVITATIONS.c.id == invitation_id) & (INVITATIONS.c.mail == MailState.FAILED.value)
        another = update(INVITATIONS).where(given_up & INVITATIONS.c.device_hash.is_(None))
        values = {"secret_hash": secret_hash, "mail": MailState.WAITING.value, "mailed_at": now}
        return self._connection.execute(another.values(**values, mail_problem=None)).rowcount == 1

    def remove(self, invitation_id: InvitationId) -> None:
        """Delete a link."""
        self._connection.execute(delete(INVITATIONS).where(INVITATIONS.c.id == invitation_id))

    def _one(self, condition: Any) -> Invitation | None:
        row = self._connection.execute(select(INVITATIONS).where(condition)).mappings().first()
        return None if row is None else _invitation(row)


def _invitation(row: RowMapping) -> Invitation:
    values = {name: value for name, value in row.items() if name != "number"}
    values |= {"role": RoomRole(row["role"]), "source": Source(row["source"])}
    values["more_emails"] = tuple(row["more_emails"].split())
    values["mail"] = None if row["mail"] is None else MailState(row["mail"])
    values["mail_problem"] = None if row["mail_problem"] is None else MailProblem(row["mail_problem"])
    return Invitation(**values)


def _invitation_row(invitation: Invitation) -> dict[str, Any]:
    mail = None if invitation.mail is None else invitation.mail.value
    problem = None if invitation.mail_problem is None else invitation.mail_problem.value
    words = {"role": invitation.role.value, "source": invitation.source.value}
    more = {"more_emails": " ".join(invitation.more_emails)}
    return {**asdict(invitation), **words, **more, "mail": mail, "mail_problem": problem}


class StoredOrganizations:
    """The organization in the database; until somebody changed it, the one every server begins as."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self) -> Organization:
        """The organization."""
        row = self._connection.execute(select(ORGANIZATION)).mappings().first()
        if row is None:
            return Organization()
        return Organization(
            name=row["name"],
            profile=Profile(row["profile"]),
            locked_rules=frozenset(json.loads(row["locked_rules"])),
            safeguarding_contact=row["safeguarding_contact"],
        )

    def put(self, organization: Organization) -> None:
        """Store the whole of it."""
        values = {
            "name": organization.name,
            "profile": organization.profile.value,
            "locked_rules": json.dumps(sorted(organization.locked_rules)),
            "safeguarding_contact": organization.safeguarding_contact,
        }
        changed = self._connection.execute(
            update(ORGANIZATION).where(ORGANIZATION.c.id == _THE_ROW).values(**values)
        )
        if changed.rowcount == 0:
            self._connection.execute(insert(ORGANIZATION), {"id": _THE_ROW, **values})


class StoredCases:
    """The case register in the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, case: Case) -> None:
        """Store a new case; `AlreadyStoredError` when its number is taken."""
        insert_new(self._connection, CASES, _case_row(case))

    def last_number(self, year: int) -> str | None:
        """The highest number of a year."""
        found = select(CASES.c.number).where(CASES.c.number.startswith(f"P-{year}-", autoescape=True))
        # A number of more digits is a higher one.
        ordered = found.order_by(desc(func.length(CASES.c.number)), desc(CASES.c.number)).limit(1)
        number: str | None = self._connection.execute(ordered).scalar()
        return number

    def all(self) -> Sequence[Case]:
        """Every case, the newest first."""
        found = select(CASES).order_by(desc(CASES.c.at), desc(CASES.c.number))
        return [_case(row) for row in self._connection.execute(found).mappings()]

    def by_id(self, case_id: CaseId) -> Case | None:
        """The case of that id."""
        return self._one(CASES.c.id == case_id)

    def by_secret(self, secret_hash: str) -> Case | None:
        """The case of that secret."""
        return self._one(CASES.c.secret_hash == secret_hash)

    def count(self, state: CaseState) -> int:
        """How many cases are that far."""
        found = select(func.count()).select_from(CASES).where(CASES.c.state == state.value)
        return int(self._connection.execute(found).scalar_one())

    def update(self, case: Case) -> None:
        """Store what changed."""
        self._connection.execute(update(CASES).where(CASES.c.id == case.id).values(**_case_row(case)))

    def remove_closed_before(self, moment: datetime) -> None:
        """Forget cases that were closed before that."""
        closed = CASES.c.state == CaseState.CLOSED.value
        self._connection.execute(delete(CASES).where(closed & (CASES.c.outcome_at < moment)))

    def _one(self, condition: Any) -> Case | None:
        row = self._connection.execute(select(CASES).where(condition)).mappings().first()
        return None if row is None else _case(row)


def _case(row: RowMapping) -> Case:
    evidence = tuple(
        EvidenceLine(datetime.fromisoformat(one["at"]), one["name"], one["text"])
        for one in json.loads(row["evidence"])
    )
    report = Report(
        meeting_id=MeetingId(row["meeting_id"]),
        category=Category(row["category"]),
        text=row["text"],
        reporter_name=row["reporter_name"],
        about_name=row["about_name"],
        evidence=evidence,
    )
    return Case(
        id=CaseId(row["id"]),
        number=row["number"],
        secret_hash=row["secret_hash"],
        at=row["at"],
        report=report,
        state=CaseState(row["state"]),
        outcome=row["outcome"],
        outcome_at=row["outcome_at"],
    )


def _case_row(case: Case) -> dict[str, Any]:
    report = case.report
    evidence = [{"at": one.at.isoformat(), "name": one.name, "text": one.text} for one in report.evidence]
    return {
        "id": case.id,
        "number": case.number,
        "secret_hash": case.secret_hash,
        "at": case.at,
        "meeting_id": report.meeting_id,
        "category": report.category.value,
        "text": report.text,
        "reporter_name": report.reporter_name,
        "about_name": report.about_name,
        "evidence": json.dumps(evidence),
        "state": case.state.value,
        "outcome": case.outcome,
        "outcome_at": case.outcome_at,
    }
