"""The outbox, the pace and the log writer, each alone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from preau.meet.control import outbox as outbox_module
from preau.meet.control.answers import closed, refused
from preau.meet.control.frames import FRAME_TYPES
from preau.meet.control.log_writer import LogWriter
from preau.meet.control.outbox import MAX_WAITING_BYTES, Outbox
from preau.meet.control.pace import BURST_FRAMES, FRAMES_PER_S, Pace
from preau.meet.control.sentences import CLOSINGS, REFUSALS
from preau.meet.domain.ids import OccurrenceId
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.ports import LogRecord


def record(sequence: int) -> LogRecord:
    return LogRecord(OccurrenceId("occ_1"), sequence, datetime(2026, 11, 24, tzinfo=UTC), "{}")


async def test_an_outbox_sends_in_order_and_ends_with_its_last_frame() -> None:
    sent: list[str] = []

    async def send(frame: str) -> None:
        sent.append(frame)

    outbox = Outbox(send)
    outbox.put("one")
    outbox.finish("last")
    outbox.put("too late")
    await outbox.run()
    assert sent == ["one", "last"]


async def test_an_outbox_takes_a_large_snapshot_and_drops_a_reader_that_never_reads() -> None:
    never = asyncio.Event()

    async def send(_: str) -> None:
        await never.wait()

    outbox = Outbox(send)
    outbox.put("x" * (2 * MAX_WAITING_BYTES))
    assert not outbox.is_too_slow
    outbox.put("one more")
    assert outbox.is_too_slow
    await outbox.run()


async def test_an_outbox_gives_a_stuck_send_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "SEND_TIMEOUT_S", 0.01)

    async def send(_: str) -> None:
        await asyncio.Event().wait()

    outbox = Outbox(send)
    outbox.put("frame")
    await outbox.run()
    assert outbox.is_too_slow


def test_the_pace_allows_a_burst_and_then_a_rate() -> None:
    pace = Pace(0.0)
    assert all(pace.allows(0.0) for _ in range(BURST_FRAMES))
    assert not pace.allows(0.0)
    assert sum(pace.allows(2.0) for _ in range(1000)) == 2 * FRAMES_PER_S


class Disk:
    """Where a log writer writes: holds each commit until it is let go, and can fail."""

    def __init__(self) -> None:
        self.commits: list[list[int]] = []
        self.audit: list[str] = []
        self.let_go = threading.Semaphore(0)
        self.is_writing = threading.Event()
        self.bad: set[int] = set()

    def write(self, records: Sequence[LogRecord], audit: Sequence[AuditRecord]) -> None:
        self.audit += [one.action for one in audit]
        self.is_writing.set()
        self.let_go.acquire()
        sequences = [one.sequence for one in records]
        if self.bad & set(sequences):
            raise OSError("no space")
        self.commits.append(sequences)


async def test_what_gathers_during_a_commit_is_one_commit() -> None:
    disk = Disk()
    writer = LogWriter(disk.write)
    first = asyncio.create_task(writer.append([record(1)]))
    await asyncio.sleep(0)
    await asyncio.to_thread(disk.is_writing.wait, 5)
    act = AuditRecord(datetime(2026, 11, 24, tzinfo=UTC), None, "lock", "mtg_1")
    rest = [asyncio.create_task(writer.append([record(number)], [act])) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    disk.let_go.release()
    await first
    disk.let_go.release()
    await asyncio.gather(*rest)
    writer.stop()
    assert disk.commits == [[1], [2, 3, 4]]
    assert disk.audit == ["lock"] * 3


async def test_one_that_cannot_be_written_harms_only_itself() -> None:
    disk = Disk()
    disk.bad = {2}
    disk.let_go = threading.Semaphore(100)
    writer = LogWriter(disk.write)
    tasks = [writer.append([record(number)]) for number in (1, 2, 3)]
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    writer.stop()
    assert [type(outcome) for outcome in outcomes] == [type(None), OSError, type(None)]
    assert sorted(number for commit in disk.commits for number in commit) == [1, 3]


def test_every_code_has_a_sentence() -> None:
    assert all(text.endswith(".") for text in (*REFUSALS.values(), *CLOSINGS.values()))
    assert '"request":0' in refused(0, "bad-frame")
    assert '"type":"closed"' in closed("left")


def test_the_document_names_every_code_and_every_frame() -> None:
    document = (Path(__file__).parents[4] / "docs/protocol/control.md").read_text()
    for name in (*REFUSALS, *CLOSINGS, *FRAME_TYPES):
        assert f"`{name}`" in document, name
