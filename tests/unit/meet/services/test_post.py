"""Letters on their way: to the contact, again when it fails, given up in sight, and nothing said in them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from preau.meet.domain.cases import CaseState, Category, EvidenceLine, Report
from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.domain.ids import CaseId, MeetingId
from preau.meet.domain.letters import TRIED_FOR, Letter, MailProblem, MailState
from preau.meet.domain.rules import Kind
from preau.meet.services import cases, meetings, organization, post
from preau.meet.services.limits import Attempts, Limit
from preau.meet.services.organization import OrganizationChanges
from preau.meet.services.ports import MailOutcome, MailResult, World
from tests.kit.postbox import Postbox
from tests.kit.world import ADA, BOB, MONDAY, Stage

URL = "https://meet.example.org"
CONTACT = "safe@example.org"
REPORT = Report(
    MeetingId("mtg_1"),
    Category.INSULT,
    "He said…",
    "Annabelle",
    "Bertrand",
    (EvidenceLine(MONDAY, "Bertrand", "Fool"),),
)


@pytest.fixture
def house(server: Stage) -> World:
    """A server that sends mail, with a contact."""
    changes = OrganizationChanges(name="École", safeguarding_contact=CONTACT)
    organization.change_organization(server.world, server.rooms, ADA, changes)
    return replace(server.world, sends_mail=True)


def state_of(world: World) -> MailState | None:
    mail = cases.list_cases(world, ADA)[0].mail
    return None if mail is None else mail.state


async def test_a_report_goes_to_the_contact_once_and_names_nobody(house: World) -> None:
    made = meetings.create_meeting(house, BOB, "6e B", Kind.CLASS).meeting
    opened = cases.open_case(house, replace(REPORT, meeting_id=made.id))
    box = Postbox()
    assert state_of(house) is MailState.WAITING
    await post.deliver_due(house, box, URL)
    await post.deliver_due(house, box, URL)
    [letter] = box.taken
    assert (letter.to, letter.sender_name) == (CONTACT, "École")
    assert opened.number in letter.subject
    assert f"{URL}/cases#{opened.number}" in letter.text
    assert "un cours" in letter.text
    for kept_back in ("Annabelle", "Bertrand", "He said", "Fool", "6e B", opened.secret):
        assert kept_back not in letter.text + letter.subject
    assert state_of(house) is MailState.SENT
    assert post.mail_view(house, box) == post.MailView("preau@example.org", 0, 0)


async def test_the_contact_reads_their_own_language(house: World, server: Stage) -> None:
    with house.store.write() as stored:
        stored.accounts.update(replace(BOB, email=CONTACT, language="fr"))
    cases.open_case(house, REPORT)
    box = Postbox()
    await post.deliver_due(house, box, URL)
    assert box.taken[0].subject == "Signalement P-2026-0001"


async def test_without_a_mail_server_or_a_contact_nothing_waits(server: Stage) -> None:
    cases.open_case(replace(server.world, sends_mail=True), REPORT)
    changes = OrganizationChanges(safeguarding_contact=CONTACT)
    organization.change_organization(server.world, server.rooms, ADA, changes)
    cases.open_case(server.world, REPORT)
    assert [one.mail for one in cases.list_cases(server.world, ADA)] == [None, None]


async def test_a_mail_server_that_is_away_is_tried_again_until_it_is_back(
    house: World, server: Stage
) -> None:
    cases.open_case(house, REPORT)
    cases.open_case(house, REPORT)
    box = Postbox(MailOutcome.UNREACHABLE)
    await post.deliver_due(house, box, URL)
    assert len(box.taken) == 1, "the second letter would have met the same silence"
    server.clock.pass_time(timedelta(seconds=16))
    box.outcome = MailOutcome.SENT
    await post.deliver_due(house, box, URL)
    assert [one.mail.state for one in cases.list_cases(house, ADA) if one.mail] == [MailState.SENT] * 2
    assert len({letter.id for letter in box.taken}) == 2


async def test_what_is_refused_for_days_is_given_up_in_sight(house: World, server: Stage) -> None:
    cases.open_case(house, REPORT)
    box = Postbox(MailOutcome.REFUSED)
    hours = int(TRIED_FOR / timedelta(hours=1))
    for _ in range(hours + 4):
        await post.deliver_due(house, box, URL)
        server.clock.pass_time(timedelta(hours=1))
    assert state_of(house) is MailState.FAILED
    assert 20 < len(box.taken) < 50
    assert len({letter.id for letter in box.taken}) == 1
    assert post.mail_view(house, box).failed == 1
    case = cases.list_cases(house, ADA)[0].case
    cases.change_case(house, ADA, case.id, CaseState.CLOSED, None)
    assert post.mail_view(house, box).failed == 0


async def given_up(house: World, server: Stage, problem: MailOutcome = MailOutcome.REFUSED) -> CaseId:
    cases.open_case(house, REPORT)
    box = Postbox(problem)
    while state_of(house) is not MailState.FAILED:
        await post.deliver_due(house, box, URL)
        server.clock.pass_time(timedelta(hours=4))
    return cases.list_cases(house, ADA)[0].case.id


def acts(world: World, action: str) -> int:
    with world.store.read() as stored:
        return [one.action for one in stored.audit.all()].count(action)


async def test_what_was_given_up_is_sent_again_once_and_that_is_audited(house: World, server: Stage) -> None:
    case_id = await given_up(house, server)
    assert cases.list_cases(house, ADA)[0].problem is MailProblem.REFUSED
    looked, box = acts(house, "view-cases"), Postbox()
    sent = await post.mail_case(house, box, ADA, case_id, URL)
    assert sent.mail is not None
    assert (sent.mail.state, sent.problem) == (MailState.SENT, None)
    again = await post.mail_case(house, box, ADA, case_id, URL)
    assert again == sent
    await post.deliver_due(house, box, URL)
    assert [letter.id for letter in box.taken] == [case_id]
    assert (acts(house, "mail-case"), acts(house, "view-cases")) == (1, looked)


async def test_what_is_sent_again_in_vain_is_tried_as_long_as_a_new_one(house: World, server: Stage) -> None:
    case_id = await given_up(house, server)
    box = Postbox(MailOutcome.UNREACHABLE)
    seen = await post.mail_case(house, box, ADA, case_id, URL)
    assert seen.mail is not None
    assert (seen.mail.state, seen.problem) == (MailState.WAITING, MailProblem.UNREACHABLE)
    await post.deliver_due(house, box, URL)
    assert len(box.taken) == 1, "it is not due yet"
    server.clock.pass_time(timedelta(seconds=16))
    await post.deliver_due(house, box, URL)
    assert (len(box.taken), state_of(house)) == (2, MailState.WAITING)
    server.clock.pass_time(TRIED_FOR)
    await post.deliver_due(house, box, URL)
    assert state_of(house) is MailState.FAILED
    assert (await post.mail_case(house, Postbox(), ADA, case_id, URL)).problem is None
    assert acts(house, "mail-case") == 2


async def test_two_who_send_at_once_send_one_letter(house: World, server: Stage) -> None:
    case_id = await given_up(house, server)
    box = Postbox()
    await asyncio.gather(*(post.mail_case(house, box, ADA, case_id, URL) for _ in range(8)))
    assert (len(box.taken), acts(house, "mail-case"), state_of(house)) == (1, 1, MailState.SENT)


async def test_a_kill_while_it_is_sent_again_loses_nothing(house: World, server: Stage) -> None:
    class Killed(Postbox):
        async def send(self, letter: Letter) -> MailResult:
            raise asyncio.CancelledError

    case_id = await given_up(house, server)
    with pytest.raises(asyncio.CancelledError):
        await post.mail_case(house, Killed(), ADA, case_id, URL)
    box = Postbox()
    await post.deliver_due(house, box, URL)
    assert box.taken == []
    server.clock.pass_time(timedelta(minutes=3))
    await post.deliver_due(house, box, URL)
    assert (len(box.taken), state_of(house)) == (1, MailState.SENT)


async def test_who_may_not_send_again_and_what_cannot_be(house: World, server: Stage) -> None:
    case_id = await given_up(house, server)
    box = Postbox()
    for account, wanted, code in (
        (BOB, case_id, ErrorCode.NOT_ALLOWED),
        (None, case_id, ErrorCode.NOT_SIGNED_IN),
        (ADA, CaseId("cas_none"), ErrorCode.NOT_FOUND),
    ):
        with pytest.raises(DomainError) as refused:
            await post.mail_case(house, box, account, wanted, URL)
        assert refused.value.code is code
    silent = replace(house, sends_mail=False)
    assert cases.list_cases(silent, ADA)[0].problem is MailProblem.OFF
    organization.change_organization(house, server.rooms, ADA, OrganizationChanges(safeguarding_contact=""))
    assert cases.list_cases(house, ADA)[0].problem is MailProblem.NO_CONTACT
    for world in (silent, house):
        with pytest.raises(DomainError) as refused:
            await post.mail_case(world, box, ADA, case_id, URL)
        assert refused.value.code is ErrorCode.CONFLICT
    cases.open_case(house, REPORT)
    unmailed = cases.list_cases(house, ADA)[0]
    assert (unmailed.mail, unmailed.problem) == (None, MailProblem.NO_CONTACT)
    with pytest.raises(DomainError) as refused:
        await post.mail_case(house, box, ADA, unmailed.case.id, URL)
    assert refused.value.code is ErrorCode.CONFLICT
    assert (box.taken, acts(house, "mail-case")) == ([], 0)
    stored = next(one.mail for one in cases.list_cases(house, ADA) if one.case.id == case_id)
    assert stored is not None
    assert stored.state is MailState.FAILED


async def test_a_contact_who_was_named_late_is_told_of_what_was_reported_before(
    house: World, server: Stage
) -> None:
    organization.change_organization(house, server.rooms, ADA, OrganizationChanges(safeguarding_contact=""))
    cases.open_case(house, REPORT)
    server.clock.pass_time(2 * TRIED_FOR)
    changes = OrganizationChanges(safeguarding_contact=CONTACT)
    organization.change_organization(house, server.rooms, ADA, changes)
    unmailed = cases.list_cases(house, ADA)[0]
    assert (unmailed.mail, unmailed.problem) == (None, None)
    box = Postbox(MailOutcome.UNREACHABLE)
    await asyncio.gather(*(post.mail_case(house, box, ADA, unmailed.case.id, URL) for _ in range(8)))
    assert (len(box.taken), acts(house, "mail-case"), state_of(house)) == (1, 1, MailState.WAITING)
    server.clock.pass_time(timedelta(seconds=16))
    box = Postbox()
    await post.deliver_due(house, box, URL)
    assert ([letter.to for letter in box.taken], state_of(house)) == ([CONTACT], MailState.SENT)


async def test_a_contact_who_was_put_right_gets_what_still_waits(house: World, server: Stage) -> None:
    cases.open_case(house, REPORT)
    box = Postbox(MailOutcome.REFUSED)
    await post.deliver_due(house, box, URL)
    for contact in ("", "right@example.org"):
        changes = OrganizationChanges(safeguarding_contact=contact)
        organization.change_organization(house, server.rooms, ADA, changes)
        server.clock.pass_time(timedelta(hours=1))
        await post.deliver_due(house, box, URL)
    assert [letter.to for letter in box.taken] == [CONTACT, "right@example.org"]


async def test_a_trial_goes_to_nobody_but_who_asks_and_is_audited(house: World) -> None:
    trials = Attempts(Limit(2, timedelta(minutes=5)))
    letter = post.trial(house, ADA, trials)
    assert (letter.to, letter.subject) == (ADA.email, "Mail from Préau works")
    post.trial(house, ADA, trials)
    for account, code in (
        (ADA, ErrorCode.RATE_LIMITED),
        (BOB, ErrorCode.NOT_ALLOWED),
        (None, ErrorCode.NOT_SIGNED_IN),
    ):
        with pytest.raises(DomainError) as refused:
            post.trial(house, account, trials)
        assert refused.value.code is code
    with house.store.read() as stored:
        assert [one.action for one in stored.audit.all()].count("try-mail") == 2
