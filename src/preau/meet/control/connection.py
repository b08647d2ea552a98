"""One WebSocket: reads frames, turns them into commands for its room, and sends what the room puts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from preau.meet.control import answers
from preau.meet.control.fields import BadFrameError
from preau.meet.control.frames import (
    MAX_NOTE_CHARACTERS,
    Act,
    ChatLine,
    ClientFrame,
    DoorNote,
    Knock,
    NewName,
    Plain,
    Report,
    parse_frame,
)
from preau.meet.control.outbox import Outbox
from preau.meet.control.pace import Pace
from preau.meet.control.reports import RefusedReport, report_of
from preau.meet.control.rooms import Rooms
from preau.meet.control.runner import RoomRunner
from preau.meet.control.sentences import REFUSALS
from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.domain.ids import ID_BYTES, ParticipantId, participant_id
from preau.meet.domain.meetings import Meeting
from preau.meet.domain.text import MAX_CHAT_CHARACTERS, MAX_NAME_CHARACTERS, clean_chat, clean_line
from preau.meet.live import commands as do
from preau.meet.live.commands import Command, ConnectionId
from preau.meet.live.permission import is_attempt
from preau.meet.log import LogEvent, log_event
from preau.meet.services import doors
from preau.meet.services.audit import count_refusal
from preau.meet.services.cases import open_case
from preau.meet.services.ports import World
from preau.meet.services.refusals import RefusedIn
from preau.meet.services.secrets import hash_of, new_secret
from preau.meet.services.sign_ins import caller

MAX_BAD_FRAMES = 5
MAX_KNOCKS = 20
MAX_REPORTS = 10
KNOCK_WITHIN_S = 10.0
ADMITTED_WITHIN_S = 60.0


class Socket(Protocol):
    """The WebSocket, accepted."""

    async def receive(self) -> str | bytes | None:
        """The next message, or None once the other side is gone."""

    async def send_text(self, text: str) -> None: ...


@dataclass(frozen=True)
class Visitor:
    """What the upgrade request said: the link's code, the cookies of sign-in and device, the address."""

    code: str
    sign_in_secret: str | None
    device_secret: str | None
    address: str


@dataclass(frozen=True)
class Door:
    """What all connections share."""

    world: World
    rooms: Rooms


@dataclass
class _Attempt:
    """One knock: when it came, and the secret that its place is resumed with."""

    at_s: float
    secret: str = ""


