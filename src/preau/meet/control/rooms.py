"""All rooms that run: started by the first arrival, rebuilt after a restart, forgotten when they ended."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from preau.meet.control.answers import MeetingFacts
from preau.meet.control.delivery import Line, RoomFacts
from preau.meet.control.log_writer import LogWriter
from preau.meet.control.runner import RoomRunner, Surroundings, entry_of
from preau.meet.domain.codes import MeetingCode
from preau.meet.domain.ids import (
    AccountId,
    InvitationId,
    MeetingId,
    OccurrenceId,
    ParticipantId,
    SignInId,
)
from preau.meet.domain.meetings import Meeting
from preau.meet.domain.organization import in_force
from preau.meet.domain.rules import Rules
from preau.meet.live.clock_set import moved
from preau.meet.live.commands import (
    ChangeLink,
    ChangeRules,
    Command,
    ConnectionId,
    End,
    EndSignIns,
    KnockInVain,
    Open,
    Restart,
    RevokeInvitation,
    TellHosts,
)
from preau.meet.live.people import marks_of
from preau.meet.live.room import Setting, rebuild
from preau.meet.log import LogEvent, log_event
from preau.meet.services.late_reports import Tickets
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

    def __init__(self, world: World, media: Media, tickets: Tickets, max_participants: int) -> None:
        self.lines: dict[ConnectionId, Line] = {}
        self._world = world
        self._media = media
        self._tickets = tickets
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
        self._writer = LogWriter(lambda records, audit: write_log(self._world, records, audit))
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

    def running(self, meeting_id: MeetingId) -> RoomRunner | None:
        """The meeting's room, if it runs."""
        return self._runners.get(meeting_id)

    def participant_count(self, meeting_id: MeetingId) -> int | None:
        """How many are in the meeting's room, or None when it does not run."""
        runner = self._runners.get(meeting_id)
        return None if runner is None else len(runner.room.view.participants)

    def end(self, meeting_id: MeetingId) -> None:
        """End the meeting's room for everybody, soon. From any thread."""
        self._pass_on(meeting_id, End())

    def is_expected(self, room: OccurrenceId, identity: ParticipantId) -> bool:
        """Whether somebody in the media room has a seat in the room it belongs to."""
        runners = tuple(self._runners.values())
        runner = next((one for one in runners if one.facts.occurrence_id == room), None)
        return runner is not None and identity in runner.room.in_media()

    def door(self, meeting_id: MeetingId) -> RoomDoor | None:
        """What the meeting's room says at its door, or None when it does not run."""
        runner = self._runners.get(meeting_id)
        if runner is None:
            return None
        view = runner.room.view
        return RoomDoor(view.rules, is_locked=view.is_locked or view.is_frozen)

    def is_banned(
        self,
        meeting_id: MeetingId,
        device_key: str | None,
        invitation_id: InvitationId | None,
        account_id: AccountId | None,
    ) -> bool:
        """Whether a ban of the meeting's room is of that device, personal link or account."""
        runner = self._runners.get(meeting_id)
        return runner is not None and runner.room.memory.is_banned(
            marks_of(device_key, invitation_id, account_id)
        )

    def change_rules(self, meeting_id: MeetingId, rules: Rules, locked_rules: Collection[str]) -> None:
        """The owner or an administrator changed what the room allows: the whole rules in force."""
        self._pass_on(meeting_id, ChangeRules(rules, frozenset(locked_rules)))

    def link_changed(self, meeting_id: MeetingId, code: MeetingCode) -> None:
        """The meeting has another link."""
        self._pass_on(meeting_id, ChangeLink(code))

    def revoke_invitation(self, meeting_id: MeetingId, invitation_id: InvitationId) -> None:
        """Put out whoever is in the room, or waits, by that personal link."""
        self._pass_on(meeting_id, RevokeInvitation(invitation_id))

    def end_sign_ins(self, sign_in_ids: Collection[SignInId]) -> None:
        """Put out who came in by these sign-ins, from every room and every door."""
        ended = EndSignIns(frozenset(sign_in_ids))
        for meeting_id in tuple(self._runners):
            self._pass_on(meeting_id, ended)

    def sign_ins_in_use(self) -> frozenset[SignInId]:
        """The sign-ins by which somebody is in a room, or waits at its door."""
        people = [runner.room.memory.identities for runner in tuple(self._runners.values())]
        held = {identity.sign_in_id for identities in people for identity in identities.values()}
        return frozenset(one for one in held if one is not None)

    def running_meetings(self) -> tuple[MeetingId, ...]:
        """The meetings whose rooms run."""
        return tuple(self._runners)

    def knocked_in_vain(self, meeting_id: MeetingId, device_key: str, network: str) -> None:
        """Somebody knew the meeting's link and was turned away; nothing when it does not run."""
        if meeting_id in self._runners:
            self._pass_on(meeting_id, KnockInVain(device_key, network))

    def seated(self) -> Mapping[OccurrenceId, frozenset[ParticipantId]]:
        """For each room that runs, those who may be in its media room now."""
        runners = tuple(self._runners.values())
        return {runner.facts.occurrence_id: runner.room.in_media() for runner in runners}

    def stranger_removed(self, room: OccurrenceId, name: str) -> None:
        """Somebody without a seat was found in the media room and put out: tell the hosts."""
        for runner in tuple(self._runners.values()):
            if runner.facts.occurrence_id == room:
                self._pass_on(runner.facts.meeting_id, TellHosts("stranger-removed", name))

    def _pass_on(self, meeting_id: MeetingId, command: Command) -> None:
        """Have a room handle a command from outside; nothing when it does not run. From any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._submit, meeting_id, command)

    def _submit(self, meeting_id: MeetingId, command: Command) -> None:
        runner = self._runners.get(meeting_id)
        if runner is not None:
            runner.submit(command)

    def _run(self, running: RunningMeeting) -> RoomRunner:
        if self._writer is None:
            raise RuntimeError("rooms are opened after start()")
        meeting, organization, occurrence = running.meeting, running.organization, running.occurrence
        about = MeetingFacts(meeting.title, meeting.code, occurrence.started_at)
        facts = RoomFacts(meeting.id, occurrence.id, about)
        entries = tuple(entry_of(record) for record in running.log)
        setting = Setting(
            self._max_participants, organization.profile, meeting.kind, organization.locked_rules
        )
        now = self._world.clock.now()
        room = rebuild(entries, setting, now)
        if entries and entries[-1].at > now:
            # The clock was set back while the room did not run.
            room = moved(room, now - entries[-1].at)
        around = Surroundings(
            self._world.clock, self._writer, self._media, self._tickets, self.lines, self._forget
        )
        runner = RoomRunner(facts, room, around)
        if not entries:
            runner.submit(Open(in_force(organization, meeting.kind, meeting.rules)))
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
