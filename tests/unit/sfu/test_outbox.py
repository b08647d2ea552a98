from __future__ import annotations

import pytest

from preau.sfu.ids import RoomIds, new_sid, room_number
from preau.sfu.outbox import MAX_BYTES, MAX_FRAMES, PATIENCE_S, Closing, Outbox
from preau.sfu.settings import parse


class Clock:
    """Set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_frames_go_out_in_order_and_the_end_comes_last() -> None:
    outbox = Outbox(Clock())
    outbox.put(b"1")
    outbox.put(b"2")
    outbox.close(1000, "left: bye.")
    outbox.put(b"after the end")
    assert [await outbox.take(), await outbox.take()] == [b"1", b"2"]
    assert await outbox.take() == Closing(1000, "left: bye.")
    assert outbox.is_empty


@pytest.mark.parametrize(("frame", "number"), [(b"x", MAX_FRAMES), (bytes(MAX_BYTES // 4), 4)])
async def test_who_takes_nothing_while_too_much_waits_is_a_slow_reader(frame: bytes, number: int) -> None:
    clock = Clock()
    outbox = Outbox(clock)
    for _ in range(number):
        outbox.put(frame)
    clock.now = PATIENCE_S
    assert not outbox.overflowed.is_set()
    outbox.put(frame)
    assert outbox.overflowed.is_set()
    assert outbox.is_empty, "nothing of it is kept"


async def test_that_much_is_said_at_once_makes_nobody_a_slow_reader() -> None:
    clock = Clock()
    outbox = Outbox(clock)
    outbox.put(bytes(MAX_BYTES + 1))
    for _ in range(2 * MAX_FRAMES):
        outbox.put(b"x")
    for _ in range(MAX_FRAMES):
        clock.now += PATIENCE_S - 1
        await outbox.take()
        outbox.put(b"x")
    assert not outbox.overflowed.is_set()


async def test_nobody_lets_everything_wait_by_taking_a_little() -> None:
    outbox = Outbox(Clock())
    for _ in range(4 * MAX_FRAMES):
        outbox.put(b"x")
    assert not outbox.overflowed.is_set()
    outbox.put(b"x")
    assert outbox.overflowed.is_set()


async def test_of_several_words_about_the_same_the_newest_is_sent() -> None:
    outbox = Outbox(Clock())
    outbox.put(b"ada 1", about="ada")
    outbox.put(b"offer")
    for number in range(2, 5 * MAX_FRAMES):
        outbox.put(b"ada %d" % number, about="ada")
    assert [await outbox.take(), await outbox.take()] == [b"ada %d" % (5 * MAX_FRAMES - 1), b"offer"]
    outbox.put(b"ada again", about="ada")
    assert await outbox.take() == b"ada again"
    assert outbox.is_empty


def test_engine_ids_tell_their_room() -> None:
    ids = RoomIds(7)
    first, second = ids.number(), ids.number()
    assert first != second
    assert room_number(first) == room_number(second) == 7
    assert len({new_sid("PA_") for _ in range(100)}) == 100


def test_media_is_heard_where_addresses_are_advertised() -> None:
    assert parse(["--dev"], {}).media_host == "127.0.0.1"
    assert parse(["--dev", "--advertise", "192.0.2.7"], {}).media_host == "0.0.0.0"
    assert parse(["--dev", "--tcp-port", "none"], {}).tcp_port is None
    assert (parse(["--dev"], {}).key, parse(["--dev"], {}).secret) == ("devkey", "secret")
    assert parse(["--dev", "--key", "k", "--secret", "s"], {}).key == "k"
