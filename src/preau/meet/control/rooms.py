"""All rooms that run: started by the first arrival, rebuilt after a restart, forgotten when they ended."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from preau.meet.control import answers
from preau.meet.control.log_writer import LogWriter
from preau.meet.control.runner import Line, RoomFacts, RoomRunner, Surroundings, entry_of
from preau.meet.domain.codes import MeetingCode
from preau.meet.domain.ids import InvitationId, MeetingId, OccurrenceId, ParticipantId
from preau.meet.domain.meetings import Meeting
from preau.meet.domain.rules import Rules
from preau.meet.live.commands import ConnectionId, End, Restart
from preau.meet.live.room import rebuild
from preau.meet.log import LogEvent, log_event
from preau.meet.services.occurrences import (
    RunningMeeting,
    end_occurrence,
    running_meetings,
    start_occurrence,
    write_log,
)
from preau.meet.services.ports import Media, RoomDoor, World

_PURGE_AGAIN_AFTER_S = 5.0


class Rooms:
    """The `LiveRooms` port, and the door that connections come in by. One event loop owns it."""

    def __init__(self, world: World, media: Media, max_participants: int) -> None:
        self.lines: dict[ConnectionId, Line] = {}
        self._world = world
        self._media = media
        self._max_participants = max_participants
        self._runners: dict[MeetingId, RoomRunner] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._purges: dict[MeetingId, asyncio.Task[None]] = {}
        self._writer: LogWriter | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opening = asyncio.Lock()

    def start(self) -> None:
        """Rebuild every room that ran when the server stopped. Call it on the loop that is to own them."""
        self._loop = asyncio.get_running_loop()
        self._writer = LogWriter(lambda records: write_log(self._world, records))
        for running in running_meetings(self._world):
            runner = self._run(running)
            runner.submit(Restart())
            log_event(
                LogEvent.ROOM_REBUILT,
                occurrence_id=running.occurrence.id,
                participants=len(runner.room.seats),
                entries=len(running.log),
            )

    async def stop(self) -> None:
        """Tell everybody to come back in a moment, and write what is waiting."""
        for line in tuple(self.lines.values()):
            line.close("server-restarting")
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._writer is not None:
            await asyncio.to_thread(self._writer.stop)

    async def open(self, meeting: Meeting) -> RoomRunner:
        """The meeting's room, started when it does not run."""
        async with self._opening:
            runner = self._runners.get(meeting.id)
            if runner is not None:
                return runner
            purge = self._purges.get(meeting.id)
            if purge is not None:
                await asyncio.shield(purge)
            running = await asyncio.to_thread(start_occurrence, self._world, meeting.id)
            runner = self._run(running)
            log_event(LogEvent.ROOM_STARTED, occurrence_id=running.occurrence.id)
            return runner

    def participant_count(self, meeting_id: MeetingId) -> int | None:
        """How many are in the meeting's room, or None when it does not run."""
        runner = self._runners.get(meeting_id)
        return None if runner is None else len(runner.room.view.participants)

    def end(self, meeting_id: MeetingId) -> None:
        """End the meeting's room for everybody, soon. From any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end, meeting_id)

    def is_expected(self, room: OccurrenceId, identity: ParticipantId) -> bool:
        """Whether somebody in the media room has a seat in the room it belongs to."""
        runner = next((one for one in self._runners.values() if one.facts.occurrence_id == room), None)
        return runner is not None and identity in runner.room.seats

    def door(self, _meeting_id: MeetingId) -> RoomDoor | None:
        """What the meeting's room says at its door, or None when it does not run."""
        return None

    def change_rules(self, _meeting_id: MeetingId, _rules: Rules, _locked_rules: Collection[str]) -> None:
        """Rooms do not know rules yet."""

    def link_changed(self, _meeting_id: MeetingId, _code: MeetingCode) -> None:
        """Rooms do not tell of it yet."""

    def revoke_invitation(self, _meeting_id: MeetingId, _invitation_id: InvitationId) -> None:
        """Rooms do not know invitations yet."""

    def seated(self) -> Mapping[OccurrenceId, frozenset[ParticipantId]]:
        """For each room that runs, those who may be in its media room now."""
        return {runner.facts.occurrence_id: frozenset(runner.room.seats) for runner in self._runners.values()}

    def stranger_removed(self, _room: OccurrenceId, _name: str) -> None:
        """Rooms do not tell of it yet."""

    def _end(self, meeting_id: MeetingId) -> None:
        runner = self._runners.get(meeting_id)
        if runner is not None:
            runner.submit(End())

    def _run(self, running: RunningMeeting) -> RoomRunner:
        if self._writer is None:
            raise RuntimeError("rooms are opened after start()")
        meeting, occurrence = running.meeting, running.occurrence
        facts = RoomFacts(
            meeting.id,
            occurrence.id,
            answers.meeting_facts(meeting.title, meeting.code, occurrence.started_at),
        )
        entries = tuple(entry_of(record) for record in running.log)
        room = rebuild(entries, self._max_participants, self._world.clock.now())
        around = Surroundings(self._world.clock, self._writer, self._media, self.lines, self._forget)
        runner = RoomRunner(facts, room, around)
        self._runners[meeting.id] = runner
        self._keep(asyncio.create_task(runner.run()))
        return runner

    def _forget(self, runner: RoomRunner) -> None:
        meeting_id = runner.facts.meeting_id
        self._runners.pop(meeting_id, None)
        purge = asyncio.create_task(self._purge(runner.facts))
        self._purges[meeting_id] = purge
        self._keep(purge)

    async def _purge(self, facts: RoomFacts) -> None:
        while True:
            try:
                await asyncio.to_thread(end_occurrence, self._world, facts.occurrence_id)
            except Exception as error:  # The log has to go, whatever kept it from going just now.
                log_event(
                    LogEvent.ROOM_LOG_FAILED, occurrence_id=facts.occurrence_id, error=type(error).__name__
                )
                await asyncio.sleep(_PURGE_AGAIN_AFTER_S)
            else:
                break
        self._purges.pop(facts.meeting_id, None)
        log_event(LogEvent.ROOM_ENDED, occurrence_id=facts.occurrence_id)

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
