"""What the use cases need from the world, as Protocols that the adapters fulfil."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from preau.meet.domain.cases import Case, CaseState
from preau.meet.domain.codes import MeetingCode
from preau.meet.domain.ids import (
    AccountId,
    CaseId,
    InvitationId,
    MeetingId,
    OccurrenceId,
    ParticipantId,
    SignInId,
)
from preau.meet.domain.invitations import Invitation
from preau.meet.domain.letters import CaseMail, Letter, MailProblem, MailState
from preau.meet.domain.media_rights import MediaRights
from preau.meet.domain.meetings import Meeting, Occurrence
from preau.meet.domain.organization import Organization
from preau.meet.domain.roster_tables import Line
from preau.meet.domain.rules import Rules
from preau.meet.services.account_ports import Accounts, OneTimeLinks, SignIns
from preau.meet.services.audit_ports import Audit
from preau.meet.services.limits import Guesses
from preau.meet.services.refusals import Unnoted


@dataclass(frozen=True)
class LogRecord:
    """One entry of the room log as it is stored; `body` is JSON."""

    occurrence_id: OccurrenceId
    sequence: int
    at: datetime
    body: str


@dataclass(frozen=True)
class Sheet:
    """One sheet of a spreadsheet: what its cells show, line by line; `first_column` is where they begin."""

    name: str
    is_concealed: bool
    first_column: int
    lines: tuple[Line, ...]


class Spreadsheets(Protocol):
    """Reads files of spreadsheet programs."""

    async def read(self, content: bytes) -> Sequence[Sheet]:
        """The sheets, in their order. Raises `file-unreadable`."""


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


class Invitations(Protocol):
    """Stored personal links; they go with their meeting."""

    def add(self, invitations: Sequence[Invitation]) -> None: ...
    def by_id(self, invitation_id: InvitationId) -> Invitation | None: ...
    def by_secret(self, secret_hash: str) -> Invitation | None: ...
    def of_meeting(self, meeting_id: MeetingId) -> Sequence[Invitation]:
        """In the order they were made."""

    def bind(self, invitation_id: InvitationId, device_hash: str, now: datetime) -> bool:
        """Tie a link to the first device that uses it; False when it is tied already."""

    def update(self, invitation: Invitation) -> None: ...
    def note_mail(
        self, secret_hash: str, mail: MailState, now: datetime, problem: MailProblem | None = None
    ) -> None:
        """What became of the letter with that link, unless the link is another by now."""

    def give_up_mail(self, before: datetime) -> None:
        """Letters with links that waited since before that are lost, and show as failed."""

    def mail_again(self, invitation_id: InvitationId, secret_hash: str, now: datetime) -> bool:
        """Another link, whose letter waits, instead of one whose letter was given up and that nobody used.

        False when it is no such link; one of several at once succeeds.
        """

    def remove(self, invitation_id: InvitationId) -> None: ...


class PasscodeDevices(Protocol):
    """Browsers that gave a meeting's passcode, by marks that tell neither."""

    def is_met(self, mark: str) -> bool: ...
    def meet(self, mark: str, meeting_id: MeetingId, now: datetime) -> None:
        """Remember one; nothing when it is known."""

    def forget_meeting(self, meeting_id: MeetingId) -> None: ...
    def forget_before(self, moment: datetime) -> None: ...


class Organizations(Protocol):
    """The one organization of this server."""

    def get(self) -> Organization: ...
    def put(self, organization: Organization) -> None: ...


class Cases(Protocol):
    """The register of reports."""

    def add(self, case: Case) -> None:
        """`AlreadyStoredError` when the number is taken."""

    def last_number(self, year: int) -> str | None: ...
    def all(self) -> Sequence[Case]:
        """The newest first."""

    def by_id(self, case_id: CaseId) -> Case | None: ...
    def by_secret(self, secret_hash: str) -> Case | None: ...
    def count(self, state: CaseState) -> int: ...
    def update(self, case: Case) -> None: ...
    def remove_closed_before(self, moment: datetime) -> None: ...


