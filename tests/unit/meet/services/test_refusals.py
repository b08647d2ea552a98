"""Refusals in sums: none is lost, whoever makes them up, and the audit names what exists alone."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from preau.meet.api.refused import count_foreign
from preau.meet.domain.acts import MORE_REFUSED
from preau.meet.domain.ids import MeetingId, ParticipantId
from preau.meet.services import audit, meetings
from preau.meet.services.audit import count_refusal, note_unnoted
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.limits import REFUSALS_NOTED_PER_PREFIX
from preau.meet.services.refusals import MAX_KEYS, NOWHERE, RefusedIn, Unnoted
from tests.kit.world import ADA, Stage

HERE = "192.0.2.7"


def refused(server: Stage) -> list[AuditRecord]:
    with server.world.store.read() as stored:
        return [one for one in stored.audit.all() if not one.allowed]


def test_made_up_places_are_counted_without_them() -> None:
    unnoted = Unnoted()
    for number in range(MAX_KEYS + 50):
        unnoted.count(RefusedIn(MeetingId(f"mtg_{number}")))
    unnoted.count(RefusedIn(MeetingId("mtg_0")))
    taken = unnoted.take()
    assert len(taken) == MAX_KEYS + 1
    assert (taken[NOWHERE], taken[RefusedIn(MeetingId("mtg_0"))]) == (50, 2)
    assert unnoted.take() == {}


def test_nothing_is_lost_between_threads() -> None:
    unnoted, total = Unnoted(), 0

    def count_often() -> None:
        for _ in range(1000):
            unnoted.count(NOWHERE)

    threads = [threading.Thread(target=count_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        total += sum(unnoted.take().values())
    assert total + sum(unnoted.take().values()) == 4000


def test_what_is_over_the_limit_is_summed_up(server: Stage) -> None:
    meeting_id = meetings.create_meeting(server.world, ADA, "6e B").meeting.id
    where = RefusedIn(meeting_id, ParticipantId("par_eve"))
    noted = sum(count_refusal(server.world, HERE, where) for _ in range(REFUSALS_NOTED_PER_PREFIX.count + 7))
    assert noted == REFUSALS_NOTED_PER_PREFIX.count
    count_refusal(server.world, HERE, RefusedIn(MeetingId("mtg_made_up"), ParticipantId("par_x")))
    note_unnoted(server.world)
    note_unnoted(server.world)
    assert sorted(
        (one.subject_id, one.meeting_id, one.participant_id, one.times) for one in refused(server)
    ) == [
        (meeting_id, meeting_id, "par_eve", 7),
        ("unknown", None, None, 1),
    ]
    assert {one.action for one in refused(server)} == {MORE_REFUSED}
    assert audit.view_audit(server.world, ADA, meeting_id).records[0].times == 7


def test_what_could_not_be_written_is_written_later(server: Stage) -> None:
    class Away:
        def write(self) -> None:
            raise ConnectionError

    server.world.unnoted.count(NOWHERE)
    broken = replace(server.world, store=Away())  # type: ignore[arg-type]  # it stands for a database that is away
    with pytest.raises(ConnectionError):
        note_unnoted(broken)
    server.world.unnoted.count(NOWHERE)
    note_unnoted(server.world)
    assert [one.times for one in refused(server)] == [2]


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/api/v1/meetings", NOWHERE),
        ("/api/v1/meetings/mtg_abc234", RefusedIn(MeetingId("mtg_abc234"))),
        ("/api/v1/meetings/mtg_abc234/invitations/inv_1/link", RefusedIn(MeetingId("mtg_abc234"))),
        ("/api/v1/meetings/" + "x" * 5000, NOWHERE),
        ("/api/v1/meetings/mtg_" + "x" * 5000, NOWHERE),
        ("/api/v1/organization/test-mail", NOWHERE),
        ("/api/v1/cases/../../etc", NOWHERE),
        ("/api/v1/sign-in", None),
        ("/elsewhere/api/v1/cases", None),
        ("", None),
    ],
)
def test_what_a_page_of_another_origin_tried(server: Stage, path: str, where: RefusedIn | None) -> None:
    count_foreign(server.world, path)
    assert server.world.unnoted.take() == ({} if where is None else {where: 1})
