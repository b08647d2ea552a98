"""How the audit is asked for, and what it answers."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from preau.meet.api.models import iso
from preau.meet.services.audit import PAGE, AuditPage, of_kind
from preau.meet.services.audit_ports import AuditEntry, AuditQuery

KindName = Literal["sign-ins", "accounts", "organization", "reports", "meetings", "rooms", "refusals"]
_MOST_NUMBER = 2**31 - 1


def _query(
    *,
    before: Annotated[int | None, Query(ge=1, le=_MOST_NUMBER, description="`next` of a page.")] = None,
    kind: Annotated[KindName | None, Query(description="Acts of that kind alone.")] = None,
    person: Annotated[
        str | None,
        Query(max_length=40, description="Acts of that account or participant, or done to it."),
    ] = None,
    allowed: Annotated[bool | None, Query(description="Acts that were done, or refused, alone.")] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> AuditQuery:
    return AuditQuery(
        most=PAGE,
        before=before,
        actions=of_kind(kind),
        person_id=person,
        allowed=allowed,
        since=since,
        until=until,
    )


AuditQueryOf = Annotated[AuditQuery, Depends(_query)]


class AuditAnswer(BaseModel):
    """One act, done or refused."""

    number: int
    at: str = Field(json_schema_extra={"format": "date-time"})
    actor_id: str | None = Field(description="The account that acted, if it was one.")
    participant_id: str | None = Field(description="The participant that acted, if it was one.")
    meeting_id: str | None = Field(description="The meeting it was about, if it was about one.")
    action: str
    subject_id: str
    allowed: bool
    times: int = Field(description="How many acts it stands for; of more-refused, how many were not noted.")

    @staticmethod
    def of(entry: AuditEntry) -> AuditAnswer:
        """The answer about a record."""
        record = entry.record
        values = {**vars(record), "number": entry.number, "at": iso(record.at)}
        return AuditAnswer.model_validate(values)


class AuditList(BaseModel):
    """A page of acts, the newest first."""

    records: list[AuditAnswer]
    names: dict[str, str] = Field(
        description="Of accounts and of the meeting's personal links in it; an erased one has none."
    )
    next: int | None = Field(description="What the next page is asked for with, as `before`; null: no more.")

    @staticmethod
    def of(page: AuditPage) -> AuditList:
        """The answer about a page."""
        records = [AuditAnswer.of(entry) for entry in page.entries]
        return AuditList(records=records, names=dict(page.names), next=page.next)
