"""What a room is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NewType

from preau.meet.domain.ids import AccountId, InvitationId, MessageId, ParticipantId, SignInId
from preau.meet.domain.invitations import Provenance
from preau.meet.domain.policy import Action
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
class Act(Request):
    """Something the policy decides about: `action` is what it knows it by."""

    action: ClassVar[Action]


@dataclass(frozen=True)
class ActAbout(Act):
    """An act that is done to somebody."""

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
class LeaveNote(Act):
    """Write the one line to the hosts that somebody who waits has."""

    action = Action.LEAVE_NOTE
    text: str


class Leave(Request):
    """Give up the place, in the room or at its door."""


@dataclass(frozen=True)
class LoseConnection:
    """A connection broke; its place is kept for the grace."""

    connection: ConnectionId


# --- in the room -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SendChat(Act):
    """Write a line; the same message id twice is one line. `to` None: to whomever the rules let read it."""

    action = Action.SEND_CHAT
    message_id: MessageId
    text: str
    to: Audience | None = None


class RaiseHand(Act):
    """Ask to speak."""

    action = Action.RAISE_HAND


class LowerHand(Act):
    """Stop asking to speak."""

    action = Action.RAISE_HAND


@dataclass(frozen=True)
class Rename(Act):
    """Give somebody, or (None) oneself, another name."""

    action = Action.RENAME
    participant_id: ParticipantId | None
    name: str


@dataclass(frozen=True)
class DeleteMessage(Act):
    """Take a line of chat away."""

    action = Action.DELETE_MESSAGE
    message_id: MessageId


# --- by those who run it -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class AdmitPeople(Act):
    """Let people who wait in."""

    action = Action.ADMIT
    participant_ids: tuple[ParticipantId, ...]


@dataclass(frozen=True)
class Deny(ActAbout):
    """Refuse somebody who waits. `reason`: not-expected, wrong-name, full, other."""

    action = Action.DENY
    reason: str


class Mute(ActAbout):
    """Silence a microphone; only its owner can turn it on again."""

    action = Action.MUTE


class StopCamera(ActAbout):
    """Turn a camera off; only its owner can turn it on again."""

    action = Action.STOP_CAMERA


class StopShare(ActAbout):
    """End a screen share."""

    action = Action.STOP_SHARE


class AskToUnmute(ActAbout):
    """Ask somebody to turn the microphone on."""

    action = Action.ASK_TO_UNMUTE


class MuteAll(Act):
    """Silence every microphone but those of the people who run the room."""

    action = Action.MUTE_ALL


class StopAllCameras(Act):
    """Turn every camera off but those of the people who run the room."""

    action = Action.STOP_ALL_CAMERAS


class LowerHandOf(ActAbout):
    """Lower somebody's hand."""

    action = Action.LOWER_HAND_OF


class LowerAllHands(Act):
    """Lower every hand."""

    action = Action.LOWER_ALL_HANDS


class Lock(Act):
    """Let nobody new in."""

    action = Action.LOCK


class Unlock(Act):
    """Let people in again, as the rules have it."""

    action = Action.UNLOCK


class Freeze(Act):
    """Stop everything that participants send, at once, and shut the door."""

    action = Action.FREEZE


class Thaw(Act):
    """End the freeze."""

    action = Action.THAW


@dataclass(frozen=True)
class SetRules(Act):
    """Change some rules, from plain values, for this occurrence."""

    action = Action.SET_RULES
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Spotlight(Act):
    """Show somebody, or (None) nobody, large to everybody."""

    action = Action.SPOTLIGHT
    participant_id: ParticipantId | None


class Remove(ActAbout):
    """Put somebody out; who comes back waits."""

    action = Action.REMOVE


class LetBack(ActAbout):
    """Undo a removal: whoever was put out comes back as if they had left by themselves."""

    action = Action.LET_BACK


class BanPerson(ActAbout):
    """Put somebody out, or turn somebody away who waits, and keep out until the ban is lifted."""

    action = Action.BAN


@dataclass(frozen=True)
class LiftBan(Act):
    """Let somebody knock again."""

    action = Action.LIFT_BAN
    ban_id: BanId


@dataclass(frozen=True)
class SetRole(ActAbout):
    """Give somebody another role; `host` hands the room over."""

    action = Action.SET_ROLE
    role: RoomRole


class EndForAll(Act):
    """End the meeting for everybody, by its host."""

    action = Action.END


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
