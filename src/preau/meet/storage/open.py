"""Opening the store: the one function that composition calls."""

from __future__ import annotations

from preau.meet.storage.engine import open_engine
from preau.meet.storage.schema import migrate
from preau.meet.storage.store import DatabaseStore


def open_store(database_url: str) -> DatabaseStore:
    """The store over a database whose schema was brought up to date."""
    engine = open_engine(database_url)
    migrate(engine)
    return DatabaseStore(engine)
