"""A database that cannot be used: one code for who asks, one line in the log, and an end when it is over."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.domain.ids import AccountId
from preau.meet.storage.engine import open_engine
from preau.meet.storage.open import DatabaseUnreachable, open_store
from preau.meet.storage.schema import DatabaseNewer, migrate
from preau.meet.storage.store import DatabaseStore
from tests.kit.world import ADA, BOB


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "preau.db"


@pytest.fixture
def kept(place: Path) -> Iterator[DatabaseStore]:
    """A store on SQLite that gives up a lock at once."""
    store = open_store(f"sqlite:///{place}")
    event.listen(store._engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout=0"))
    store._engine.dispose()
    yield store
    store.close()


def _refused(store: DatabaseStore) -> DomainError:
    with pytest.raises(DomainError) as refused, store.write() as stored:
        stored.accounts.add(ADA)
    return refused.value


def _add_many(store: DatabaseStore) -> None:
    with store.write() as stored:
        for number in range(2000):
            stored.accounts.add(replace(ADA, id=AccountId(f"acc_{number}"), email=f"{number}@example.org"))


def _lines(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str | None]]:
    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [(line["event"], line.get("reason")) for line in told]


def test_what_cannot_be_written_is_refused_in_one_form_and_logged_once(
    place: Path, kept: DatabaseStore, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        for _ in range(3):
            refused = _refused(kept)
            assert (refused.code, refused.retry_after_s) == (ErrorCode.NOT_SAVED, 5)
        kept.try_again()
        assert kept.trouble == "locked"
        assert _lines(capsys) == [("database-away", "locked")]
        other.execute("ROLLBACK")
    kept.try_again()
    assert kept.trouble is None
    assert _lines(capsys) == [("database-back", None)]
    with kept.write() as stored:
        stored.accounts.add(ADA)


def test_a_full_disk_ends_only_once_something_was_really_written(
    kept: DatabaseStore, capsys: pytest.CaptureFixture[str]
) -> None:
    full = event.listens_for(kept._engine, "begin")
    limit = {"pages": 1}
    full(lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={limit['pages']}"))
    with pytest.raises(DomainError):
        _add_many(kept)
    assert kept.trouble == "disk-full"
    with kept.write():
        pass
    assert kept.trouble == "disk-full"
    limit["pages"] = 1_000_000
    kept.try_again()
    assert _lines(capsys) == [("database-away", "disk-full"), ("database-back", None)]


def test_a_file_that_may_only_be_read_is_told_as_such(place: Path, kept: DatabaseStore) -> None:
    event.listen(kept._engine, "begin", lambda connection: connection.exec_driver_sql("PRAGMA query_only=ON"))
    assert _refused(kept).code is ErrorCode.NOT_SAVED
    assert kept.trouble == "read-only"


def test_a_wrong_statement_stays_a_bug(store: DatabaseStore) -> None:
    with pytest.raises((OperationalError, ProgrammingError)), store.read() as stored:
        stored.accounts._connection.execute(text("SELECT * FROM nothing_of_ours"))
    assert store.trouble is None


def test_an_empty_write_finds_a_database_in_order(store: DatabaseStore) -> None:
    store.try_again()
    assert store.trouble is None


def test_a_database_of_a_newer_version_is_named_and_left_alone(engine: Engine) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseNewer) as refused:
        migrate(engine)
    assert refused.value.line().startswith("preau: database-newer: ")
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


def test_a_start_does_not_wait_for_a_lock_when_there_is_nothing_to_do(
    place: Path, kept: DatabaseStore
) -> None:
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        migrate(kept._engine)


def test_a_file_that_is_no_database_ends_the_start_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "preau.db").write_bytes(b"no database at all, but long enough to be taken for one" * 20)
    with pytest.raises(DatabaseUnreachable):
        open_store(f"sqlite:///{tmp_path / 'preau.db'}")


def test_all_that_was_saved_stands_in_the_one_file_after_a_stop(place: Path) -> None:
    store = open_store(f"sqlite:///{place}")
    with store.write() as stored:
        stored.accounts.add(ADA)
        stored.accounts.add(BOB)
    store.close()
    assert sorted(path.name for path in place.parent.iterdir()) == ["preau.db"]
    elsewhere = place.with_name("copy.db")
    elsewhere.write_bytes(place.read_bytes())
    with DatabaseStore(open_engine(f"sqlite:///{elsewhere}")).read() as stored:
        assert stored.accounts.by_id(ADA.id) == ADA
