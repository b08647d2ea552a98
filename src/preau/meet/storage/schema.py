"""Bringing the database's schema up to date. Alembic is imported only when there is something to do."""

from __future__ import annotations

from importlib import import_module

from sqlalchemy import Connection, Engine, inspect, text

from preau.problems import USAGE_EXIT, Problem

HEAD = "0010"
"""The newest migration; a test holds it to the scripts."""


class DatabaseNewer(Problem):
    """The database was brought up to date by a later version, whose tables this one does not know."""

    code = "database-newer"
    exit_status = USAGE_EXIT

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"the database was written by a newer Préau (its schema is {revision}, this version knows "
            f"{HEAD}); install that version again, or restore a backup from before."
        )


def current_revision(connection: Connection) -> str | None:
    """The migration the database is at, or None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def migrate(engine: Engine) -> None:
    """Run the migrations the database lacks; nothing when it is up to date. Raises DatabaseNewer."""
    # Looked at without asking to write: a start must not wait for somebody else's lock.
    with engine.execution_options(writes=False).begin() as connection:
        revision = current_revision(connection)
    if revision == HEAD:
        return
    if revision is not None and revision > HEAD:
        raise DatabaseNewer(revision)
    with engine.begin() as connection:
        # Another process may have been faster.
        if current_revision(connection) != HEAD:
            # Alembic takes half a second to import; no start with a current schema should pay for it.
            import_module("preau.meet.storage.upgrade").upgrade(connection)