class CaseMails(Protocol):
    """The letters about cases; they go with their case."""

    def add(self, mail: CaseMail) -> None:
        """Store a letter that is to be sent. Raises `AlreadyStoredError` when its case has one."""

    def all(self) -> Mapping[CaseId, CaseMail]: ...
    def of_case(self, case_id: CaseId) -> CaseMail | None: ...
    def due(self, now: datetime, most: int) -> Sequence[CaseMail]:
        """Those that wait and are to be tried by now, the longest due first."""

    def update(self, mail: CaseMail) -> None: ...
    def ask_again(self, case_id: CaseId, now: datetime, due_at: datetime) -> bool:
        """Have one that was given up wait again; False when it was not. One of several at once succeeds."""


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
    @property
    def invitations(self) -> Invitations: ...
    @property
    def passcode_devices(self) -> PasscodeDevices: ...
    @property
    def organizations(self) -> Organizations: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def case_mails(self) -> CaseMails: ...


class AlreadyStoredError(Exception):
    """Something unique (an address, a code, an entry's sequence) is stored already."""


class Store(Protocol):
    """The database. A block that raises leaves no trace; after `write` its changes are durable."""

    @property
    def trouble(self) -> str | None:
        """Why nothing can be kept, as it was last found; None while all is well."""

    def read(self) -> AbstractContextManager[Transaction]:
        """A transaction that only reads. Raises DomainError (not-saved) when the database cannot be used."""

    def write(self) -> AbstractContextManager[Transaction]:
        """A transaction that may write, durable once left. Raises DomainError (not-saved)."""

    def try_again(self) -> None:
        """Find out whether a trouble is over."""

    def close(self) -> None:
        """Bring everything into the file that is copied, and let go of it."""

    def erase_traces(self) -> None:
        """Make deleted rows unreadable in the files of the database, where that needs a step of its own."""


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """Now in UTC, cut to milliseconds as everything stored is. This clock may be set at any moment."""

    def steady_s(self) -> float:
        """Seconds since some moment, on a clock that nobody sets: for durations that are kept in memory."""

    def steady(self) -> datetime:
        """The same as a moment, for what reckons with moments. It is no date."""


class Randomness(Protocol):
    """Unpredictable bytes."""

    def draw(self, count: int) -> bytes:
        """`count` bytes from the system's cryptographic source."""


class Passwords(Protocol):
    """Password hashing, slow on purpose."""

    def hash(self, password: str) -> str: ...
    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether it is the password; takes as long when there is no hash to compare with."""

    def is_easy(self, password: str) -> bool:
        """Whether it is among the first that are tried: common, leaked, a pattern, a date."""


@dataclass(frozen=True)
class RoomDoor:
    """What a running room says at its door: the rules of the moment."""

    rules: Rules
    is_locked: bool


class EndingRooms(Protocol):
    """The part of running rooms that the end of an account concerns."""

    def end(self, meeting_id: MeetingId) -> None:
        """End the meeting's room for everybody; nothing when it does not run."""

    def end_sign_ins(self, sign_in_ids: Collection[SignInId]) -> None:
        """Put out, in every room and at every door, who came in by sign-ins that are no more."""


class LiveRooms(EndingRooms, Protocol):
    """The rooms that run. Everything may be called from any thread; what changes a room does so soon."""

    def participant_count(self, meeting_id: MeetingId) -> int | None:
        """How many are in the meeting's room, or None when it does not run."""

    def is_expected(self, room: OccurrenceId, identity: ParticipantId) -> bool:
        """Whether somebody in the media room has a seat in the room it belongs to."""

    def door(self, meeting_id: MeetingId) -> RoomDoor | None:
        """What the meeting's room says at its door, or None when it does not run."""

    def is_banned(
        self,
        meeting_id: MeetingId,
        device_key: str | None,
        invitation_id: InvitationId | None,
        account_id: AccountId | None,
    ) -> bool:
        """Whether a ban of the meeting's room is of that device, personal link or account."""

    def change_rules(self, meeting_id: MeetingId, rules: Rules, locked_rules: Collection[str]) -> None:
        """The owner or an administrator changed what the room allows: the whole rules in force."""

    def link_changed(self, meeting_id: MeetingId, code: MeetingCode) -> None:
        """The meeting has another link."""

    def revoke_invitation(self, meeting_id: MeetingId, invitation_id: InvitationId) -> None:
        """Put out whoever is in the room, or waits, by that personal link."""

    def sign_ins_in_use(self) -> frozenset[SignInId]:
        """The sign-ins by which somebody is in a room, or waits at its door."""

    def running_meetings(self) -> Collection[MeetingId]:
        """The meetings whose rooms run."""

    def knocked_in_vain(self, meeting_id: MeetingId, device_key: str, network: str) -> None:
        """Somebody knew the meeting's link and was turned away before its room was asked."""

    def seated(self) -> Mapping[OccurrenceId, frozenset[ParticipantId]]:
        """For each room that runs, those who may be in its media room now."""

    def stranger_removed(self, room: OccurrenceId, name: str) -> None:
        """Somebody without a seat was found in the media room and put out: tell the hosts, and the audit."""


