"""Every field of every frame a client may send: at nothing, at its limit, one above it, and huge."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from preau.meet.control.frames import FRAME_TYPES, MAX_FRAME_BYTES

#: What fills a frame up to its own limit, and what no frame may hold.
HUGE, BEYOND = 15_500, 4 * MAX_FRAME_BYTES


@dataclass(frozen=True)
class Field:
    """One field by example. `most` and `least`: how many characters, or things, it may have.

    `above` and `below`: the code of a frame in which it has more, or fewer; `of`: what it is a list of.
    """

    example: Any
    most: int
    least: int = 0
    above: str = "bad-frame"
    below: str = "bad-frame"
    of: str | None = None

    @property
    def characters_each(self) -> int:
        """How many characters each of its things takes in a frame, at most."""
        if isinstance(self.example, Mapping):
            return len('"rule-1000": true, ')
        return 1 if self.of is None else len(self.of) + len('"", ')

    def sized(self, count: int) -> Any:
        """A value of this size."""
        if isinstance(self.example, Mapping):
            return {f"rule-{number}": True for number in range(count)}
        if self.of is not None:
            return [self.of] * count
        return "a" * count


ID = Field("par_1", 40, 1)
MESSAGE = Field("message-1", 64, 8)
SECRET = Field("secret", 128)
NAME = Field("Ann", 256, above="name-too-long")

#: The fields of each frame besides `type` and `request`; a nested one with its way to it.
FIELDS: Mapping[str, Mapping[str, Field]] = {
    "knock": {
        "name": NAME,
        "resume.participant_id": ID,
        "resume.secret": SECRET,
        "invitation": SECRET,
        "passcode": SECRET,
    },
    "leave-note": {"text": Field("hello", 800, above="text-too-long")},
    "send-chat": {"message_id": MESSAGE, "text": Field("hello", 8000, above="text-too-long")},
    "rename": {"participant_id": ID, "name": NAME},
    "delete-message": {"message_id": MESSAGE},
    "report": {
        "category": Field("bullying", 40, above="bad-category"),
        "participant_id": ID,
        "text": Field("help", 8000, above="text-too-long"),
        "message_ids": Field([], 50, of="message-1"),
    },
    "admit": {"participant_ids": Field(["par_1"], 100, 1, of="p" * 40)},
    "deny": {"participant_id": ID},
    "set-rules": {"rules": Field({"chat": "off"}, 100, 1)},
    "lift-ban": {"ban_id": ID},
    "set-role": {"participant_id": ID},
    **{
        name: {"participant_id": ID}
        for name in ("mute", "stop-camera", "stop-share", "ask-to-unmute", "lower-hand-of", "spotlight")
    },
    **{name: {"participant_id": ID} for name in ("remove", "ban", "let-back")},
}
#: What the other fields have to be for a frame to be read.
_OTHERS: Mapping[str, Mapping[str, Any]] = {
    "knock": {"resume": {"participant_id": "par_1", "secret": "s", "last_sequence": 0}},
    "deny": {"reason": "other"},
    "set-role": {"role": "participant"},
}


@dataclass(frozen=True)
class Case:
    """A frame, and the code it is refused with; None: it is taken."""

    name: str
    message: str
    code: str | None


def frame(type_: str, **changed: Any) -> dict[str, Any]:
    """A whole frame of a type, with these fields in place of the usual ones; `__` leads into a nested one."""
    made: dict[str, Any] = {"type": type_, "request": 1, **json.loads(json.dumps(_OTHERS.get(type_, {})))}
    for path, field in FIELDS.get(type_, {}).items():
        _put(made, path, field.example)
    for path, value in changed.items():
        _put(made, path.replace("__", "."), value)
    return made


def cases() -> Iterator[Case]:
    """All of them."""
    for type_ in FRAME_TYPES:
        yield from _request_cases(type_)
        for path, field in FIELDS.get(type_, {}).items():
            yield from _field_cases(type_, path, field)


def _field_cases(type_: str, path: str, field: Field) -> Iterator[Case]:
    below = None if field.least == 0 else field.below
    points = {
        "nothing": (0, below),
        "limit": (field.most, None),
        "limit+1": (field.most + 1, field.above),
        "huge": (HUGE // field.characters_each, field.above),
        "beyond": (BEYOND, "frame-too-large"),
    }
    for point, (count, code) in points.items():
        made = frame(type_, **{path.replace(".", "__"): field.sized(count)})
        yield Case(f"{type_} {path} {point}", json.dumps(made), code)
    strange: tuple[Any, ...] = (7, True, [[]], {"a": {}}, "\ud800")
    for wrong in strange:
        if type(wrong) is not type(field.example):
            made = frame(type_, **{path.replace(".", "__"): wrong})
            yield Case(f"{type_} {path} {wrong!r}", json.dumps(made), "bad-frame")


def _request_cases(type_: str) -> Iterator[Case]:
    numbers = {"0": "bad-frame", "1": None, str(2**53 - 1): None, str(2**53): "bad-frame"}
    for number, code in (numbers | {"9" * 4000: "bad-frame", "9" * HUGE: "bad-frame"}).items():
        message = json.dumps(frame(type_)).replace('"request": 1', f'"request": {number}')
        yield Case(f"{type_} request {number[:20]}", message, code)
    nested = json.dumps({**frame(type_), "more": 0}).replace('"more": 0', '"more": ' + "[" * HUGE)
    yield Case(f"{type_} nested", nested[:MAX_FRAME_BYTES], "bad-frame")


def _put(made: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    for step in way:
        made = made[step]
    made[last] = value
