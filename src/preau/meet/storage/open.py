"""Opening the store: the one function that composition calls."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError

from preau.meet.log import LogEvent, log_event
from preau.meet.storage.availability import Availability, Trouble
from preau.meet.storage.engine import open_engine
from preau.meet.storage.schema import migrate
from preau.meet.storage.store import DatabaseStore
from preau.problems import Problem


class DatabaseUnreachable(Problem):
    """The database does not answer, or not to us."""

    code = "database-unreachable"

    def __init__(self, error: DBAPIError) -> None:
        reason = " ".join(str(error.orig).split()).rstrip(".?")
        super().__init__(f"the database of PREAU_DATABASE_URL cannot be used: {reason}.")


def open_store(database_url: str) -> DatabaseStore:
    """The store over a database whose schema was brought up to date.

    Raises DatabaseUnreachable and DatabaseNewer.
    """
    engine = open_engine(database_url)
    try:
        migrate(engine)
    except DBAPIError as error:
        engine.dispose()
        raise DatabaseUnreachable(error) from None
    except Problem:
        engine.dispose()
        raise
    return DatabaseStore(engine, Availability(_log_change))


def _log_change(trouble: Trouble | None) -> None:
    if trouble is None:
        log_event(LogEvent.DATABASE_BACK)
    else:
        log_event(LogEvent.DATABASE_AWAY, reason=trouble.value)
