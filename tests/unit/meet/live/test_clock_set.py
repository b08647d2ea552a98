"""Somebody sets the clock while a meeting runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from preau.meet.live.clock_set import moved
from preau.meet.live.commands import LoseConnection
from preau.meet.live.room import GRACE
from tests.kit.room_stage import BOB, CALM, START, THREE, TWO, Stage, ada, ann, bob, line

STEPS = [timedelta(seconds=90), timedelta(seconds=-90), timedelta(days=1), timedelta(days=-1)]


def moments(value: Any, path: str = "") -> Iterator[tuple[str, datetime]]:
    if isinstance(value, datetime):
        yield path, value
    elif isinstance(value, tuple):
        for number, one in enumerate(value):
            yield from moments(one, f"{path}[{number}]")
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from moments(one, f"{path}[{key}]")
    elif is_dataclass(value):
        for one in fields(value):
            yield from moments(getattr(value, one.name), f"{path}.{one.name}")


def busy() -> Stage:
    """A class in which somebody wrote, somebody lost the line, and somebody waits."""
    stage = Stage(replace(CALM, slow_mode_s=30))
    stage.do(ada(), ann(), bob())
    stage.do(line("hello", connection=TWO))
    stage.do(LoseConnection(THREE))
    return stage


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_what_a_room_waits_for_moves_along_and_dates_stay(step: timedelta) -> None:
    room = busy().room
    before, after = dict(moments(room)), dict(moments(moved(room, step)))
    assert before.keys() == after.keys()
    stayed = {path for path in before if before[path] == after[path]}
    assert stayed
    assert all(path.startswith((".view", ".entries", ".memory.lines")) for path in stayed)
    assert all(after[path] == before[path] + step for path in before.keys() - stayed)
    assert any(path.startswith(".seats") for path in before.keys() - stayed)
    assert any(path.startswith(".memory.wrote_at") for path in before.keys() - stayed)


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_nobody_loses_the_seat_or_keeps_it_longer_by_a_clock_that_is_set(step: timedelta) -> None:
    stage = busy()
    stage.now += step
    stage.room = moved(stage.room, step)
    stage.wait(GRACE - timedelta(seconds=1))
    assert BOB in stage.room.seats
    stage.wait(timedelta(seconds=1))
    assert BOB not in stage.room.seats


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_slow_mode_is_as_slow_as_before(step: timedelta) -> None:
    stage = busy()
    stage.now += step
    stage.room = moved(stage.room, step)
    stage.wait(timedelta(seconds=29))
    assert stage.code(line("again", 2, TWO)) == "slow-mode"
    stage.wait(timedelta(seconds=1))
    assert stage.code(line("again", 2, TWO)) == "done"
    assert stage.room.view.chat[0].at == START
