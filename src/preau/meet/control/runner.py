"""One task owns one room: it takes commands, has the pure room step, writes, carries out the effects."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from preau.meet.control.delivery import Delivery, Line, RoomFacts
from preau.meet.control.log_writer import LogWriter
from preau.meet.control.room_time import RoomTime
from preau.meet.domain.errors import DomainError
from preau.meet.domain.ids import OccurrenceId, ParticipantId
from preau.meet.live.audience import runs_the_room
from preau.meet.live.clock_set import moved
from preau.meet.live.codec import event_from_json, event_to_log
from preau.meet.live.commands import Command, ConnectionId, Request, Tick
from preau.meet.live.effects import Audit
from preau.meet.live.events import Entry
from preau.meet.live.machine import handle
from preau.meet.live.rights import rights_of
from preau.meet.live.room import Room, Step
from preau.meet.log import LogEvent, log_event
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.late_reports import Tickets
from preau.meet.services.ports import Clock, LogRecord, Media, MediaGrant

RETRY_AFTER_FAILURE_S = 0.5
_MAX_BATCH = 200
_MAX_SUBJECT_CHARACTERS = 40
_IDLE_S = 3600.0


@dataclass(frozen=True)
class Surroundings:
    """What a room's task reaches out to."""

    clock: Clock
    writer: LogWriter
    media: Media
    tickets: Tickets
    lines: Mapping[ConnectionId, Line]
    forget: Callable[[RoomRunner], None]


class RoomRunner:
    """Runs one room until it ends."""

    def __init__(self, facts: RoomFacts, room: Room, around: Surroundings) -> None:
        self.facts = facts
        self.room = room
        self._around = around
        self._commands: asyncio.Queue[Command] = asyncio.Queue()
        self._is_tripping = False
        self._time = RoomTime(around.clock)
        self._delivery = Delivery(facts, around.lines, around.media, around.clock, around.tickets)

    def submit(self, command: Command) -> None:
        """Have a command handled, after those before it."""
        self._commands.put_nowait(command)

    def runs_the_room(self, participant_id: ParticipantId | None) -> bool:
        """Whether somebody is host or co-host here."""
        one = None if participant_id is None else self.room.view.participant(participant_id)
        return one is not None and runs_the_room(one)

    def grant(self, participant_id: ParticipantId) -> MediaGrant | None:
        """A fresh media grant for somebody who is in the room, with the rights of the moment."""
        view = self.room.view
        participant = view.participant(participant_id)
        if participant is None:
            return None
        rights, now = rights_of(view, participant), self._around.clock.now()
        return self._around.media.grant(
            self.facts.occurrence_id, participant.id, participant.name, rights, now
        )

    async def run(self) -> None:
        """Handle commands until the room has ended."""
        while not self.room.has_ended:
            commands = await self._next_commands()
            now = self._look_at_the_clock()
            step = Step(self.room)
            too_late: list[Command] = []
            for command in commands:
                if step.room.has_ended:
                    too_late.append(command)
                    continue
                step = self._handled(step, command, now)
            if await self._write(step, now):
                self.room = step.room
                self._delivery.carry_out(step.effects, step.room.setting)
                for command in too_late:
                    self._turn_away(command)
            else:
                await self._undo(commands)
            if self._is_tripping:
                # What is due stays due: without a pause the room would try it again and again.
                self._is_tripping = False
                await asyncio.sleep(RETRY_AFTER_FAILURE_S)
        self._around.forget(self)
        while not self._commands.empty():
            self._turn_away(self._commands.get_nowait())

    def _handled(self, step: Step, command: Command, now: datetime) -> Step:
        try:
            made = handle(step.room, command, now)
        except Exception as error:  # One command that the room trips over must not end it for everybody.
            log_event(LogEvent.INTERNAL_ERROR, error=type(error).__name__)
            self._turn_away(command)
            self._is_tripping = isinstance(command, Tick)
            return step
        return Step(made.room, step.entries + made.entries, step.effects + made.effects)

    async def _next_commands(self) -> Sequence[Command]:
        """Everything that waits, or a tick when something is due."""
        try:
            async with asyncio.timeout(self._patience_s()):
                commands = [await self._commands.get()]
        except TimeoutError:
            return [Tick()]
        while not self._commands.empty() and len(commands) < _MAX_BATCH:
            commands.append(self._commands.get_nowait())
        return commands

    def _patience_s(self) -> float:
        deadline = self.room.deadline()
        if deadline is None:
            return _IDLE_S
        return max(0.0, (deadline - self._time.expected()).total_seconds())

    def _look_at_the_clock(self) -> datetime:
        """The date; if the clock was set, what the room waits for is moved along."""
        now, step = self._time.look()
        if step:
            self.room = moved(self.room, step)
        return now

    async def _write(self, step: Step, now: datetime) -> bool:
        records = [record_of(self.facts.occurrence_id, entry) for entry in step.entries]
        audit = [self._audit_record(one, now) for one in step.effects if isinstance(one, Audit)]
        if not records and not audit:
            return True
        try:
            await self._around.writer.append(records, audit)
        except DomainError:  # The database cannot be used, and has said so once itself.
            return False
        except Exception as error:  # Whatever kept the entries from being durable, nothing of them happened.
            log_event(
                LogEvent.ROOM_LOG_FAILED, occurrence_id=self.facts.occurrence_id, error=type(error).__name__
            )
            return False
        return True

    def _audit_record(self, one: Audit, now: datetime) -> AuditRecord:
        return AuditRecord(
            at=now,
            actor_id=one.account_id,
            action=one.action,
            # Ids of lines are made by clients, and longer than those the audit keeps.
            subject_id=one.subject_id[:_MAX_SUBJECT_CHARACTERS] or self.facts.meeting_id,
            meeting_id=self.facts.meeting_id,
            participant_id=one.participant_id,
            allowed=one.is_allowed,
        )

    def _turn_away(self, command: Command) -> None:
        """It does not come to this; a client that waits a moment finds out what became of the room."""
        if isinstance(command, Request):
            self._delivery.refuse(command.connection, command.request, "rate-limited")

    async def _undo(self, commands: Sequence[Command]) -> None:
        """The room stays as it was: askers are refused, what has to happen in any case is tried again."""
        for command in commands:
            if isinstance(command, Request):
                is_seated = self.room.seat_of(command.connection) is not None
                code = "not-saved" if is_seated else "rate-limited"
                self._delivery.refuse(command.connection, command.request, code)
            elif not isinstance(command, Tick):
                self._commands.put_nowait(command)
        await asyncio.sleep(RETRY_AFTER_FAILURE_S)


def record_of(occurrence_id: OccurrenceId, entry: Entry) -> LogRecord:
    """An entry in the form the log stores."""
    body = json.dumps(event_to_log(entry.event), ensure_ascii=False, separators=(",", ":"))
    return LogRecord(occurrence_id, entry.sequence, entry.at, body)


def entry_of(record: LogRecord) -> Entry:
    """The entry that `record_of` made the record of."""
    return Entry(record.sequence, record.at, event_from_json(json.loads(record.body)))
