"""All rooms of the server, their tasks, and the way of effects to connections, engine and webhooks."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from typing import Any

from preau.sfu.api import tokens
from preau.sfu.api.webhooks import WebhookSender
from preau.sfu.clocks import Clocks
from preau.sfu.credentials import Credentials
from preau.sfu.engine import Engine
from preau.sfu.ids import RoomIds, room_number
from preau.sfu.model import Admission, RoomInfo, RoomOptions
from preau.sfu.outbox import Outbox
from preau.sfu.room_task import RoomTask, room_unknown
from preau.sfu.rooms import commands, effects, media
from preau.sfu.rooms.room import Outcome, Room
from preau.sfu.settings import Settings
from preau.sfu.signalling import responses as say
from preau.sfu.wire.data import stamp_packet
from preau.sfu.wire.errors import WireError
from preau.sfu.wire.responses import encode_response

_LOG = logging.getLogger("preau.sfu")


class Hub:
    """The directory of rooms and connections."""

    def __init__(self, settings: Settings, engine: Engine, clocks: Clocks) -> None:
        self.settings = settings
        self.clocks = clocks
        self._engine = engine
        self._webhooks = WebhookSender(settings.webhooks, settings.key, settings.secret, clocks.date_s)
        self._numbers = itertools.count(1)
        self._connections = itertools.count(1)
        self._outboxes: dict[int, Outbox] = {}
        self._by_name: dict[str, RoomTask] = {}
        self._by_number: dict[int, RoomTask] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._last_encoded: tuple[say.Response, bytes] | None = None
        self._credentials = Credentials()
        self._performers: dict[type, Callable[[Any], None]] = {
            effects.Send: self._send,
            effects.CloseConnection: self._close,
            effects.Renew: self._renew,
            effects.UseToken: self._use,
            effects.Notify: self._webhooks.send,
            effects.Remark: lambda remark: _LOG.warning("%s: %s", remark.code, remark.sentence),
        }

    def rooms(self) -> tuple[RoomInfo, ...]:
        """All rooms."""
        return tuple(task.room.info() for task in self._by_name.values())

    def find(self, name: str) -> RoomTask | None:
        """The room of this name, while it lives."""
        task = self._by_name.get(name)
        return None if task is None or task.room.finished else task

    def create_room(self, name: str, options: RoomOptions) -> RoomInfo:
        """The room of this name, made if need be."""
        return self.room(name, options).room.info()

    def room(self, name: str, options: RoomOptions) -> RoomTask:
        """The task of the room of this name, made if need be."""
        if found := self.find(name):
            return found
        number = next(self._numbers)
        now, date_s = self.clocks.steady_s(), self.clocks.date_s()
        room = Room(name, options, RoomIds(number), now, date_s, feigns=self.settings.feigns)
        task = RoomTask(room, self._perform, self.clocks, self._prepared)
        self._by_name[name] = self._by_number[number] = task
        running = asyncio.create_task(self._run(task, name, number), name=f"room {name}")
        self._tasks.add(running)
        running.add_done_callback(self._tasks.discard)
        task.submit(commands.Tick())
        return task

    async def ask(self, room: str, command: object) -> object:
        """Asks a room. Raises RoomRefusal (also room-unknown)."""
        task = self.find(room)
        if task is None:
            raise room_unknown()
        return await task.ask(command)

    def revoke(self, room: str, identity: str, before_s: float) -> None:
        """Refuses an identity's tokens for a room that begin before a moment, and whoever resumes by one."""
        self._credentials.revoke(room, identity, before_s, self.clocks.steady_s())

    def note_refusal(self, room: str, identity: str, method: str) -> None:
        """Somebody who may be in that room called what its credential does not allow."""
        if task := self.find(room):
            task.submit(commands.NoteRefusal(identity, method))

    def check_credential(self, who: Admission, *, is_resuming: bool) -> None:
        """Raises TokenError (token-used, token-revoked). A connection resumes by the token it joined by."""
        if self._credentials.is_revoked(who, self.clocks.steady_s()):
            raise tokens.TokenError("token-revoked", "invalid token: its holder was removed from the room.")
        task = self.find(who.room)
        if not is_resuming and (self._credentials.is_used(who) or (task and task.room.holds(who))):
            raise tokens.TokenError("token-used", "invalid token: it has let its holder in already.")

    def connect(self) -> tuple[int, Outbox]:
        """A new connection's number and outbox."""
        number, outbox = next(self._connections), Outbox(self.clocks.steady_s)
        self._outboxes[number] = outbox
        return number, outbox

    def disconnect(self, connection: int) -> None:
        """A connection is gone."""
        self._outboxes.pop(connection, None)

    def pump_engine(self) -> None:
        """Hands what the engine reports to the rooms it is for."""
        for event in self._engine.events():
            if isinstance(event, media.AudioLevels):
                self._spread_levels(event)
            elif isinstance(event, media.PacketReceived):
                self._relay(event)
            elif not isinstance(event, media.Observed) and (room := self._of(event.peer)):
                room.submit(event)

    async def shut_down(self, patience_s: float) -> None:
        """Tells everybody to come back later, and gives that word time to go out."""
        for task in self._by_name.values():
            task.submit_ahead(commands.ShutDown())
        deadline = self.clocks.steady_s() + patience_s
        while self.clocks.steady_s() < deadline:
            await asyncio.sleep(0.02)
            if all(outbox.is_empty for outbox in self._outboxes.values()):
                break
        await self._webhooks.close()
        for running in self._tasks:
            running.cancel()

    async def _run(self, task: RoomTask, name: str, number: int) -> None:
        try:
            await task.run()
        finally:
            if self._by_name.get(name) is task:
                del self._by_name[name]
            self._credentials.forget_expired(self.clocks.steady_s(), self.clocks.date_s())
            del self._by_number[number]

    def _of(self, engine_id: int) -> RoomTask | None:
        return self._by_number.get(room_number(engine_id))

    def _spread_levels(self, event: media.AudioLevels) -> None:
        by_room: dict[int, list[media.AudioLevel]] = {
            number: [] for number, task in self._by_number.items() if task.room.has_speakers
        }
        for level in event.levels:
            by_room.setdefault(room_number(level.track), []).append(level)
        for number, levels in by_room.items():
            if task := self._by_number.get(number):
                task.submit(media.AudioLevels(tuple(levels)))

    def _relay(self, event: media.PacketReceived) -> None:
        """Data waits for its turn as it came; of somebody who may not send any, nothing is kept."""
        task = self._of(event.peer)
        if task is None or (sender := task.room.sender(event.peer)) is None:
            return
        task.submit_data(event, may_send=sender.may_send_data)

    def _prepared(self, room: Room, command: object) -> object | None:
        """What a room can handle of an input; None for what nobody may have."""
        if not isinstance(command, media.PacketReceived):
            return command
        sender = room.sender(command.peer)
        if sender is None:
            return None
        try:
            packet = stamp_packet(command.payload, sender, reliable=command.reliable)
        except WireError as error:
            _LOG.info("%s: from %s: %s", error.code, sender.sid, error.message)
            return None
        return commands.Relay(peer=command.peer, reliable=command.reliable, packet=packet)

    def _perform(self, outcome: Outcome) -> None:
        for effect in outcome.effects:
            if performer := self._performers.get(type(effect)):
                performer(effect)
            elif isinstance(effect, media.EngineCommand):
                self._engine.apply(effect)

    def _send(self, effect: effects.Send) -> None:
        outbox = self._outboxes.get(effect.connection)
        if outbox is None:
            return
        # The same response often goes to many connections in a row.
        if self._last_encoded is None or self._last_encoded[0] is not effect.response:
            self._last_encoded = (effect.response, encode_response(effect.response))
        outbox.put(self._last_encoded[1], say.subject_of(effect.response))

    def _close(self, effect: effects.CloseConnection) -> None:
        if outbox := self._outboxes.get(effect.connection):
            outbox.close(effect.close_code, effect.reason)

    def _use(self, effect: effects.UseToken) -> None:
        self._credentials.use(effect.admission, tokens.LEEWAY_S, self.clocks.steady_s())

    def _renew(self, effect: effects.Renew) -> None:
        date_s = self.clocks.date_s()
        token = tokens.renewed(effect.admission, self.settings.key, self.settings.secret, date_s)
        self._send(effects.Send(effect.connection, say.FreshCredential(token)))
