"""Accounts: who may create meetings here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from preau.meet.domain.ids import AccountId
from preau.meet.domain.roles import AccountRole
from preau.meet.domain.text import MAX_NAME_CHARACTERS, clean_email, clean_line

LANGUAGES = ("en", "fr")


@dataclass(frozen=True)
class Account:
    """A person who can sign in. `password_hash` is None until a password was chosen.

    `disabled_at`: since when it cannot be used, until an administrator allows it again.
    """

    id: AccountId
    name: str
    email: str
    role: AccountRole
    language: str
    password_hash: str | None
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True)
class Person:
    """The fields a form gives, cleaned."""

    name: str
    email: str


def name_problem(name: str) -> str | None:
    """Why a cleaned name cannot be used, or None."""
    if not name:
        return "Enter a name."
    if len(name) > MAX_NAME_CHARACTERS:
        return f"At most {MAX_NAME_CHARACTERS} characters."
    return None


def read_person(name: str, email: str) -> tuple[Person, dict[str, str]]:
    """The cleaned fields, and a reason for each that is wrong."""
    cleaned_name, cleaned_email = clean_line(name), clean_email(email)
    problems: dict[str, str] = {}
    problem = name_problem(cleaned_name)
    if problem is not None:
        problems["name"] = problem
    if cleaned_email is None:
        problems["email"] = "Enter an e-mail address."
    return Person(cleaned_name, cleaned_email or ""), problems
