"""Counts what a message of protobuf holds on its bytes, before anything is made of them.

Two bytes for each value become a hundred times as much memory once they are decoded, so nothing is decoded
of a message that holds more than it may. Looking costs as much as the values that are allowed: levels are
counted before what lies within them, and the first value too many ends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from preau.sfu.wire.errors import WireError

#: Most values in one frame; most in one message of it that this version of the protocol does not know.
MAX_FIELDS = 8192
MAX_UNKNOWN = 64


class Limit(NamedTuple):
    """How often a value comes in one message, and how long each is in bytes where its length is its own."""

    most: int
    longest: int


Table = Mapping[str, Mapping[str, Limit]]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message: its name for people, its limit, and what is within."""

    number: int
    name: str
    most: int
    longest: int
    within: Plan | None
    is_packed: bool


Plan = dict[int, Field]
#: Where a message begins and ends in its frame, and what it is.
_Span = tuple[int, int, Plan]


@dataclass(frozen=True, slots=True)
class Rules:
    """What messages may hold: a table by message and field, and what holds for a field without a line in it.

    `longest`: of the whole, in bytes. `code` and `sentence`: how bytes are refused that are no such message.
    """

    table: Table
    unlisted: Limit
    longest: int
    code: str
    sentence: str
    _known: dict[str, Plan] = field(default_factory=dict)

    def plan(self, message: Any) -> Plan:
        """What a message may hold, by its descriptor."""
        known = self._known.get(message.full_name)
        if known is None:
            known = self._known[message.full_name] = {}
            limits = self.table.get(message.full_name.removeprefix("livekit."), {})
            for one in message.fields:
                known[one.number] = self._field(one, message.name, limits.get(one.name))
        return known

    def _field(self, described: Any, message: str, limit: Limit | None) -> Field:
        is_text = described.cpp_type == described.CPPTYPE_STRING
        if limit is None:
            limit = self.unlisted if described.is_repeated or is_text else Limit(1, self.longest)
        return Field(
            number=described.number,
            name=f"{message}.{described.name}",
            most=limit.most,
            longest=limit.longest if is_text else self.longest,
            within=self.plan(described.message_type) if described.message_type else None,
            is_packed=bool(described.is_repeated and not is_text and described.message_type is None),
        )

    def check(self, frame: bytes, plan: Plan, *, is_one_of: bool) -> None:
        """Raises WireError (too-many-values, value-too-long, or `code`) for what is not so.

        `is_one_of`: the message holds one other message and no more.
        """
        waiting: list[_Span] = [(0, len(frame), plan)]
        left = MAX_FIELDS
        try:
            # Whole levels come first: what is within too many values is not looked at.
            for span in waiting:
                within, fields = self._check_message(frame, span, left)
                waiting += within
                left -= fields
                if is_one_of and span[2] is plan and len(within) > 1:
                    raise self.garbled()
        except IndexError as error:
            raise self.garbled() from error

    def garbled(self) -> WireError:
        """The refusal of bytes that are no such message."""
        return WireError(self.code, self.sentence)

    def _check_message(self, frame: bytes, span: _Span, left: int) -> tuple[list[_Span], int]:
        """The messages within one, and how many values it has."""
        at, end, plan = span
        within: list[_Span] = []
        counts: dict[int, int] = {}
        fields = 0
        while at < end:
            key = frame[at]
            at += 1
            if key >= 128:
                key, at = self.varint(frame, at - 1)
            begin, at = self._value(frame, at, key & 7)
            fields += 1
            known = plan.get(key >> 3, _UNKNOWN)
            is_counted = key & 7 == _COUNTED
            more = _packed(frame, begin, at, known.most) if known.is_packed and is_counted else 1
            counts[known.number] = seen = counts.get(known.number, 0) + more
            if seen > known.most or fields > left:
                raise WireError("too-many-values", f"{known.name} has at most {known.most} values.")
            if is_counted:
                if known.longest < at - begin:
                    raise WireError("value-too-long", f"{known.name} has at most {known.longest} bytes.")
                if known.within is not None:
                    within.append((begin, at, known.within))
        if at != end:
            raise self.garbled()
        return within, fields

    def _value(self, frame: bytes, at: int, form: int) -> tuple[int, int]:
        """Where a value begins and ends; it may end behind its message."""
        if form == _COUNTED:
            size = frame[at]
            at += 1
            if size >= 128:
                size, at = self.varint(frame, at - 1)
            return at, at + size
        if form == _VARINT:
            return at, self.varint(frame, at)[1]
        if form in _FIXED:
            return at, at + _FIXED[form]
        raise self.garbled()

    def varint(self, frame: bytes, at: int) -> tuple[int, int]:
        """A number of any length, and where it ends."""
        value = shift = 0
        for place in range(at, at + _MAX_VARINT_BYTES):
            byte = frame[place]
            value |= (byte & 127) << shift
            if byte < 128:
                return value, place + 1
            shift += 7
        raise self.garbled()


_VARINT, _EIGHT_BYTES, _COUNTED, _FOUR_BYTES = 0, 1, 2, 5
_FIXED = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}
_MAX_VARINT_BYTES = 10
#: Its length is bounded by that of the whole.
_UNKNOWN = Field(0, "A message of a newer protocol", MAX_UNKNOWN, 1 << 62, None, is_packed=False)


def _packed(frame: bytes, begin: int, end: int, most: int) -> int:
    """How many numbers a packed list has; many more than allowed are not counted to the end."""
    if end - begin > most * _MAX_VARINT_BYTES:
        return most + 1
    return sum(1 for byte in frame[begin:end] if byte < 128)
