"""Frames from the browser: the one place where text from the network becomes a typed frame, or a refusal."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from preau.meet.domain.ids import MessageId, ParticipantId

MAX_FRAME_BYTES = 16 * 1024
_MAX_NUMBER = 2**53 - 1
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_MAX_SECRET_CHARACTERS = 128


class BadFrameError(Exception):
    """A frame that cannot be used: its code, and its request number where that could be read (else 0)."""

    def __init__(self, code: str, request: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.request = request


@dataclass(frozen=True)
class ResumeClaim:
    """What a browser shows to get its place back."""

    participant_id: ParticipantId
    secret: str
    last_sequence: int


@dataclass(frozen=True)
class Knock:
    """Let me in."""

    request: int
    name: str
    resume: ResumeClaim | None


@dataclass(frozen=True)
class ChatLine:
    """Write this line."""

    request: int
    message_id: MessageId
    text: str


@dataclass(frozen=True)
class Plain:
    """A frame that says all with its type: raise-hand, lower-hand, renew-media, leave or ping."""

    request: int
    type: str


ClientFrame = Knock | ChatLine | Plain


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two values under one name mean different things to different readers, so neither is believed."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name occurs twice")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _is_text(value: Any) -> bool:
    """A string that UTF-8 can carry; JSON escapes can spell halves of characters."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_number(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= _MAX_NUMBER


def _knock(request: int, fields: Mapping[str, Any]) -> Knock:
    name, resume = fields.get("name"), fields.get("resume")
    if not isinstance(name, str) or not _is_text(name):
        raise BadFrameError("bad-frame", request)
    return Knock(request, name, None if resume is None else _resume(request, resume))


def _resume(request: int, value: Any) -> ResumeClaim:
    if not isinstance(value, dict):
        raise BadFrameError("bad-frame", request)
    participant_id, secret = value.get("participant_id"), value.get("secret")
    last_sequence = value.get("last_sequence")
    is_whole = _is_text(participant_id) and _is_text(secret) and _is_number(last_sequence, 0)
    if not is_whole or len(str(secret)) > _MAX_SECRET_CHARACTERS:
        raise BadFrameError("bad-frame", request)
    return ResumeClaim(ParticipantId(str(participant_id)), str(secret), int(last_sequence or 0))


def _chat(request: int, fields: Mapping[str, Any]) -> ChatLine:
    message_id, text = fields.get("message_id"), fields.get("text")
    if not isinstance(message_id, str) or not _MESSAGE_ID.fullmatch(message_id):
        raise BadFrameError("bad-frame", request)
    if not isinstance(text, str) or not _is_text(text):
        raise BadFrameError("bad-frame", request)
    return ChatLine(request, MessageId(message_id), text)


def _plain(request: int, fields: Mapping[str, Any]) -> Plain:
    return Plain(request, fields["type"])


_PARSERS: Mapping[str, Callable[[int, Mapping[str, Any]], ClientFrame]] = {
    "knock": _knock,
    "send-chat": _chat,
    "raise-hand": _plain,
    "lower-hand": _plain,
    "renew-media": _plain,
    "leave": _plain,
    "ping": _plain,
}


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
    if not isinstance(value, dict) or not _is_number(value.get("request"), 1):
        raise BadFrameError("bad-frame")
    request, type_ = int(value["request"]), value.get("type")
    if not isinstance(type_, str):
        raise BadFrameError("bad-frame", request)
    parser = _PARSERS.get(type_)
    if parser is None:
        raise BadFrameError("unknown-type", request)
    return parser(request, value)
