"""Database engines: SQLite with durable commits, PostgreSQL through psycopg."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # Each commit reaches the disk before it returns: an acknowledged chat line survives a power cut.
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    # Deleted rows are overwritten with zeros: what a guest said is gone when the log is purged.
    "PRAGMA secure_delete=ON",
)


def url_for(database_url: str) -> URL:
    """The SQLAlchemy URL: `postgresql://` and `postgres://` mean psycopg 3."""
    url = make_url(database_url)
    if url.drivername in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    return url


def open_engine(database_url: str) -> Engine:
    """An engine for that database; nothing is connected yet."""
    url = url_for(database_url)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, pool_size=8, max_overflow=32)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_size=8, max_overflow=32, pool_pre_ping=True)


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own transactions are switched off; `_begin_sqlite` starts them as the unit of work asks.
    raw: Any = connection
    raw.isolation_level = None
    cursor = raw.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
