"""Who may do what: every privileged act is one call of `decide`. Pure, and tested cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from preau.meet.domain.errors import DomainError, ErrorCode, not_found, not_signed_in
from preau.meet.domain.ids import AccountId
from preau.meet.domain.meetings import Meeting
from preau.meet.domain.roles import MODERATORS, AccountRole, RoomRole


class Action(StrEnum):
    """What somebody may want to do."""

    SIGN_IN = "sign-in"
    ASK_FOR_LINK = "ask-for-link"
    CONFIRM_SIGN_IN = "confirm-sign-in"
    CHANGE_CREDENTIAL = "change-password"
    END_SIGN_IN = "end-sign-in"
    SIGN_OUT_EVERYWHERE = "sign-out-everywhere"
    ERASE_OWN_ACCOUNT = "erase-own-account"
    VIEW_ACCOUNTS = "view-accounts"
    CREATE_ACCOUNT = "create-account"
    CHANGE_ACCOUNT = "change-account"
    CHANGE_ACCOUNT_ROLE = "change-account-role"
    DISABLE_ACCOUNT = "disable-account"
    ENABLE_ACCOUNT = "enable-account"
    RENEW_ACCOUNT_LINK = "renew-account-link"
    ERASE_ACCOUNT = "erase-account"
    VIEW_HOUSE_AUDIT = "view-house-audit"
    CHANGE_OWN_ACCOUNT = "change-own-account"
    CREATE_MEETING = "create-meeting"
    LIST_OWN_MEETINGS = "list-own-meetings"
    VIEW_MEETING = "view-meeting"
    RENAME_MEETING = "rename-meeting"
    DELETE_MEETING = "delete-meeting"
    CHANGE_MEETING_RULES = "change-meeting-rules"
    CHANGE_PASSCODE = "change-passcode"
    CHANGE_LINK = "change-link"
    VIEW_INVITATIONS = "view-invitations"
    INVITE = "invite"
    CHANGE_INVITATION = "change-invitation"
    RENEW_INVITATION = "renew-invitation"
    MAIL_INVITATION = "mail-invitation"
    REVOKE_INVITATION = "revoke-invitation"
    VIEW_AUDIT = "view-audit"
    VIEW_ORGANIZATION = "view-organization"
    CHANGE_ORGANIZATION = "change-organization"
    TRY_MAIL = "try-mail"
    VIEW_CASES = "view-cases"
    CHANGE_CASE = "change-case"
    MAIL_CASE = "mail-case"
    ENTER_ROOM = "enter-room"
    HOST_ROOM = "host-room"
    LEAVE_NOTE = "leave-note"
    SEND_CHAT = "send-chat"
    RAISE_HAND = "raise-hand"
    REPORT = "report"
    RENAME = "rename"
    DELETE_MESSAGE = "delete-message"
    ADMIT = "admit"
    DENY = "deny"
    MUTE = "mute"
    STOP_CAMERA = "stop-camera"
    STOP_SHARE = "stop-share"
    ASK_TO_UNMUTE = "ask-to-unmute"
    MUTE_ALL = "mute-all"
    STOP_ALL_CAMERAS = "stop-all-cameras"
    LOWER_HAND_OF = "lower-hand-of"
    LOWER_ALL_HANDS = "lower-all-hands"
    LOCK = "lock"
    UNLOCK = "unlock"
    FREEZE = "freeze"
    THAW = "thaw"
    SET_RULES = "set-rules"
    SPOTLIGHT = "spotlight"
    REMOVE = "remove"
    LET_BACK = "let-back"
    BAN = "ban"
    LIFT_BAN = "lift-ban"
    SET_ROLE = "set-role"
    END = "end"


@dataclass(frozen=True)
class Actor:
    """Who asks: an account, or nobody known; in a room also with the role there, or waiting at its door."""

    account_id: AccountId | None = None
    account_role: AccountRole | None = None
    room_role: RoomRole | None = None
    is_operator: bool = False
    is_waiting: bool = False


@dataclass(frozen=True)
class About:
    """What an act in a room is about, where the decision depends on it.

    `role`: of the participant it is done to. `is_own`: it is the actor's own name or line. `is_permitted`:
    the room's rules let participants do it.
    """

    role: RoomRole | None = None
    is_own: bool = False
    is_permitted: bool = False


NOTHING = About()
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


def _anybody(_actor: Actor, _meeting: Meeting | None) -> Decision:
    return ALLOWED


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


def _if(is_allowed: bool) -> Decision:
    return ALLOWED if is_allowed else _FORBIDDEN


def _waiting(actor: Actor, _about: About) -> Decision:
    return _if(actor.is_waiting)


def _in_room(actor: Actor, _about: About) -> Decision:
    return _if(actor.room_role is not None)


def _heard(actor: Actor, _about: About) -> Decision:
    """An observer is seen in the roster and says nothing."""
    return _if(actor.room_role not in {None, RoomRole.OBSERVER})


def _moderator(actor: Actor, _about: About) -> Decision:
    return _if(actor.room_role in MODERATORS)


def _moderator_but_of_hosts(actor: Actor, about: About) -> Decision:
    return _if(actor.room_role in MODERATORS and about.role is not RoomRole.HOST)


def _moderator_or_own(actor: Actor, about: About) -> Decision:
    return _if(actor.room_role in MODERATORS or (actor.room_role is not None and about.is_own))


def _name(actor: Actor, about: About) -> Decision:
    """One's own by rule; hosts name everybody but hosts."""
    if about.is_own:
        return _if(actor.room_role is not None and (actor.room_role in MODERATORS or about.is_permitted))
    return _moderator_but_of_hosts(actor, about)


