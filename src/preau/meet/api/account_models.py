"""Bodies of requests and answers about accounts in their owners' and the administrators' hands."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from preau.meet.api.models import Body, Text, iso
from preau.meet.domain.ids import SignInId
from preau.meet.domain.sign_ins import SignIn
from preau.meet.services.administration import AccountView, Found

RoleName = Literal["admin", "member"]
LanguageName = Literal["en", "fr"]
_TIME: dict[str, Any] = {"format": "date-time"}


class PasswordBody(Body):
    """The password of whoever asks."""

    password: Text


class NewPasswordBody(Body):
    """Another password, and the present one."""

    present: Text
    password: Text


class ForgottenBody(Body):
    """The address of an account whose password is forgotten."""

    email: Text


class SignInAnswer(BaseModel):
    """One browser that is signed in."""

    id: str
    is_this: bool = Field(description="Whether it is the one that asks.")
    browser: str = Field(description="What it is called, in a word; empty when it is not known.")
    system: str = Field(description="What it runs on, in a word; empty when it is not known.")
    network: str = Field(description="The neighbourhood of the address it signed in from.")
    created_at: str = Field(json_schema_extra=_TIME)
    last_used_at: str = Field(json_schema_extra=_TIME, description="To within five minutes.")
    expires_at: str = Field(json_schema_extra=_TIME)

    @staticmethod
    def of(one: SignIn, this: SignInId) -> SignInAnswer:
        """The answer about a sign-in."""
        return SignInAnswer(
            id=one.id,
            is_this=one.id == this,
            browser=one.browser,
            system=one.system,
            network=one.network,
            created_at=iso(one.created_at) or "",
            last_used_at=iso(one.last_used_at) or "",
            expires_at=iso(one.expires_at) or "",
        )


class SignInList(BaseModel):
    """Where an account is signed in, the latest used first."""

    sign_ins: list[SignInAnswer]


class InvitedBody(Body):
    """Somebody who is to have an account."""

    name: Text
    email: Text
    role: RoleName = "member"
    language: LanguageName = "en"
    send: bool = Field(default=False, description="Whether the link goes to the address by mail.")


class AdministeredBody(Body):
    """What to change about an account; what is left out stays."""

    name: Text | None = None
    email: Text | None = None
    role: RoleName | None = None
    language: LanguageName | None = None
    is_disabled: bool | None = None


class LinkBody(Body):
    """How to give somebody a link to choose a password."""

    send: bool = Field(default=False, description="Whether the link goes to the address by mail.")


class AdministeredAnswer(BaseModel):
    """An account, as administrators see it."""

    id: str
    name: str
    email: str
    role: RoleName
    language: LanguageName
    has_password: bool = Field(description="Whether its owner has chosen a password.")
    is_disabled: bool
    meetings: int = Field(description="How many meetings are theirs.")
    created_at: str = Field(json_schema_extra=_TIME)
    last_used_at: str | None = Field(description="When a browser that is still signed in was last used.")
    link_until: str | None = Field(description="Until when a link waits for its password.")
    link: str | None = Field(default=None, description="Only in the answer that made it.")

    @staticmethod
    def of(view: AccountView, link: str | None = None) -> AdministeredAnswer:
        """The answer about an account."""
        account = view.account
        return AdministeredAnswer(
            id=account.id,
            name=account.name,
            email=account.email,
            role="admin" if account.role.value == "admin" else "member",
            language="fr" if account.language == "fr" else "en",
            has_password=account.password_hash is not None,
            is_disabled=account.disabled_at is not None,
            meetings=view.meetings,
            created_at=iso(account.created_at) or "",
            last_used_at=iso(view.last_used_at),
            link_until=iso(view.link_until),
            link=link,
        )


class AdministeredList(BaseModel):
    """The accounts a search found, by name."""

    accounts: list[AdministeredAnswer]
    total: int = Field(description="How many there are; the list has the first of them.")
    sends_mail: bool = Field(description="Whether this server can send links by mail.")

    @staticmethod
    def of(found: Found, *, sends_mail: bool) -> AdministeredList:
        """The answer about a search."""
        views = [AdministeredAnswer.of(view) for view in found.accounts]
        return AdministeredList(accounts=views, total=found.total, sends_mail=sends_mail)
