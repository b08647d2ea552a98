"""Copies of an SQLite database: one file out of a running server, and back into a stopped one."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from preau.meet.settings import MeetSettings
from preau.meet.storage.engine import url_for
from preau.meet.storage.schema import HEAD, DatabaseNewer
from preau.problems import USAGE_EXIT, Problem

#: How long a copy waits for a writer at a time; SQLite begins again where it was interrupted.
_PATIENCE_S = 30.0
_COMPANIONS = ("-wal", "-shm")


class BackupFailed(Problem):
    """A copy could not be made or put back; nothing was changed."""

    code = "backup-failed"
    exit_status = USAGE_EXIT


def back_up(settings: MeetSettings, target: Path) -> str:
    """Copy the database into one new file, while a server may be writing; returns what to tell.

    The file is whole or not there. Raises BackupFailed.
    """
    source = _database_file(settings)
    if target.exists():
        raise BackupFailed(f"{target} is there already and is kept; name another file.")
    if not source.is_file():
        raise BackupFailed(f"there is no database at {source} yet.")
    with _failing_as("the database could not be copied"), _unfinished(target) as copy:
        with (
            closing(sqlite3.connect(source, timeout=_PATIENCE_S)) as reading,
            closing(_made(copy)) as writing,
        ):
            reading.backup(writing)
            # One file and nothing beside it, whoever opens it next.
            writing.execute("PRAGMA journal_mode=DELETE")
        _check(copy)
        copy.rename(target)
    return f"{target} has everything that was saved until now ({target.stat().st_size} bytes)."


def restore(settings: MeetSettings, backup: Path) -> str:
    """Put a backup in the place of the database, which is kept beside it; returns what to tell.

    The server has to be stopped. Raises BackupFailed and DatabaseNewer.
    """
    place = _database_file(settings)
    if not backup.is_file():
        raise BackupFailed(f"there is no file {backup}.")
    with _failing_as(f"{backup} could not be put back"), _unfinished(place) as copy:
        address = f"{backup.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as reading, closing(_made(copy)) as writing:
            reading.backup(writing)
        _check(copy)
        kept = _set_aside(place)
        copy.rename(place)
    before = "" if kept is None else f" What was there before is {kept}."
    return f"{place} is now what {backup} was.{before}"


def _database_file(settings: MeetSettings) -> Path:
    url = url_for(settings.database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise BackupFailed("this server keeps its data in PostgreSQL; use pg_dump and pg_restore.")
    return Path(url.database)


def _made(file: Path) -> sqlite3.Connection:
    # SQLite would make it as wide as the umask of whoever called us.
    os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    return sqlite3.connect(file)


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A name beside the target, for what is not whole yet; nothing of it stays when something fails."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        yield unfinished
    finally:
        for name in ("", "-journal", *_COMPANIONS):
            unfinished.with_name(unfinished.name + name).unlink(missing_ok=True)


@contextmanager
def _failing_as(sentence: str) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(f"{sentence}: {error}.") from None


def _check(file: Path) -> None:
    """Raises BackupFailed unless the file is a whole database of ours, and DatabaseNewer for a later one."""
    with closing(sqlite3.connect(file)) as checking:
        if checking.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise BackupFailed("the copy is damaged; look after the disk, and use an earlier backup.")
        try:
            found = checking.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            found = None
    if found is None:
        raise BackupFailed("this is a database, but not one of Préau.")
    if found[0] > HEAD:
        raise DatabaseNewer(found[0])


def _set_aside(place: Path) -> Path | None:
    """Move the present database, with what belongs to it, out of the way; None when there is none."""
    if not place.exists():
        return None
    kept = place.with_name(f"{place.name}.before-{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    for name in ("", *_COMPANIONS):
        # A log that was left beside another database would be played into it.
        with suppress(FileNotFoundError):
            place.with_name(place.name + name).rename(kept.with_name(kept.name + name))
    return kept