@dataclass(frozen=True)
class MediaGrant:
    """Where the media server is ("" the page's own origin) and the signed permission to enter one room."""

    url: str
    token: str


@dataclass(frozen=True)
class MediaPresence:
    """Somebody the media server has in a room."""

    identity: ParticipantId
    name: str


class Media(Protocol):
    """The media server. What changes something is done soon and tried again; it never makes anybody wait.

    Changes of one identity are done in the order they were asked for; of several rights the latest win.
    """

    def grant(
        self, room: OccurrenceId, identity: ParticipantId, name: str, rights: MediaRights, now: datetime
    ) -> MediaGrant:
        """A permission to enter a room once, within a minute, with these rights."""

    def set_rights(self, room: OccurrenceId, identity: ParticipantId, rights: MediaRights) -> None:
        """Somebody's rights from now on; what may no longer be sent or received stops."""

    def repeat_rights(self, room: OccurrenceId, identity: ParticipantId) -> None:
        """Somebody just came in, perhaps with a grant older than the latest decision: see that it holds."""

    def mute(self, room: OccurrenceId, identity: ParticipantId, source: str) -> None:
        """Silence what somebody sends of that source; only that person can undo it."""

    def stop_share(self, room: OccurrenceId, identity: ParticipantId, rights: MediaRights) -> None:
        """End somebody's screen share; `rights` are those that hold afterwards."""

    def remove(self, room: OccurrenceId, identity: ParticipantId) -> None:
        """Put somebody out; a media server that can refuses the identity from then on."""

    def close_room(self, room: OccurrenceId) -> None: ...
    async def list_identities(self, room: OccurrenceId) -> Sequence[MediaPresence] | None:
        """Who is in a room now, hidden ones too; None when the media server does not say."""

    async def stop(self) -> None: ...


@dataclass(frozen=True)
class MediaNews:
    """What the media server tells: an event of LiveKit's, of a room and perhaps a participant ("": none).

    `times`: how many acts the event sums up, where it does, and else how many events before it were lost.
    """

    event: str
    room: OccurrenceId
    identity: ParticipantId
    times: int = 0


class MediaNewsReader(Protocol):
    """Reads what comes from the media server."""

    def is_signed(self, signature: str) -> bool:
        """Whether a signature can be the media server's, before the body it belongs to is read."""

    def read(self, body: str, signature: str) -> MediaNews | None:
        """What it says, or None when it was not the media server that said it."""


class MailOutcome(StrEnum):
    """What became of one attempt to send; all but `SENT` are said to administrators by these words."""

    SENT = "sent"
    OFF = "off"
    """No mail server is set."""
    UNREACHABLE = "unreachable"
    NOT_ENCRYPTED = "not-encrypted"
    """The server offers no encryption, or its certificate is not to be trusted."""
    SIGN_IN_REFUSED = "sign-in-refused"
    REFUSED = "refused"


@dataclass(frozen=True)
class MailResult:
    """`reply`: what the mail server answered, "" when it did not get that far."""

    outcome: MailOutcome
    reply: str = ""

    @property
    def problem(self) -> MailProblem | None:
        """What kept the letter from leaving."""
        return None if self.outcome is MailOutcome.SENT else MailProblem(self.outcome.value)

    @property
    def is_final(self) -> bool:
        """Whether another attempt with the same letter would end the same way."""
        return self.outcome is MailOutcome.REFUSED and not self.reply.startswith("4")


class Mail(Protocol):
    """The mail server."""

    @property
    def sender(self) -> str | None:
        """The address our mail comes from; None when no mail server is set."""

    async def send(self, letter: Letter) -> MailResult:
        """Hand one letter over; `SENT` means that the server answers for it now. Never raises."""


@dataclass(frozen=True)
class World:
    """Everything the use cases reach out to. `sends_mail`: whether letters find a server to take them."""

    store: Store
    clock: Clock
    randomness: Randomness
    passwords: Passwords
    guesses: Guesses = field(default_factory=Guesses)
    sends_mail: bool = False
    unnoted: Unnoted = field(default_factory=Unnoted)
