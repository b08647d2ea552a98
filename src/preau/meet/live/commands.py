"""What a room is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NewType

from preau.meet.domain.ids import AccountId, InvitationId, MessageId, ParticipantId, SignInId
from preau.meet.domain.invitations import Provenance
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import Rules
from preau.meet.live.people import Audience, BanId

ConnectionId = NewType("ConnectionId", int)


@dataclass(frozen=True)
class Request:
    """Something asked over a connection; `request` is the number that the answer repeats."""

    connection: ConnectionId
    request: int


@dataclass(frozen=True)
class RequestAbout(Request):
    """Something asked about somebody."""

    participant_id: ParticipantId


# --- at the door -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Knock(Request):
    """Somebody new wants in, under a fresh id and with the hash of a fresh secret.

    `network`: the neighbourhood of the address, as far as it tells places apart. `sign_in_id`: the sign-in
    without which they would not come in like this.
    """

    participant_id: ParticipantId
    secret_hash: str
    name: str
    role_wanted: RoomRole
    provenance: Provenance
    device_key: str
    invitation_id: InvitationId | None = None
    account_id: AccountId | None = None
    is_second_device: bool = False
    network: str = ""
    sign_in_id: SignInId | None = None


@dataclass(frozen=True)
class Resume(Request):
    """Somebody who was here, or waited, wants the place back, having seen events up to `last_sequence`.

    `device_key`: of the browser that asks; a place is given back to the one it was taken in alone.
    `account_id`: whose browser asks. Who came in by an account needs it for coming back too.
    """

    participant_id: ParticipantId
    secret_hash: str
    last_sequence: int
    device_key: str
    account_id: AccountId | None = None
    sign_in_id: SignInId | None = None


@dataclass(frozen=True)
class LeaveNote(Request):
    """Write the one line to the hosts that somebody who waits has."""

    text: str


class Leave(Request):
    """Give up the place, in the room or at its door."""


@dataclass(frozen=True)
class LoseConnection:
    """A connection broke; its place is kept for the grace."""

    connection: ConnectionId


# --- in the room -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SendChat(Request):
    """Write a line; the same message id twice is one line. `to` None: to whomever the rules let read it."""

    message_id: MessageId
    text: str
    to: Audience | None = None


class RaiseHand(Request):
    """Ask to speak."""


class LowerHand(Request):
    """Stop asking to speak."""


@dataclass(frozen=True)
class Rename(Request):
    """Give somebody, or (None) oneself, another name."""

    participant_id: ParticipantId | None
    name: str


@dataclass(frozen=True)
class DeleteMessage(Request):
    """Take a line of chat away."""

    message_id: MessageId


# --- by those who run it -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class AdmitPeople(Request):
    """Let people who wait in."""

    participant_ids: tuple[ParticipantId, ...]


@dataclass(frozen=True)
class Deny(RequestAbout):
    """Refuse somebody who waits. `reason`: not-expected, wrong-name, full, other."""

    reason: str


class Mute(RequestAbout):
    """Silence a microphone; only its owner can turn it on again."""


class StopCamera(RequestAbout):
    """Turn a camera off; only its owner can turn it on again."""


class StopShare(RequestAbout):
    """End a screen share."""


class AskToUnmute(RequestAbout):
    """Ask somebody to turn the microphone on."""


class MuteAll(Request):
    """Silence every microphone but those of the people who run the room."""


class StopAllCameras(Request):
    """Turn every camera off but those of the people who run the room."""


class LowerHandOf(RequestAbout):
    """Lower somebody's hand."""


class LowerAllHands(Request):
    """Lower every hand."""


class Lock(Request):
    """Let nobody new in."""


class Unlock(Request):
    """Let people in again, as the rules have it."""


class Freeze(Request):
    """Stop everything that participants send, at once, and shut the door."""


class Thaw(Request):
    """End the freeze."""


@dataclass(frozen=True)
class SetRules(Request):
    """Change some rules, from plain values, for this occurrence."""

    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Spotlight(Request):
    """Show somebody, or (None) nobody, large to everybody."""

    participant_id: ParticipantId | None


class Remove(RequestAbout):
    """Put somebody out; who comes back waits."""


class LetBack(RequestAbout):
    """Undo a removal: whoever was put out comes back as if they had left by themselves."""


class BanPerson(RequestAbout):
    """Put somebody out, or turn somebody away who waits, and keep out until the ban is lifted."""


@dataclass(frozen=True)
class LiftBan(Request):
    """Let somebody knock again."""

    ban_id: BanId


@dataclass(frozen=True)
class SetRole(RequestAbout):
    """Give somebody another role; `host` hands the room over."""

    role: RoomRole


class EndForAll(Request):
    """End the meeting for everybody, by its host."""


# --- from outside the room ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Open:
    """The occurrence begins, with these rules."""

    rules: Rules


@dataclass(frozen=True)
class ChangeRules:
    """The meeting's owner or an administrator changed the rules that are in force."""

    rules: Rules
    locked_rules: frozenset[str]


@dataclass(frozen=True)
class ChangeLink:
    """The meeting has another link."""

    code: str


@dataclass(frozen=True)
class RevokeInvitation:
    """A personal link is no more: whoever came by it goes."""

    invitation_id: InvitationId


@dataclass(frozen=True)
class EndSignIns:
    """Sign-ins are no more: whoever came in by one of them goes."""

    sign_in_ids: frozenset[SignInId]


@dataclass(frozen=True)
class KnockInVain:
    """Somebody knew the meeting's link and was turned away before the room was asked."""

    device_key: str
    network: str


@dataclass(frozen=True)
class TellHosts:
    """Something the hosts should know, as `HostTold`."""

    what: str
    name: str


@dataclass(frozen=True)
class Restart:
    """The server came back and rebuilt the room from its log: nobody is connected yet."""


@dataclass(frozen=True)
class Tick:
    """Time passed; do what is due."""


@dataclass(frozen=True)
class End:
    """End the meeting for everybody, by its deletion."""


Command = (
    Request
    | LoseConnection
    | Open
    | ChangeRules
    | ChangeLink
    | RevokeInvitation
    | EndSignIns
    | KnockInVain
    | TellHosts
    | Restart
    | Tick
    | End
)
