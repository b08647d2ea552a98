"""An input that is refused, or fails, leaves nothing behind that goes out with another."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from preau.sfu.rooms import commands, room
from preau.sfu.rooms.effects import Notify, Remark
from preau.sfu.rooms.state import RoomState
from tests.kit.sfu_room import DEFAULTS, CountedIds, Stage

NOW_S, DATE_S = 1000.0, 1_700_000_000.0


@dataclass(frozen=True)
class BreaksHalfWay:
    """An input whose handler says something and then goes wrong."""

    error: Exception


def _breaks(state: RoomState, command: BreaksHalfWay, _now: float) -> None:
    state.emit(Remark("half", "This much was done."))
    raise command.error


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(room._HANDLERS, BreaksHalfWay, _breaks)


def test_what_was_wanted_before_a_refusal_is_not_done() -> None:
    stage = Stage()
    stage.arrive("ada")
    outcome = stage.do(BreaksHalfWay(commands.RoomRefusal("no", "Not like this.")))
    assert outcome.refusal is not None
    assert outcome.effects == ()


def test_a_fault_sends_nothing_of_it_with_the_next_input() -> None:
    stage = Stage()
    stage.arrive("ada")
    with pytest.raises(ZeroDivisionError):
        stage.do(BreaksHalfWay(ZeroDivisionError()))
    outcome = stage.do(commands.RemoveParticipant("ada"))
    assert outcome.effects
    assert not [effect for effect in outcome.effects if isinstance(effect, Remark) and effect.code == "half"]


def test_what_the_room_wanted_before_the_first_input_outlives_its_refusal() -> None:
    begun = room.Room("school", DEFAULTS, CountedIds(), NOW_S, DATE_S)
    outcome = begun.handle(BreaksHalfWay(commands.RoomRefusal("no", "Not like this.")), NOW_S, DATE_S)
    assert [effect.event for effect in outcome.effects if isinstance(effect, Notify)] == ["room_started"]
