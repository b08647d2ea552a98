"""The stored letters about cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.engine import RowMapping

from preau.meet.domain.ids import CaseId
from preau.meet.domain.letters import CaseMail, MailProblem, MailState
from preau.meet.domain.rules import Kind
from preau.meet.storage.inserts import insert_new
from preau.meet.storage.tables import CASE_MAILS


class StoredCaseMails:
    """Letters about cases in the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, mail: CaseMail) -> None:
        """Store a letter that is to be sent; `AlreadyStoredError` when there is one about that case."""
        insert_new(self._connection, CASE_MAILS, _row(mail))

    def all(self) -> Mapping[CaseId, CaseMail]:
        """Every letter, by its case."""
        rows = self._connection.execute(select(CASE_MAILS)).mappings()
        return {CaseId(row["case_id"]): _case_mail(row) for row in rows}

    def of_case(self, case_id: CaseId) -> CaseMail | None:
        """The letter about a case, if there is one."""
        found = select(CASE_MAILS).where(CASE_MAILS.c.case_id == case_id)
        row = self._connection.execute(found).mappings().first()
        return None if row is None else _case_mail(row)

    def due(self, now: datetime, most: int) -> Sequence[CaseMail]:
        """Those that wait and are to be tried by now, the longest due first."""
        is_due = (CASE_MAILS.c.state == MailState.WAITING.value) & (CASE_MAILS.c.due_at <= now)
        found = select(CASE_MAILS).where(is_due).order_by(CASE_MAILS.c.due_at).limit(most)
        return [_case_mail(row) for row in self._connection.execute(found).mappings()]

    def update(self, mail: CaseMail) -> None:
        """Store what became of a letter."""
        changed = update(CASE_MAILS).where(CASE_MAILS.c.case_id == mail.case_id)
        self._connection.execute(changed.values(**_row(mail)))

    def ask_again(self, case_id: CaseId, now: datetime, due_at: datetime) -> bool:
        """Have one that was given up wait again; one of several at once succeeds."""
        given_up = (CASE_MAILS.c.case_id == case_id) & (CASE_MAILS.c.state == MailState.FAILED.value)
        asked = update(CASE_MAILS).where(given_up)
        values = {"state": MailState.WAITING.value, "attempts": 0, "asked_at": now, "due_at": due_at}
        return self._connection.execute(asked.values(**values)).rowcount == 1


def _case_mail(row: RowMapping) -> CaseMail:
    kind, problem = row["meeting_kind"], row["problem"]
    return CaseMail(
        **{
            **row,
            "meeting_kind": None if kind is None else Kind(kind),
            "state": MailState(row["state"]),
            "problem": None if problem is None else MailProblem(problem),
        }
    )


def _row(mail: CaseMail) -> dict[str, Any]:
    kind, problem = mail.meeting_kind, mail.problem
    return {
        **asdict(mail),
        "meeting_kind": None if kind is None else kind.value,
        "state": mail.state.value,
        "problem": None if problem is None else problem.value,
    }
