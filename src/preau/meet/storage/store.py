"""The store: transactions over the tables, one small class per port."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Engine, delete, desc, func, select, update
from sqlalchemy.engine import RowMapping

from preau.meet.domain.codes import MeetingCode
from preau.meet.domain.errors import DomainError
from preau.meet.domain.ids import AccountId, MeetingId, OccurrenceId
from preau.meet.domain.meetings import Meeting, Occurrence
from preau.meet.domain.rules import Kind, Profile, bundle, rules_from_json, rules_to_json
from preau.meet.services.ports import LogRecord
from preau.meet.storage.accounts import StoredAccounts, StoredOneTimeLinks, StoredSignIns
from preau.meet.storage.audit import StoredAudit
from preau.meet.storage.availability import Availability
from preau.meet.storage.inserts import insert_new
from preau.meet.storage.letters import StoredCaseMails
from preau.meet.storage.passcode_devices import StoredPasscodeDevices
from preau.meet.storage.safe_room import StoredCases, StoredInvitations, StoredOrganizations
from preau.meet.storage.tables import MEETINGS, OCCURRENCES, ROOM_LOG

#: A commit of nothing that must reach the disk all the same.
_EMPTY_WRITE = {"sqlite": "PRAGMA user_version = 0", "postgresql": "SELECT pg_current_xact_id()"}


def _meeting(row: RowMapping) -> Meeting:
    kind = Kind(row["kind"])
    # A rule that is newer than the row is as strict as a meeting of that kind begins in a school.
    rules = rules_from_json(json.loads(row["rules"]), bundle(Profile.SCHOOL, kind))
    return Meeting(**{**row, "kind": kind, "rules": rules})


def _meeting_row(meeting: Meeting) -> dict[str, Any]:
    rules = json.dumps(rules_to_json(meeting.rules))
    return {**asdict(meeting), "kind": meeting.kind.value, "rules": rules}


class StoredMeetings:
    """Meetings in the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, meeting: Meeting) -> None:
        """Store a new meeting."""
        insert_new(self._connection, MEETINGS, _meeting_row(meeting))

    def by_id(self, meeting_id: MeetingId) -> Meeting | None:
        """The meeting of that id."""
        return self._one(MEETINGS.c.id == meeting_id)

    def by_code(self, code: MeetingCode) -> Meeting | None:
        """The meeting of that link."""
        return self._one(MEETINGS.c.code == code)

    def of_owner(self, owner_id: AccountId) -> Sequence[Meeting]:
        """An account's meetings, the latest activity first."""
        activity = func.coalesce(MEETINGS.c.last_started_at, MEETINGS.c.created_at)
        found = (
            select(MEETINGS).where(MEETINGS.c.owner_id == owner_id).order_by(desc(activity), MEETINGS.c.id)
        )
        return [_meeting(row) for row in self._connection.execute(found).mappings()]

    def update(self, meeting: Meeting) -> None:
        """Store what changed."""
        self._connection.execute(
            update(MEETINGS).where(MEETINGS.c.id == meeting.id).values(**_meeting_row(meeting))
        )

    def remove(self, meeting_id: MeetingId) -> None:
        """Delete a meeting."""
        self._connection.execute(delete(MEETINGS).where(MEETINGS.c.id == meeting_id))

    def _one(self, condition: Any) -> Meeting | None:
        row = self._connection.execute(select(MEETINGS).where(condition)).mappings().first()
        return None if row is None else _meeting(row)


class StoredOccurrences:
    """Occurrences and their logs in the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, occurrence: Occurrence) -> None:
        """Store an occurrence that begins."""
        insert_new(self._connection, OCCURRENCES, asdict(occurrence))

    def all(self) -> Sequence[Occurrence]:
        """Every occurrence that has not ended."""
        return [Occurrence(**row) for row in self._connection.execute(select(OCCURRENCES)).mappings()]

    def of_meeting(self, meeting_id: MeetingId) -> Occurrence | None:
        """The meeting's occurrence, when one runs."""
        found = select(OCCURRENCES).where(OCCURRENCES.c.meeting_id == meeting_id)
        row = self._connection.execute(found).mappings().first()
        return None if row is None else Occurrence(**row)

    def remove(self, occurrence_id: OccurrenceId) -> None:
        """Delete an occurrence with its log."""
        self._connection.execute(delete(ROOM_LOG).where(ROOM_LOG.c.occurrence_id == occurrence_id))
        self._connection.execute(delete(OCCURRENCES).where(OCCURRENCES.c.id == occurrence_id))

    def append(self, records: Sequence[LogRecord]) -> None:
        """Write entries at the end of logs; `AlreadyStoredError` when a sequence is taken."""
        if records:
            insert_new(self._connection, ROOM_LOG, [asdict(record) for record in records])

    def log(self, occurrence_id: OccurrenceId) -> Sequence[LogRecord]:
        """A log from its beginning."""
        found = (
            select(ROOM_LOG).where(ROOM_LOG.c.occurrence_id == occurrence_id).order_by(ROOM_LOG.c.sequence)
        )
        return [LogRecord(**row) for row in self._connection.execute(found).mappings()]


class StoredTransaction:
    """One open transaction."""

    def __init__(self, connection: Connection) -> None:
        self.accounts = StoredAccounts(connection)
        self.sign_ins = StoredSignIns(connection)
        self.one_time_links = StoredOneTimeLinks(connection)
        self.meetings = StoredMeetings(connection)
        self.occurrences = StoredOccurrences(connection)
        self.audit = StoredAudit(connection)
        self.invitations = StoredInvitations(connection)
        self.passcode_devices = StoredPasscodeDevices(connection)
        self.organizations = StoredOrganizations(connection)
        self.cases = StoredCases(connection)
        self.case_mails = StoredCaseMails(connection)


class DatabaseStore:
    """The `Store` port over an engine."""

    def __init__(self, engine: Engine, availability: Availability | None = None) -> None:
        self._engine = engine
        self._reader = engine.execution_options(writes=False)
        self._availability = availability or Availability()

    @contextmanager
    def read(self) -> Iterator[StoredTransaction]:
        """A transaction that only reads."""
        with self._availability.watched(), self._reader.begin() as connection:
            yield StoredTransaction(connection)

    @contextmanager
    def write(self) -> Iterator[StoredTransaction]:
        """A transaction that may write; durable once the block is left without an error."""
        with self._availability.watched(), self._engine.begin() as connection:
            yield StoredTransaction(connection)

    def erase_traces(self) -> None:
        """Empty SQLite's write-ahead log, where purged rows would stay readable until it is reused."""
        if self._engine.dialect.name == "sqlite":
            # Outside any transaction, which only the driver's own connection is.
            with closing(self._engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    @property
    def trouble(self) -> str | None:
        """Why the database cannot be used, as it was last found; None while it can."""
        return self._availability.trouble

    def try_again(self) -> None:
        """Write something that means nothing, to find out whether the database takes it again."""
        with suppress(DomainError), self._availability.watched(), self._engine.begin() as connection:
            connection.exec_driver_sql(_EMPTY_WRITE[self._engine.dialect.name])
            # Only what was committed counts; the block's own commit then has nothing to do.
            connection.commit()
            self._availability.note_usable()

    def close(self) -> None:
        """Write everything into the one file and let go of it; nothing may be asked of it afterwards."""
        try:
            self.erase_traces()
        finally:
            self._engine.dispose()
