"""Accounts in the hands of administrators, and nobody locked out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from preau.meet.domain.accounts import Account
from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.domain.ids import AccountId
from preau.meet.domain.policy import OPERATOR, Actor
from preau.meet.domain.roles import AccountRole
from preau.meet.services import accounts, administration, meetings, own_account, sign_ins
from preau.meet.services.accounts import NewAccount
from preau.meet.services.administration import AccountChanges, change_account, erase_account, find_accounts
from preau.meet.services.sign_ins import Caller, caller
from tests.kit.world import ADA, BOB, Stage

PASSWORD = "lapin bleu table nuage"
ADMIN = Actor(ADA.id, ADA.role)
LAST = ErrorCode.LAST_ADMINISTRATOR
DISABLE, DEMOTE = AccountChanges(is_disabled=True), AccountChanges(role=AccountRole.MEMBER)


@pytest.fixture
def school(server: Stage) -> Stage:
    """Ada and Bob have passwords."""
    with server.world.store.write() as stored:
        for one in (ADA, BOB):
            stored.accounts.update(replace(one, password_hash=server.world.passwords.hash(PASSWORD)))
    return server


def account(server: Stage, of: Account = BOB) -> Account | None:
    with server.world.store.read() as stored:
        return stored.accounts.by_id(of.id)


def code(act: Callable[[], object]) -> ErrorCode | None:
    try:
        act()
    except DomainError as refusal:
        return refusal.code
    return None


def acts(server: Stage) -> list[tuple[str, str]]:
    with server.world.store.read() as stored:
        return [(one.action, one.subject_id) for one in stored.audit.all()]


def asking(server: Stage, of: Account) -> Caller:
    found = caller(server.world, sign_ins.sign_in(server.world, of.email, PASSWORD).secret)
    assert found is not None
    return found


def test_an_account_is_found_by_parts_of_name_and_address_whatever_the_accents(school: Stage) -> None:
    for name, email in (("Inès Bénali", "ines@college.example"), ("Éric Roy", "roy@college.example")):
        accounts.create(school.world, ADMIN, NewAccount(name, email, AccountRole.MEMBER, "fr"))

    def names(search: str) -> list[str]:
        return [one.account.name for one in find_accounts(school.world, ADMIN, search).accounts]

    assert names("") == ["Ada", "Bob", "Éric Roy", "Inès Bénali"]
    assert names("ines BENALI") == names("bén in") == names("ines@") == ["Inès Bénali"]
    assert names("college") == ["Éric Roy", "Inès Bénali"]
    assert names("%") == names("_") == []
    few = find_accounts(school.world, ADMIN, "", most=1)
    assert ([one.account.name for one in few.accounts], few.total) == (["Ada"], 4)


def test_members_have_none_of_it(school: Stage) -> None:
    bob, world, rooms = Actor(BOB.id, BOB.role), school.world, school.rooms
    tried: list[Callable[[], object]] = [
        lambda: find_accounts(world, bob),
        lambda: accounts.create_account(world, bob, "Eve", "eve@example.org", AccountRole.ADMIN),
        lambda: change_account(world, rooms, bob, BOB.id, AccountChanges(role=AccountRole.ADMIN)),
        lambda: administration.renew_link(world, bob, ADA.id),
        lambda: erase_account(world, rooms, bob, ADA.id),
    ]
    assert {code(act) for act in tried} == {ErrorCode.NOT_ALLOWED}
    assert account(school, ADA) is not None


def test_a_disabled_account_is_signed_out_everywhere_and_comes_back_as_it_was(school: Stage) -> None:
    asking_bob = asking(school, BOB)
    change_account(school.world, school.rooms, ADMIN, BOB.id, DISABLE)
    assert school.rooms.told == [("end-sign-ins", {asking_bob.sign_in.id})]
    assert code(lambda: asking(school, BOB)) is ErrorCode.ACCOUNT_DISABLED
    assert code(lambda: administration.renew_link(school.world, ADMIN, BOB.id)) is ErrorCode.ACCOUNT_DISABLED
    view = change_account(school.world, school.rooms, ADMIN, BOB.id, AccountChanges(is_disabled=False))
    assert view.account.disabled_at is None
    assert asking(school, BOB).account.id == BOB.id


def test_a_link_that_waits_is_worth_nothing_once_its_account_is_disabled(school: Stage) -> None:
    _, secret = administration.renew_link(school.world, ADMIN, BOB.id)
    change_account(school.world, school.rooms, ADMIN, BOB.id, DISABLE)
    use = partial(accounts.use_sign_in_link, school.world, school.rooms, secret, PASSWORD)
    assert code(use) is ErrorCode.LINK_EXPIRED


@pytest.mark.parametrize("changes", [DISABLE, DEMOTE])
def test_the_last_administrator_stays_one(school: Stage, changes: AccountChanges) -> None:
    world, rooms = school.world, school.rooms
    for actor in (ADMIN, OPERATOR):
        assert code(partial(change_account, world, rooms, actor, ADA.id, changes)) is LAST
        assert code(partial(erase_account, world, rooms, actor, ADA.id)) is LAST
    own = asking(school, ADA)
    assert code(lambda: own_account.erase_own_account(world, rooms, own)) is LAST
    # One who was invited and has chosen no password cannot administer anything yet.
    accounts.create(world, ADMIN, NewAccount("Eve", "eve@example.org", AccountRole.ADMIN, "en"))
    assert code(lambda: change_account(world, rooms, ADMIN, ADA.id, changes)) is LAST
    change_account(world, rooms, ADMIN, BOB.id, AccountChanges(role=AccountRole.ADMIN))
    change_account(world, rooms, ADMIN, ADA.id, changes)
    assert code(lambda: erase_account(world, rooms, OPERATOR, BOB.id)) is LAST


def test_a_new_link_takes_an_account_back_from_whoever_is_signed_in(school: Stage) -> None:
    thief = asking(school, BOB)
    _, first = administration.renew_link(school.world, ADMIN, BOB.id)
    _, second = administration.renew_link(school.world, ADMIN, BOB.id)
    fresh = "quatre mots sans rapport"
    assert code(lambda: accounts.greet_link_owner(school.world, first)) is ErrorCode.LINK_EXPIRED
    assert accounts.greet_link_owner(school.world, second).has_password
    assert code(lambda: accounts.use_sign_in_link(school.world, school.rooms, second, None)) is not None
    back = accounts.use_sign_in_link(school.world, school.rooms, second, fresh)
    assert school.rooms.told == [("end-sign-ins", {thief.sign_in.id})]
    assert [one.id for one in sign_ins.list_sign_ins(school.world, BOB)] == [back.sign_in.id]
    assert code(lambda: asking(school, BOB)) is ErrorCode.SIGN_IN_FAILED


def test_erasing_ends_the_meetings_and_keeps_what_was_done_without_a_name(school: Stage) -> None:
    meeting = meetings.create_meeting(school.world, BOB, "6e B").meeting
    signed_in = asking(school, BOB)
    erase_account(school.world, school.rooms, ADMIN, BOB.id)
    assert account(school) is None
    assert school.rooms.told == [("end-sign-ins", {signed_in.sign_in.id}), ("end", meeting.id)]
    with school.world.store.read() as stored:
        assert stored.meetings.by_id(meeting.id) is None
    assert acts(school)[-1] == ("erase-account", BOB.id)
    assert ("create-meeting", meeting.id) in acts(school)
    again = partial(erase_account, school.world, school.rooms, ADMIN, BOB.id)
    assert code(again) is ErrorCode.NOT_FOUND


def test_each_change_is_one_record_and_no_change_none(school: Stage) -> None:
    before = len(acts(school))
    change_account(school.world, school.rooms, ADMIN, BOB.id, AccountChanges(name="Bob", language="en"))
    assert len(acts(school)) == before
    changes = AccountChanges("Robert", "robert@example.org", AccountRole.ADMIN, "fr", True)
    change_account(school.world, school.rooms, ADMIN, BOB.id, changes)
    done = [one for one, _ in acts(school)[before:]]
    assert done == ["change-account", "change-account-role", "disable-account"]
    changed = account(school)
    assert changed is not None
    assert (changed.name, changed.email, changed.language) == ("Robert", "robert@example.org", "fr")


def test_an_address_that_is_taken_or_none_changes_nothing(school: Stage) -> None:
    def change(**fields: str) -> ErrorCode | None:
        changes = AccountChanges(**fields)  # type: ignore[arg-type]  # texts alone
        return code(lambda: change_account(school.world, school.rooms, ADMIN, BOB.id, changes))

    assert change(email=ADA.email) is ErrorCode.CONFLICT
    assert change(email="nobody") is ErrorCode.INVALID_FIELDS
    assert change(name=" ") is ErrorCode.INVALID_FIELDS
    assert change(language="xx") is ErrorCode.INVALID_FIELDS
    unchanged = account(school)
    assert unchanged is not None
    assert (unchanged.name, unchanged.email) == (BOB.name, BOB.email)
    nobody = AccountId("acc_nobody")
    act = partial(change_account, school.world, school.rooms, ADMIN, nobody, DISABLE)
    assert code(act) is ErrorCode.NOT_FOUND


def test_the_own_name_is_changed_without_undoing_what_an_administrator_did(school: Stage) -> None:
    stale = account(school)
    assert stale is not None
    change_account(school.world, school.rooms, ADMIN, BOB.id, AccountChanges(role=AccountRole.ADMIN))
    school.clock.pass_time(timedelta(seconds=1))
    accounts.change_own_account(school.world, stale, "Robert", None)
    changed = account(school)
    assert changed is not None
    assert (changed.name, changed.role) == ("Robert", AccountRole.ADMIN)