class Connection:
    """The `Line` of one WebSocket."""

    def __init__(self, connection_id: ConnectionId, socket: Socket, visitor: Visitor, door: Door) -> None:
        self._id = connection_id
        self._socket = socket
        self._visitor = visitor
        self._door = door
        self._outbox = Outbox(socket.send_text)
        self._loop = asyncio.get_running_loop()
        self._pace = Pace(self._loop.time())
        self._runner: RoomRunner | None = None
        self._participant_id: ParticipantId | None = None
        self._is_waiting = False
        self._knocks: dict[int, _Attempt] = {}
        self._secret = ""
        self._bad_frames = 0
        self._reports = 0
        self._is_closing = False
        self._came_in: Callable[[], None] = lambda: None
        self._handlers: Mapping[type, Callable[[Any], Coroutine[Any, Any, None]]] = {
            Knock: self._knock,
            Plain: self._plain,
            Act: self._act,
            ChatLine: self._chat,
            DoorNote: self._note,
            NewName: self._rename,
            Report: self._report,
        }

    def when_inside(self, came_in: Callable[[], None]) -> None:
        """Have it said when this connection has a place in a meeting or at its door."""
        self._came_in = came_in

    def put(self, frame: str) -> None:
        """Send a frame."""
        self._outbox.put(frame)

    def refuse(self, request: int, code: str, retry_after_s: int | None = None) -> None:
        """Answer no. What leads nowhere is always answered after the same time, and then hung up on."""
        if code == "meeting-unknown":
            self._door.world.guesses.count_link(self._visitor.address, self._door.world.clock.steady())
            self._lead_nowhere(request)
        elif code == "resume-unknown":
            self._loop.call_at(self._answer_at_s(request), self.put, answers.refused(request, code))
        else:
            self.put(answers.refused(request, code, retry_after_s))

    def wait(self, request: int) -> str:
        """The room has this connection wait; returns the secret to resume with."""
        self._is_waiting = True
        self._came_in()
        return self._secret_of(request)

    def admit(self, participant_id: ParticipantId, request: int) -> str:
        """The room let this connection in; returns the secret to resume with."""
        self._participant_id = participant_id
        self._is_waiting = False
        self._came_in()
        secret = self._secret_of(request)
        self._knocks.clear()
        return secret

    def _secret_of(self, request: int) -> str:
        """That of the knock which the room answers; with `request` 0 it is still the one before."""
        attempt = self._knocks.get(request)
        if attempt is not None:
            self._secret = attempt.secret
        return self._secret

    def close(self, code: str, reason: str | None = None) -> None:
        """Say why, and hang up."""
        self._is_closing = True
        self._outbox.finish(answers.closed(code, reason))

    async def run(self) -> None:
        """Until either side hangs up."""
        self._door.rooms.lines[self._id] = self
        sender = asyncio.create_task(self._outbox.run())
        reader = asyncio.create_task(self._read())
        try:
            await asyncio.wait({sender, reader}, return_when=asyncio.FIRST_COMPLETED)
            if self._is_closing and not sender.done():
                await asyncio.wait({sender})
            if self._outbox.is_too_slow:
                log_event(LogEvent.SLOW_READER_DROPPED, participant_id=self._participant_id)
        finally:
            self._door.rooms.lines.pop(self._id, None)
            if self._runner is not None:
                self._runner.submit(do.LoseConnection(self._id))
            for task in (sender, reader):
                task.cancel()
            await asyncio.gather(sender, reader, return_exceptions=True)

    async def _read(self) -> None:
        give_up_at_s = self._loop.time() + ADMITTED_WITHIN_S
        while not self._is_closing:
            patience_s = None
            if self._is_outside():
                patience_s = min(KNOCK_WITHIN_S, max(0.0, give_up_at_s - self._loop.time()))
            try:
                async with asyncio.timeout(patience_s):
                    message = await self._socket.receive()
            except TimeoutError:
                if self._is_outside():
                    self.close("knock-timeout")
                continue
            if message is None:
                return
            await self._receive(message, self._loop.time())

    def _is_outside(self) -> bool:
        return self._participant_id is None and not self._is_waiting

    async def _receive(self, message: str | bytes, now_s: float) -> None:
        try:
            frame = parse_frame(message)
        except BadFrameError as bad:
            self._count_bad(bad)
            return
        if not self._pace.allows(now_s):
            self._count_unheard(frame)
            self.put(answers.refused(frame.request, "rate-limited"))
            return
        await self._handle(frame)

    def _count_bad(self, bad: BadFrameError) -> None:
        self._bad_frames += 1
        if self._bad_frames >= MAX_BAD_FRAMES:
            self.close("too-many-bad-frames")
        else:
            self.put(answers.refused(bad.request, bad.code))

    async def _handle(self, frame: ClientFrame) -> None:
        if self._is_outside() and not isinstance(frame, Knock):
            self._count_unheard(frame)
            self.put(answers.refused(frame.request, "not-admitted"))
            return
        await self._handlers[type(frame)](frame)

    def _submit(self, command: Command) -> None:
        if self._runner is not None:
            self._runner.submit(command)

    def _has_text(self, request: int, text: str, most: int) -> bool:
        """Whether a cleaned text can be used; otherwise the request is refused."""
        code = "text-empty" if not text else "text-too-long" if len(text) > most else None
        if code is not None:
            self.put(answers.refused(request, code))
        return code is None

    async def _plain(self, frame: Plain) -> None:
        if frame.type == "ping":
            self.put(answers.pong(frame.request))
            return
        grant = None
        if self._runner is not None and self._participant_id is not None:
            grant = self._runner.grant(self._participant_id)
        refusal = answers.refused(frame.request, "not-admitted")
        self.put(refusal if grant is None else answers.media(frame.request, grant))

    async def _act(self, frame: Act) -> None:
        self._try(self._command_of(frame))

    def _command_of(self, frame: Act | NewName) -> do.Request:
        if isinstance(frame, Act):
            return frame.command(self._id, frame.request, *frame.arguments)
        return do.Rename(self._id, frame.request, frame.participant_id, clean_line(frame.name))

    def _try(self, command: do.Request) -> None:
        """Submits what may be refused, if one more refusal can be noted by itself."""
        room = None if self._runner is None else self._runner.room
        if not is_attempt(room, command) or self._may_try(command.request):
            self._submit(command)

    def _may_try(self, request: int) -> bool:
        """Whether an act that will be refused is still noted by itself: each note is a write to the disk."""
        if self._runner is None or self._runner.runs_the_room(self._participant_id):
            return True
        if count_refusal(self._door.world, self._visitor.address, self._refused_in()):
            return True
        self.put(answers.refused(request, "rate-limited"))
        return False

    def _refused_in(self) -> RefusedIn:
        """For the sum of what is refused and not noted."""
        meeting_id = None if self._runner is None else self._runner.facts.meeting_id
        return RefusedIn(meeting_id, self._participant_id)

    def _count_unheard(self, frame: ClientFrame) -> None:
        """A frame nobody looks at: an act of those who run the room, by somebody else, counts as refused."""
        if self._runner is not None and self._runner.runs_the_room(self._participant_id):
            return
        room = None if self._runner is None else self._runner.room
        if isinstance(frame, Act | NewName) and is_attempt(room, self._command_of(frame)):
            self._door.world.unnoted.count(self._refused_in())

    async def _chat(self, frame: ChatLine) -> None:
        text = clean_chat(frame.text)
        if self._has_text(frame.request, text, MAX_CHAT_CHARACTERS):
            self._submit(do.SendChat(self._id, frame.request, frame.message_id, text, frame.to))

    async def _note(self, frame: DoorNote) -> None:
        text = clean_line(frame.text)
        if self._has_text(frame.request, text, MAX_NOTE_CHARACTERS):
            self._submit(do.LeaveNote(self._id, frame.request, text))

    async def _rename(self, frame: NewName) -> None:
        problem = _name_problem(clean_line(frame.name))
        if problem is not None:
            self.put(answers.refused(frame.request, problem))
        else:
            self._try(self._command_of(frame))

    async def _report(self, frame: Report) -> None:
        if self._runner is None or self._participant_id is None:
            self.put(answers.refused(frame.request, "not-admitted"))
            return
        if self._reports >= MAX_REPORTS:
            self.put(answers.refused(frame.request, "rate-limited"))
            return
        self._reports += 1
        runner = self._runner
        try:
            report = report_of(runner.room, runner.facts.meeting_id, self._participant_id, frame)
            opened = await asyncio.to_thread(open_case, self._door.world, report)
        except RefusedReport as refusal:
            self.put(answers.refused(frame.request, refusal.code))
        except DomainError:  # The database cannot be used, or was asked too much at once: try again.
            self.put(answers.refused(frame.request, "not-saved"))
        except Exception as error:
            log_event(LogEvent.INTERNAL_ERROR, error=type(error).__name__)
            self.put(answers.refused(frame.request, "not-saved"))
        else:
            self.put(answers.reported(frame.request, opened.number, opened.secret))

    async def _knock(self, frame: Knock) -> None:
        name = clean_line(frame.name)
        problem = self._knock_problem(frame, name)
        if problem is not None:
            self.put(answers.refused(frame.request, problem))
            return
        self._knocks[frame.request] = _Attempt(self._loop.time())
        try:
            meeting, command = await asyncio.to_thread(self._arrive, frame, name)
            # Who resumes a seat finds a room that runs; a made-up claim must not start one.
            is_resuming = frame.resume is not None
            running = self._door.rooms.running(meeting.id)
            runner = running if is_resuming else await self._door.rooms.open(meeting)
        except DomainError as refusal:
            # While the database cannot be used, the client waits a moment and knocks again.
            is_away = refusal.code is ErrorCode.NOT_SAVED
            code = "rate-limited" if is_away else refusal.code.value
            self._refuse_knock(frame, code, refusal.retry_after_s)
            return
        except Exception as error:
            log_event(LogEvent.INTERNAL_ERROR, error=type(error).__name__)
            self.put(answers.refused(frame.request, "rate-limited"))
            return
        if runner is None:
            self.refuse(frame.request, "resume-unknown")
            return
        if self._runner is not None and self._runner is not runner:
            self._runner.submit(do.LoseConnection(self._id))
        self._runner = runner
        runner.submit(command)

    def _knock_problem(self, frame: Knock, name: str) -> str | None:
        if not self._is_outside():
            return "already-admitted"
        if len(self._knocks) >= MAX_KNOCKS or frame.request in self._knocks:
            return "rate-limited"
        # Who resumes has a name already, and so has who comes by a personal link.
        return None if frame.resume is not None or frame.invitation is not None else _name_problem(name)

    def _arrive(self, frame: Knock, name: str) -> tuple[Meeting, Command]:
        """Where the knock leads, and what it asks of the room there. Raises `DomainError`."""
        world, visitor, attempt = self._door.world, self._visitor, self._knocks[frame.request]
        signed_in = caller(world, visitor.sign_in_secret)
        if frame.resume is not None:
            claim = frame.resume
            attempt.secret = claim.secret
            meeting = doors.meeting_at(world, visitor.code, visitor.address)
            return meeting, do.Resume(
                self._id,
                frame.request,
                claim.participant_id,
                hash_of(claim.secret),
                claim.last_sequence,
                doors.device_key(visitor.device_secret, visitor.address),
                None if signed_in is None else signed_in.account.id,
                None if signed_in is None else signed_in.sign_in.id,
            )
        arrival = doors.arrive(
            world,
            self._door.rooms,
            doors.Visitor(
                None if signed_in is None else signed_in.account,
                visitor.code,
                frame.invitation,
                frame.passcode,
                visitor.device_secret,
                visitor.address,
            ),
        )
        attempt.secret = new_secret(world.randomness)
        return arrival.meeting, do.Knock(
            connection=self._id,
            request=frame.request,
            participant_id=participant_id(world.randomness.draw(ID_BYTES)),
            secret_hash=hash_of(attempt.secret),
            name=arrival.name or name,
            role_wanted=arrival.role,
            provenance=arrival.provenance,
            device_key=arrival.device_key,
            invitation_id=arrival.invitation_id,
            account_id=arrival.account_id,
            is_second_device=arrival.is_second_device,
            network=arrival.network,
            sign_in_id=signed_in.sign_in.id if signed_in and arrival.is_by_account else None,
        )

    def _refuse_knock(self, frame: Knock, code: str, retry_after_s: int | None) -> None:
        if code == "meeting-unknown" and frame.resume is not None:
            # As of a meeting that is there: a made-up claim tells nothing about a link.
            self.refuse(frame.request, "resume-unknown")
        elif code == "meeting-unknown":
            self._lead_nowhere(frame.request)
        else:
            known = code if code in REFUSALS else "not-allowed"
            self.put(answers.refused(frame.request, known, retry_after_s))

    def _lead_nowhere(self, request: int) -> None:
        """One answer, at one time after the knock, whatever it was that led nowhere."""
        self._loop.call_at(self._answer_at_s(request), self._say_that_it_leads_nowhere, request)

    def _answer_at_s(self, request: int) -> float:
        """When a knock that leads nowhere is answered."""
        attempt = self._knocks.get(request)
        return (self._loop.time() if attempt is None else attempt.at_s) + doors.REFUSED_AFTER_S

    def _say_that_it_leads_nowhere(self, request: int) -> None:
        self.put(answers.refused(request, "meeting-unknown"))
        self.close("meeting-unknown")


def _name_problem(name: str) -> str | None:
    if not name:
        return "name-needed"
    return "name-too-long" if len(name) > MAX_NAME_CHARACTERS else None


def open_door(world: World, rooms: Rooms) -> Door:
    """The door of one server."""
    return Door(world, rooms)
