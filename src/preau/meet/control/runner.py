"""One task owns one room: it takes commands, has the pure room step, writes, carries out the effects."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from preau.meet.control import answers
from preau.meet.control.log_writer import LogWriter
from preau.meet.domain.ids import MeetingId, OccurrenceId, ParticipantId
from preau.meet.domain.media_rights import EVERY_RIGHT
from preau.meet.live import effects as fx
from preau.meet.live.codec import event_from_json, event_to_log
from preau.meet.live.commands import Command, ConnectionId, Tick
from preau.meet.live.events import Entry
from preau.meet.live.machine import handle
from preau.meet.live.room import Room, Step
from preau.meet.log import LogEvent, log_event
from preau.meet.services.ports import Clock, LogRecord, Media, MediaGrant

RETRY_AFTER_FAILURE_S = 0.5
_MAX_BATCH = 200
_IDLE_S = 3600.0


class Line(Protocol):
    """A connection as the room's task sees it."""

    def put(self, frame: str) -> None: ...
    def admit(self, participant_id: ParticipantId, request: int) -> str:
        """Note who it is now; returns the secret that it resumes with, made for that knock."""

    def close(self, code: str) -> None: ...


@dataclass(frozen=True)
class RoomFacts:
    """What never changes while a room runs."""

    meeting_id: MeetingId
    occurrence_id: OccurrenceId
    about: Mapping[str, str]


@dataclass(frozen=True)
class Surroundings:
    """What a room's task reaches out to."""

    clock: Clock
    writer: LogWriter
    media: Media
    lines: Mapping[ConnectionId, Line]
    forget: Callable[[RoomRunner], None]


class RoomRunner:
    """Runs one room until it ends."""

    def __init__(self, facts: RoomFacts, room: Room, around: Surroundings) -> None:
        self.facts = facts
        self.room = room
        self._around = around
        self._commands: asyncio.Queue[Command] = asyncio.Queue()
        self._carriers: Mapping[type, Callable[[Any], None]] = {
            fx.Announce: self._announce,
            fx.Admit: self._admit,
            fx.Confirm: lambda effect: self._put(
                effect.connection, answers.done(effect.request, effect.sequence)
            ),
            fx.Refuse: lambda effect: self._put(
                effect.connection, answers.refused(effect.request, effect.code)
            ),
            fx.CloseConnection: self._close,
            fx.RemoveFromMedia: lambda effect: around.media.remove(
                facts.occurrence_id, effect.participant_id
            ),
            fx.EndOccurrence: lambda _effect: around.media.close_room(facts.occurrence_id),
        }

    def submit(self, command: Command) -> None:
        """Have a command handled, after those before it."""
        self._commands.put_nowait(command)

    def grant(self, participant_id: ParticipantId) -> MediaGrant | None:
        """A fresh media grant for somebody who is in the room."""
        participant = self.room.view.participant(participant_id)
        if participant is None:
            return None
        now = self._around.clock.now()
        return self._around.media.grant(
            self.facts.occurrence_id, participant.id, participant.name, EVERY_RIGHT, now
        )

    async def run(self) -> None:
        """Handle commands until the room has ended."""
        while not self.room.has_ended:
            commands = await self._next_commands()
            now = self._around.clock.now()
            step = Step(self.room)
            for command in commands:
                made = handle(step.room, command, now)
                step = Step(made.room, step.entries + made.entries, step.effects + made.effects)
            if await self._write(step.entries):
                self.room = step.room
                self._carry_out(step.effects)
            else:
                await self._undo(commands)
        self._around.forget(self)
        while not self._commands.empty():
            self._turn_away(self._commands.get_nowait())

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
        return max(0.0, (deadline - self._around.clock.now()).total_seconds())

    async def _write(self, entries: Sequence[Entry]) -> bool:
        if not entries:
            return True
        try:
            await self._around.writer.append([self._record(entry) for entry in entries])
        except Exception as error:  # Whatever kept the entries from being durable, nothing of them happened.
            log_event(
                LogEvent.ROOM_LOG_FAILED, occurrence_id=self.facts.occurrence_id, error=type(error).__name__
            )
            return False
        return True

    def _record(self, entry: Entry) -> LogRecord:
        return record_of(self.facts.occurrence_id, entry)

    def _turn_away(self, command: Command) -> None:
        """The room ended before it came to this; a client that waits a moment finds out what became of it."""
        connection, request = getattr(command, "connection", None), getattr(command, "request", None)
        if connection is not None and request is not None:
            self._put(connection, answers.refused(request, "rate-limited"))

    async def _undo(self, commands: Sequence[Command]) -> None:
        """The room stays as it was: askers are refused, what has to happen in any case is tried again."""
        for command in commands:
            connection, request = getattr(command, "connection", None), getattr(command, "request", None)
            if connection is not None and request is not None:
                is_seated = self.room.seat_of(connection) is not None
                self._put(connection, answers.refused(request, "not-saved" if is_seated else "rate-limited"))
            elif not isinstance(command, Tick):
                self._commands.put_nowait(command)
        await asyncio.sleep(RETRY_AFTER_FAILURE_S)

    def _carry_out(self, effects: Sequence[fx.Effect]) -> None:
        for effect in effects:
            self._carriers[type(effect)](effect)

    def _put(self, connection: ConnectionId, frame: str) -> None:
        line = self._around.lines.get(connection)
        if line is not None:
            line.put(frame)

    def _announce(self, effect: fx.Announce) -> None:
        frame = answers.event(effect.entry)
        for connection in effect.to:
            self._put(connection, frame)

    def _admit(self, effect: fx.Admit) -> None:
        line = self._around.lines.get(effect.connection)
        participant = effect.view.participant(effect.participant_id)
        if line is None or participant is None:
            # The connection broke while its knock was written; its loss is the next command.
            return
        grant = self._around.media.grant(
            self.facts.occurrence_id,
            participant.id,
            participant.name,
            EVERY_RIGHT,
            self._around.clock.now(),
        )
        secret = line.admit(participant.id, effect.request)
        is_whole = effect.missed is None
        whole = answers.snapshot(effect.view, participant.id, self.facts.about) if is_whole else None
        frame = answers.admitted(
            effect.request, participant.id, secret, grant, is_resumed=effect.is_resumed, whole=whole
        )
        line.put(frame)
        for entry in effect.missed or ():
            line.put(answers.event(entry))

    def _close(self, effect: fx.CloseConnection) -> None:
        line = self._around.lines.get(effect.connection)
        if line is not None:
            line.close(effect.code)


def record_of(occurrence_id: OccurrenceId, entry: Entry) -> LogRecord:
    """An entry in the form the log stores."""
    body = json.dumps(event_to_log(entry.event), ensure_ascii=False, separators=(",", ":"))
    return LogRecord(occurrence_id, entry.sequence, entry.at, body)


def entry_of(record: LogRecord) -> Entry:
    """The entry that `record_of` made the record of."""
    return Entry(record.sequence, record.at, event_from_json(json.loads(record.body)))
