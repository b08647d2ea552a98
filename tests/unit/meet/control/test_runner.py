"""A room whose log cannot be written: nothing happened, and everybody who asked is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from preau.meet.control import runner as runner_module
from preau.meet.control.answers import meeting_facts
from preau.meet.control.log_writer import LogWriter
from preau.meet.control.runner import RoomFacts, RoomRunner, Surroundings
from preau.meet.domain.ids import MeetingId, MessageId, OccurrenceId, ParticipantId
from preau.meet.domain.roles import RoomRole
from preau.meet.integrations.livekit import NullMedia
from preau.meet.live.commands import Command, ConnectionId, End, Enter, LoseConnection, SendChat
from preau.meet.live.room import Room
from preau.meet.services.ports import LogRecord

START = datetime(2026, 11, 24, 8, tzinfo=UTC)
ONE, TWO = ConnectionId(1), ConnectionId(2)


class StillClock:
    def now(self) -> datetime:
        return START


class Ear:
    """A `Line` that keeps what it is told."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def put(self, frame: str) -> None:
        self.frames.put_nowait(json.loads(frame))

    def admit(self, participant_id: ParticipantId, request: int) -> str:
        return f"secret of {participant_id} for {request}"

    def close(self, code: str) -> None:
        self.frames.put_nowait({"type": "closed", "code": code})

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

    def write(self, records: Sequence[LogRecord]) -> None:
        if self.is_full:
            raise OSError("no space left on device")
        self.written += [record.sequence for record in records]


def enter(connection: ConnectionId, name: str) -> Enter:
    return Enter(connection, 1, ParticipantId(f"par_{name}"), "hash", name, RoomRole.PARTICIPANT)


async def test_a_full_disk_and_its_end(monkeypatch: Any) -> None:
    monkeypatch.setattr(runner_module, "RETRY_AFTER_FAILURE_S", 0.01)
    disk, ears = Disk(), {ONE: Ear(), TWO: Ear()}
    writer = LogWriter(disk.write)
    facts = RoomFacts(MeetingId("mtg"), OccurrenceId("occ"), meeting_facts("Staff", "code", START))
    ended = asyncio.Event()
    around = Surroundings(StillClock(), writer, NullMedia(), ears, lambda _: ended.set())
    runner = RoomRunner(facts, Room(max_participants=9, empty_since=START), around)
    task = asyncio.create_task(runner.run())

    runner.submit(enter(ONE, "ann"))
    admitted = await ears[ONE].next("admitted")
    assert admitted["secret"] == "secret of par_ann for 1"
    line: Command = SendChat(ONE, 2, MessageId("message-1"), "hello")

    disk.is_full = True
    runner.submit(line)
    assert (await ears[ONE].next("refused"))["code"] == "not-saved"
    runner.submit(enter(TWO, "bob"))
    assert (await ears[TWO].next("refused"))["code"] == "rate-limited", "a knock is worth another try"
    assert runner.room.view.sequence == 1

    disk.is_full = False
    runner.submit(line)
    assert (await ears[ONE].next("done"))["sequence"] == 2
    disk.is_full = True
    runner.submit(LoseConnection(ONE))
    runner.submit(End())
    await asyncio.sleep(0)
    disk.is_full = False
    async with asyncio.timeout(5):
        await ended.wait()
    await task
    writer.stop()
    assert disk.written == [1, 2, 3, 4], "what has to happen is tried until it is written"
