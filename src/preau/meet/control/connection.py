"""One WebSocket: reads frames, turns them into commands for its room, and sends what the room puts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from preau.meet.control import answers
from preau.meet.control.frames import BadFrameError, ChatLine, ClientFrame, Knock, Plain, parse_frame
from preau.meet.control.outbox import Outbox
from preau.meet.control.pace import Pace
from preau.meet.control.rooms import Rooms
from preau.meet.control.runner import RoomRunner
from preau.meet.domain.errors import DomainError
from preau.meet.domain.ids import ID_BYTES, ParticipantId, participant_id
from preau.meet.domain.meetings import Meeting
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.text import MAX_CHAT_CHARACTERS, MAX_NAME_CHARACTERS, clean_chat, clean_line
from preau.meet.live.commands import (
    Command,
    ConnectionId,
    Enter,
    Leave,
    LoseConnection,
    LowerHand,
    RaiseHand,
    Resume,
    SendChat,
)
from preau.meet.log import LogEvent, log_event
from preau.meet.services.doors import meeting_at
from preau.meet.services.limits import Attempts, Limit, address_key
from preau.meet.services.ports import World
from preau.meet.services.secrets import hash_of, new_secret
from preau.meet.services.sign_ins import who

MAX_BAD_FRAMES = 5
MAX_KNOCKS = 20
KNOCK_WITHIN_S = 10.0
ADMITTED_WITHIN_S = 60.0
UNKNOWN_CODES = Limit(30, timedelta(minutes=1))


class Socket(Protocol):
    """The WebSocket, accepted."""

    async def receive(self) -> str | bytes | None:
        """The next message, or None once the other side is gone."""

    async def send_text(self, text: str) -> None: ...


@dataclass(frozen=True)
class Visitor:
    """What the upgrade request said: the link's code, the sign-in cookie, the address."""

    code: str
    sign_in_secret: str | None
    address: str


@dataclass(frozen=True)
class Arrival:
    """Somebody at the door of a meeting that exists."""

    meeting: Meeting
    is_host: bool


@dataclass(frozen=True)
class Door:
    """What all connections share."""

    world: World
    rooms: Rooms
    unknown_codes: Attempts


