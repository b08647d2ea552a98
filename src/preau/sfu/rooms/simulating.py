"""Troubles feigned for clients' tests."""

from __future__ import annotations

from collections.abc import Callable

from preau.sfu.model import DisconnectReason, LeaveAction
from preau.sfu.rooms import leaving, negotiating, refusing, speaking
from preau.sfu.rooms.state import Member, RoomState
from preau.sfu.signalling import requests as ask

#: How long a feigned trouble waits for the resume it is to disturb.
WINDOW_S = 5.0
_SILENT_RESUMES = 3
_TCP = 1
_TLS = 2


def simulate(room: RoomState, member: Member, request: ask.Simulate, now: float) -> None:
    """Feigns a trouble, where that is allowed; limiting bandwidth is not offered and does nothing."""
    if not room.feigns:
        refusing.note(room, member.identity, "Simulate", now)
        return
    scenario = _SCENARIOS.get(request.scenario)
    if scenario is not None:
        scenario(room, member, request.amount, now)


def _speaker(room: RoomState, member: Member, amount: int, now: float) -> None:
    speaking.feign(room, member, amount, now)


def _vanish(room: RoomState, member: Member, _amount: int, now: float) -> None:
    leaving.drop(room, member, now, DisconnectReason.SERVER_SHUTDOWN, "simulated: the node failed.")


def _migrate(room: RoomState, member: Member, _amount: int, now: float) -> None:
    leaving.drop(room, member, now, DisconnectReason.MIGRATION, "simulated: migration.")


def _server_leave(room: RoomState, member: Member, _amount: int, now: float) -> None:
    _restart(room, member, now, DisconnectReason.SERVER_SHUTDOWN, "simulated: the server leaves.")


def _full_reconnect(room: RoomState, member: Member, _amount: int, now: float) -> None:
    _restart(room, member, now, DisconnectReason.CLIENT_INITIATED, "simulated: full reconnect.")


def _restart(room: RoomState, member: Member, now: float, reason: DisconnectReason, why: str) -> None:
    leaving.dismiss(room, member, now, reason, why, action=LeaveAction.RECONNECT)


def _switch_protocol(room: RoomState, member: Member, amount: int, now: float) -> None:
    """TCP only from now on, and for the next join of this identity (clients rejoin after asking)."""
    member.tcp_only = amount in (_TCP, _TLS)
    if member.tcp_only:
        room.tcp_only_identities.add(member.identity)
    else:
        room.tcp_only_identities.discard(member.identity)
    negotiating.changed(room, member, now, restart=True)


def _cut_on_resume(room: RoomState, member: Member, _amount: int, now: float) -> None:
    room.cut_on_resume_s[member.identity] = now + WINDOW_S


def _mute_on_resume(room: RoomState, member: Member, _amount: int, now: float) -> None:
    room.mute_on_resume[member.identity] = (now + WINDOW_S, _SILENT_RESUMES)


_SCENARIOS: dict[ask.Scenario, Callable[[RoomState, Member, int, float], None]] = {
    ask.Scenario.SPEAKER: _speaker,
    ask.Scenario.NODE_FAILURE: _vanish,
    ask.Scenario.MIGRATION: _migrate,
    ask.Scenario.SERVER_LEAVE: _server_leave,
    ask.Scenario.SWITCH_CANDIDATE_PROTOCOL: _switch_protocol,
    ask.Scenario.DISCONNECT_ON_RESUME: _cut_on_resume,
    ask.Scenario.DISCONNECT_ON_RESUME_NO_MESSAGES: _mute_on_resume,
    ask.Scenario.LEAVE_FULL_RECONNECT: _full_reconnect,
}
