"""Frames from the browser: the one place where text from the network becomes a typed frame, or a refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from preau.meet.control.fields import (
    BadFrameError,
    is_number,
    message_id,
    message_ids,
    one_of,
    optional_participant_id,
    optional_text,
    participant_id,
    participant_ids,
    raw_text,
    short_id,
    text,
)
from preau.meet.domain.cases import MAX_REPORT_CHARACTERS
from preau.meet.domain.ids import MessageId, ParticipantId
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import RULE_NAMES
from preau.meet.domain.text import MAX_CHAT_CHARACTERS, MAX_NAME_CHARACTERS
from preau.meet.live import commands as do
from preau.meet.live.people import Audience, BanId

MAX_FRAME_BYTES = 16 * 1024
MAX_NOTE_CHARACTERS = 200
DENIAL_REASONS = ("not-expected", "wrong-name", "full", "other")
_MAX_SECRET_CHARACTERS = 128
_MAX_ADMITTED_AT_ONCE = 100
_MAX_REPORTED_LINES = 50
_MAX_CATEGORY_CHARACTERS = 40
_MAX_CHANGED_RULES = 100

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class ResumeClaim:
    """What a browser shows to get its place back."""

    participant_id: ParticipantId
    secret: str
    last_sequence: int


@dataclass(frozen=True)
class Knock:
    """Let me in: by the link alone, or with the secret of a personal link, or with a passcode."""

    request: int
    name: str
    resume: ResumeClaim | None
    invitation: str | None = None
    passcode: str | None = None


@dataclass(frozen=True)
class ChatLine:
    """Write this line."""

    request: int
    message_id: MessageId
    text: str
    to: Audience | None = None


@dataclass(frozen=True)
class DoorNote:
    """Write this to the hosts, from the door."""

    request: int
    text: str


@dataclass(frozen=True)
class NewName:
    """Call somebody, or (None) me, by this name."""

    request: int
    participant_id: ParticipantId | None
    name: str


@dataclass(frozen=True)
class Report:
    """Tell the organisation what happens here."""

    request: int
    category: str
    participant_id: ParticipantId | None
    text: str
    message_ids: tuple[MessageId, ...]


@dataclass(frozen=True)
class Act:
    """An act that is a command of the room as it stands."""

    request: int
    command: Callable[..., do.Request]
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Plain:
    """A frame that is answered outside the room: renew-media or ping."""

    request: int
    type: str


ClientFrame = Knock | ChatLine | DoorNote | NewName | Report | Act | Plain


def _knock(request: int, fields: Fields) -> Knock:
    resume = fields.get("resume")
    return Knock(
        request,
        _name(fields),
        None if resume is None else _resume(resume),
        optional_text(fields, "invitation", _MAX_SECRET_CHARACTERS),
        optional_text(fields, "passcode", _MAX_SECRET_CHARACTERS),
    )


def _name(fields: Fields) -> str:
    return raw_text(fields, "name", MAX_NAME_CHARACTERS, "name-too-long")


def _resume(value: Any) -> ResumeClaim:
    if not isinstance(value, dict) or not is_number(value.get("last_sequence"), 0):
        raise BadFrameError("bad-frame")
    secret = text(value, "secret", _MAX_SECRET_CHARACTERS)
    return ResumeClaim(participant_id(value), secret, int(value["last_sequence"]))


def _chat(request: int, fields: Fields) -> ChatLine:
    to = None if fields.get("to") is None else Audience(one_of(fields, "to", tuple(Audience)))
    written = raw_text(fields, "text", MAX_CHAT_CHARACTERS, "text-too-long")
    return ChatLine(request, message_id(fields), written, to)


def _note(request: int, fields: Fields) -> DoorNote:
    return DoorNote(request, raw_text(fields, "text", MAX_NOTE_CHARACTERS, "text-too-long"))


def _rename(request: int, fields: Fields) -> NewName:
    return NewName(request, optional_participant_id(fields), _name(fields))


def _report(request: int, fields: Fields) -> Report:
    return Report(
        request,
        text(fields, "category", _MAX_CATEGORY_CHARACTERS, "bad-category"),
        optional_participant_id(fields),
        raw_text(fields, "text", MAX_REPORT_CHARACTERS, "text-too-long"),
        message_ids(fields, _MAX_REPORTED_LINES),
    )


def _admit(request: int, fields: Fields) -> Act:
    return Act(request, do.AdmitPeople, (participant_ids(fields, _MAX_ADMITTED_AT_ONCE),))


def _deny(request: int, fields: Fields) -> Act:
    return Act(request, do.Deny, (participant_id(fields), one_of(fields, "reason", DENIAL_REASONS)))


def _set_rules(request: int, fields: Fields) -> Act:
    changes = fields.get("rules")
    if not isinstance(changes, dict) or not 1 <= len(changes) <= _MAX_CHANGED_RULES:
        raise BadFrameError("bad-frame")
    known = {name: value for name, value in changes.items() if name in RULE_NAMES}
    # What is no rule stays a change, so that the room refuses it instead of doing half of what was asked.
    return Act(request, do.SetRules, (known if len(known) == len(changes) else {**known, "unknown": None},))


def _spotlight(request: int, fields: Fields) -> Act:
    return Act(request, do.Spotlight, (optional_participant_id(fields),))


def _set_role(request: int, fields: Fields) -> Act:
    role = RoomRole(one_of(fields, "role", tuple(RoomRole)))
    return Act(request, do.SetRole, (participant_id(fields), role))


def _alone(command: Callable[..., do.Request]) -> Callable[[int, Fields], Act]:
    return lambda request, _fields: Act(request, command)


def _about(command: Callable[..., do.Request]) -> Callable[[int, Fields], Act]:
    return lambda request, fields: Act(request, command, (participant_id(fields),))


def _plain(request: int, fields: Fields) -> Plain:
    return Plain(request, fields["type"])


_PARSERS: Mapping[str, Callable[[int, Fields], ClientFrame]] = {
    "knock": _knock,
    "leave-note": _note,
    "leave": _alone(do.Leave),
    "ping": _plain,
    "renew-media": _plain,
    "send-chat": _chat,
    "raise-hand": _alone(do.RaiseHand),
    "lower-hand": _alone(do.LowerHand),
    "rename": _rename,
    "delete-message": lambda request, fields: Act(request, do.DeleteMessage, (message_id(fields),)),
    "report": _report,
    "admit": _admit,
    "deny": _deny,
    "mute": _about(do.Mute),
    "stop-camera": _about(do.StopCamera),
    "stop-share": _about(do.StopShare),
    "ask-to-unmute": _about(do.AskToUnmute),
    "mute-all": _alone(do.MuteAll),
    "stop-all-cameras": _alone(do.StopAllCameras),
    "lower-hand-of": _about(do.LowerHandOf),
    "lower-all-hands": _alone(do.LowerAllHands),
    "lock": _alone(do.Lock),
    "unlock": _alone(do.Unlock),
    "freeze": _alone(do.Freeze),
    "thaw": _alone(do.Thaw),
    "set-rules": _set_rules,
    "spotlight": _spotlight,
    "remove": _about(do.Remove),
    "let-back": _about(do.LetBack),
    "ban": _about(do.BanPerson),
    "lift-ban": lambda request, fields: Act(request, do.LiftBan, (BanId(short_id(fields, "ban_id")),)),
    "set-role": _set_role,
    "end": _alone(do.EndForAll),
}

#: Every frame a client may send.
FRAME_TYPES = tuple(_PARSERS)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two values under one name mean different things to different readers, so neither is believed."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name occurs twice")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def parse_frame(message: str | bytes) -> ClientFrame:
    """The frame in a WebSocket message, or `BadFrameError`; nothing else is ever raised."""
    if isinstance(message, bytes):
        raise BadFrameError("frame-too-large" if len(message) > MAX_FRAME_BYTES else "bad-frame")
    if len(message) > MAX_FRAME_BYTES or len(message.encode("utf-8", "replace")) > MAX_FRAME_BYTES:
        raise BadFrameError("frame-too-large")
    try:
        value = json.loads(message, object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadFrameError("bad-frame") from None
    if not isinstance(value, dict) or not is_number(value.get("request"), 1):
        raise BadFrameError("bad-frame")
    request, type_ = int(value["request"]), value.get("type")
    if not isinstance(type_, str):
        raise BadFrameError("bad-frame", request)
    parser = _PARSERS.get(type_)
    if parser is None:
        raise BadFrameError("unknown-type", request)
    try:
        return parser(request, value)
    except BadFrameError as bad:
        raise BadFrameError(bad.code, request) from None
