"""Reports by who is no longer in the room."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.meet.domain.cases import MAX_REPORT_CHARACTERS, Category
from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.domain.ids import MeetingId
from preau.meet.services.cases import OpenedCase, list_cases
from preau.meet.services.late_reports import GOOD_FOR, LateReport, Participation, Tickets, report_late
from preau.meet.services.limits import LATE_REPORTS_PER_TICKET
from preau.meet.services.meetings import create_meeting, delete_meeting
from tests.kit.world import ADA, BOB, MONDAY, Stage

TICKETS = Tickets(b"key")
ADDRESS = "192.0.2.7"


def ticket_of(server: Stage, name: str) -> str:
    """What somebody got who came into Bob's class under that name."""
    meeting = create_meeting(server.world, BOB, None).meeting
    return TICKETS.give(meeting.id, name, server.clock.now())


def report(server: Stage, ticket: str, text: str) -> OpenedCase:
    return report_late(server.world, TICKETS, LateReport(ticket, Category.INSULT, text), ADDRESS)


def refused(server: Stage, ticket: str, text: str = "") -> ErrorCode:
    with pytest.raises(DomainError) as caught:
        report(server, ticket, text)
    return caught.value.code


def test_who_was_in_the_room_reports_under_the_name_that_was_seen_there(server: Stage) -> None:
    ticket = ticket_of(server, "Léa Roux")
    opened = report(server, ticket, " They shouted. ")
    (seen,) = list_cases(server.world, ADA)
    told = seen.case.report
    assert (seen.case.number, told.reporter_name, told.text) == (
        opened.number,
        "Léa Roux",
        "They shouted.",
    )
    assert told.meeting_id == TICKETS.read(ticket, MONDAY).meeting_id
    assert (told.about_name, told.evidence) == (None, ())


def test_a_ticket_holds_for_a_day(server: Stage) -> None:
    ticket = ticket_of(server, "Léa")
    server.clock.pass_time(GOOD_FOR)
    report(server, ticket, "")
    server.clock.pass_time(timedelta(seconds=1))
    assert refused(server, ticket) is ErrorCode.TOO_LATE_TO_REPORT


def test_nothing_is_reported_of_a_meeting_that_is_no_more(server: Stage) -> None:
    ticket = ticket_of(server, "Léa")
    delete_meeting(server.world, server.rooms, BOB, TICKETS.read(ticket, MONDAY).meeting_id)
    assert refused(server, ticket) is ErrorCode.TOO_LATE_TO_REPORT


def test_one_person_reports_a_few_times_an_hour(server: Stage) -> None:
    ticket = ticket_of(server, "Léa")
    for _ in range(LATE_REPORTS_PER_TICKET.count):
        report(server, ticket, "")
    assert refused(server, ticket) is ErrorCode.RATE_LIMITED
    other = ticket_of(server, "Tom")
    report(server, other, "")


def test_a_report_that_is_too_long_is_refused_before_it_counts(server: Stage) -> None:
    ticket = ticket_of(server, "Léa")
    for _ in range(LATE_REPORTS_PER_TICKET.count):
        assert refused(server, ticket, "x" * (MAX_REPORT_CHARACTERS + 1)) is ErrorCode.INVALID_FIELDS
    report(server, ticket, "")


@given(st.text(max_size=64), st.sampled_from(["mtg_a", "mtg_b"]))
def test_a_ticket_says_again_what_was_said(name: str, meeting: str) -> None:
    ticket = TICKETS.give(MeetingId(meeting), name, MONDAY)
    assert len(ticket) < 1000
    assert TICKETS.read(ticket, MONDAY) == Participation(MeetingId(meeting), name)


@given(st.text(max_size=200) | st.from_regex(r"[\w=-]{0,80}\.[\w=-]{0,60}", fullmatch=True))
def test_no_text_breaks_the_reader_or_is_a_ticket(text: str) -> None:
    with pytest.raises(DomainError) as caught:
        TICKETS.read(text, MONDAY)
    assert caught.value.code is ErrorCode.TOO_LATE_TO_REPORT


def test_no_changed_character_and_no_other_key_is_believed() -> None:
    ticket = TICKETS.give(MeetingId("mtg_a"), "Léa", MONDAY)
    for place, letter in enumerate(ticket):
        changed = ticket[:place] + ("A" if letter != "A" else "B") + ticket[place + 1 :]
        with pytest.raises(DomainError):
            TICKETS.read(changed, MONDAY)
    with pytest.raises(DomainError):
        Tickets.of_one_run().read(ticket, MONDAY)
