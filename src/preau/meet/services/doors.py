"""Who stands at a meeting's door, by what, and in what role: decided before the room hears of anybody.

Everything that leads nowhere is one answer, `meeting-unknown`. To make it one time as well, whoever answers
waits until `REFUSED_AFTER_S` after the question came, whatever was found out in between.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from preau.meet.domain.accounts import Account
from preau.meet.domain.beginnings import Beginnings, beginnings
from preau.meet.domain.codes import MeetingCode, parse_code
from preau.meet.domain.errors import (
    DomainError,
    ErrorCode,
    meeting_unknown,
    passcode_needed,
    passcode_wrong,
)
from preau.meet.domain.ids import AccountId, InvitationId
from preau.meet.domain.invitations import Invitation, Provenance
from preau.meet.domain.meetings import Meeting
from preau.meet.domain.organization import Organization, in_force
from preau.meet.domain.policy import GUEST, Action, Actor, decide
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import Rules
from preau.meet.domain.text import clean_line
from preau.meet.services.gates import Guesser
from preau.meet.services.limits import prefix_key
from preau.meet.services.ports import LiveRooms, Transaction, World
from preau.meet.services.secrets import SECRET_CHARACTERS, hash_of

_T = TypeVar("_T")

REFUSED_AFTER_S = 0.15
"""How long after the question every `meeting-unknown` is answered."""

DEVICE_COOKIE_LIFE = timedelta(days=365)
_MAX_DEVICE_SECRET_CHARACTERS = 100


def device_cookie(*, is_https: bool) -> str:
    """The name of the cookie that tells browsers apart; the prefix keeps other hosts from setting it."""
    return "__Host-preau_device" if is_https else "preau_device"


@dataclass(frozen=True)
class Visitor:
    """What somebody at the door shows. `device_secret`: the device cookie; `address`: where it comes from.

    Whoever only looks shows the link alone: the meeting's (`code`) or a personal one (`invitation_secret`).
    """

    account: Account | None
    code: str
    invitation_secret: str | None
    passcode: str | None
    device_secret: str | None
    address: str


@dataclass(frozen=True)
class Arrival:
    """Somebody who may knock.

    `name` is fixed by a personal link and None otherwise. `device_key` stands for the browser, or for the
    neighbourhood of its address, which `network` is, when it keeps no cookie. `is_second_device`: the
    personal link belongs to another browser, or this one cannot be told apart; such people wait, whatever
    the rules say.
    """

    meeting: Meeting
    organization: Organization
    role: RoomRole
    provenance: Provenance
    name: str | None
    invitation_id: InvitationId | None
    device_key: str
    network: str
    is_second_device: bool
    account_id: AccountId | None

    @property
    def is_by_account(self) -> bool:
        """Whether it is the account that opens the door, and not a link that anybody could have."""
        return self.provenance in {Provenance.OWNER, Provenance.ACCOUNT}


@dataclass(frozen=True)
class LinkView:
    """What a meeting's link shows before anybody enters: the title to its host alone."""

    code: MeetingCode
    is_host: bool
    title: str | None
    name: str | None
    needs_passcode: bool
    begins: Beginnings


@dataclass(frozen=True)
class InvitationView:
    """What a personal link shows before anybody enters."""

    code: MeetingCode
    name: str
    host_name: str
    title: str
    begins: Beginnings


@dataclass(frozen=True)
class _Found:
    meeting: Meeting
    organization: Organization
    invitation: Invitation | None
    is_owner: bool


def arrive(world: World, rooms: LiveRooms, visitor: Visitor) -> Arrival:
    """Who it is that knocks, for the room to decide on.

    The first use of a personal link ties it to the browser. Raises `meeting-unknown`, `passcode-needed`,
    `passcode-wrong`, `rate-limited`. Somebody who resumes a seat asks `meeting_at` instead: a seat outlives
    locks and changes of the rules.
    """
    found = _guarded(world, visitor.address, lambda stored: _find(stored, rooms, visitor))
    invitation = found.invitation
    if invitation is None and not found.is_owner:
        _check_passcode(world, rooms, found.meeting, visitor)
    is_second = invitation is not None and not _is_first_device(world, invitation, visitor.device_secret)
    return Arrival(
        meeting=found.meeting,
        organization=found.organization,
        role=_role(found),
        provenance=_provenance(found, visitor.account),
        name=invitation.name if invitation else None,
        invitation_id=invitation.id if invitation else None,
        device_key=device_key(visitor.device_secret, visitor.address),
        network=prefix_key(visitor.address),
        is_second_device=is_second,
        account_id=visitor.account.id if visitor.account else None,
    )


