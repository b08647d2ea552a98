"""Running Alembic on a connection that is open already. Imported by `schema` alone, and only when needed."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

SCRIPTS = Path(__file__).parent / "migrations"


def script_config() -> Config:
    """Alembic's configuration: the scripts that ship with the package."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    return config


def upgrade(connection: Connection) -> None:
    """Bring the schema to the newest migration, inside the connection's transaction."""
    config = script_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
