"""What the use cases need from the world, as Protocols that the adapters fulfil."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from preau.meet.domain.accounts import Account
from preau.meet.domain.codes import MeetingCode
from preau.meet.domain.ids import AccountId, MeetingId, OccurrenceId, ParticipantId
from preau.meet.domain.meetings import Meeting, Occurrence


@dataclass(frozen=True)
class SignIn:
    """One browser that is signed in: the hash of its cookie, whose it is and until when."""

    secret_hash: str
    account_id: AccountId
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class OneTimeLink:
    """The hash of a secret that works once. `account_id` None: it sets the server up."""

    secret_hash: str
    account_id: AccountId | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class AuditRecord:
    """A privileged act: who (None: the operator at the shell), what, to which account or meeting."""

    at: datetime
    actor_id: AccountId | None
    action: str
    subject_id: str


@dataclass(frozen=True)
class LogRecord:
    """One entry of the room log as it is stored; `body` is JSON."""

    occurrence_id: OccurrenceId
    sequence: int
    at: datetime
    body: str


class Accounts(Protocol):
    """Stored accounts."""

    def add(self, account: Account) -> None: ...
    def by_id(self, account_id: AccountId) -> Account | None: ...
    def by_email(self, email: str) -> Account | None: ...
    def update(self, account: Account) -> None: ...
    def exists_admin(self) -> bool: ...


class SignIns(Protocol):
    """Stored sign-ins."""

    def add(self, sign_in: SignIn) -> None: ...
    def account_id(self, secret_hash: str, now: datetime) -> AccountId | None: ...
    def remove(self, secret_hash: str) -> None: ...
    def remove_expired(self, now: datetime) -> None: ...


class OneTimeLinks(Protocol):
    """Stored one-time links; a used one is gone."""

    def add(self, link: OneTimeLink) -> None: ...
    def get(self, secret_hash: str, now: datetime) -> OneTimeLink | None: ...
    def use(self, secret_hash: str, now: datetime) -> OneTimeLink | None: ...
    def remove_setups(self) -> None: ...
    def remove_expired(self, now: datetime) -> None: ...


class Meetings(Protocol):
    """Stored meetings."""

    def add(self, meeting: Meeting) -> None: ...
    def by_id(self, meeting_id: MeetingId) -> Meeting | None: ...
    def by_code(self, code: MeetingCode) -> Meeting | None: ...
    def of_owner(self, owner_id: AccountId) -> Sequence[Meeting]: ...
    def update(self, meeting: Meeting) -> None: ...
    def remove(self, meeting_id: MeetingId) -> None: ...


class Occurrences(Protocol):
    """Occurrences that have not ended, and their room logs."""

    def add(self, occurrence: Occurrence) -> None: ...
    def all(self) -> Sequence[Occurrence]: ...
    def of_meeting(self, meeting_id: MeetingId) -> Occurrence | None: ...
    def remove(self, occurrence_id: OccurrenceId) -> None: ...
    def append(self, records: Sequence[LogRecord]) -> None: ...
    def log(self, occurrence_id: OccurrenceId) -> Sequence[LogRecord]: ...


class Audit(Protocol):
    """The audit table; records are never changed, and removed by age alone."""

    def add(self, record: AuditRecord) -> None: ...
    def remove_before(self, moment: datetime) -> None: ...
    def all(self) -> Sequence[AuditRecord]: ...


class Transaction(Protocol):
    """Everything stored, as one transaction sees it."""

    @property
    def accounts(self) -> Accounts: ...
    @property
    def sign_ins(self) -> SignIns: ...
    @property
    def one_time_links(self) -> OneTimeLinks: ...
    @property
    def meetings(self) -> Meetings: ...
    @property
    def occurrences(self) -> Occurrences: ...
    @property
    def audit(self) -> Audit: ...


class AlreadyStoredError(Exception):
    """Something unique (an address, a code, an entry's sequence) is stored already."""


class Store(Protocol):
    """The database. A block that raises leaves no trace; after `write` its changes are durable."""

    def read(self) -> AbstractContextManager[Transaction]: ...
    def write(self) -> AbstractContextManager[Transaction]: ...
    def erase_traces(self) -> None:
        """Make deleted rows unreadable in the files of the database, where that needs a step of its own."""


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Now in UTC, cut to milliseconds as everything stored is."""


class Randomness(Protocol):
    """Unpredictable bytes."""

    def draw(self, count: int) -> bytes:
        """`count` bytes from the system's cryptographic source."""


class Passwords(Protocol):
    """Password hashing, slow on purpose."""

    def hash(self, password: str) -> str: ...
    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; takes as long when there is no hash to compare with."""


class LiveRooms(Protocol):
    """The rooms that run."""

    def participant_count(self, meeting_id: MeetingId) -> int | None:
        """How many are in the meeting's room, or None when it does not run."""

    def end(self, meeting_id: MeetingId) -> None:
        """End the meeting's room for everybody, soon; nothing when it does not run. From any thread."""

    def is_expected(self, room: OccurrenceId, identity: ParticipantId) -> bool:
        """Whether somebody in the media room has a seat in the room it belongs to."""


@dataclass(frozen=True)
class MediaGrant:
    """Where the media server is ("" the page's own origin) and the signed permission to enter one room."""

    url: str
    token: str


class Media(Protocol):
    """The media server. Removing and closing are tried again on failure and never make anybody wait."""

    def grant(self, room: OccurrenceId, identity: ParticipantId, name: str, now: datetime) -> MediaGrant: ...
    def remove(self, room: OccurrenceId, identity: ParticipantId) -> None: ...
    def close_room(self, room: OccurrenceId) -> None: ...
    async def stop(self) -> None: ...


@dataclass(frozen=True)
class MediaNews:
    """What the media server tells: an event of LiveKit's, of a room and perhaps a participant ("": none)."""

    event: str
    room: OccurrenceId
    identity: ParticipantId


class MediaNewsReader(Protocol):
    """Reads what comes from the media server."""

    def read(self, body: str, signature: str) -> MediaNews | None:
        """What it says, or None when it was not the media server that said it."""


@dataclass(frozen=True)
class World:
    """Everything the use cases reach out to."""

    store: Store
    clock: Clock
    randomness: Randomness
    passwords: Passwords
