"""The audit table, read in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, desc, exists, select, update

from preau.meet.services.audit_ports import AuditEntry, AuditQuery, AuditRecord
from preau.meet.storage.inserts import insert_new
from preau.meet.storage.tables import AUDIT, MEETINGS

_COLUMNS = tuple(column for column in AUDIT.c if column.name != "id")


class StoredAudit:
    """The audit table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: AuditRecord) -> None:
        """Write one record."""
        insert_new(self._connection, AUDIT, asdict(record))

    def add_up(self, record: AuditRecord, since: datetime) -> None:
        """Add to the sum of the same acts that was begun since then, or begin another."""
        same = (AUDIT.c.action == record.action) & (AUDIT.c.subject_id == record.subject_id)
        for name in ("actor_id", "meeting_id", "participant_id"):
            value = getattr(record, name)
            same &= AUDIT.c[name].is_(None) if value is None else AUDIT.c[name] == value
        begun = select(AUDIT.c.id).where(same & (AUDIT.c.allowed == record.allowed) & (AUDIT.c.at >= since))
        sum_id = self._connection.execute(begun.order_by(desc(AUDIT.c.id)).limit(1)).scalar()
        if sum_id is None:
            self.add(record)
            return
        grown = update(AUDIT).where(AUDIT.c.id == sum_id).values(times=AUDIT.c.times + record.times)
        self._connection.execute(grown)

    def remove_before(self, moment: datetime) -> None:
        """Forget what is older."""
        self._connection.execute(delete(AUDIT).where(AUDIT.c.at < moment))

    def all(self) -> Sequence[AuditRecord]:
        """Every record, the oldest first."""
        found = select(*_COLUMNS).order_by(AUDIT.c.id)
        return [AuditRecord(**row) for row in self._connection.execute(found).mappings()]

    def page(self, query: AuditQuery) -> Sequence[AuditEntry]:
        """What a query asks for, the newest first."""
        found = select(AUDIT).where(*_conditions(query)).order_by(desc(AUDIT.c.id)).limit(query.most)
        return [_entry(dict(row)) for row in self._connection.execute(found).mappings()]


def _entry(row: dict[str, Any]) -> AuditEntry:
    return AuditEntry(row.pop("id"), AuditRecord(**row))


def _conditions(query: AuditQuery) -> list[Any]:
    found: list[Any] = [_of_meeting(query)]
    if query.before is not None:
        found.append(AUDIT.c.id < query.before)
    if query.actions:
        found.append(AUDIT.c.action.in_(sorted(query.actions)))
    if query.person_id is not None:
        theirs = (AUDIT.c.actor_id == query.person_id) | (AUDIT.c.participant_id == query.person_id)
        found.append(theirs | (AUDIT.c.subject_id == query.person_id))
    if query.allowed is not None:
        found.append(AUDIT.c.allowed == query.allowed)
    if query.since is not None:
        found.append(AUDIT.c.at >= query.since)
    if query.until is not None:
        found.append(AUDIT.c.at < query.until)
    return found


def _of_meeting(query: AuditQuery) -> Any:
    if query.meeting_id is not None and not query.is_house:
        return AUDIT.c.meeting_id == query.meeting_id
    # Of a meeting that is no more nobody else could read.
    is_no_more = ~exists(select(MEETINGS.c.id).where(MEETINGS.c.id == AUDIT.c.meeting_id))
    is_readable = AUDIT.c.meeting_id.is_(None) | is_no_more
    return is_readable if query.meeting_id is None else is_readable & (AUDIT.c.meeting_id == query.meeting_id)
