"""Who may do what: every privileged act is one call of `decide`. Pure, and tested cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from preau.meet.domain.errors import DomainError, ErrorCode, not_found, not_signed_in
from preau.meet.domain.ids import AccountId
from preau.meet.domain.meetings import Meeting
from preau.meet.domain.roles import AccountRole, RoomRole


class Action(StrEnum):
    """What somebody may want to do."""

    CREATE_ACCOUNT = "create-account"
    CHANGE_OWN_ACCOUNT = "change-own-account"
    CREATE_MEETING = "create-meeting"
    LIST_OWN_MEETINGS = "list-own-meetings"
    VIEW_MEETING = "view-meeting"
    RENAME_MEETING = "rename-meeting"
    DELETE_MEETING = "delete-meeting"
    ENTER_ROOM = "enter-room"
    HOST_ROOM = "host-room"
    SEND_CHAT = "send-chat"
    RAISE_HAND = "raise-hand"


@dataclass(frozen=True)
class Actor:
    """Who asks: an account, or nobody known; inside a room also with the role there."""

    account_id: AccountId | None = None
    account_role: AccountRole | None = None
    room_role: RoomRole | None = None
    is_operator: bool = False


GUEST = Actor()
OPERATOR = Actor(is_operator=True)


@dataclass(frozen=True)
class Decision:
    """Allowed, or the code that says why not."""

    code: ErrorCode | None

    @property
    def is_allowed(self) -> bool:
        """Whether the act may go on."""
        return self.code is None


ALLOWED = Decision(None)
_SIGN_IN = Decision(ErrorCode.NOT_SIGNED_IN)
_FORBIDDEN = Decision(ErrorCode.NOT_ALLOWED)
_HIDDEN = Decision(ErrorCode.NOT_FOUND)


def _account(actor: Actor, _meeting: Meeting | None) -> Decision:
    return ALLOWED if actor.account_id is not None else _SIGN_IN


def _administrator(actor: Actor, _meeting: Meeting | None) -> Decision:
    """The operator at the shell counts: who can read the database needs no further right."""
    if actor.is_operator or actor.account_role is AccountRole.ADMIN:
        return ALLOWED
    return _FORBIDDEN if actor.account_id is not None else _SIGN_IN


def _owner(actor: Actor, meeting: Meeting | None) -> Decision:
    """Somebody else's meeting does not exist, whoever asks; administrators have no way in either."""
    if actor.account_id is None:
        return _SIGN_IN
    return ALLOWED if meeting is not None and meeting.owner_id == actor.account_id else _HIDDEN


def _host(actor: Actor, meeting: Meeting | None) -> Decision:
    return ALLOWED if _owner(actor, meeting).is_allowed else _FORBIDDEN


def _existing(_actor: Actor, meeting: Meeting | None) -> Decision:
    return ALLOWED if meeting is not None else Decision(ErrorCode.MEETING_UNKNOWN)


def _in_room(actor: Actor, _meeting: Meeting | None) -> Decision:
    return ALLOWED if actor.room_role is not None else _FORBIDDEN


_RULES: Mapping[Action, Callable[[Actor, Meeting | None], Decision]] = {
    Action.CREATE_ACCOUNT: _administrator,
    Action.CHANGE_OWN_ACCOUNT: _account,
    Action.CREATE_MEETING: _account,
    Action.LIST_OWN_MEETINGS: _account,
    Action.VIEW_MEETING: _owner,
    Action.RENAME_MEETING: _owner,
    Action.DELETE_MEETING: _owner,
    Action.ENTER_ROOM: _existing,
    Action.HOST_ROOM: _host,
    Action.SEND_CHAT: _in_room,
    Action.RAISE_HAND: _in_room,
}


def decide(actor: Actor, action: Action, meeting: Meeting | None = None) -> Decision:
    """Whether `actor` may do `action`, to `meeting` where the act is about one."""
    return _RULES[action](actor, meeting)


def demand(actor: Actor, action: Action, meeting: Meeting | None = None) -> None:
    """Raise the `DomainError` that tells why not, unless `decide` allows it."""
    decision = decide(actor, action, meeting)
    if decision.code is None:
        return
    if decision.code is ErrorCode.NOT_SIGNED_IN:
        raise not_signed_in()
    if decision.code is ErrorCode.NOT_FOUND:
        raise not_found()
    raise DomainError(decision.code, "You may not do this.")
