"""Nobody is watched for attention: no column, route, field, event, effect or frame has a word for it.

Focus, visibility, idleness, gaze, emotion and scores are no part of a meeting. The pages' side of this is
web/src/attention.test.ts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from preau.meet.control import frames
from preau.meet.live import commands, effects, events, people
from preau.meet.storage import tables

ROOT = Path(__file__).parents[2]

STEMS = re.compile(
    r"(?:focus|unfocus|blur|visib|invisib|idle|inactiv|gaze|stare|eye|blink|attent|inattent|distract|engag"
    r"|emotion|mood|sentiment|scor|rank|grade|grading|rating|drows|yawn|lookaway|lastseen|typing|keystroke"
    r"|scroll)",
    re.IGNORECASE,
)


def _words(text: str) -> list[str]:
    """The single words an identifier or a name on the wire is made of."""
    return [word for word in re.split(r"[^A-Za-z]+|(?<=[a-z])(?=[A-Z])", text) if word]


def _telling(names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if any(STEMS.match(word) for word in _words(name))})


def _columns() -> Iterator[str]:
    for table in tables.METADATA.tables.values():
        yield table.name
        yield from (column.name for column in table.columns)


def _of_interface(node: Any) -> Iterator[str]:
    """Every path, name of a field and value of an enumeration in the OpenAPI document; not its prose."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in ("description", "summary", "title", "examples"):
                yield str(key)
                yield from _of_interface(value)
    elif isinstance(node, list):
        for value in node:
            yield from _of_interface(value)
    elif isinstance(node, str):
        yield node


def _interface() -> Iterator[str]:
    yield from _of_interface(yaml.safe_load((ROOT / "docs/api/openapi.yaml").read_text()))


def _of_module(module: ModuleType) -> Iterator[str]:
    for name, value in vars(module).items():
        if isinstance(value, type) and is_dataclass(value):
            yield name
            yield from (one.name for one in fields(value))


def _of_room() -> Iterator[str]:
    for module in (commands, effects, events, people, frames):
        yield from _of_module(module)


def _on_the_wire() -> Iterator[str]:
    """What stands in code marks in the protocol's document: names of frames, fields, events and codes."""
    text = (ROOT / "docs/protocol/control.md").read_text()
    yield from re.findall(r"`([^`]+)`", text)


@pytest.mark.parametrize("source", [_columns, _interface, _of_room, _on_the_wire])
def test_nothing_has_a_word_for_attention(source: Callable[[], Iterator[str]]) -> None:
    names = list(source())
    assert len(names) > 40
    assert _telling(names) == []


@pytest.mark.parametrize("name", ["attention_score", "idleSince", "tab-focus-lost", "LAST_TYPING", "gazeAt"])
def test_such_a_word_would_be_found(name: str) -> None:
    assert _telling([name]) == [name]
