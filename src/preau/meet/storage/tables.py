"""The tables. Each column says in `info` what it tells about people, as docs/data-inventory.md does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class UtcMilliseconds(TypeDecorator[datetime]):
    """A moment as whole milliseconds since 1970 in UTC: one form in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """The number that is stored."""
        return None if value is None else (value - _BEGINNING) // _MILLISECOND

    def process_result_value(self, value: Any | None, _dialect: Dialect) -> datetime | None:
        """The moment that was stored."""
        return None if value is None else _BEGINNING + int(value) * _MILLISECOND


@dataclass(frozen=True)
class Privacy:
    """What a column says about people (`category` "none": nothing), what for, and how long it is kept."""

    category: str
    purpose: str
    kept: str

    def as_info(self) -> dict[str, Any]:
        """The `info` of the column."""
        return {"privacy": self}


_ACCOUNT_LIFE = "until the account is erased"
_SIGN_LIFE = "30 days or until ended"
_DEVICE_LIFE = "1 year after the last sign-in there, or another password"
_MEETING_LIFE = "until the meeting is deleted"
_ROOM_LIFE = "until 5 minutes after the last participant left"
_AUDIT_LIFE = "183 days"
_SERVER_LIFE = "as long as the server"
_CASE_LIFE = "3 years after it was closed"


def _nothing(purpose: str, kept: str) -> dict[str, Any]:
    return Privacy("none", purpose, kept).as_info()


def _about(category: str, purpose: str, kept: str) -> dict[str, Any]:
    return Privacy(category, purpose, kept).as_info()


METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("id", String(40), primary_key=True, info=_about("account id", "identify", _ACCOUNT_LIFE)),
    Column("name", String(128), nullable=False, info=_about("name", "show to others", _ACCOUNT_LIFE)),
    Column(
        "email",
        String(254),
        nullable=False,
        unique=True,
        info=_about("e-mail address", "sign in", _ACCOUNT_LIFE),
    ),
    Column("role", String(16), nullable=False, info=_about("role", "decide rights", _ACCOUNT_LIFE)),
    Column("language", String(8), nullable=False, info=_about("language", "choose words", _ACCOUNT_LIFE)),
    Column("password_hash", String(255), info=_about("password hash", "sign in", _ACCOUNT_LIFE)),
    Column(
        "created_at", UtcMilliseconds, nullable=False, info=_about("time", "show and order", _ACCOUNT_LIFE)
    ),
    Column("disabled_at", UtcMilliseconds, info=_about("time", "refuse sign-ins", _ACCOUNT_LIFE)),
)

SIGN_INS = Table(
    "sign_ins",
    METADATA,
    Column("id", String(40), nullable=False, unique=True, info=_nothing("list and end", _SIGN_LIFE)),
    Column(
        "secret_hash",
        String(64),
        primary_key=True,
        info=_about("cookie hash", "stay signed in", _SIGN_LIFE),
    ),
    Column(
        "account_id",
        String(40),
        ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
        info=_about("account id", "stay signed in", _SIGN_LIFE),
    ),
    Column("created_at", UtcMilliseconds, nullable=False, info=_about("time", "show and expire", _SIGN_LIFE)),
    Column("expires_at", UtcMilliseconds, nullable=False, info=_about("time", "expire", _SIGN_LIFE)),
    Column("last_used_at", UtcMilliseconds, nullable=False, info=_about("time", "show", _SIGN_LIFE)),
    Column(
        "password_at",
        UtcMilliseconds,
        nullable=False,
        info=_about("time", "ask for the password", _SIGN_LIFE),
    ),
    Column("browser", String(48), nullable=False, info=_about("kind of browser", "show", _SIGN_LIFE)),
    Column("system", String(48), nullable=False, info=_about("kind of system", "show", _SIGN_LIFE)),
    Column(
        "network",
        String(48),
        nullable=False,
        info=_about("neighbourhood of an address", "show", _SIGN_LIFE),
    ),
)

#: By which a sign-in from a device that is new to an account is told of.
ACCOUNT_DEVICES = Table(
    "account_devices",
    METADATA,
    Column(
        "account_id",
        String(40),
        ForeignKey("accounts.id", ondelete="CASCADE"),
        primary_key=True,
        info=_about("account id", "tell of new devices", _DEVICE_LIFE),
    ),
    Column(
        "device_hash",
        String(64),
        primary_key=True,
        info=_about("cookie hash", "tell of new devices", _DEVICE_LIFE),
    ),
    Column("last_at", UtcMilliseconds, nullable=False, info=_about("time", "forget", _DEVICE_LIFE)),
)

