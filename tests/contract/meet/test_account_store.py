"""Accounts, sign-ins and devices in both databases: what belongs to an account goes with it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from preau.meet.domain.accounts import Account
from preau.meet.domain.ids import AccountId, SignInId
from preau.meet.domain.roles import AccountRole
from preau.meet.domain.sign_ins import SignIn
from preau.meet.services.account_ports import OneTimeLink
from preau.meet.services.ports import AlreadyStoredError, Store
from preau.meet.storage.store import DatabaseStore
from tests.contract.meet.test_store import ADA, LATER, NOW, RUN, STAFF

BOB = replace(ADA, id=AccountId("acc_bob"), name="Bob", email="bob@example.org", password_hash="hash")
AT_SCHOOL = SignIn(SignInId("sgn_1"), "hash", ADA.id, NOW, LATER, NOW, NOW, "firefox", "windows", "192.0.2.0")
AT_HOME = replace(AT_SCHOOL, id=SignInId("sgn_2"), secret_hash="other", last_used_at=NOW + timedelta(hours=1))


@pytest.fixture
def accounts(store: DatabaseStore) -> DatabaseStore:
    with store.write() as stored:
        stored.accounts.add(ADA)
        stored.accounts.add(BOB)
        stored.sign_ins.add(AT_SCHOOL)
        stored.sign_ins.add(AT_HOME)
    return store


def test_sign_ins_expire(accounts: Store) -> None:
    with accounts.write() as stored:
        assert stored.sign_ins.by_secret("hash", NOW) == AT_SCHOOL
        assert stored.sign_ins.by_secret("hash", LATER) is None
        assert stored.sign_ins.by_secret("nobody's", NOW) is None
        stored.sign_ins.remove_expired(LATER)
        assert stored.sign_ins.by_secret("hash", NOW) is None


def test_sign_ins_are_listed_by_their_latest_use_and_ended_one_by_one(accounts: Store) -> None:
    later = NOW + timedelta(hours=2)
    with accounts.write() as stored:
        assert stored.sign_ins.of_account(ADA.id, NOW) == [AT_HOME, AT_SCHOOL]
        assert stored.sign_ins.of_account(BOB.id, NOW) == []
        stored.sign_ins.note_use(AT_SCHOOL.id, later)
        assert stored.sign_ins.of_account(ADA.id, NOW)[0] == replace(AT_SCHOOL, last_used_at=later)
        stored.sign_ins.note_password(AT_HOME.id, later)
        assert stored.sign_ins.by_secret("other", NOW) == replace(
            AT_HOME, last_used_at=later, password_at=later
        )
        stored.sign_ins.remove(AT_HOME.id)
        assert [one.id for one in stored.sign_ins.of_account(ADA.id, NOW)] == [AT_SCHOOL.id]
        stored.sign_ins.remove_of(ADA.id, but=AT_SCHOOL.id)
        assert [one.id for one in stored.sign_ins.of_account(ADA.id, NOW)] == [AT_SCHOOL.id]
        stored.sign_ins.remove_of(ADA.id)
        assert stored.sign_ins.of_account(ADA.id, NOW) == []


def test_sign_ins_that_count_are_neither_ended_nor_old_nor_of_a_disabled_account(accounts: Store) -> None:
    both = {AT_SCHOOL.id, AT_HOME.id, SignInId("sgn_made_up")}
    with accounts.write() as stored:
        assert stored.sign_ins.living(both, NOW) == {AT_SCHOOL.id, AT_HOME.id}
        assert stored.sign_ins.living((), NOW) == frozenset()
        assert stored.sign_ins.living(both, LATER) == frozenset()
        stored.sign_ins.remove(AT_HOME.id)
        assert stored.sign_ins.living(both, NOW) == {AT_SCHOOL.id}
        stored.accounts.update(replace(ADA, disabled_at=NOW))
        assert stored.sign_ins.living(both, NOW) == frozenset()


def test_a_device_is_known_where_its_account_was_signed_in(accounts: Store) -> None:
    with accounts.write() as stored:
        stored.sign_ins.meet_device(ADA.id, "laptop", NOW)
        assert stored.sign_ins.knows_device(ADA.id, "laptop")
        assert not stored.sign_ins.knows_device(ADA.id, "other")
        assert not stored.sign_ins.knows_device(BOB.id, "laptop")


def test_the_first_device_of_an_account_is_not_new_and_each_other_is_once(accounts: Store) -> None:
    with accounts.write() as stored:
        met = [stored.sign_ins.meet_device(ADA.id, one, NOW) for one in ("a", "a", "b", "b", "a")]
        assert met == [False, False, True, False, False]
        assert not stored.sign_ins.meet_device(BOB.id, "a", NOW)
        stored.sign_ins.meet_device(ADA.id, "b", LATER)
        stored.sign_ins.forget_devices(LATER)
        assert not stored.sign_ins.meet_device(ADA.id, "b", LATER)
        assert stored.sign_ins.meet_device(ADA.id, "a", LATER)


def test_an_accounts_devices_are_forgotten_but_one_and_nobody_elses(accounts: Store) -> None:
    with accounts.write() as stored:
        for who, device in ((ADA, "a"), (ADA, "b"), (ADA, "c"), (BOB, "b")):
            stored.sign_ins.meet_device(who.id, device, NOW)
        stored.sign_ins.forget_devices_of(ADA.id, but="a")
        assert [stored.sign_ins.knows_device(ADA.id, one) for one in "abc"] == [True, False, False]
        stored.sign_ins.forget_devices_of(ADA.id)
        assert not stored.sign_ins.knows_device(ADA.id, "a")
        assert stored.sign_ins.knows_device(BOB.id, "b")


def test_erasing_takes_along_what_belongs_to_an_account_and_nothing_else(accounts: Store) -> None:
    with accounts.write() as stored:
        stored.meetings.add(STAFF)
        stored.occurrences.add(RUN)
        stored.one_time_links.add(OneTimeLink("link", ADA.id, NOW, LATER))
        stored.one_time_links.add(OneTimeLink("bob's", BOB.id, NOW, LATER))
        stored.sign_ins.meet_device(ADA.id, "a", NOW)
        stored.accounts.remove(ADA.id)
        assert stored.accounts.by_id(ADA.id) is None
        assert stored.sign_ins.by_secret("hash", NOW) is None
        assert stored.meetings.by_id(STAFF.id) is None
        assert stored.one_time_links.get("link", NOW) is None
        assert stored.one_time_links.of_account(BOB.id, NOW)[0].secret_hash == "bob's"
        assert stored.accounts.all() == [BOB]


def test_another_accounts_address_cannot_be_taken(accounts: Store) -> None:
    with pytest.raises(AlreadyStoredError), accounts.write() as stored:
        stored.accounts.update(replace(BOB, email=ADA.email))
    with accounts.read() as stored:
        assert stored.accounts.by_id(BOB.id) == BOB


def test_an_administrator_who_can_sign_in_is_able(accounts: Store) -> None:
    with accounts.write() as stored:
        assert stored.accounts.able_admins() == [BOB.id]
        stored.accounts.update(replace(ADA, password_hash="hash"))
        assert stored.accounts.able_admins() == [ADA.id, BOB.id]
        stored.accounts.update(replace(BOB, disabled_at=NOW))
        assert stored.accounts.able_admins() == [ADA.id]


def test_two_administrators_at_once_cannot_both_step_down(accounts: Store) -> None:
    both = [replace(ADA, password_hash="hash"), BOB]
    with accounts.write() as stored:
        stored.accounts.update(both[0])
    together = threading.Barrier(2)

    def step_down(account: Account) -> None:
        together.wait()
        with accounts.write() as stored:
            if set(stored.accounts.able_admins()) - {account.id}:
                stored.accounts.update(replace(account, role=AccountRole.MEMBER))

    threads = [threading.Thread(target=step_down, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with accounts.read() as stored:
        assert len(stored.accounts.able_admins()) == 1
