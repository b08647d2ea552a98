"""The task that owns one room: in which order it is asked, and that it leaves time to everybody else."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable

from preau.sfu.clocks import Clocks
from preau.sfu.data_line import DataLine
from preau.sfu.rooms import commands
from preau.sfu.rooms.media import PacketReceived
from preau.sfu.rooms.room import Outcome, Room
from preau.sfu.signalling.allowance import Allowance

_LOG = logging.getLogger("preau.sfu")
_UNKNOWN = ("room-unknown", "requested room does not exist")
#: With more people than this remembered, those who have their whole allowance are forgotten.
_MANY_PEOPLE = 1000

_Input = tuple[object, asyncio.Future[object] | None]


def room_unknown() -> commands.RoomRefusal:
    """What is said of a room that is not there."""
    return commands.RoomRefusal(*_UNKNOWN)


class RoomTask:
    """Inputs in the order they came, effects done before the next input.

    The server's own interface, and those who come in by a credential that it made, go ahead of what
    participants ask: nobody is kept in a room by what waits in it. After each input all other tasks have
    their turn. `prepare` makes the input of what was submitted, or None, when its turn has come.
    """

    def __init__(
        self,
        room: Room,
        perform: Callable[[Outcome], None],
        clocks: Clocks,
        prepare: Callable[[Room, object], object | None],
    ) -> None:
        self.room = room
        self._perform = perform
        self._prepare = prepare
        self._clocks = clocks
        self._ahead: deque[_Input] = deque()
        self._inputs: deque[_Input] = deque()
        self._ready = asyncio.Event()
        self._allowances: dict[str, Allowance] = {}
        self._data = DataLine()

    def submit(self, command: object) -> None:
        """Queues an input that needs no answer."""
        self._put(self._inputs, command, None)

    def submit_ahead(self, command: object) -> None:
        """Queues an input that needs no answer, ahead of what participants ask."""
        self._put(self._ahead, command, None)

    def submit_data(self, packet: PacketReceived, *, may_send: bool) -> None:
        """Queues a packet of a participant, as far as there is room for what it sends."""
        if (command := self._data.enter(packet, may_send=may_send)) is not None:
            self.submit(command)

    async def ask(self, command: object) -> object:
        """Asks ahead of participants, and waits for the answer. Raises RoomRefusal."""
        return await self._answer(self._ahead, command)

    async def ask_in_turn(self, command: object) -> object:
        """Asks after everything that waits, and waits for the answer. Raises RoomRefusal."""
        return await self._answer(self._inputs, command)

    async def settle(self, command: object) -> None:
        """Queues an input, and returns once its turn has passed, however it went."""
        if not self.room.finished:
            handled: asyncio.Future[object] = asyncio.get_running_loop().create_future()
            self._put(self._inputs, command, handled)
            try:
                await asyncio.wait({handled})
            except asyncio.CancelledError:
                handled.cancel()
                raise
            # What failed was logged where it failed.
            handled.exception()

    def allowance(self, identity: str) -> Allowance:
        """What is left to a participant; it outlives its connections."""
        if len(self._allowances) > _MANY_PEOPLE:
            now = self._clocks.steady_s()
            kept = {one: left for one, left in self._allowances.items() if not left.is_whole(now)}
            self._allowances = kept
        return self._allowances.setdefault(identity, Allowance())

    async def run(self) -> None:
        """Until the room is over."""
        try:
            while not self.room.finished:
                await self._turn()
        finally:
            for _command, answer in (*self._ahead, *self._inputs):
                if answer is not None and not answer.done():
                    answer.set_exception(room_unknown())

    async def _turn(self) -> None:
        is_due = self.room.wake_s <= self._clocks.steady_s()
        if is_due:
            self._step(commands.Tick(), None)
        if waiting := self._ahead or self._inputs:
            self._step(*waiting.popleft())
        elif not is_due:
            self._ready.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._patience_s()):
                    await self._ready.wait()
            return
        await asyncio.sleep(0)

    def _patience_s(self) -> float | None:
        wake_s = self.room.wake_s
        return None if wake_s == float("inf") else max(0.0, wake_s - self._clocks.steady_s())

    def _put(self, queue: deque[_Input], command: object, answer: asyncio.Future[object] | None) -> None:
        queue.append((command, answer))
        self._ready.set()

    async def _answer(self, queue: deque[_Input], command: object) -> object:
        if self.room.finished:
            raise room_unknown()
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._put(queue, command, answer)
        return await answer

    def _step(self, command: object, answer: asyncio.Future[object] | None) -> None:
        try:
            if (prepared := self._prepare(self.room, self._data.turn(command))) is None:
                return
            outcome = self.room.handle(prepared, self._clocks.steady_s(), self._clocks.date_s())
            self._perform(outcome)
        except Exception as error:
            # A fault in one input must not end the room.
            _LOG.exception("room-fault: %s in room %s", type(command).__name__, self.room.info().name)
            if answer is not None and not answer.done():
                answer.set_exception(error)
            return
        if answer is None or answer.done():
            return
        if outcome.refusal is not None:
            answer.set_exception(outcome.refusal)
        else:
            answer.set_result(outcome.value)
