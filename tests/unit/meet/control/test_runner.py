"""A room whose log cannot be written: nothing happened, and everybody who asked is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from preau.meet.control import runner as runner_module
from preau.meet.control.answers import MeetingFacts
from preau.meet.control.delivery import RoomFacts
from preau.meet.control.log_writer import LogWriter
from preau.meet.control.runner import RoomRunner, Surroundings
from preau.meet.domain.ids import MeetingId, MessageId, OccurrenceId, ParticipantId
from preau.meet.integrations.livekit import NullMedia
from preau.meet.live.commands import (
    Command,
    ConnectionId,
    DeleteMessage,
    End,
    Leave,
    Lock,
    LoseConnection,
    Open,
    Request,
)
from preau.meet.live.room import Room, Setting
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.late_reports import Tickets
from preau.meet.services.ports import LogRecord
from preau.meet.storage.tables import AUDIT
from tests.kit.room_stage import CALM, ONE, START, TWO, ada, ann, line

FACTS = RoomFacts(MeetingId("mtg"), OccurrenceId("occ"), MeetingFacts("Staff", "code", START))


class StillClock:
    def now(self) -> datetime:
        return START

    def steady_s(self) -> float:
        return 0.0

    def steady(self) -> datetime:
        return START


class Ear:
    """A `Line` that keeps what it is told."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def put(self, frame: str) -> None:
        self.frames.put_nowait(json.loads(frame))

    def refuse(self, request: int, code: str, _retry_after_s: int | None = None) -> None:
        self.frames.put_nowait({"type": "refused", "request": request, "code": code})

    def wait(self, request: int) -> str:
        return f"secret for {request}"

    def admit(self, participant_id: ParticipantId, request: int) -> str:
        return f"secret of {participant_id} for {request}"

    def close(self, code: str, reason: str | None = None) -> None:
        self.frames.put_nowait({"type": "closed", "code": code, "reason": reason})

    async def next(self, type_: str) -> dict[str, Any]:
        async with asyncio.timeout(5):
            while True:
                frame = await self.frames.get()
                if frame["type"] == type_:
                    return frame


class Disk:
    def __init__(self) -> None:
        self.is_full = False
        self.written: list[int] = []
        self.audit: list[tuple[str, str | None, bool]] = []
        self.subjects: list[str] = []

    def write(self, records: Sequence[LogRecord], audit: Sequence[AuditRecord]) -> None:
        if self.is_full:
            raise OSError("no space left on device")
        self.written += [record.sequence for record in records]
        self.audit += [(one.action, one.participant_id, one.allowed) for one in audit]
        self.subjects += [one.subject_id for one in audit]


class House:
    """A runner on a disk, with ears on two connections."""

    def __init__(self) -> None:
        self.disk = Disk()
        self.ears: dict[ConnectionId, Ear] = {ONE: Ear(), TWO: Ear()}
        self.writer = LogWriter(self.disk.write)
        self.ended = asyncio.Event()
        around = Surroundings(
            StillClock(),
            self.writer,
            NullMedia(),
            Tickets.of_one_run(),
            self.ears,
            lambda _: self.ended.set(),
        )
        self.runner = RoomRunner(FACTS, Room(Setting(9), empty_since=START), around)
        self.runner.submit(Open(CALM))
        self.task = asyncio.create_task(self.runner.run())

    async def over(self) -> None:
        async with asyncio.timeout(5):
            await self.ended.wait()
        await self.task
        self.writer.stop()


async def test_a_full_disk_and_its_end(monkeypatch: Any) -> None:
    monkeypatch.setattr(runner_module, "RETRY_AFTER_FAILURE_S", 0.01)
    house = House()
    disk, ears, runner = house.disk, house.ears, house.runner
    runner.submit(ada())
    admitted = await ears[ONE].next("admitted")
    assert admitted["secret"] == "secret of par_ada for 1"
    written: Command = line("hello")

    disk.is_full = True
    runner.submit(written)
    assert (await ears[ONE].next("refused"))["code"] == "not-saved"
    runner.submit(ann())
    assert (await ears[TWO].next("refused"))["code"] == "rate-limited", "a knock is worth another try"
    assert runner.room.view.sequence == 2

    disk.is_full = False
    runner.submit(written)
    assert (await ears[ONE].next("done"))["sequence"] == 3
    disk.is_full = True
    runner.submit(LoseConnection(ONE))
    runner.submit(End())
    await asyncio.sleep(0)
    disk.is_full = False
    await house.over()
    assert disk.written == [1, 2, 3, 4, 5], "what has to happen is tried until it is written"


async def test_acts_and_attempts_are_on_record_before_they_are_answered() -> None:
    house = House()
    house.runner.submit(ada())
    house.runner.submit(ann())
    await house.ears[TWO].next("admitted")
    house.runner.submit(Lock(TWO, 5))
    assert (await house.ears[TWO].next("refused"))["code"] == "not-allowed"
    assert house.disk.audit == [("lock", "par_ann", False)], "an attempt alone makes no entry, but a record"
    house.runner.submit(Lock(ONE, 5))
    await house.ears[ONE].next("done")
    assert house.disk.audit[1:] == [("lock", "par_ada", True)]
    house.runner.submit(End())
    await house.over()


async def test_the_longest_id_a_client_makes_up_fits_into_the_audit() -> None:
    house = House()
    house.runner.submit(ada())
    house.runner.submit(ann())
    await house.ears[TWO].next("admitted")
    house.runner.submit(DeleteMessage(TWO, 5, MessageId("m" * 64)))
    assert (await house.ears[TWO].next("refused"))["code"] == "not-allowed"
    house.runner.submit(Lock(ONE, 5))
    await house.ears[ONE].next("done")
    assert house.disk.subjects == ["m" * 40, "mtg"]
    assert str(AUDIT.c.subject_id.type) == "VARCHAR(40)"
    house.runner.submit(End())
    await house.over()


async def test_an_act_that_cannot_be_recorded_does_not_happen(monkeypatch: Any) -> None:
    monkeypatch.setattr(runner_module, "RETRY_AFTER_FAILURE_S", 0.01)
    house = House()
    house.runner.submit(ada())
    await house.ears[ONE].next("admitted")
    house.disk.is_full = True
    house.runner.submit(Lock(ONE, 5))
    assert (await house.ears[ONE].next("refused"))["code"] == "not-saved"
    assert not house.runner.room.view.is_locked
    house.disk.is_full = False
    house.runner.submit(End())
    await house.over()


async def test_who_knocks_on_a_room_that_just_ended_is_told_to_try_again() -> None:
    house = House()
    house.runner.submit(ada())
    await house.ears[ONE].next("admitted")
    house.runner.submit(End())
    house.runner.submit(ann())
    house.runner.submit(Leave(ONE, 9))
    assert (await house.ears[TWO].next("refused"))["code"] == "rate-limited"
    await house.over()
    assert not house.runner.room.seats


class Riddle(Request):
    """A command the room has no handler for."""


async def test_a_command_the_room_trips_over_does_not_end_it() -> None:
    house = House()
    house.runner.submit(ada())
    await house.ears[ONE].next("admitted")
    house.runner.submit(Riddle(ONE, 5))
    assert (await house.ears[ONE].next("refused"))["request"] == 5
    house.runner.submit(line("still here"))
    assert (await house.ears[ONE].next("done"))["sequence"] == 3
    house.runner.submit(End())
    await house.over()
