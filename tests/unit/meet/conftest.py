"""What tests of the platform share."""

from __future__ import annotations

from pathlib import Path

import pytest

from preau.meet.storage.engine import open_engine
from preau.meet.storage.schema import migrate


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the newest schema, to be copied: making one takes longer than most tests."""
    path = tmp_path_factory.mktemp("empty") / "preau.db"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path
