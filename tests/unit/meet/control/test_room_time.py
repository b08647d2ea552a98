from __future__ import annotations

from datetime import timedelta

from preau.meet.control.room_time import RoomTime
from tests.kit.world import HandClock


def test_a_clock_that_is_set_is_told_from_time_that_passes() -> None:
    clock = HandClock()
    time = RoomTime(clock)
    clock.pass_time(timedelta(hours=1))
    assert time.look() == (clock.now(), timedelta())
    for by in (timedelta(days=1), timedelta(days=-2), timedelta(seconds=90)):
        clock.be_set(by)
        clock.pass_time(timedelta(seconds=5))
        assert time.expected() == clock.now() - by
        assert time.look() == (clock.now(), by)
        assert time.look() == (clock.now(), timedelta())


def test_a_clock_that_is_kept_right_is_not_set() -> None:
    clock = HandClock()
    time = RoomTime(clock)
    clock.be_set(timedelta(milliseconds=200))
    assert time.look() == (clock.now(), timedelta())
