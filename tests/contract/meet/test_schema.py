"""Migrations: they make what the tables say, and are skipped when there is nothing to do."""

from __future__ import annotations

import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from preau.meet.storage.schema import HEAD, current_revision, migrate
from preau.meet.storage.tables import METADATA
from preau.meet.storage.upgrade import script_config


def test_the_migrations_make_what_the_tables_say(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, METADATA) == []
        assert current_revision(connection) == HEAD
        assert set(inspect(connection).get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    migrate(engine)
    migrate(engine)


def test_the_newest_script_is_the_one_named_in_the_code() -> None:
    assert ScriptDirectory.from_config(script_config()).get_heads() == [HEAD]


def test_a_start_with_a_current_schema_imports_neither_alembic_nor_a_framework(engine: Engine) -> None:
    migrate(engine)
    url = engine.url.render_as_string(hide_password=False)
    program = (
        "import sys; import preau.meet.app; from preau.meet.storage.open import open_store; "
        f"open_store({url!r}); "
        "print([name for name in ('alembic', 'fastapi', 'pydantic', 'livekit', 'aiohttp', 'sqlalchemy.orm') "
        "if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
