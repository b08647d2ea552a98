"""Reports: opened from inside a meeting, looked into by administrators, answered to who reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from preau.meet.domain.accounts import Account
from preau.meet.domain.cases import MAX_OUTCOME_CHARACTERS, Case, CaseState, Report, next_number
from preau.meet.domain.errors import DomainError, ErrorCode, case_unknown, invalid, not_found
from preau.meet.domain.ids import ID_BYTES, CaseId, case_id
from preau.meet.domain.letters import CaseMail, MailProblem, MailState
from preau.meet.domain.policy import Action, decide, demand
from preau.meet.domain.text import clean_chat
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.meetings import actor_of
from preau.meet.services.ports import AlreadyStoredError, Transaction, World
from preau.meet.services.secrets import hash_of, new_secret

_ATTEMPTS = 5


@dataclass(frozen=True)
class OpenedCase:
    """What a reporter keeps: the number to name it by, the secret to look at its outcome with."""

    number: str
    secret: str


@dataclass(frozen=True)
class CaseOutcome:
    """What a reporter may see of a case. `contact`: whom to write to, or None when nobody was named."""

    case: Case
    contact: str | None


def open_case(world: World, report: Report) -> OpenedCase:
    """Put a report into the register, and with it what is to be told of it by mail."""
    secret = new_secret(world.randomness)
    now = world.clock.now()
    for _ in range(_ATTEMPTS):
        try:
            with world.store.write() as stored:
                number = next_number(now.year, stored.cases.last_number(now.year))
                opened = Case(
                    id=case_id(world.randomness.draw(ID_BYTES)),
                    number=number,
                    secret_hash=hash_of(secret),
                    at=now,
                    report=report,
                )
                stored.cases.add(opened)
                if world.sends_mail and stored.organizations.get().safeguarding_contact is not None:
                    stored.case_mails.add(mail_about(stored, opened, now))
        except AlreadyStoredError:
            # Another report took the number in the same moment.
            continue
        return OpenedCase(number, secret)
    raise DomainError(ErrorCode.CONFLICT, "Too many reports at once; try again.")


def mail_about(stored: Transaction, case: Case, due_at: datetime) -> CaseMail:
    """The letter that tells the contact of a case."""
    meeting = stored.meetings.by_id(case.report.meeting_id)
    return CaseMail(case.id, meeting.kind if meeting else None, due_at)


@dataclass(frozen=True)
class CaseView:
    """A case as administrators see it. `mail` None: nobody was to be told of it by mail.

    `problem`: what keeps the mail from leaving, or kept it at the last attempt.
    """

    case: Case
    mail: CaseMail | None
    problem: MailProblem | None = None


def as_seen(world: World, stored: Transaction, case: Case, mail: CaseMail | None) -> CaseView:
    """The case with what became of its mail. Whoever calls has asked the policy."""
    problem = None
    if mail is None or mail.state is not MailState.SENT:
        problem = what_is_missing(world, stored) or (mail.problem if mail else None)
    return CaseView(case, mail, problem)


def what_is_missing(world: World, stored: Transaction) -> MailProblem | None:
    """Why no mail about a case could leave now, whatever the mail server says."""
    if not world.sends_mail:
        return MailProblem.OFF
    return MailProblem.NO_CONTACT if stored.organizations.get().safeguarding_contact is None else None


def list_cases(world: World, account: Account | None) -> Sequence[CaseView]:
    """The register, the newest first; reading it is an act of its own in the audit."""
    demand(actor_of(account), Action.VIEW_CASES)
    with world.store.write() as stored:
        actor_id = account.id if account else None
        stored.audit.add(AuditRecord(world.clock.now(), actor_id, Action.VIEW_CASES.value, "cases"))
        mails = stored.case_mails.all()
        return [as_seen(world, stored, case, mails.get(case.id)) for case in stored.cases.all()]


def open_cases(world: World, account: Account | None) -> int | None:
    """How many reports nobody has looked into yet; None to those who may not see them.

    A number tells of no case, so that asking for it leaves no record.
    """
    if not decide(actor_of(account), Action.VIEW_CASES).is_allowed:
        return None
    with world.store.read() as stored:
        return stored.cases.count(CaseState.OPEN)


def view_case(world: World, account: Account | None, wanted: CaseId) -> CaseView:
    """One case."""
    demand(actor_of(account), Action.VIEW_CASES)
    with world.store.write() as stored:
        case = stored.cases.by_id(wanted)
        if case is None:
            raise not_found()
        actor_id = account.id if account else None
        stored.audit.add(AuditRecord(world.clock.now(), actor_id, Action.VIEW_CASES.value, case.id))
        return as_seen(world, stored, case, stored.case_mails.of_case(case.id))


def change_case(
    world: World, account: Account | None, wanted: CaseId, state: CaseState | None, outcome: str | None
) -> CaseView:
    """Say how far a case is, and what became of it; None leaves a thing as it is."""
    demand(actor_of(account), Action.CHANGE_CASE)
    cleaned = None if outcome is None else clean_chat(outcome)
    if cleaned is not None and len(cleaned) > MAX_OUTCOME_CHARACTERS:
        raise invalid({"outcome": f"At most {MAX_OUTCOME_CHARACTERS} characters."})
    now = world.clock.now()
    with world.store.write() as stored:
        case = stored.cases.by_id(wanted)
        if case is None:
            raise not_found()
        changed = replace(
            case,
            state=state or case.state,
            outcome=case.outcome if cleaned is None else cleaned or None,
            outcome_at=now,
        )
        stored.cases.update(changed)
        actor_id = account.id if account else None
        stored.audit.add(AuditRecord(now, actor_id, Action.CHANGE_CASE.value, case.id))
        return as_seen(world, stored, changed, stored.case_mails.of_case(case.id))


def look_at_case(world: World, secret: str, address: str) -> CaseOutcome:
    """What became of a report. Raises `case-unknown`, `rate-limited`."""
    with world.store.read() as stored:
        case = stored.cases.by_secret(hash_of(secret))
        contact = stored.organizations.get().safeguarding_contact
    if case is None:
        world.guesses.wrong_link(address, world.clock.steady())
        raise case_unknown()
    return CaseOutcome(case, contact)
