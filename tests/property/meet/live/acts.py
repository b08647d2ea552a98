"""What those who run the room do, each as a command and as the reference's answer to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from preau.meet.domain.ids import ParticipantId
from preau.meet.domain.roles import RoomRole
from preau.meet.live import commands as do
from preau.meet.live.commands import Command, ConnectionId
from preau.meet.live.people import BanId
from tests.property.meet.live.model import Model


class Played(Protocol):
    """A story under way. `bans`: of whom each ban of the machine is."""

    model: Model
    bans: dict[str, str]


SWITCHES = {
    do.Lock: ("locked", True),
    do.Unlock: ("locked", False),
    do.Freeze: ("frozen", True),
    do.Thaw: ("frozen", False),
}

People = list[ParticipantId]
Made = tuple[Command, str]


def _lower(on: Played, line: int, people: People, *_: Any) -> Made:
    return do.LowerHandOf(ConnectionId(line), 1, people[0]), on.model.lower(line, people[0])


def _lower_all(on: Played, line: int, *_: Any) -> Made:
    return do.LowerAllHands(ConnectionId(line), 1), on.model.lower(line, None)


def _media(act: type[do.ActAbout]) -> Callable[..., Made]:
    def made(on: Played, line: int, people: People, *_: Any) -> Made:
        return act(ConnectionId(line), 1, people[0]), on.model.act_on_media(line, people[0])

    return made


def _ask(on: Played, line: int, people: People, *_: Any) -> Made:
    return do.AskToUnmute(ConnectionId(line), 1, people[0]), on.model.ask(line, people[0])


def _mute(on: Played, line: int, people: People, *_: Any) -> Made:
    return do.Mute(ConnectionId(line), 1, people[0]), on.model.mute(line, people[0])


def _mute_all(on: Played, line: int, *_: Any) -> Made:
    return do.MuteAll(ConnectionId(line), 1), on.model.mute_all(line)


def _switch(act: type[do.Act]) -> Callable[..., Made]:
    return lambda on, line, *_: (act(ConnectionId(line), 1), on.model.switch(line, *SWITCHES[act]))


def _rule(on: Played, line: int, _: People, changed: tuple[str, Any], __: RoomRole) -> Made:
    name, value = changed
    return do.SetRules(ConnectionId(line), 1, {name: value}), on.model.set_rule(line, name, value)


def _spotlight(on: Played, line: int, people: People, *_: Any) -> Made:
    who = None if len(people) > 2 else people[0]
    return do.Spotlight(ConnectionId(line), 1, who), on.model.light(line, who)


def _admit(on: Played, line: int, people: People, *_: Any) -> Made:
    return do.AdmitPeople(ConnectionId(line), 1, tuple(people)), on.model.admit(line, list(people))


def _deny(on: Played, line: int, people: People, *_: Any) -> Made:
    return do.Deny(ConnectionId(line), 1, people[0], "other"), on.model.deny(line, people[0])


def _remove(on: Played, line: int, people: People, *_: Any) -> Made:
    return do.Remove(ConnectionId(line), 1, people[0]), on.model.remove(line, people[0])


def _let_back(on: Played, line: int, people: People, *_: Any) -> Made:
    removed = [who for who, one in on.model.gone.items() if one.went == "removed"]
    who = ParticipantId(removed[-1]) if removed and len(people) < 3 else people[0]
    return do.LetBack(ConnectionId(line), 1, who), on.model.let_back(line, who)


def _ban(on: Played, line: int, people: People, *_: Any) -> Made:
    return do.BanPerson(ConnectionId(line), 1, people[0]), on.model.ban(line, people[0])


def _lift(on: Played, line: int, people: People, *_: Any) -> Made:
    known = list(on.bans.items())
    ban_id, who = known[-len(people) % len(known)] if known else ("ban_0", "nobody")
    return do.LiftBan(ConnectionId(line), 1, BanId(ban_id)), on.model.lift(line, who)


def _role(on: Played, line: int, people: People, _: Any, role: RoomRole) -> Made:
    return do.SetRole(ConnectionId(line), 1, people[0], role), on.model.give_role(line, people[0], role.value)


ACT: Mapping[str, Callable[..., Made]] = {
    "lower": _lower,
    "lower-all": _lower_all,
    **{act.__name__: _media(act) for act in (do.StopCamera, do.StopShare)},
    "ask": _ask,
    "mute": _mute,
    "mute-all": _mute_all,
    **{act.__name__: _switch(act) for act in SWITCHES},
    "rule": _rule,
    "spotlight": _spotlight,
    "admit": _admit,
    "deny": _deny,
    "remove": _remove,
    "let-back": _let_back,
    "ban": _ban,
    "lift": _lift,
    "role": _role,
}