class Connection:
    """The `Line` of one WebSocket."""

    def __init__(self, connection_id: ConnectionId, socket: Socket, visitor: Visitor, door: Door) -> None:
        self._id = connection_id
        self._socket = socket
        self._visitor = visitor
        self._door = door
        self._outbox = Outbox(socket.send_text)
        self._pace = Pace(asyncio.get_running_loop().time())
        self._runner: RoomRunner | None = None
        self._participant_id: ParticipantId | None = None
        self._secrets: dict[int, str] = {}
        self._bad_frames = 0
        self._is_closing = False
        self._handlers: Mapping[str, Callable[[Plain], None]] = {
            "ping": lambda frame: self.put(answers.pong(frame.request)),
            "renew-media": self._renew_media,
            "raise-hand": lambda frame: self._submit(RaiseHand(self._id, frame.request)),
            "lower-hand": lambda frame: self._submit(LowerHand(self._id, frame.request)),
            "leave": lambda frame: self._submit(Leave(self._id, frame.request)),
        }

    def put(self, frame: str) -> None:
        """Send a frame."""
        self._outbox.put(frame)

    def admit(self, participant_id: ParticipantId, request: int) -> str:
        """The room let this connection in; returns the secret to resume with, made for that knock."""
        self._participant_id = participant_id
        secret = self._secrets.get(request, "")
        self._secrets.clear()
        return secret

    def close(self, code: str) -> None:
        """Say why, and hang up."""
        self._is_closing = True
        self._outbox.finish(answers.closed(code))

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
                self._runner.submit(LoseConnection(self._id))
            for task in (sender, reader):
                task.cancel()
            await asyncio.gather(sender, reader, return_exceptions=True)

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + ADMITTED_WITHIN_S
        while not self._is_closing:
            patience_s = None
            if self._participant_id is None:
                patience_s = min(KNOCK_WITHIN_S, max(0.0, give_up_at - loop.time()))
            try:
                async with asyncio.timeout(patience_s):
                    message = await self._socket.receive()
            except TimeoutError:
                if self._participant_id is None:
                    self.close("knock-timeout")
                continue
            if message is None:
                return
            await self._receive(message, loop.time())

    async def _receive(self, message: str | bytes, now_s: float) -> None:
        try:
            frame = parse_frame(message)
        except BadFrameError as bad:
            self._count_bad(bad)
            return
        if not self._pace.allows(now_s):
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
        if isinstance(frame, Knock):
            await self._knock(frame)
        elif self._participant_id is None:
            self.put(answers.refused(frame.request, "not-admitted"))
        elif isinstance(frame, ChatLine):
            self._chat(frame)
        else:
            self._handlers[frame.type](frame)

    def _submit(self, command: Command) -> None:
        if self._runner is not None:
            self._runner.submit(command)

    def _chat(self, frame: ChatLine) -> None:
        text = clean_chat(frame.text)
        code = "text-empty" if not text else "text-too-long" if len(text) > MAX_CHAT_CHARACTERS else None
        if code is not None:
            self.put(answers.refused(frame.request, code))
            return
        self._submit(SendChat(self._id, frame.request, frame.message_id, text))

    def _renew_media(self, frame: Plain) -> None:
        grant = None
        if self._runner is not None and self._participant_id is not None:
            grant = self._runner.grant(self._participant_id)
        refusal = answers.refused(frame.request, "not-admitted")
        self.put(refusal if grant is None else answers.media(frame.request, grant))

    async def _knock(self, frame: Knock) -> None:
        name = clean_line(frame.name)
        problem = self._knock_problem(frame.request, name, is_resuming=frame.resume is not None)
        if problem is not None:
            self.put(answers.refused(frame.request, problem))
            return
        try:
            arrival = await self._arrive()
            runner = await self._door.rooms.open(arrival.meeting)
        except DomainError as refusal:
            self._refuse_knock(frame, refusal)
            return
        except Exception as error:  # The database may be away; the client waits a moment and knocks again.
            log_event(LogEvent.INTERNAL_ERROR, error=type(error).__name__)
            self.put(answers.refused(frame.request, "rate-limited"))
            return
        if self._runner is not None and self._runner is not runner:
            self._runner.submit(LoseConnection(self._id))
        self._runner = runner
        runner.submit(self._arrival_command(frame, name, arrival))

    def _knock_problem(self, request: int, name: str, *, is_resuming: bool) -> str | None:
        if self._participant_id is not None:
            return "already-admitted"
        if len(self._secrets) >= MAX_KNOCKS or request in self._secrets:
            return "rate-limited"
        if is_resuming:
            return None
        if not name:
            return "name-needed"
        return "name-too-long" if len(name) > MAX_NAME_CHARACTERS else None

    async def _arrive(self) -> Arrival:
        address = address_key(self._visitor.address)
        self._door.unknown_codes.check(address, self._door.world.clock.now())
        return await asyncio.to_thread(self._look_up)

    def _look_up(self) -> Arrival:
        account = who(self._door.world, self._visitor.sign_in_secret)
        meeting = meeting_at(self._door.world, self._visitor.code, self._visitor.address)
        return Arrival(meeting, account is not None and account.id == meeting.owner_id)

    def _refuse_knock(self, frame: Knock, refusal: DomainError) -> None:
        code = refusal.code.value if refusal.code.value in answers.REFUSALS else "not-allowed"
        self.put(answers.refused(frame.request, code))
        if code == "meeting-unknown":
            now = self._door.world.clock.now()
            self._door.unknown_codes.count(address_key(self._visitor.address), now)
            self.close("meeting-unknown")

    def _arrival_command(self, frame: Knock, name: str, arrival: Arrival) -> Command:
        randomness = self._door.world.randomness
        if frame.resume is not None:
            claim = frame.resume
            self._secrets[frame.request] = claim.secret
            return Resume(
                self._id, frame.request, claim.participant_id, hash_of(claim.secret), claim.last_sequence
            )
        secret = self._secrets[frame.request] = new_secret(randomness)
        role = RoomRole.HOST if arrival.is_host else RoomRole.PARTICIPANT
        fresh = participant_id(randomness.draw(ID_BYTES))
        return Enter(self._id, frame.request, fresh, hash_of(secret), name, role)


def open_door(world: World, rooms: Rooms) -> Door:
    """The door of one server."""
    return Door(world, rooms, Attempts(UNKNOWN_CODES))
