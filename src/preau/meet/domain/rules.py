"""What a room allows: its rules, and the bundles of them that a meeting begins with.

The server's profile and the meeting's kind choose a bundle. Hosts may change any rule for one occurrence, or
for the meeting, unless an administrator locked it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

SLOW_MODES_S = (0, 10, 30, 60)


class Profile(StrEnum):
    """What kind of house the server stands in."""

    SCHOOL = "school"
    PUBLIC_BODY = "public-body"
    WORK = "work"
    FRIENDS = "friends"


class Kind(StrEnum):
    """What a meeting is for."""

    CLASS = "class"
    MEETING = "meeting"
    FRIENDS = "friends"


class Waiting(StrEnum):
    """Who waits at the door. Guests of an open link always do; the meeting's owner never does."""

    EVERYBODY = "everybody"
    NOT_INVITED = "not-invited"
    """Everybody without a personal link."""
    NOT_KNOWN = "not-known"
    """Everybody without a personal link and without an account of this server."""


class Sharing(StrEnum):
    """Who may share a screen."""

    HOSTS = "hosts"
    ALL = "all"


class Chat(StrEnum):
    """Whom participants may write to; hosts may write to all unless it is off."""

    OFF = "off"
    HOSTS = "hosts"
    ALL = "all"


@dataclass(frozen=True)
class Rules:
    """Every rule of a room. The field's order is the order in which pages show them."""

    open_link: bool
    """Whether guests may knock with the meeting's link alone."""
    waiting_room: Waiting
    supervised: bool
    """Whether participants see, hear and write only while a host or co-host is there."""
    starts_muted: bool
    """Whether participants come in with microphone and camera off."""
    share: Sharing
    chat: Chat
    slow_mode_s: int
    """Least time between two lines of one participant; one of `SLOW_MODES_S`."""
    unmute: bool
    """Whether participants may turn their microphone on by themselves."""
    camera: bool
    """Whether participants may turn their camera on."""
    rename: bool
    """Whether participants may change the name they came with."""


RULE_NAMES = tuple(one.name for one in fields(Rules))

_STRICT = Rules(
    open_link=False,
    waiting_room=Waiting.NOT_INVITED,
    supervised=True,
    starts_muted=True,
    share=Sharing.HOSTS,
    chat=Chat.ALL,
    slow_mode_s=0,
    unmute=True,
    camera=True,
    rename=False,
)
_AMONG_COLLEAGUES = replace(
    _STRICT,
    open_link=True,
    waiting_room=Waiting.NOT_KNOWN,
    supervised=False,
    starts_muted=False,
    share=Sharing.ALL,
    rename=True,
)
_IN_SCHOOL = replace(_STRICT, supervised=False)
_WITH_THE_PUBLIC = replace(_IN_SCHOOL, open_link=True)

#: A class is strict in every house. A school opens no link by default, whatever the meeting is for.
_BUNDLES: Mapping[Profile, Mapping[Kind, Rules]] = {
    Profile.SCHOOL: {Kind.CLASS: _STRICT, Kind.MEETING: _IN_SCHOOL, Kind.FRIENDS: _IN_SCHOOL},
    Profile.PUBLIC_BODY: {
        Kind.CLASS: _STRICT,
        Kind.MEETING: _WITH_THE_PUBLIC,
        Kind.FRIENDS: _WITH_THE_PUBLIC,
    },
    Profile.WORK: {Kind.CLASS: _STRICT, Kind.MEETING: _AMONG_COLLEAGUES, Kind.FRIENDS: _AMONG_COLLEAGUES},
    Profile.FRIENDS: {Kind.CLASS: _STRICT, Kind.MEETING: _AMONG_COLLEAGUES, Kind.FRIENDS: _AMONG_COLLEAGUES},
}


def bundle(profile: Profile, kind: Kind) -> Rules:
    """The rules a meeting of that kind begins with in a house of that profile."""
    return _BUNDLES[profile][kind]


def differing(rules: Rules, safe: Rules) -> tuple[str, ...]:
    """The names of the rules that are not as in `safe`, in the order of the fields."""
    return tuple(name for name in RULE_NAMES if getattr(rules, name) != getattr(safe, name))


def rules_to_json(rules: Rules) -> dict[str, Any]:
    """Rules as plain values, for storage and for the wire."""
    values = asdict(rules)
    return {name: one.value if isinstance(one, StrEnum) else one for name, one in values.items()}


class BadRuleError(ValueError):
    """A change of rules that names no rule, or gives one a value it cannot have; `args[0]` names it."""


def change(rules: Rules, changes: Mapping[str, Any]) -> Rules:
    """`rules` with some of them changed, from plain values. Raises `BadRuleError`."""
    read: dict[str, Any] = {}
    for name, value in changes.items():
        try:
            read[name] = _READERS[name](value)
        except (KeyError, ValueError):
            raise BadRuleError(name) from None
    return replace(rules, **read)


def rules_from_json(value: Mapping[str, Any], missing_from: Rules) -> Rules:
    """The rules `rules_to_json` wrote; a rule that is newer than the writing comes from `missing_from`."""
    return change(missing_from, {name: value[name] for name in RULE_NAMES if name in value})


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _slow_mode_s(value: Any) -> int:
    if isinstance(value, bool) or value not in SLOW_MODES_S:
        raise ValueError
    return int(value)


_READERS: Mapping[str, Any] = {
    "open_link": _flag,
    "waiting_room": Waiting,
    "supervised": _flag,
    "starts_muted": _flag,
    "share": Sharing,
    "chat": Chat,
    "slow_mode_s": _slow_mode_s,
    "unmute": _flag,
    "camera": _flag,
    "rename": _flag,
}
