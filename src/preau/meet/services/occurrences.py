"""Occurrences and their room logs: started, written to, read back after a restart, purged at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from preau.meet.domain.errors import meeting_unknown
from preau.meet.domain.ids import ID_BYTES, MeetingId, OccurrenceId, occurrence_id
from preau.meet.domain.meetings import Meeting, Occurrence
from preau.meet.domain.organization import Organization
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.ports import LogRecord, World


@dataclass(frozen=True)
class RunningMeeting:
    """An occurrence that has not ended, with its meeting, whose house it is, and its whole log."""

    meeting: Meeting
    organization: Organization
    occurrence: Occurrence
    log: tuple[LogRecord, ...]


def start_occurrence(world: World, meeting_id: MeetingId) -> RunningMeeting:
    """The occurrence of a meeting: the running one, or a new one."""
    now = world.clock.now()
    with world.store.write() as stored:
        meeting = stored.meetings.by_id(meeting_id)
        if meeting is None:
            raise meeting_unknown()
        organization = stored.organizations.get()
        running = stored.occurrences.of_meeting(meeting_id)
        if running is not None:
            return RunningMeeting(meeting, organization, running, tuple(stored.occurrences.log(running.id)))
        started = Occurrence(occurrence_id(world.randomness.draw(ID_BYTES)), meeting_id, now)
        stored.occurrences.add(started)
        meeting = replace(meeting, last_started_at=now)
        stored.meetings.update(meeting)
    return RunningMeeting(meeting, organization, started, ())


def running_meetings(world: World) -> tuple[RunningMeeting, ...]:
    """Everything that ran when the server stopped."""
    found: list[RunningMeeting] = []
    with world.store.write() as stored:
        for occurrence in stored.occurrences.all():
            meeting = stored.meetings.by_id(occurrence.meeting_id)
            if meeting is None:
                # The server stopped between the meeting's deletion and the end of its room.
                stored.occurrences.remove(occurrence.id)
                continue
            log = tuple(stored.occurrences.log(occurrence.id))
            found.append(RunningMeeting(meeting, stored.organizations.get(), occurrence, log))
    return tuple(found)


def write_log(world: World, records: Sequence[LogRecord], audit: Sequence[AuditRecord] = ()) -> None:
    """Append to room logs, and to the audit in the same transaction; returns when everything is durable."""
    with world.store.write() as stored:
        stored.occurrences.append(records)
        for record in audit:
            stored.audit.add(record)


def end_occurrence(world: World, ended: OccurrenceId) -> None:
    """Forget an occurrence and purge its log; nothing of its guests stays in the database."""
    with world.store.write() as stored:
        stored.occurrences.remove(ended)
    world.store.erase_traces()
