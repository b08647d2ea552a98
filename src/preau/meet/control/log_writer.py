"""Writes the entries of all rooms, with what the audit is to know, many per commit and on its own thread.

The event loop never waits.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.ports import LogRecord


@dataclass(frozen=True)
class _Write:
    records: Sequence[LogRecord]
    audit: Sequence[AuditRecord]
    written: asyncio.Future[None]
    loop: asyncio.AbstractEventLoop


class LogWriter:
    """Commits what gathered while the last commit ran. A batch that fails is tried again part by part."""

    def __init__(self, write: Callable[[Sequence[LogRecord], Sequence[AuditRecord]], None]) -> None:
        self._write = write
        self._queue: queue.SimpleQueue[_Write | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="room-log", daemon=True)
        self._thread.start()

    async def append(self, records: Sequence[LogRecord], audit: Sequence[AuditRecord] = ()) -> None:
        """Returns once the records are durable, together; raises what kept them from being so."""
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()
        self._queue.put(_Write(records, audit, written, loop))
        await written

    def stop(self) -> None:
        """Write what is waiting and end."""
        self._queue.put(None)
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            batch = [first]
            is_last = self._gather(batch)
            self._commit(batch)
            if is_last:
                return

    def _gather(self, batch: list[_Write]) -> bool:
        """Take everything that waits; True when the end was among it."""
        while True:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return False
            if item is None:
                return True
            batch.append(item)

    def _commit(self, batch: list[_Write]) -> None:
        try:
            self._write(
                [record for one in batch for record in one.records],
                [record for one in batch for record in one.audit],
            )
        except Exception as error:  # Whatever a database driver raises means the same: not durable.
            if len(batch) > 1:
                for one in batch:
                    self._commit([one])
                return
            _settle(batch[0], error)
            return
        for one in batch:
            _settle(one, None)


def _settle(one: _Write, error: Exception | None) -> None:
    def settle() -> None:
        if one.written.done():
            return
        if error is None:
            one.written.set_result(None)
        else:
            one.written.set_exception(error)

    try:
        one.loop.call_soon_threadsafe(settle)
    except RuntimeError:
        # The loop is closed: nobody waits for the answer any more.
        return
