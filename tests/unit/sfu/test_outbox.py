from __future__ import annotations

from preau.sfu.ids import RoomIds, new_sid, room_number
from preau.sfu.outbox import MAX_BYTES, MAX_FRAMES, Closing, Outbox
from preau.sfu.settings import parse


async def test_frames_go_out_in_order_and_the_end_comes_last() -> None:
    outbox = Outbox()
    outbox.put(b"1")
    outbox.put(b"2")
    outbox.close(1000, "left: bye.")
    outbox.put(b"after the end")
    assert [await outbox.take(), await outbox.take()] == [b"1", b"2"]
    assert await outbox.take() == Closing(1000, "left: bye.")
    assert outbox.is_empty


async def test_a_slow_reader_overflows_by_number() -> None:
    outbox = Outbox()
    for _ in range(MAX_FRAMES):
        outbox.put(b"x")
    assert not outbox.overflowed.is_set()
    outbox.put(b"x")
    assert outbox.overflowed.is_set()


async def test_a_slow_reader_overflows_by_size_and_what_was_read_counts_no_more() -> None:
    outbox = Outbox()
    outbox.put(b"x" * (MAX_BYTES - 1))
    await outbox.take()
    outbox.put(b"x" * (MAX_BYTES - 1))
    assert not outbox.overflowed.is_set()
    outbox.put(b"xx")
    assert outbox.overflowed.is_set()


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
