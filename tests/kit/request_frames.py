"""Frames for every value of LiveKit's requests that comes in any number or length, as large as wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from livekit.protocol import rtc

from preau.sfu.wire.counting import Limit
from preau.sfu.wire.limits import LIMITS, MAX_BYTES, MAX_BYTES_OF

_COUNTED = 2


@dataclass(frozen=True)
class Place:
    """A value in a request: the fields that lead to it, from the kind of request on."""

    fields: tuple[Any, ...]

    def __str__(self) -> str:
        return ".".join(field.name for field in self.fields)

    @property
    def field(self) -> Any:
        return self.fields[-1]

    @property
    def limit(self) -> Limit | None:
        """What the table says of it."""
        message = self.field.containing_type.full_name.removeprefix("livekit.")
        return LIMITS.get(message, {}).get(self.field.name)

    @property
    def longest_frame(self) -> int:
        return MAX_BYTES_OF.get(self.fields[0].name, MAX_BYTES)

    def with_values(self, number: int, *, packed: bool = False) -> bytes:
        """A frame in which the value comes so often, empty each time."""
        if packed:
            return self._around(counted(self.field.number, bytes(number)))
        if is_text(self.field) or self.field.message_type is not None:
            return self._around(counted(self.field.number, b"") * number)
        return self._around((varint(self.field.number << 3) + b"\0") * number)

    def with_length(self, length: int) -> bytes:
        """A frame in which the value comes once, so many bytes long."""
        text = b"a" * length
        if self.field.name == "candidateInit" and length > 1:
            text = b'"' + text[2:] + b'"'
        return self._around(counted(self.field.number, text))

    def _around(self, body: bytes) -> bytes:
        for field in reversed(self.fields[:-1]):
            body = counted(field.number, body)
        return body


def is_text(field: Any) -> bool:
    """Whether the field holds text or bytes."""
    return bool(field.cpp_type == field.CPPTYPE_STRING)


def places() -> Iterator[Place]:
    """Every repeated field, map, text and bytes that a request can hold, also within one another."""
    waiting: list[tuple[Any, ...]] = [(field,) for field in rtc.SignalRequest.DESCRIPTOR.fields]
    while waiting:
        fields = waiting.pop()
        field = fields[-1]
        if field.is_repeated or is_text(field):
            yield Place(fields)
        if field.message_type is not None:
            waiting += [(*fields, inner) for inner in field.message_type.fields]


def varint(value: int) -> bytes:
    """A number as protobuf writes it."""
    written = b""
    while value > 127:
        written += bytes([value & 127 | 128])
        value >>= 7
    return written + bytes([value])


def counted(number: int, body: bytes) -> bytes:
    """A field with a length."""
    return varint(number << 3 | _COUNTED) + varint(len(body)) + body