def meeting_at(world: World, code: str, address: str) -> Meeting:
    """The meeting of a link, whatever stands at its door. Raises `meeting-unknown`, `rate-limited`."""
    return _guarded(world, address, lambda stored: _meeting(stored, code))


def look_at_link(world: World, rooms: LiveRooms, visitor: Visitor) -> LinkView:
    """What the page of a link may show. Raises as `arrive` does for what leads nowhere."""
    found = _guarded(world, visitor.address, lambda stored: _find(stored, rooms, visitor))
    return LinkView(
        code=found.meeting.code,
        is_host=found.is_owner,
        title=found.meeting.title if found.is_owner else None,
        name=visitor.account.name if visitor.account else None,
        needs_passcode=found.meeting.passcode_hash is not None and not found.is_owner,
        begins=beginnings(_rules(found.organization, rooms, found.meeting), _role(found)),
    )


def look_at_invitation(world: World, rooms: LiveRooms, visitor: Visitor) -> InvitationView:
    """What the page of a personal link may show; looking ties it to nothing. Raises as `arrive` does.

    Whom the door would not tell that there is a meeting learns neither its title nor its host.
    """

    def look(stored: Transaction) -> InvitationView:
        invitation = stored.invitations.by_secret(hash_of(visitor.invitation_secret or ""))
        meeting = stored.meetings.by_id(invitation.meeting_id) if invitation else None
        host = stored.accounts.by_id(meeting.owner_id) if meeting else None
        if invitation is None or meeting is None or host is None or _is_locked(rooms, meeting):
            raise meeting_unknown()
        if _is_banned(rooms, meeting, invitation, visitor):
            raise meeting_unknown()
        rules = _rules(stored.organizations.get(), rooms, meeting)
        role = RoomRole.HOST if _is_owner(visitor.account, meeting) else invitation.role
        begins = beginnings(rules, role)
        return InvitationView(meeting.code, invitation.name, host.name, meeting.title, begins)

    return _guarded(world, visitor.address, look)


def passcode_mark(device_secret: str | None, meeting: Meeting) -> str | None:
    """What tells that a browser gave this passcode before; of another one it is another.

    None of a browser that keeps no cookie, and where there is nothing to give.
    """
    secret, passcode_hash = _usable(device_secret), meeting.passcode_hash
    return hash_of(f"{secret} {meeting.id} {passcode_hash}") if secret and passcode_hash else None


def is_met(world: World, mark: str) -> bool:
    """Whether a mark is known."""
    with world.store.read() as stored:
        return stored.passcode_devices.is_met(mark)


def device_key(device_secret: str | None, address: str) -> str:
    """What stands for a browser: its cookie's hash; without a cookie one key for the whole neighbourhood."""
    secret = _usable(device_secret)
    return hash_of(secret if secret else f"no cookie, {prefix_key(address)}")


def known_device(device_secret: str | None) -> str | None:
    """What stands for a browser by its cookie, or None when it keeps none."""
    secret = _usable(device_secret)
    return None if secret is None else hash_of(secret)


def _usable(device_secret: str | None) -> str | None:
    """A cookie as the server makes them; a short or huge one is somebody's own invention."""
    is_usual = device_secret and SECRET_CHARACTERS <= len(device_secret) <= _MAX_DEVICE_SECRET_CHARACTERS
    return device_secret if is_usual else None


def _guarded(world: World, address: str, look: Callable[[Transaction], _T]) -> _T:
    """Look something up for a stranger who may be guessing.

    Who asks for what is there is never refused on account of neighbours who guess.
    """
    try:
        with world.store.read() as stored:
            return look(stored)
    except DomainError as refusal:
        if refusal.code is ErrorCode.MEETING_UNKNOWN:
            world.guesses.wrong_link(address, world.clock.steady())
        raise


def _meeting(stored: Transaction, code: str) -> Meeting:
    parsed = parse_code(code)
    meeting = stored.meetings.by_code(parsed) if parsed else None
    if meeting is None or not decide(GUEST, Action.ENTER_ROOM, meeting).is_allowed:
        raise meeting_unknown()
    return meeting


