"""What every store promises."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from preau.meet.domain.accounts import Account
from preau.meet.domain.codes import MeetingCode
from preau.meet.domain.ids import AccountId, MeetingId, OccurrenceId, ParticipantId
from preau.meet.domain.meetings import Meeting, Occurrence
from preau.meet.domain.roles import AccountRole
from preau.meet.domain.rules import Kind, Profile, bundle
from preau.meet.services.account_ports import OneTimeLink
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.ports import AlreadyStoredError, LogRecord, Store
from preau.meet.storage.store import DatabaseStore
from tests.kit.audits import acts_of

NOW = datetime(2026, 11, 24, 8, 0, 0, 123_000, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ADA = Account(AccountId("acc_ada"), "Ada 👩‍🏫", "ada@example.org", AccountRole.ADMIN, "fr", None, NOW)
RULES = bundle(Profile.WORK, Kind.MEETING)
STAFF = Meeting(
    MeetingId("mtg_1"), MeetingCode("aaaaa"), ADA.id, "Réunion", NOW, None, Kind.MEETING, RULES, "hash"
)
RUN = Occurrence(OccurrenceId("occ_1"), STAFF.id, NOW)


def record(sequence: int, body: str = "{}", occurrence: str = "occ_1") -> LogRecord:
    return LogRecord(OccurrenceId(occurrence), sequence, NOW, body)


@pytest.fixture
def peopled(store: DatabaseStore) -> DatabaseStore:
    with store.write() as stored:
        stored.accounts.add(ADA)
        stored.meetings.add(STAFF)
        stored.occurrences.add(RUN)
    return store


def test_an_account_comes_back_as_it_was(peopled: Store) -> None:
    with peopled.read() as stored:
        assert stored.accounts.by_id(ADA.id) == ADA
        assert stored.accounts.by_email("ada@example.org") == ADA
        assert stored.accounts.by_email("nobody@example.org") is None
        assert stored.accounts.exists_admin()
    changed = replace(ADA, name="A" * 64, password_hash="x" * 255, role=AccountRole.MEMBER)
    with peopled.write() as stored:
        stored.accounts.update(changed)
    with peopled.read() as stored:
        assert stored.accounts.by_id(ADA.id) == changed
        assert not stored.accounts.exists_admin()


def test_an_address_belongs_to_one_account(peopled: Store) -> None:
    with pytest.raises(AlreadyStoredError), peopled.write() as stored:
        stored.accounts.add(replace(ADA, id=AccountId("acc_other")))
    with peopled.read() as stored:
        assert stored.accounts.by_id(AccountId("acc_other")) is None


def test_a_block_that_raises_leaves_no_trace(peopled: Store) -> None:
    def remove_and_fail() -> None:
        with peopled.write() as stored:
            stored.meetings.remove(STAFF.id)
            stored.accounts.add(ADA)

    with pytest.raises(AlreadyStoredError):
        remove_and_fail()
    with peopled.read() as stored:
        assert stored.meetings.by_id(STAFF.id) == STAFF


def test_a_one_time_link_works_for_one_of_many_at_once(peopled: Store) -> None:
    with peopled.write() as stored:
        stored.one_time_links.add(OneTimeLink("hash", ADA.id, NOW, LATER))
    used: list[OneTimeLink | None] = []

    def use() -> None:
        with peopled.write() as stored:
            used.append(stored.one_time_links.use("hash", NOW))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(used) == 8
    assert [link for link in used if link] == [OneTimeLink("hash", ADA.id, NOW, LATER)]


def test_one_time_links_expire_and_setups_are_replaced(peopled: Store) -> None:
    with peopled.write() as stored:
        stored.one_time_links.add(OneTimeLink("setup", None, NOW, LATER))
        stored.one_time_links.add(OneTimeLink("hers", ADA.id, NOW, LATER))
        assert stored.one_time_links.get("hers", LATER) is None
        stored.one_time_links.remove_setups()
        assert stored.one_time_links.get("setup", NOW) is None
        stored.one_time_links.remove_expired(LATER)
        assert stored.one_time_links.use("hers", NOW) is None


def test_meetings_are_listed_by_their_latest_activity(peopled: Store) -> None:
    older = replace(
        STAFF, id=MeetingId("mtg_2"), code=MeetingCode("bbbbb"), created_at=NOW - timedelta(days=9)
    )
    with peopled.write() as stored:
        stored.meetings.add(older)
    with peopled.read() as stored:
        assert [one.id for one in stored.meetings.of_owner(ADA.id)] == ["mtg_1", "mtg_2"]
    with peopled.write() as stored:
        stored.meetings.update(replace(older, last_started_at=LATER))
    with peopled.read() as stored:
        assert [one.id for one in stored.meetings.of_owner(ADA.id)] == ["mtg_2", "mtg_1"]
        assert stored.meetings.by_code(MeetingCode("bbbbb")) == replace(older, last_started_at=LATER)
        assert stored.meetings.of_owner(AccountId("acc_nobody")) == []


def test_a_code_belongs_to_one_meeting(peopled: Store) -> None:
    with pytest.raises(AlreadyStoredError), peopled.write() as stored:
        stored.meetings.add(replace(STAFF, id=MeetingId("mtg_other")))


def test_a_room_log_comes_back_in_order(peopled: Store) -> None:
    body = '{"text":"é👩‍🏫\\u0000"}' + "x" * 20_000
    with peopled.write() as stored:
        stored.occurrences.append([record(2), record(1, body), record(3)])
        stored.occurrences.append([])
    with peopled.read() as stored:
        assert [one.sequence for one in stored.occurrences.log(RUN.id)] == [1, 2, 3]
        assert stored.occurrences.log(RUN.id)[0] == record(1, body)
        assert stored.occurrences.all() == [RUN]
        assert stored.occurrences.of_meeting(STAFF.id) == RUN


def test_an_entry_is_written_once_and_a_failed_batch_not_at_all(peopled: Store) -> None:
    with peopled.write() as stored:
        stored.occurrences.append([record(1)])
    with pytest.raises(AlreadyStoredError), peopled.write() as stored:
        stored.occurrences.append([record(2), record(1, "other")])
    with peopled.read() as stored:
        assert stored.occurrences.log(RUN.id) == [record(1)]


def test_a_meeting_runs_once_at_a_time(peopled: Store) -> None:
    with pytest.raises(AlreadyStoredError), peopled.write() as stored:
        stored.occurrences.add(replace(RUN, id=OccurrenceId("occ_2")))


def test_a_room_goes_on_while_its_meeting_is_deleted(peopled: Store) -> None:
    with peopled.write() as stored:
        stored.meetings.remove(STAFF.id)
        stored.occurrences.append([record(1)])
    with peopled.read() as stored:
        assert stored.occurrences.all() == [RUN]


def test_an_ended_occurrence_leaves_nothing(peopled: Store, engine: Engine) -> None:
    marker = "only-ann-said-this"
    with peopled.write() as stored:
        stored.occurrences.append([record(1, marker)])
    with peopled.write() as stored:
        stored.occurrences.remove(RUN.id)
    peopled.erase_traces()
    with peopled.read() as stored:
        assert stored.occurrences.log(RUN.id) == []
    database = engine.url.database
    if engine.dialect.name == "sqlite" and database:
        for suffix in ("", "-wal"):
            with open(database + suffix, "rb") as stored_file:
                assert marker.encode() not in stored_file.read()


def test_the_audit_forgets_by_age_alone(peopled: Store) -> None:
    refused = AuditRecord(LATER, None, "mute-all", "par_1", STAFF.id, ParticipantId("par_1"), allowed=False)
    records = [
        AuditRecord(NOW, ADA.id, "create-meeting", STAFF.id, STAFF.id),
        AuditRecord(LATER, None, "create-account", "acc_bob"),
        refused,
    ]
    with peopled.write() as stored:
        for one in records:
            stored.audit.add(one)
    with peopled.read() as stored:
        assert stored.audit.all() == records
        assert acts_of(stored, STAFF.id, 10) == [refused, records[0]]
        assert acts_of(stored, STAFF.id, 1) == [refused]
        assert acts_of(stored, MeetingId("mtg_other"), 10) == []
    with peopled.write() as stored:
        stored.audit.remove_before(LATER)
        assert stored.audit.all() == records[1:]


def test_sqlite_waits_for_the_disk(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
        return
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
