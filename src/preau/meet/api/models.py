"""Bodies of requests and answers. Texts are limited here only so far that nothing huge gets deeper."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from preau.meet.domain.accounts import Account
from preau.meet.domain.meetings import Meeting
from preau.meet.live.codec import time_to_json

Text = Annotated[str, Field(max_length=1000)]


class _Body(BaseModel):
    """Strict: a number is not a text."""

    model_config = ConfigDict(strict=True)


class ErrorPart(BaseModel):
    """What went wrong."""

    code: str = Field(description="Stable; choose words by it.", examples=["invalid-fields"])
    message: str = Field(description="A plain English sentence.")
    fields: dict[str, str] | None = Field(default=None, description="A reason for each field that is wrong.")


class ErrorAnswer(BaseModel):
    """The one form of every error."""

    error: ErrorPart


class Media(BaseModel):
    """What can be said about sound and picture."""

    encrypted: bool = Field(description="Whether media is end-to-end encrypted.")


class Instance(BaseModel):
    """This server."""

    name: str
    version: str
    set_up: bool = Field(description="Whether there is an administrator.")
    media: Media
    languages: list[str]


class SetupBody(_Body):
    """The administrator to be."""

    secret: Text
    name: Text
    email: Text
    password: Text


class SignInBody(_Body):
    """An address and its password."""

    email: Text
    password: Text


class LinkSignInBody(_Body):
    """A one-time link may choose a password on the way."""

    password: Text | None = None


class LinkOwnerAnswer(BaseModel):
    """Whom a one-time sign-in link greets."""

    name: str
    email: str
    needs_password: bool


class AccountAnswer(BaseModel):
    """An account, as its owner sees it."""

    id: str
    name: str
    email: str
    role: Literal["admin", "member"]
    language: str

    @staticmethod
    def of(account: Account) -> AccountAnswer:
        """The answer about an account."""
        return AccountAnswer(
            id=account.id,
            name=account.name,
            email=account.email,
            role="admin" if account.role.value == "admin" else "member",
            language=account.language,
        )


class AccountChanges(_Body):
    """What to change about the own account."""

    name: Text | None = None
    language: Text | None = None


class MeetingBody(_Body):
    """A meeting to be."""

    title: Text | None = None


class MeetingChanges(_Body):
    """What to change about a meeting."""

    title: Text


class MeetingAnswer(BaseModel):
    """A meeting, as its owner sees it."""

    id: str
    code: str
    title: str
    link: str
    created_at: str = Field(json_schema_extra={"format": "date-time"})
    last_started_at: str | None
    is_running: bool
    participant_count: int

    @staticmethod
    def of(meeting: Meeting, public_url: str, participant_count: int | None) -> MeetingAnswer:
        """The answer about a meeting; `participant_count` None: it does not run."""
        return MeetingAnswer(
            id=meeting.id,
            code=meeting.code,
            title=meeting.title,
            link=f"{public_url}/m/{meeting.code}",
            created_at=_iso(meeting.created_at) or "",
            last_started_at=_iso(meeting.last_started_at),
            is_running=participant_count is not None and participant_count > 0,
            participant_count=participant_count or 0,
        )


class MeetingList(BaseModel):
    """The account's meetings, the latest activity first."""

    meetings: list[MeetingAnswer]


class LinkAnswer(BaseModel):
    """What a meeting's link shows before anybody enters."""

    code: str
    is_host: bool
    title: str | None = Field(description="Hosts only.")
    name: str | None = Field(description="A name to suggest.")


class Health(BaseModel):
    """The server answers."""

    status: Literal["ok"] = "ok"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else time_to_json(moment.astimezone(UTC))
