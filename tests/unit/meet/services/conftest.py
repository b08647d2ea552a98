"""A server with two accounts, for the tests of use cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from preau.meet.storage.engine import open_engine
from preau.meet.storage.schema import migrate
from tests.kit.world import Stage, stage


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "preau.db"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture
def server(tmp_path: Path, empty_database: Path) -> Stage:
    return stage(tmp_path, empty_database)
