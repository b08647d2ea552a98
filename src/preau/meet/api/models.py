"""Bodies of requests and answers. Texts are limited here only so far that nothing huge gets deeper."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from preau.meet.domain.accounts import Account
from preau.meet.live.people_codec import time_to_json

Text = Annotated[str, Field(max_length=1000)]
MailProblemName = Literal[
    "off", "no-contact", "unreachable", "not-encrypted", "sign-in-refused", "refused", "lost"
]


class Body(BaseModel):
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
    sends_mail: bool = Field(description="Whether a link to choose another password can come by mail.")


class SetupBody(Body):
    """The administrator to be."""

    secret: Text
    name: Text
    email: Text
    password: Text


class SignInBody(Body):
    """An address and its password."""

    email: Text
    password: Text


class SecretBody(Body):
    """A secret out of a link; it goes into the body so that no log of addresses has it."""

    secret: Text


class LinkSignInBody(SecretBody):
    """A one-time link may choose a password on the way."""

    password: Text | None = None


class LinkOwnerAnswer(BaseModel):
    """Whom a one-time sign-in link greets."""

    name: str
    email: str
    has_password: bool = Field(description="Whether the password that is chosen takes the place of another.")


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


class VisitorAnswer(BaseModel):
    """Whom a browser's cookie signs in.

    `open_cases`: how many reports nobody has looked into; administrators alone are told.
    """

    account: AccountAnswer | None = None
    open_cases: int | None = None


class AccountChanges(Body):
    """What to change about the own account."""

    name: Text | None = None
    language: Text | None = None


class Health(BaseModel):
    """The server answers, and whether it can keep anything."""

    status: Literal["ok", "not-saved"] = "ok"
    reason: str | None = Field(
        default=None,
        description="Why the database cannot be used: disk-full, locked, read-only, damaged, unreachable.",
    )


def iso(moment: datetime | None) -> str | None:
    return None if moment is None else time_to_json(moment.astimezone(UTC))
