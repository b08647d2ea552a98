"""A report from inside a room, made from what the room knows: names and lines are not the reporter's word."""

from __future__ import annotations

from preau.meet.control.frames import Report as ReportFrame
from preau.meet.domain.cases import MAX_REPORT_CHARACTERS, Category, EvidenceLine, Report
from preau.meet.domain.ids import MeetingId, ParticipantId
from preau.meet.domain.policy import Action, Actor, decide
from preau.meet.domain.text import clean_chat
from preau.meet.live.audience import may_read
from preau.meet.live.people import Participant
from preau.meet.live.room import Room


class RefusedReport(Exception):
    """A report that cannot be taken, by a code of docs/protocol/control.md."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def report_of(room: Room, meeting_id: MeetingId, reporter_id: ParticipantId, frame: ReportFrame) -> Report:
    """What somebody in the room reports, or `RefusedReport`. Deleted lines can be shown, unseen ones not."""
    reporter = room.view.participant(reporter_id)
    role = None if reporter is None else reporter.role
    if reporter is None or not decide(Actor(room_role=role), Action.REPORT).is_allowed:
        raise RefusedReport("not-admitted")
    try:
        category = Category(frame.category)
    except ValueError:
        raise RefusedReport("bad-category") from None
    text = clean_chat(frame.text)
    if len(text) > MAX_REPORT_CHARACTERS:
        raise RefusedReport("text-too-long")
    return Report(
        meeting_id=meeting_id,
        category=category,
        text=text,
        reporter_name=reporter.name,
        about_name=_name(room, frame.participant_id),
        evidence=_evidence(room, reporter, frame),
    )


def _name(room: Room, participant_id: ParticipantId | None) -> str | None:
    """Whoever is or was here, or waits."""
    if participant_id is None:
        return None
    waiting = room.view.waiting_person(participant_id)
    name = room.memory.names.get(participant_id) or (waiting.name if waiting else None)
    if name is None:
        raise RefusedReport("participant-unknown")
    return name


def _evidence(room: Room, reporter: Participant, frame: ReportFrame) -> tuple[EvidenceLine, ...]:
    lines = [room.memory.lines.get(one) for one in dict.fromkeys(frame.message_ids)]
    readable = [line for line in lines if line is not None and may_read(line, reporter)]
    if len(readable) < len(lines):
        raise RefusedReport("message-unknown")
    in_order = sorted(readable, key=lambda line: line.sequence)
    return tuple(EvidenceLine(line.at, line.name, line.text) for line in in_order)