ONE_TIME_LINKS = Table(
    "one_time_links",
    METADATA,
    Column(
        "secret_hash", String(64), primary_key=True, info=_nothing("sign in once", "3 days or until used")
    ),
    Column(
        "account_id",
        String(40),
        ForeignKey("accounts.id", ondelete="CASCADE"),
        info=_about("account id", "sign in once", "3 days or until used"),
    ),
    Column("created_at", UtcMilliseconds, nullable=False, info=_nothing("expire", "3 days or until used")),
    Column("expires_at", UtcMilliseconds, nullable=False, info=_nothing("expire", "3 days or until used")),
)

MEETINGS = Table(
    "meetings",
    METADATA,
    Column("id", String(40), primary_key=True, info=_nothing("identify", _MEETING_LIFE)),
    Column("code", String(32), nullable=False, unique=True, info=_nothing("make the link", _MEETING_LIFE)),
    Column(
        "owner_id",
        String(40),
        ForeignKey("accounts.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
        info=_about("account id", "decide rights", _MEETING_LIFE),
    ),
    Column(
        "title", String(255), nullable=False, info=_about("free text", "show to those inside", _MEETING_LIFE)
    ),
    Column("created_at", UtcMilliseconds, nullable=False, info=_about("time", "order", _MEETING_LIFE)),
    Column("last_started_at", UtcMilliseconds, info=_about("time", "show and order", _MEETING_LIFE)),
    Column("kind", String(16), nullable=False, info=_nothing("choose the rules", _MEETING_LIFE)),
    Column("rules", Text, nullable=False, info=_nothing("decide rights", _MEETING_LIFE)),
    Column("passcode_hash", String(255), info=_nothing("check the passcode", _MEETING_LIFE)),
)

_PASSCODE_LIFE = "1 year, or until the passcode is another"
PASSCODE_DEVICES = Table(
    "passcode_devices",
    METADATA,
    Column(
        "mark", String(64), primary_key=True, info=_about("cookie hash", "tell from guessers", _PASSCODE_LIFE)
    ),
    Column(
        "meeting_id",
        String(40),
        ForeignKey("meetings.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
        info=_nothing("find", _PASSCODE_LIFE),
    ),
    Column("at", UtcMilliseconds, nullable=False, index=True, info=_about("time", "expire", _PASSCODE_LIFE)),
)

INVITATIONS = Table(
    "invitations",
    METADATA,
    Column("id", String(40), primary_key=True, info=_nothing("identify", _MEETING_LIFE)),
    Column("number", Integer, nullable=False, info=_nothing("order", _MEETING_LIFE)),
    Column(
        "meeting_id",
        String(40),
        ForeignKey("meetings.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
        info=_nothing("find", _MEETING_LIFE),
    ),
    Column("name", String(128), nullable=False, info=_about("name", "show to others", _MEETING_LIFE)),
    Column("email", String(254), info=_about("e-mail address", "send the link", _MEETING_LIFE)),
    Column("role", String(16), nullable=False, info=_about("role", "decide rights", _MEETING_LIFE)),
    Column("source", String(16), nullable=False, info=_nothing("show provenance", _MEETING_LIFE)),
    Column(
        "secret_hash", String(64), nullable=False, unique=True, info=_nothing("check the link", _MEETING_LIFE)
    ),
    Column("device_hash", String(64), info=_about("cookie hash", "hold other devices", _MEETING_LIFE)),
    Column("bound_at", UtcMilliseconds, info=_about("time", "show use", _MEETING_LIFE)),
    Column("created_at", UtcMilliseconds, nullable=False, info=_about("time", "show", _MEETING_LIFE)),
    Column("mail", String(16), info=_nothing("show", _MEETING_LIFE)),
    Column("mailed_at", UtcMilliseconds, info=_nothing("show", _MEETING_LIFE)),
    Column("mail_problem", String(24), info=_nothing("show", _MEETING_LIFE)),
    Column(
        "more_emails",
        Text,
        nullable=False,
        server_default="",
        info=_about("e-mail addresses", "send the link", _MEETING_LIFE),
    ),
)

#: One row at most.
ORGANIZATION = Table(
    "organization",
    METADATA,
    Column(
        "id", Integer, primary_key=True, autoincrement=False, info=_nothing("keep to one row", _SERVER_LIFE)
    ),
    Column("name", String(128), nullable=False, info=_nothing("show", _SERVER_LIFE)),
    Column("profile", String(16), nullable=False, info=_nothing("choose the rules", _SERVER_LIFE)),
    Column("locked_rules", Text, nullable=False, info=_nothing("decide rights", _SERVER_LIFE)),
    Column(
        "safeguarding_contact",
        String(254),
        info=_about("e-mail address", "show to those who report", _SERVER_LIFE),
    ),
)

# No foreign key to the meeting: a report outlives it.
CASES = Table(
    "cases",
    METADATA,
    Column("id", String(40), primary_key=True, info=_nothing("identify", _CASE_LIFE)),
    Column("number", String(16), nullable=False, unique=True, info=_nothing("refer to", _CASE_LIFE)),
    Column(
        "secret_hash", String(64), nullable=False, unique=True, info=_nothing("show the outcome", _CASE_LIFE)
    ),
    Column("at", UtcMilliseconds, nullable=False, info=_about("time", "look into the report", _CASE_LIFE)),
    Column("meeting_id", String(40), nullable=False, info=_nothing("look into the report", _CASE_LIFE)),
    Column(
        "category", String(20), nullable=False, info=_about("accusation", "look into the report", _CASE_LIFE)
    ),
    Column("text", Text, nullable=False, info=_about("free text", "look into the report", _CASE_LIFE)),
    Column(
        "reporter_name", String(128), nullable=False, info=_about("name", "look into the report", _CASE_LIFE)
    ),
    Column("about_name", String(128), info=_about("name", "look into the report", _CASE_LIFE)),
    Column(
        "evidence",
        Text,
        nullable=False,
        info=_about("names and chat lines the reporter chose", "look into the report", _CASE_LIFE),
    ),
    Column("state", String(16), nullable=False, info=_nothing("show", _CASE_LIFE)),
    Column("outcome", Text, info=_about("free text", "tell the reporter", _CASE_LIFE)),
    Column("outcome_at", UtcMilliseconds, info=_about("time", "show", _CASE_LIFE)),
)

# Whom the letter goes to is not here: it is the organization's contact of the moment.
CASE_MAILS = Table(
    "case_mails",
    METADATA,
    Column(
        "case_id",
        String(40),
        ForeignKey("cases.id", ondelete="CASCADE"),
        primary_key=True,
        info=_nothing("find", _CASE_LIFE),
    ),
    Column("meeting_kind", String(16), info=_nothing("say in the letter", _CASE_LIFE)),
    Column("due_at", UtcMilliseconds, nullable=False, index=True, info=_nothing("try again", _CASE_LIFE)),
    Column("state", String(16), nullable=False, info=_nothing("show", _CASE_LIFE)),
    Column("attempts", Integer, nullable=False, info=_nothing("try again", _CASE_LIFE)),
    Column("at", UtcMilliseconds, info=_nothing("show", _CASE_LIFE)),
    Column("problem", String(24), info=_nothing("show", _CASE_LIFE)),
    Column("asked_at", UtcMilliseconds, info=_nothing("try again", _CASE_LIFE)),
)

# No foreign key to the meeting: a room may still write after its meeting was deleted, until it is ended.
OCCURRENCES = Table(
    "occurrences",
    METADATA,
    Column("id", String(40), primary_key=True, info=_nothing("identify", _ROOM_LIFE)),
    Column("meeting_id", String(40), nullable=False, unique=True, info=_nothing("find", _ROOM_LIFE)),
    Column("started_at", UtcMilliseconds, nullable=False, info=_nothing("show", _ROOM_LIFE)),
)

ROOM_LOG = Table(
    "room_log",
    METADATA,
    Column(
        "occurrence_id",
        String(40),
        ForeignKey("occurrences.id", ondelete="CASCADE"),
        primary_key=True,
        info=_nothing("order", _ROOM_LIFE),
    ),
    Column("sequence", Integer, primary_key=True, autoincrement=False, info=_nothing("order", _ROOM_LIFE)),
    Column("at", UtcMilliseconds, nullable=False, info=_about("time", "show and order", _ROOM_LIFE)),
    Column(
        "body",
        Text,
        nullable=False,
        info=_about(
            "names, roles, chat, hands, comings and goings, the door, and what a return is told by",
            "run and recover the room",
            _ROOM_LIFE,
        ),
    ),
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("id", Integer, primary_key=True, info=_nothing("order", _AUDIT_LIFE)),
    Column(
        "at",
        UtcMilliseconds,
        nullable=False,
        index=True,
        info=_about("time", "account for acts", _AUDIT_LIFE),
    ),
    Column("actor_id", String(40), index=True, info=_about("account id", "account for acts", _AUDIT_LIFE)),
    Column("action", String(40), nullable=False, info=_about("act", "account for acts", _AUDIT_LIFE)),
    Column("subject_id", String(40), nullable=False, info=_about("id", "account for acts", _AUDIT_LIFE)),
    Column("meeting_id", String(40), index=True, info=_about("id", "show to the host", _AUDIT_LIFE)),
    Column("participant_id", String(40), info=_about("id", "account for acts", _AUDIT_LIFE)),
    Column("allowed", Boolean, nullable=False, info=_about("act", "account for acts", _AUDIT_LIFE)),
    Column("times", Integer, nullable=False, info=_nothing("account for acts", _AUDIT_LIFE)),
)

Index("ix_sign_ins_expires_at", SIGN_INS.c.expires_at)
