"""A wall clock that a test sets while processes run by it (libfaketime)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_LIBRARIES = Path("/usr/lib")


class SetClock:
    """Started with `environment`, a process and its children have a date that is off by what `set` says.

    Time passes for them as for everybody: the steady clock is left alone.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.set(0)

    def set(self, by_s: int) -> None:
        """From now on their date is so much ahead of the true one."""
        written = self._file.with_suffix(".new")
        written.write_text(f"{by_s:+d}\n")
        written.replace(self._file)

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables of the processes that have this clock."""
        library = next(_LIBRARIES.glob("*/faketime/libfaketimeMT.so.1"))
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }
