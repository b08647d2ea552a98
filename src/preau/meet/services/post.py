"""Letters on their way: reports to the safeguarding contact, and the one that tries whether mail works.

A letter about a case is stored with the case, and leaves the list of what waits once a mail server answers
for it. Between the two a crash makes it go out twice, under the same id, rather than not at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from preau.meet.domain.accounts import Account
from preau.meet.domain.cases import Case, CaseState
from preau.meet.domain.errors import conflict, not_found, not_signed_in
from preau.meet.domain.ids import ID_BYTES, CaseId, letter_id
from preau.meet.domain.letters import (
    CaseFacts,
    CaseMail,
    Letter,
    MailState,
    case_letter,
    next_attempt,
    trial_letter,
)
from preau.meet.domain.policy import Action, demand
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.cases import CaseView, as_seen, mail_about
from preau.meet.services.limits import Attempts
from preau.meet.services.meetings import actor_of
from preau.meet.services.ports import AlreadyStoredError, Mail, MailOutcome, MailResult, Transaction, World

_AT_ONCE = 20
#: A letter that is sent outside its turn is not due meanwhile, and is again should a kill interrupt that.
_TRIED_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True)
class MailView:
    """How things stand with mail, for administrators. `failed`: letters given up whose case is not closed."""

    sender: str | None
    waiting: int
    failed: int


def mail_view(world: World, mail: Mail) -> MailView:
    """How things stand with mail. Whoever calls has asked the policy."""
    with world.store.read() as stored:
        mails = stored.case_mails.all()
        closed = {case.id for case in stored.cases.all() if case.state is CaseState.CLOSED}
    states = [one.state for one in mails.values() if one.case_id not in closed]
    return MailView(mail.sender, states.count(MailState.WAITING), states.count(MailState.FAILED))


def trial(world: World, account: Account | None, trials: Attempts) -> Letter:
    """The letter that tries whether mail works, to nobody but who asks. Raises `rate-limited`."""
    demand(actor_of(account), Action.TRY_MAIL)
    if account is None:
        raise not_signed_in()
    trials.check(account.id, world.clock.steady())
    trials.count(account.id, world.clock.steady())
    with world.store.write() as stored:
        stored.audit.add(AuditRecord(world.clock.now(), account.id, Action.TRY_MAIL.value, "organization"))
        name = stored.organizations.get().name
    made = letter_id(world.randomness.draw(ID_BYTES))
    return trial_letter(made, account.email, name, account.language)


async def mail_case(
    world: World, mail: Mail, account: Account | None, wanted: CaseId, public_url: str
) -> CaseView:
    """Send a letter that was given up, or never written, at once; from then on it is tried like a new one.

    One that waits or was sent stays as it is. Raises `conflict` when there is nobody to write to or no way.
    """
    try:
        asked = await asyncio.to_thread(_ask, world, account, wanted, public_url)
    except AlreadyStoredError:
        # Somebody else asked for the first one in the same moment: theirs is on its way.
        asked = await asyncio.to_thread(_ask, world, account, wanted, public_url)
    if isinstance(asked, CaseView):
        return asked
    return await asyncio.to_thread(_note_of, world, asked[0], await mail.send(asked[1]))


def _ask(
    world: World, account: Account | None, wanted: CaseId, public_url: str
) -> CaseView | tuple[CaseMail, Letter]:
    demand(actor_of(account), Action.MAIL_CASE)
    now = world.clock.now()
    with world.store.write() as stored:
        case, before = stored.cases.by_id(wanted), stored.case_mails.of_case(wanted)
        if case is None:
            raise not_found()
        due_at = now + _TRIED_WITHIN
        if before is None:
            stored.case_mails.add(replace(mail_about(stored, case, due_at), asked_at=now))
        elif not stored.case_mails.ask_again(case.id, now, due_at):
            return as_seen(world, stored, case, before)
        asked = stored.case_mails.of_case(case.id)
        letter = _letter(stored, asked, case, public_url) if asked and world.sends_mail else None
        if asked is None or letter is None:
            raise conflict("There is no mail server, or no safeguarding contact.")
        stored.audit.add(AuditRecord(now, account.id if account else None, Action.MAIL_CASE.value, case.id))
        return asked, letter


async def deliver_due(world: World, mail: Mail, public_url: str) -> None:
    """Try each letter about a case that is due. A server that does not answer is not asked again at once."""
    for case_mail, letter in await asyncio.to_thread(_due, world, public_url):
        result = await mail.send(letter)
        await asyncio.to_thread(_note, world, case_mail, result)
        if result.outcome is MailOutcome.UNREACHABLE:
            return


def _due(world: World, public_url: str) -> Sequence[tuple[CaseMail, Letter]]:
    with world.store.read() as stored:
        found: list[tuple[CaseMail, Letter]] = []
        for one in stored.case_mails.due(world.clock.now(), _AT_ONCE):
            case = stored.cases.by_id(one.case_id)
            letter = _letter(stored, one, case, public_url) if case else None
            if letter is not None:
                found.append((one, letter))
        return found


def _letter(stored: Transaction, mail: CaseMail, case: Case, public_url: str) -> Letter | None:
    """The letter to the contact of the moment, or None while there is nobody to write to."""
    organization = stored.organizations.get()
    contact = organization.safeguarding_contact
    if contact is None:
        return None
    account = stored.accounts.by_email(contact)
    facts = CaseFacts(
        number=case.number,
        category=case.report.category,
        meeting_kind=mail.meeting_kind,
        at=case.at,
        link=f"{public_url}/cases#{case.number}",
    )
    language = account.language if account else None
    return case_letter(case.id, contact, organization.name, facts, language)


def _note(world: World, mail: CaseMail, result: MailResult) -> None:
    with world.store.write() as stored:
        case = stored.cases.by_id(mail.case_id)
        if case is not None:
            stored.case_mails.update(_tried(case, mail, result, world.clock.now()))


def _note_of(world: World, mail: CaseMail, result: MailResult) -> CaseView:
    _note(world, mail, result)
    with world.store.read() as stored:
        case = stored.cases.by_id(mail.case_id)
        if case is None:
            raise not_found()
        return as_seen(world, stored, case, stored.case_mails.of_case(case.id))


def _tried(case: Case, mail: CaseMail, result: MailResult, now: datetime) -> CaseMail:
    attempts = mail.attempts + 1
    tried = replace(mail, attempts=attempts, at=now, problem=result.problem)
    if result.problem is None:
        return replace(tried, state=MailState.SENT)
    due_at = next_attempt(mail.asked_at or case.at, attempts, now)
    if due_at is None:
        return replace(tried, state=MailState.FAILED)
    return replace(tried, state=MailState.WAITING, due_at=due_at)
