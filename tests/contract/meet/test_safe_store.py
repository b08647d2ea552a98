"""What every store promises about personal links, the organization and the case register."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from preau.meet.domain.accounts import Account
from preau.meet.domain.cases import Case, CaseState, Category, EvidenceLine, Report
from preau.meet.domain.codes import MeetingCode
from preau.meet.domain.ids import AccountId, CaseId, InvitationId, MeetingId
from preau.meet.domain.invitations import Invitation, Source
from preau.meet.domain.letters import CaseMail, MailProblem, MailState
from preau.meet.domain.meetings import Meeting
from preau.meet.domain.organization import Organization
from preau.meet.domain.roles import AccountRole, RoomRole
from preau.meet.domain.rules import Kind, Profile, bundle
from preau.meet.services.ports import AlreadyStoredError, Store
from preau.meet.storage.store import DatabaseStore

NOW = datetime(2026, 11, 24, 8, 0, 0, 123_000, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ADA = Account(AccountId("acc_ada"), "Ada", "ada@example.org", AccountRole.ADMIN, "fr", None, NOW)
CLASS = Meeting(
    MeetingId("mtg_1"),
    MeetingCode("aaaaa"),
    ADA.id,
    "6e B",
    NOW,
    None,
    Kind.CLASS,
    bundle(Profile.SCHOOL, Kind.CLASS),
)
ANN = Invitation(
    InvitationId("inv_ann"),
    CLASS.id,
    "Ann 👩‍🏫",
    "ann@example.org",
    RoomRole.OBSERVER,
    Source.ROSTER,
    "hash-ann",
    None,
    None,
    NOW,
)
BOB = replace(
    ANN, id=InvitationId("inv_bob"), name="Bob", email=None, secret_hash="hash-bob", source=Source.INVITED
)
REPORT = Report(CLASS.id, Category.SELF_HARM, "é\n\tx", "Ann", None, (EvidenceLine(NOW, "Bob", "\u0000!"),))
CASE = Case(CaseId("cas_1"), "P-2026-0001", "hash-case", NOW, REPORT)


@pytest.fixture
def peopled(store: DatabaseStore) -> DatabaseStore:
    with store.write() as stored:
        stored.accounts.add(ADA)
        stored.meetings.add(CLASS)
        stored.invitations.add([BOB])
        stored.invitations.add([ANN])
        stored.invitations.add([])
    return store


def test_a_personal_link_comes_back_as_it_was_and_in_order(peopled: Store) -> None:
    with peopled.read() as stored:
        assert stored.invitations.by_id(ANN.id) == ANN
        assert stored.invitations.by_secret("hash-bob") == BOB
        assert stored.invitations.by_secret("hash-nobody") is None
        assert stored.invitations.of_meeting(CLASS.id) == [BOB, ANN]
        assert stored.invitations.of_meeting(MeetingId("mtg_other")) == []


def test_a_secret_belongs_to_one_link(peopled: Store) -> None:
    with pytest.raises(AlreadyStoredError), peopled.write() as stored:
        stored.invitations.add([replace(ANN, id=InvitationId("inv_other"))])


def test_a_link_is_tied_to_one_of_many_devices_at_once(peopled: Store) -> None:
    won: list[bool] = []

    def bind(number: int) -> None:
        with peopled.write() as stored:
            won.append(stored.invitations.bind(ANN.id, f"device-{number}", LATER))

    threads = [threading.Thread(target=bind, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]
    with peopled.read() as stored:
        bound = stored.invitations.by_id(ANN.id)
        assert bound is not None
        assert bound.device_hash is not None
        assert bound.bound_at == LATER
        assert stored.invitations.by_id(BOB.id) == BOB


def test_a_renewed_link_is_free_again_and_the_old_one_gone(peopled: Store) -> None:
    with peopled.write() as stored:
        stored.invitations.bind(ANN.id, "device", NOW)
        stored.invitations.update(replace(ANN, secret_hash="hash-new"))
    with peopled.read() as stored:
        assert stored.invitations.by_secret("hash-ann") is None
        assert stored.invitations.by_secret("hash-new") == replace(ANN, secret_hash="hash-new")


def test_what_became_of_a_letter_is_noted_of_the_link_it_carried(peopled: Store) -> None:
    waiting = replace(ANN, mail=MailState.WAITING, mailed_at=NOW)
    with peopled.write() as stored:
        stored.invitations.update(waiting)
        stored.invitations.note_mail("hash-of-the-link-before", MailState.SENT, LATER)
        stored.invitations.give_up_mail(NOW)
        assert stored.invitations.by_id(ANN.id) == waiting
        stored.invitations.give_up_mail(LATER)
        lost = replace(waiting, mail=MailState.FAILED, mail_problem=MailProblem.LOST)
        assert stored.invitations.by_id(ANN.id) == lost
        stored.invitations.note_mail("hash-ann", MailState.SENT, LATER)
        sent = replace(waiting, mail=MailState.SENT, mailed_at=LATER)
        stored.invitations.give_up_mail(LATER + timedelta(days=1))
        assert stored.invitations.of_meeting(CLASS.id) == [BOB, sent]
        stored.invitations.note_mail("hash-ann", MailState.FAILED, LATER, MailProblem.REFUSED)
        refused = replace(sent, mail=MailState.FAILED, mail_problem=MailProblem.REFUSED)
        assert stored.invitations.by_id(ANN.id) == refused


def test_one_of_many_has_a_letter_that_was_given_up_sent_again(peopled: Store) -> None:
    given_up = replace(ANN, mail=MailState.FAILED, mailed_at=NOW, mail_problem=MailProblem.REFUSED)
    with peopled.write() as stored:
        assert not stored.invitations.mail_again(ANN.id, "hash-new", LATER), "there was no letter"
        stored.invitations.update(given_up)

    def again(number: int) -> bool:
        with peopled.write() as stored:
            return stored.invitations.mail_again(ANN.id, f"hash-{number}", LATER)

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(again, range(8)))
    assert sorted(won) == [False] * 7 + [True]
    with peopled.write() as stored:
        assert stored.invitations.by_id(ANN.id) == replace(
            ANN, secret_hash=f"hash-{won.index(True)}", mail=MailState.WAITING, mailed_at=LATER
        )
        assert stored.invitations.by_id(BOB.id) == BOB
        stored.invitations.update(replace(given_up, device_hash="device", bound_at=NOW))
        assert not stored.invitations.mail_again(ANN.id, "hash-new", LATER), "somebody came by it"


def test_links_go_one_by_one_and_with_their_meeting(peopled: Store) -> None:
    with peopled.write() as stored:
        stored.invitations.remove(BOB.id)
        assert stored.invitations.of_meeting(CLASS.id) == [ANN]
        stored.meetings.remove(CLASS.id)
    with peopled.read() as stored:
        assert stored.invitations.by_id(ANN.id) is None


def test_there_is_one_organization(store: Store) -> None:
    changed = Organization("École", Profile.PUBLIC_BODY, frozenset({"open_link"}), "safe@example.org")
    with store.read() as stored:
        assert stored.organizations.get() == Organization()
    for one in (changed, replace(changed, name="Mairie", safeguarding_contact=None)):
        with store.write() as stored:
            stored.organizations.put(one)
        with store.read() as stored:
            assert stored.organizations.get() == one


def test_a_case_comes_back_as_it_was(store: Store) -> None:
    closed = replace(CASE, state=CaseState.CLOSED, outcome="Spoken with.", outcome_at=LATER)
    with store.write() as stored:
        stored.cases.add(CASE)
        assert stored.cases.by_id(CASE.id) == CASE
        stored.cases.update(closed)
    with store.read() as stored:
        assert stored.cases.by_secret("hash-case") == closed
        assert stored.cases.all() == [closed]
        assert stored.cases.by_secret("hash") is None


def test_cases_are_counted_by_how_far_they_are(store: Store) -> None:
    with store.write() as stored:
        assert stored.cases.count(CaseState.OPEN) == 0
        stored.cases.add(CASE)
        assert stored.cases.count(CaseState.OPEN) == 1
        stored.cases.update(replace(CASE, state=CaseState.IN_PROGRESS))
        assert stored.cases.count(CaseState.OPEN) == 0
        assert stored.cases.count(CaseState.IN_PROGRESS) == 1


def test_case_numbers_are_taken_once_and_counted_by_year(store: Store) -> None:
    numbers = ["P-2026-0002", "P-2026-9999", "P-2026-10000", "P-2025-0044"]
    with store.write() as stored:
        assert stored.cases.last_number(2026) is None
        for index, number in enumerate(numbers):
            stored.cases.add(
                replace(CASE, id=CaseId(f"cas_{index}"), number=number, secret_hash=f"hash-{index}")
            )
    with pytest.raises(AlreadyStoredError), store.write() as stored:
        stored.cases.add(replace(CASE, number=numbers[0]))
    with store.read() as stored:
        assert stored.cases.last_number(2026) == "P-2026-10000"
        assert stored.cases.last_number(2025) == "P-2025-0044"
        assert stored.cases.last_number(2024) is None


def test_only_cases_closed_long_ago_are_forgotten(store: Store) -> None:
    closed = replace(CASE, state=CaseState.CLOSED, outcome_at=NOW)
    answered = replace(
        closed, id=CaseId("cas_2"), number="P-2026-0002", secret_hash="2", state=CaseState.IN_PROGRESS
    )
    with store.write() as stored:
        stored.cases.add(closed)
        stored.cases.add(answered)
        stored.cases.remove_closed_before(NOW)
        assert len(stored.cases.all()) == 2
        stored.cases.remove_closed_before(LATER)
        assert stored.cases.all() == [answered]


def test_letters_about_cases_are_due_in_order_until_they_are_sent_or_given_up(store: Store) -> None:
    with store.write() as stored:
        for index in range(4):
            case = replace(CASE, id=CaseId(f"cas_{index}"), number=f"P-{index}", secret_hash=f"hash-{index}")
            stored.cases.add(case)
            kind = Kind.CLASS if index else None
            stored.case_mails.add(CaseMail(case.id, kind, NOW + timedelta(minutes=3 - index)))
        late = NOW + timedelta(minutes=2)
        assert [one.case_id for one in stored.case_mails.due(late, 9)] == ["cas_3", "cas_2", "cas_1"]
        assert [one.case_id for one in stored.case_mails.due(late, 1)] == ["cas_3"]
        sent = CaseMail(CaseId("cas_3"), Kind.CLASS, NOW, MailState.SENT, 2, LATER)
        given_up = replace(
            sent, case_id=CaseId("cas_2"), state=MailState.FAILED, problem=MailProblem.UNREACHABLE
        )
        stored.case_mails.update(sent)
        stored.case_mails.update(given_up)
    with store.read() as stored:
        assert [one.case_id for one in stored.case_mails.due(LATER, 9)] == ["cas_1", "cas_0"]
        assert stored.case_mails.of_case(CaseId("cas_3")) == sent
        assert stored.case_mails.of_case(CaseId("cas_9")) is None
        assert set(stored.case_mails.all()) == {f"cas_{index}" for index in range(4)}


def test_one_of_many_has_a_letter_about_a_case_sent_again(store: Store) -> None:
    given_up = CaseMail(CASE.id, Kind.CLASS, NOW, MailState.FAILED, 30, NOW, MailProblem.REFUSED)
    with store.write() as stored:
        stored.cases.add(CASE)
        stored.case_mails.add(given_up)

    def again(_number: int) -> bool:
        with store.write() as stored:
            return stored.case_mails.ask_again(CASE.id, LATER, LATER + timedelta(minutes=2))

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(again, range(8)))
    assert sorted(won) == [False] * 7 + [True]
    with store.read() as stored:
        due_at = LATER + timedelta(minutes=2)
        assert stored.case_mails.of_case(CASE.id) == replace(
            given_up, state=MailState.WAITING, attempts=0, asked_at=LATER, due_at=due_at
        )
        assert stored.case_mails.due(LATER, 9) == []
        assert len(stored.case_mails.due(due_at, 9)) == 1


def test_a_letter_goes_with_its_case(store: Store) -> None:
    closed = replace(CASE, state=CaseState.CLOSED, outcome_at=NOW)
    with store.write() as stored:
        stored.cases.add(closed)
        stored.case_mails.add(CaseMail(CASE.id, None, NOW))
        stored.cases.remove_closed_before(LATER)
        assert stored.case_mails.all() == {}


def test_a_known_browser_goes_with_its_passcode_and_meeting(peopled: DatabaseStore) -> None:
    with peopled.write() as stored:
        stored.passcode_devices.meet("a mark", CLASS.id, LATER)
        stored.passcode_devices.meet("a mark", CLASS.id, NOW)
        stored.passcode_devices.meet("an old one", CLASS.id, NOW)
    with peopled.write() as stored:
        assert not stored.passcode_devices.is_met("by chance")
        stored.passcode_devices.forget_before(LATER)
        assert stored.passcode_devices.is_met("a mark")
        assert not stored.passcode_devices.is_met("an old one")
        stored.passcode_devices.forget_meeting(CLASS.id)
        assert not stored.passcode_devices.is_met("a mark")
        stored.passcode_devices.meet("a mark", CLASS.id, NOW)
        stored.meetings.remove(CLASS.id)
        assert not stored.passcode_devices.is_met("a mark")
