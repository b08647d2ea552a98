"""Whatever size a field has: the frame is taken, or refused with the code that belongs to it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from preau.meet.control import frames
from preau.meet.control.fields import BadFrameError
from preau.meet.control.frames import FRAME_TYPES, parse_frame
from preau.meet.control.sentences import REFUSALS
from tests.kit.frame_cases import FIELDS, Case, cases, frame

#: Fields that are one of a few words, a number, or hold others that are looked at themselves.
_OF_NO_SIZE = {"type", "request", "reason", "role", "to", "resume", "last_sequence"}


class _Looked(dict[str, Any]):
    """A frame that notes which of its fields were looked at."""

    def __init__(self, values: dict[str, Any], looked_at: set[str]) -> None:
        super().__init__(values)
        self._looked_at = looked_at

    def get(self, key: str, default: Any = None) -> Any:
        self._looked_at.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self._looked_at.add(key)
        return super().__getitem__(key)


@pytest.mark.parametrize("case", tuple(cases()), ids=lambda case: case.name)
def test_a_field_of_any_size_has_one_answer(case: Case) -> None:
    if case.code is None:
        parse_frame(case.message)
        return
    with pytest.raises(BadFrameError) as refused:
        parse_frame(case.message)
    assert refused.value.code == case.code
    assert case.code in REFUSALS


@pytest.mark.parametrize("type_", FRAME_TYPES)
def test_no_field_of_a_frame_is_left_out_of_these_cases(type_: str) -> None:
    looked_at: set[str] = set()
    made = frame(type_)
    nested = made.get("resume")
    if nested is not None:
        made["resume"] = _Looked(nested, looked_at)
    frames._PARSERS[type_](1, _Looked(made, looked_at))
    assert looked_at - _OF_NO_SIZE == {path.rpartition(".")[2] for path in FIELDS.get(type_, {})}


def test_a_frame_has_one_value_under_each_name() -> None:
    doubled = json.dumps(frame("mute")).replace('"request": 1', '"request": 1, "request": 2')
    with pytest.raises(BadFrameError, match="bad-frame"):
        parse_frame(doubled)
