"""The fields of frames, read one by one: a value of the documented form, or `BadFrameError`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from preau.meet.domain.ids import MessageId, ParticipantId

_MAX_NUMBER = 2**53 - 1
#: How many characters may be sent for each that is left.
_RAW_FOR_ONE = 4
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")

Fields = Mapping[str, Any]


class BadFrameError(Exception):
    """A frame that cannot be used: its code, and its request number where that could be read (else 0)."""

    def __init__(self, code: str, request: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.request = request


def is_number(value: Any, least: int) -> bool:
    """Whether it is a whole number that every reader of JSON can carry."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= _MAX_NUMBER


def _text(value: Any, most: int, too_long: str) -> str:
    """A string that UTF-8 can carry; JSON escapes can spell halves of characters."""
    if not isinstance(value, str):
        raise BadFrameError("bad-frame")
    if len(value) > most:
        raise BadFrameError(too_long)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadFrameError("bad-frame") from None
    return value


def text(fields: Fields, name: str, most: int, too_long: str = "bad-frame") -> str:
    """A text, of at most so many characters."""
    return _text(fields.get(name), most, too_long)


def raw_text(fields: Fields, name: str, most: int, too_long: str) -> str:
    """A text that has at most so many characters once it is cleaned, which may take many away.

    Cleaning looks at each character; what could never become short enough by it is refused before.
    """
    return _text(fields.get(name), most * _RAW_FOR_ONE, too_long)


def optional_text(fields: Fields, name: str, most: int) -> str | None:
    """A text, or None where there is none."""
    return None if fields.get(name) is None else text(fields, name, most)


def one_of(fields: Fields, name: str, allowed: Sequence[str]) -> str:
    """One of a few words."""
    value = fields.get(name)
    if not isinstance(value, str) or value not in allowed:
        raise BadFrameError("bad-frame")
    return value


def _matching(shape: re.Pattern[str], value: Any) -> str:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise BadFrameError("bad-frame")
    return value


def short_id(fields: Fields, name: str) -> str:
    """An id that the server made."""
    return _matching(_ID, fields.get(name))


def participant_id(fields: Fields) -> ParticipantId:
    """Somebody in the room or at its door."""
    return ParticipantId(short_id(fields, "participant_id"))


def optional_participant_id(fields: Fields) -> ParticipantId | None:
    """Somebody, or None."""
    return None if fields.get("participant_id") is None else participant_id(fields)


def participant_ids(fields: Fields, most: int) -> tuple[ParticipantId, ...]:
    """At least one and at most so many people."""
    values = fields.get("participant_ids")
    if not isinstance(values, list) or not 1 <= len(values) <= most:
        raise BadFrameError("bad-frame")
    return tuple(ParticipantId(_matching(_ID, value)) for value in values)


def message_id(fields: Fields) -> MessageId:
    """A line of chat, by the id its sender made."""
    return MessageId(_matching(_MESSAGE_ID, fields.get("message_id")))


def message_ids(fields: Fields, most: int) -> tuple[MessageId, ...]:
    """At most so many lines of chat."""
    values = fields.get("message_ids")
    if not isinstance(values, list) or len(values) > most:
        raise BadFrameError("bad-frame")
    return tuple(MessageId(_matching(_MESSAGE_ID, value)) for value in values)
