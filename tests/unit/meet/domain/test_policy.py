"""The whole matrix: every actor, every action, own meeting, somebody else's, none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from preau.meet.domain.codes import MeetingCode
from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.domain.ids import AccountId, MeetingId
from preau.meet.domain.meetings import Meeting
from preau.meet.domain.policy import GUEST, OPERATOR, Action, Actor, decide, demand
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
_INSIDE_ONLY: _Rows = {
    "guest": (NO, NO, NO),
    "operator": (NO, NO, NO),
    "member": (NO, NO, NO),
    "admin": (NO, NO, NO),
    "host inside": (OK, OK, OK),
    "guest inside": (OK, OK, OK),
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
    Action.CREATE_ACCOUNT: _ADMINISTRATOR_ONLY,
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
    Action.RENEW_INVITATION: _OWNER_ONLY,
    Action.REVOKE_INVITATION: _OWNER_ONLY,
    Action.VIEW_AUDIT: _OWNER_ONLY,
    Action.VIEW_ORGANIZATION: _ADMINISTRATOR_ONLY,
    Action.CHANGE_ORGANIZATION: _ADMINISTRATOR_ONLY,
    Action.VIEW_CASES: _ADMINISTRATOR_ONLY,
    Action.CHANGE_CASE: _ADMINISTRATOR_ONLY,
    Action.ENTER_ROOM: {**dict.fromkeys(ACTORS, (OK, OK, LOST))},
    Action.HOST_ROOM: {
        "guest": (NO, NO, NO),
        "operator": (NO, NO, NO),
        "member": (OK, NO, NO),
        "admin": (OK, NO, NO),
        "host inside": (OK, NO, NO),
        "guest inside": (NO, NO, NO),
    },
    Action.SEND_CHAT: _INSIDE_ONLY,
    Action.RAISE_HAND: _INSIDE_ONLY,
}
CELLS = [
    pytest.param(action, actor, meeting, MATRIX[action][actor][index], id=f"{action}-{actor}-{meeting}")
    for action in MATRIX
    for actor in ACTORS
    for index, meeting in enumerate(MEETINGS)
]


def test_the_matrix_names_every_action_and_every_actor() -> None:
    assert set(MATRIX) == set(Action)
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
