"""Storing what must not be there yet."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from preau.meet.services.ports import AlreadyStoredError


def insert_new(connection: Connection, table: Any, rows: Any) -> None:
    """Insert one row or several; `AlreadyStoredError` when a key of theirs is taken."""
    try:
        connection.execute(insert(table), rows)
    except IntegrityError as error:
        raise AlreadyStoredError from error