def _find(stored: Transaction, rooms: LiveRooms, visitor: Visitor) -> _Found:
    meeting = _meeting(stored, visitor.code)
    account = visitor.account
    is_owner = _is_owner(account, meeting)
    organization = stored.organizations.get()
    invitation = None
    if visitor.invitation_secret is not None and not is_owner:
        invitation = stored.invitations.by_secret(hash_of(visitor.invitation_secret))
        if invitation is None or invitation.meeting_id != meeting.id:
            raise meeting_unknown()
    rules = _rules(organization, rooms, meeting)
    is_stranger = account is None and invitation is None
    is_shut = _is_locked(rooms, meeting) or (is_stranger and not rules.open_link)
    if not is_owner and (is_shut or _is_banned(rooms, meeting, invitation, visitor)):
        _tell_in_vain(rooms, meeting, visitor)
        raise meeting_unknown()
    return _Found(meeting, organization, invitation, is_owner)


def _is_owner(account: Account | None, meeting: Meeting) -> bool:
    return account is not None and decide(_actor(account), Action.HOST_ROOM, meeting).is_allowed


def _rules(organization: Organization, rooms: LiveRooms, meeting: Meeting) -> Rules:
    door = rooms.door(meeting.id)
    return door.rules if door else in_force(organization, meeting.kind, meeting.rules)


def _tell_in_vain(rooms: LiveRooms, meeting: Meeting, visitor: Visitor) -> None:
    """A link that many try although it is shut was passed on; whoever has a personal one is expected."""
    if visitor.invitation_secret is None and visitor.account is None:
        key = device_key(visitor.device_secret, visitor.address)
        rooms.knocked_in_vain(meeting.id, key, prefix_key(visitor.address))


def _is_locked(rooms: LiveRooms, meeting: Meeting) -> bool:
    door = rooms.door(meeting.id)
    return door is not None and door.is_locked


def _is_banned(rooms: LiveRooms, meeting: Meeting, invitation: Invitation | None, visitor: Visitor) -> bool:
    """The room decides on every knock; what is asked before it must not tell more than the room would."""
    secret = _usable(visitor.device_secret)
    return rooms.is_banned(
        meeting.id,
        hash_of(secret) if secret else None,
        invitation.id if invitation else None,
        visitor.account.id if visitor.account else None,
    )


def _check_passcode(world: World, rooms: LiveRooms, meeting: Meeting, visitor: Visitor) -> None:
    if meeting.passcode_hash is None:
        return
    if not visitor.passcode:
        raise passcode_needed()
    gate, now = world.guesses.passcodes, world.clock.steady()
    mark = passcode_mark(visitor.device_secret, meeting)
    is_known = mark is not None and is_met(world, mark)
    own = visitor.account.id if visitor.account else mark if is_known else None
    device = device_key(visitor.device_secret, visitor.address)
    claim = gate.claim(meeting.id, Guesser(device, prefix_key(visitor.address), own), now)
    if not world.passwords.matches(meeting.passcode_hash, clean_line(visitor.passcode)):
        _tell_in_vain(rooms, meeting, visitor)
        raise passcode_wrong()
    gate.give_back(claim, now)
    if mark is not None and not is_known and world.guesses.may_meet(meeting.id, now):
        with world.store.write() as stored:
            stored.passcode_devices.meet(mark, meeting.id, world.clock.now())


def _is_first_device(world: World, invitation: Invitation, device_secret: str | None) -> bool:
    secret = _usable(device_secret)
    if secret is None:
        return False
    device_hash = hash_of(secret)
    if invitation.device_hash is None:
        with world.store.write() as stored:
            if stored.invitations.bind(invitation.id, device_hash, world.clock.now()):
                return True
            fresh = stored.invitations.by_id(invitation.id)
        return fresh is not None and fresh.device_hash == device_hash
    return invitation.device_hash == device_hash


def _role(found: _Found) -> RoomRole:
    if found.is_owner:
        return RoomRole.HOST
    return found.invitation.role if found.invitation else RoomRole.PARTICIPANT


def _provenance(found: _Found, account: Account | None) -> Provenance:
    if found.is_owner:
        return Provenance.OWNER
    if found.invitation is not None:
        return Provenance(found.invitation.source.value)
    return Provenance.ACCOUNT if account else Provenance.OPEN_LINK


def _actor(account: Account) -> Actor:
    return Actor(account.id, account.role)
