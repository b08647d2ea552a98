"""A server with two accounts, for the tests of use cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.world import Stage, stage


@pytest.fixture
def server(tmp_path: Path, empty_database: Path) -> Stage:
    return stage(tmp_path, empty_database)
