"""The audit in both databases: read in pages, found by what was done, by whom and when, and summed up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from preau.meet.domain.ids import AccountId, MeetingId, ParticipantId
from preau.meet.services.audit_ports import AuditQuery, AuditRecord
from preau.meet.services.ports import Store
from preau.meet.storage.store import DatabaseStore
from tests.contract.meet.test_store import ADA, LATER, NOW, STAFF

GONE = MeetingId("mtg_gone")
SIGNED_IN = AuditRecord(NOW, ADA.id, "sign-in", "sgn_1")
INVITED = AuditRecord(NOW, ADA.id, "invite", "inv_1", STAFF.id)
LOST = AuditRecord(LATER, None, "more-refused", "mtg_gone", GONE, ParticipantId("par_eve"), False, 7)
MADE = AuditRecord(LATER, None, "create-account", ADA.id)
RECORDS = (SIGNED_IN, INVITED, LOST, MADE)


@pytest.fixture
def audited(store: DatabaseStore) -> DatabaseStore:
    with store.write() as stored:
        stored.accounts.add(ADA)
        stored.meetings.add(STAFF)
        for one in RECORDS:
            stored.audit.add(one)
    return store


def page(store: Store, query: AuditQuery) -> list[AuditRecord]:
    with store.read() as stored:
        return [one.record for one in stored.audit.page(query)]


HOUSE = AuditQuery(10, is_house=True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (HOUSE, [MADE, LOST, SIGNED_IN]),
        (replace(HOUSE, meeting_id=GONE), [LOST]),
        (replace(HOUSE, meeting_id=STAFF.id), []),
        (AuditQuery(10, meeting_id=STAFF.id), [INVITED]),
        (AuditQuery(10, meeting_id=MeetingId("mtg_other")), []),
        (replace(HOUSE, actions=frozenset({"sign-in", "create-account"})), [MADE, SIGNED_IN]),
        (replace(HOUSE, person_id=ADA.id), [MADE, SIGNED_IN]),
        (replace(HOUSE, person_id="par_eve"), [LOST]),
        (replace(HOUSE, allowed=False), [LOST]),
        (replace(HOUSE, allowed=True), [MADE, SIGNED_IN]),
        (replace(HOUSE, since=LATER), [MADE, LOST]),
        (replace(HOUSE, until=LATER), [SIGNED_IN]),
        (replace(HOUSE, since=NOW, until=NOW), []),
    ],
)
def test_a_query_finds_what_it_says(audited: Store, query: AuditQuery, found: list[AuditRecord]) -> None:
    assert page(audited, query) == found


def test_pages_follow_one_another_whatever_is_written_meanwhile(audited: Store) -> None:
    with audited.write() as stored:
        for number in range(20):
            stored.audit.add(replace(SIGNED_IN, subject_id=f"sgn_{number}"))
    seen: list[str] = []
    before = None
    with audited.write() as stored:
        while found := stored.audit.page(AuditQuery(7, is_house=True, before=before)):
            seen += [one.record.subject_id for one in found]
            before = found[-1].number
            stored.audit.add(replace(SIGNED_IN, subject_id="sgn_later"))
    expected = [f"sgn_{number}" for number in reversed(range(20))]
    assert seen == [*expected, ADA.id, "mtg_gone", "sgn_1"]


def test_a_sum_grows_for_an_hour_and_then_another_begins(audited: Store) -> None:
    with audited.write() as stored:
        for minutes in (0, 10, 59, 70):
            at = LATER + timedelta(minutes=minutes)
            stored.audit.add_up(replace(LOST, at=at, times=2), at - timedelta(hours=1))
        others = (
            replace(LOST, participant_id=ParticipantId("par_mal")),
            replace(LOST, participant_id=None),
            replace(LOST, action="sign-in"),
            replace(LOST, actor_id=AccountId("acc_x")),
            replace(LOST, allowed=True),
        )
        for one in others:
            stored.audit.add_up(one, NOW)
    lost = [one for one in page(audited, replace(HOUSE, meeting_id=GONE)) if one.action == "more-refused"]
    same = [
        one.times for one in lost if one.participant_id == "par_eve" and not one.actor_id and not one.allowed
    ]
    assert same == [2, 7 + 2 + 2 + 2]
    assert len(page(audited, replace(HOUSE, meeting_id=GONE))) == 2 + len(others)