def _only_host(actor: Actor, _about: About) -> Decision:
    return _if(actor.room_role is RoomRole.HOST)


def _only_host_but_of_hosts(actor: Actor, about: About) -> Decision:
    return _if(actor.room_role is RoomRole.HOST and about.role is not RoomRole.HOST)


_RULES: Mapping[Action, Callable[[Actor, Meeting | None], Decision]] = {
    Action.SIGN_IN: _anybody,
    Action.ASK_FOR_LINK: _anybody,
    Action.CONFIRM_SIGN_IN: _account,
    Action.CHANGE_CREDENTIAL: _account,
    Action.END_SIGN_IN: _account,
    Action.SIGN_OUT_EVERYWHERE: _account,
    Action.ERASE_OWN_ACCOUNT: _account,
    Action.VIEW_ACCOUNTS: _administrator,
    Action.CREATE_ACCOUNT: _administrator,
    Action.CHANGE_ACCOUNT: _administrator,
    Action.CHANGE_ACCOUNT_ROLE: _administrator,
    Action.DISABLE_ACCOUNT: _administrator,
    Action.ENABLE_ACCOUNT: _administrator,
    Action.RENEW_ACCOUNT_LINK: _administrator,
    Action.ERASE_ACCOUNT: _administrator,
    Action.VIEW_HOUSE_AUDIT: _administrator,
    Action.CHANGE_OWN_ACCOUNT: _account,
    Action.CREATE_MEETING: _account,
    Action.LIST_OWN_MEETINGS: _account,
    Action.VIEW_MEETING: _owner,
    Action.RENAME_MEETING: _owner,
    Action.DELETE_MEETING: _owner,
    Action.CHANGE_MEETING_RULES: _owner,
    Action.CHANGE_PASSCODE: _owner,
    Action.CHANGE_LINK: _owner,
    Action.VIEW_INVITATIONS: _owner,
    Action.INVITE: _owner,
    Action.CHANGE_INVITATION: _owner,
    Action.RENEW_INVITATION: _owner,
    Action.MAIL_INVITATION: _owner,
    Action.REVOKE_INVITATION: _owner,
    Action.VIEW_AUDIT: _owner,
    Action.VIEW_ORGANIZATION: _administrator,
    Action.CHANGE_ORGANIZATION: _administrator,
    Action.TRY_MAIL: _administrator,
    Action.VIEW_CASES: _administrator,
    Action.CHANGE_CASE: _administrator,
    Action.MAIL_CASE: _administrator,
    Action.ENTER_ROOM: _existing,
    Action.HOST_ROOM: _host,
}

_ROOM_RULES: Mapping[Action, Callable[[Actor, About], Decision]] = {
    Action.LEAVE_NOTE: _waiting,
    Action.SEND_CHAT: _heard,
    Action.RAISE_HAND: _heard,
    Action.REPORT: _in_room,
    Action.RENAME: _name,
    Action.DELETE_MESSAGE: _moderator_or_own,
    Action.ADMIT: _moderator,
    Action.DENY: _moderator,
    Action.MUTE: _moderator_but_of_hosts,
    Action.STOP_CAMERA: _moderator_but_of_hosts,
    Action.STOP_SHARE: _moderator_but_of_hosts,
    Action.ASK_TO_UNMUTE: _moderator_but_of_hosts,
    Action.MUTE_ALL: _moderator,
    Action.STOP_ALL_CAMERAS: _moderator,
    Action.LOWER_HAND_OF: _moderator,
    Action.LOWER_ALL_HANDS: _moderator,
    Action.LOCK: _moderator,
    Action.UNLOCK: _moderator,
    Action.FREEZE: _moderator,
    Action.THAW: _moderator,
    Action.SET_RULES: _moderator,
    Action.SPOTLIGHT: _moderator,
    Action.REMOVE: _moderator_but_of_hosts,
    Action.LET_BACK: _moderator,
    Action.BAN: _moderator_but_of_hosts,
    Action.LIFT_BAN: _moderator,
    Action.SET_ROLE: _only_host_but_of_hosts,
    Action.END: _only_host,
}
_EVERYDAY = frozenset({Action.LEAVE_NOTE, Action.SEND_CHAT, Action.RAISE_HAND, Action.REPORT})


def is_privileged(action: Action, about: About = NOTHING) -> bool:
    """Whether an act in a room, or an attempt at it, leaves an audit record."""
    return action in _ROOM_RULES and action not in _EVERYDAY and not about.is_own


def decide(actor: Actor, action: Action, meeting: Meeting | None = None, about: About = NOTHING) -> Decision:
    """Whether `actor` may do `action`: to `meeting` where the act is about one, in a room about `about`."""
    in_room = _ROOM_RULES.get(action)
    return _RULES[action](actor, meeting) if in_room is None else in_room(actor, about)


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
