"""Whether the database takes what is written: told to who asks for the health, logged once per change."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft

from preau.meet.domain.errors import DomainError, not_saved


class Trouble(StrEnum):
    """Why a database cannot be used; each is the operator's to mend, and none is a fault of a statement."""

    FULL = "disk-full"
    LOCKED = "locked"
    READ_ONLY = "read-only"
    DAMAGED = "damaged"
    UNREACHABLE = "unreachable"


#: SQLite's primary result codes (sqlite.org/rescode.html). A code that is not here is a bug of ours.
_SQLITE = {
    sqlite3.SQLITE_BUSY: Trouble.LOCKED,
    sqlite3.SQLITE_LOCKED: Trouble.LOCKED,
    sqlite3.SQLITE_PROTOCOL: Trouble.LOCKED,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_PERM: Trouble.READ_ONLY,
    sqlite3.SQLITE_IOERR: Trouble.UNREACHABLE,
    sqlite3.SQLITE_CANTOPEN: Trouble.UNREACHABLE,
    sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
    sqlite3.SQLITE_NOTADB: Trouble.DAMAGED,
}
_PRIMARY_CODE = 0xFF

#: PostgreSQL's SQLSTATE, the longest beginning first (appendix A of its manual).
_SQLSTATES = (
    ("53100", Trouble.FULL),
    ("25006", Trouble.READ_ONLY),
    ("55P03", Trouble.LOCKED),
    ("40P01", Trouble.LOCKED),
    ("XX001", Trouble.DAMAGED),
    ("XX002", Trouble.DAMAGED),
    ("08", Trouble.UNREACHABLE),
    ("53", Trouble.UNREACHABLE),
    ("57", Trouble.UNREACHABLE),
    ("58", Trouble.UNREACHABLE),
)


def trouble_of(error: Exception) -> Trouble | None:
    """What an error tells of the database's state; None when another database would have raised it too."""
    if isinstance(error, NoConnectionLeft):
        return Trouble.LOCKED
    if not isinstance(error, DBAPIError):
        return None
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & _PRIMARY_CODE)
    state = getattr(cause, "sqlstate", None)
    if state is None:
        return Trouble.UNREACHABLE if error.connection_invalidated or _is_operational(cause) else None
    return next((trouble for beginning, trouble in _SQLSTATES if state.startswith(beginning)), None)


def _is_operational(cause: BaseException | None) -> bool:
    """Whether a driver says that it did not get through; it has no SQLSTATE where no server answered."""
    return type(cause).__name__ == "OperationalError"


class Availability:
    """The state of one database, as its transactions find it. From any thread."""

    def __init__(self, on_change: Callable[[Trouble | None], None] = lambda _: None) -> None:
        self._on_change = on_change
        self._lock = threading.Lock()
        self._trouble: Trouble | None = None

    @property
    def trouble(self) -> Trouble | None:
        """Why the last transaction that told failed; None when the database can be used."""
        return self._trouble

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Around a transaction. Raises DomainError (not-saved) for the database's own troubles."""
        try:
            yield
        except DomainError:
            raise
        except Exception as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            self._note(trouble)
            raise not_saved() from error

    def note_usable(self) -> None:
        """A write reached the disk.

        Only a transaction that is sure to write can tell: one that changes nothing succeeds on a full disk.
        """
        self._note(None)

    def _note(self, trouble: Trouble | None) -> None:
        if self._trouble is trouble:
            return
        with self._lock:
            if self._trouble is trouble:
                return
            self._trouble = trouble
        self._on_change(trouble)
