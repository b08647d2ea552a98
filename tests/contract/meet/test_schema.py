"""Migrations: they make what the tables say, and are skipped when there is nothing to do."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from preau.meet.domain.ids import AccountId, MeetingId
from preau.meet.domain.rules import Kind, Profile, bundle
from preau.meet.storage.schema import HEAD, current_revision, migrate
from preau.meet.storage.store import DatabaseStore
from preau.meet.storage.tables import METADATA
from preau.meet.storage.upgrade import script_config

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def test_the_migrations_make_what_the_tables_say(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, METADATA) == []
        assert current_revision(connection) == HEAD
        assert set(inspect(connection).get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_meetings_and_records_of_before_come_along_in_safety(engine: Engine) -> None:
    with engine.begin() as connection:
        config = script_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for row in (
            "INSERT INTO accounts VALUES ('acc_1', 'Ada', 'ada@example.org', 'admin', 'en', NULL, 0)",
            "INSERT INTO sign_ins VALUES ('0123456789abcdef0123456789abcdef', 'acc_1', 1000, 90000)",
            "INSERT INTO meetings VALUES ('mtg_1', 'aaaaa', 'acc_1', 'Staff', 0, NULL)",
            "INSERT INTO audit (at, actor_id, action, subject_id) "
            "VALUES (0, 'acc_1', 'create-meeting', 'mtg_1'), (0, NULL, 'create-account', 'acc_1')",
        ):
            connection.exec_driver_sql(row)
    migrate(engine)
    with DatabaseStore(engine).read() as stored:
        meeting = stored.meetings.by_id(MeetingId("mtg_1"))
        records = stored.audit.all()
        account = stored.accounts.by_email("ada@example.org")
        (sign_in,) = stored.sign_ins.of_account(AccountId("acc_1"), BEGINNING)
    assert account is not None
    assert account.disabled_at is None
    assert (sign_in.id, sign_in.browser) == ("sgn_0123456789abcdef01234567", "")
    assert sign_in.created_at == sign_in.last_used_at == sign_in.password_at
    assert meeting is not None
    assert (meeting.kind, meeting.rules) == (Kind.MEETING, bundle(Profile.SCHOOL, Kind.MEETING))
    assert meeting.passcode_hash is None
    assert [(one.action, one.meeting_id, one.allowed, one.times) for one in records] == [
        ("create-meeting", "mtg_1", True, 1),
        ("create-account", None, True, 1),
    ]


def test_the_way_back_leads_to_the_first_tables(engine: Engine) -> None:
    migrate(engine)
    with engine.begin() as connection:
        config = script_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        names = set(inspect(connection).get_table_names())
        assert names.isdisjoint({"invitations", "organization", "cases", "case_mails"})
    migrate(engine)


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
        "print([name for name in ('alembic', 'fastapi', 'pydantic', 'livekit', 'aiohttp', 'aiosmtplib', "
        "'sqlalchemy.orm') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
