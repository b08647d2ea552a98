"""The whole matrix: every actor, every action, own meeting, somebody else's, none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from preau.meet.domain.codes import MeetingCode
from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.domain.ids import AccountId, MeetingId
from preau.meet.domain.meetings import Meeting
from preau.meet.domain.policy import GUEST, OPERATOR, About, Action, Actor, decide, demand, is_privileged
from preau.meet.domain.roles import AccountRole, RoomRole
from preau.meet.domain.rules import Kind, Profile, bundle

ADA = AccountId("acc_ada")


def meeting_of(owner: str) -> Meeting:
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    rules = bundle(Profile.SCHOOL, Kind.CLASS)
    return Meeting(
        MeetingId("mtg_1"), MeetingCode("x"), AccountId(owner), "Staff", moment, None, Kind.CLASS, rules
    )


ACTORS = {
    "guest": GUEST,
    "operator": OPERATOR,
    "member": Actor(ADA, AccountRole.MEMBER),
    "admin": Actor(ADA, AccountRole.ADMIN),
    "host inside": Actor(ADA, AccountRole.MEMBER, RoomRole.HOST),
    "guest inside": Actor(room_role=RoomRole.PARTICIPANT),
}
MEETINGS = {"own": meeting_of("acc_ada"), "foreign": meeting_of("acc_bob"), "none": None}

IN, NO, GONE = ErrorCode.NOT_SIGNED_IN, ErrorCode.NOT_ALLOWED, ErrorCode.NOT_FOUND
LOST = ErrorCode.MEETING_UNKNOWN
OK = None

_Rows = dict[str, tuple[ErrorCode | None, ...]]

# One line per actor: the decision for own, foreign, none.
_SIGNED_IN_ONLY: _Rows = {
    "guest": (IN, IN, IN),
    "operator": (IN, IN, IN),
    "member": (OK, OK, OK),
    "admin": (OK, OK, OK),
    "host inside": (OK, OK, OK),
    "guest inside": (IN, IN, IN),
}
_OWNER_ONLY: _Rows = {
    "guest": (IN, IN, IN),
    "operator": (IN, IN, IN),
    "member": (OK, GONE, GONE),
    "admin": (OK, GONE, GONE),
    "host inside": (OK, GONE, GONE),
    "guest inside": (IN, IN, IN),
}
_ADMINISTRATOR_ONLY: _Rows = {
    "guest": (IN, IN, IN),
    "operator": (OK, OK, OK),
    "member": (NO, NO, NO),
    "admin": (OK, OK, OK),
    "host inside": (NO, NO, NO),
    "guest inside": (IN, IN, IN),
}
MATRIX: dict[Action, _Rows] = {
    Action.SIGN_IN: {**dict.fromkeys(ACTORS, (OK, OK, OK))},
    Action.ASK_FOR_LINK: {**dict.fromkeys(ACTORS, (OK, OK, OK))},
    Action.CONFIRM_SIGN_IN: _SIGNED_IN_ONLY,
    Action.CHANGE_CREDENTIAL: _SIGNED_IN_ONLY,
    Action.END_SIGN_IN: _SIGNED_IN_ONLY,
    Action.SIGN_OUT_EVERYWHERE: _SIGNED_IN_ONLY,
    Action.ERASE_OWN_ACCOUNT: _SIGNED_IN_ONLY,
    Action.VIEW_ACCOUNTS: _ADMINISTRATOR_ONLY,
    Action.CREATE_ACCOUNT: _ADMINISTRATOR_ONLY,
    Action.CHANGE_ACCOUNT: _ADMINISTRATOR_ONLY,
    Action.CHANGE_ACCOUNT_ROLE: _ADMINISTRATOR_ONLY,
    Action.DISABLE_ACCOUNT: _ADMINISTRATOR_ONLY,
    Action.ENABLE_ACCOUNT: _ADMINISTRATOR_ONLY,
    Action.RENEW_ACCOUNT_LINK: _ADMINISTRATOR_ONLY,
    Action.ERASE_ACCOUNT: _ADMINISTRATOR_ONLY,
    Action.VIEW_HOUSE_AUDIT: _ADMINISTRATOR_ONLY,
    Action.CHANGE_OWN_ACCOUNT: _SIGNED_IN_ONLY,
    Action.CREATE_MEETING: _SIGNED_IN_ONLY,
    Action.LIST_OWN_MEETINGS: _SIGNED_IN_ONLY,
    Action.VIEW_MEETING: _OWNER_ONLY,
    Action.RENAME_MEETING: _OWNER_ONLY,
    Action.DELETE_MEETING: _OWNER_ONLY,
    Action.CHANGE_MEETING_RULES: _OWNER_ONLY,
    Action.CHANGE_PASSCODE: _OWNER_ONLY,
    Action.CHANGE_LINK: _OWNER_ONLY,
    Action.VIEW_INVITATIONS: _OWNER_ONLY,
    Action.INVITE: _OWNER_ONLY,
    Action.CHANGE_INVITATION: _OWNER_ONLY,
    Action.RENEW_INVITATION: _OWNER_ONLY,
    Action.MAIL_INVITATION: _OWNER_ONLY,
    Action.REVOKE_INVITATION: _OWNER_ONLY,
    Action.VIEW_AUDIT: _OWNER_ONLY,
    Action.VIEW_ORGANIZATION: _ADMINISTRATOR_ONLY,
    Action.CHANGE_ORGANIZATION: _ADMINISTRATOR_ONLY,
    Action.TRY_MAIL: _ADMINISTRATOR_ONLY,
    Action.VIEW_CASES: _ADMINISTRATOR_ONLY,
    Action.CHANGE_CASE: _ADMINISTRATOR_ONLY,
    Action.MAIL_CASE: _ADMINISTRATOR_ONLY,
    Action.ENTER_ROOM: {**dict.fromkeys(ACTORS, (OK, OK, LOST))},
    Action.HOST_ROOM: {
        "guest": (NO, NO, NO),
        "operator": (NO, NO, NO),
        "member": (OK, NO, NO),
        "admin": (OK, NO, NO),
        "host inside": (OK, NO, NO),
        "guest inside": (NO, NO, NO),
    },
}
CELLS = [
    pytest.param(action, actor, meeting, MATRIX[action][actor][index], id=f"{action}-{actor}-{meeting}")
    for action in MATRIX
    for actor in ACTORS
    for index, meeting in enumerate(MEETINGS)
]


def test_the_matrices_name_every_action_and_every_actor() -> None:
    assert set(MATRIX) | set(ROOM_MATRIX) == set(Action)
    assert not set(MATRIX) & set(ROOM_MATRIX)
    assert all(set(row) == set(ACTORS) for row in MATRIX.values())


@pytest.mark.parametrize(("action", "actor", "meeting", "code"), CELLS)
def test_a_cell(action: Action, actor: str, meeting: str, code: ErrorCode | None) -> None:
    assert decide(ACTORS[actor], action, MEETINGS[meeting]).code == code


@pytest.mark.parametrize(("action", "actor", "meeting", "code"), CELLS)
def test_demand_raises_what_decide_says(
    action: Action, actor: str, meeting: str, code: ErrorCode | None
) -> None:
    if code is None:
        demand(ACTORS[actor], action, MEETINGS[meeting])
        return
    with pytest.raises(DomainError) as refused:
        demand(ACTORS[actor], action, MEETINGS[meeting])
    assert refused.value.code == code


INSIDE = {
    "host": Actor(room_role=RoomRole.HOST),
    "co-host": Actor(room_role=RoomRole.COHOST),
    "participant": Actor(room_role=RoomRole.PARTICIPANT),
    "observer": Actor(room_role=RoomRole.OBSERVER),
    "waiting": Actor(is_waiting=True),
    "outside": Actor(ADA, AccountRole.ADMIN),
}
# Who may, in the order of INSIDE: host, co-host, participant, observer, waiting, outside.
ALL = "yes yes yes yes no no"
HEARD = "yes yes yes no no no"
HOSTS = "yes yes no no no no"
HOST = "yes no no no no no"
NOBODY = "no no no no no no"
# For acts on somebody: the same to a participant, then to a host.
ROOM_MATRIX: dict[Action, tuple[str, str]] = {
    Action.LEAVE_NOTE: ("no no no no yes no", "no no no no yes no"),
    Action.SEND_CHAT: (HEARD, HEARD),
    Action.RAISE_HAND: (HEARD, HEARD),
    Action.REPORT: (ALL, ALL),
    Action.RENAME: (HOSTS, NOBODY),
    Action.DELETE_MESSAGE: (HOSTS, HOSTS),
    Action.ADMIT: (HOSTS, HOSTS),
    Action.DENY: (HOSTS, HOSTS),
    Action.MUTE: (HOSTS, NOBODY),
    Action.STOP_CAMERA: (HOSTS, NOBODY),
    Action.STOP_SHARE: (HOSTS, NOBODY),
    Action.ASK_TO_UNMUTE: (HOSTS, NOBODY),
    Action.MUTE_ALL: (HOSTS, HOSTS),
    Action.STOP_ALL_CAMERAS: (HOSTS, HOSTS),
    Action.LOWER_HAND_OF: (HOSTS, HOSTS),
    Action.LOWER_ALL_HANDS: (HOSTS, HOSTS),
    Action.LOCK: (HOSTS, HOSTS),
    Action.UNLOCK: (HOSTS, HOSTS),
    Action.FREEZE: (HOSTS, HOSTS),
    Action.THAW: (HOSTS, HOSTS),
    Action.SET_RULES: (HOSTS, HOSTS),
    Action.SPOTLIGHT: (HOSTS, HOSTS),
    Action.REMOVE: (HOSTS, NOBODY),
    Action.LET_BACK: (HOSTS, HOSTS),
    Action.BAN: (HOSTS, NOBODY),
    Action.LIFT_BAN: (HOSTS, HOSTS),
    Action.SET_ROLE: (HOST, NOBODY),
    Action.END: (HOST, HOST),
}
# The two acts that are everybody's when they are about one's own: by rule, and without one.
OWN_MATRIX: dict[Action, tuple[str, str]] = {
    Action.RENAME: ("yes yes yes yes no no", "yes yes no no no no"),
    Action.DELETE_MESSAGE: (ALL, ALL),
}
ROOM_CELLS = [
    pytest.param(action, actor, role, cell == "yes", id=f"{action}-{actor}-{role}")
    for action, rows in ROOM_MATRIX.items()
    for role, row in zip((RoomRole.PARTICIPANT, RoomRole.HOST), rows, strict=True)
    for actor, cell in zip(INSIDE, row.split(), strict=True)
]
OWN_CELLS = [
    pytest.param(action, actor, is_permitted, cell == "yes", id=f"{action}-{actor}-{is_permitted}")
    for action, rows in OWN_MATRIX.items()
    for is_permitted, row in zip((True, False), rows, strict=True)
    for actor, cell in zip(INSIDE, row.split(), strict=True)
]


@pytest.mark.parametrize(("action", "actor", "role", "may"), ROOM_CELLS)
def test_a_cell_of_the_room(action: Action, actor: str, role: RoomRole, may: bool) -> None:
    decision = decide(INSIDE[actor], action, about=About(role))
    assert decision.code == (None if may else NO)


@pytest.mark.parametrize(("action", "actor", "is_permitted", "may"), OWN_CELLS)
def test_a_cell_about_ones_own(action: Action, actor: str, is_permitted: bool, may: bool) -> None:
    about = About(INSIDE[actor].room_role, is_own=True, is_permitted=is_permitted)
    assert decide(INSIDE[actor], action, about=about).is_allowed == may
    assert not is_privileged(action, about)


def test_what_leaves_an_audit_record() -> None:
    everyday = {Action.LEAVE_NOTE, Action.SEND_CHAT, Action.RAISE_HAND, Action.REPORT}
    assert {action for action in ROOM_MATRIX if not is_privileged(action)} == everyday
