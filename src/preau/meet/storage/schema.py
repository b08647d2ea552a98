"""Bringing the database's schema up to date. Alembic is imported only when there is something to do."""

from __future__ import annotations

from importlib import import_module

from sqlalchemy import Connection, Engine, inspect, text

HEAD = "0006"
"""The newest migration; a test holds it to the scripts."""


def current_revision(connection: Connection) -> str | None:
    """The migration the database is at, or None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def migrate(engine: Engine) -> None:
    """Run the migrations the database lacks; nothing when it is up to date."""
    with engine.begin() as connection:
        if current_revision(connection) != HEAD:
            # Alembic takes half a second to import; no start with a current schema should pay for it.
            import_module("preau.meet.storage.upgrade").upgrade(connection)
