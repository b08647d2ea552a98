"""A client that does not keep to the courtesies of WebSockets: many frames in one piece, pings, no end."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from uvicorn import Config
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode

from preau.websocket import MAX_PARTS_PER_S, PART_BYTES, BoundedWebSocket

HANDSHAKE = (
    b"GET /rtc HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
MANY = 30_000


class Line:
    """A transport that notes what is done with it."""

    def __init__(self) -> None:
        self.is_reading, self.is_cut, self.written = True, False, b""

    def pause_reading(self) -> None:
        self.is_reading = False

    def resume_reading(self) -> None:
        self.is_reading = True

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.is_cut = True

    abort = close

    def is_closing(self) -> bool:
        return self.is_cut

    def get_extra_info(self, _name: str) -> None:
        return None


async def application(_scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await asyncio.Event().wait()


@pytest.fixture
async def opened() -> tuple[BoundedWebSocket, Line]:
    """A connection that was accepted; its messages are taken by the test."""
    config = Config(cast(Any, application), lifespan="off", log_config=None, ws_ping_interval=None)
    config.load()
    socket, line = BoundedWebSocket(config, ServerState(), {}), Line()
    socket.connection_made(cast(Any, line))
    socket.data_received(HANDSHAKE)
    for _ in range(10):
        await asyncio.sleep(0)
    assert b"101" in line.written
    return socket, line


def frame(opcode: Opcode, data: bytes = b"", *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


Opened = tuple[BoundedWebSocket, Line]


async def test_thousands_of_messages_in_one_piece_are_looked_at_as_they_are_taken(opened: Opened) -> None:
    socket, line = opened
    socket.data_received(frame(Opcode.BINARY, b"x") * MANY)
    assert not line.is_reading
    most = 0
    for _ in range(MANY):
        most = max(most, socket.queue.qsize())
        message = cast(dict[str, Any], await socket.receive())
        assert message["bytes"] == b"x"
    assert most < 1000
    assert line.is_reading


async def test_a_long_message_in_many_pieces_arrives_whole(opened: Opened) -> None:
    socket, _line = opened
    text = bytes(range(256)) * 2000
    whole = frame(Opcode.BINARY, text) + frame(Opcode.BINARY, b"next")
    for begin in range(0, len(whole), 10_000):
        socket.data_received(whole[begin : begin + 10_000])
    taken = [cast(dict[str, Any], await socket.receive())["bytes"] for _ in range(2)]
    assert taken == [text, b"next"]


@pytest.mark.parametrize(
    "flood",
    [
        frame(Opcode.PING) * MANY,
        frame(Opcode.PONG) * MANY,
        frame(Opcode.BINARY, b"", fin=False) + frame(Opcode.CONT, b"", fin=False) * MANY,
    ],
    ids=["pings", "pongs", "parts"],
)
async def test_what_no_program_ever_sees_is_counted(opened: Opened, flood: bytes) -> None:
    socket, line = opened
    socket.data_received(flood)
    assert line.is_cut
    answers = line.written.count(b"\x8a\x00")
    assert answers <= MAX_PARTS_PER_S + PART_BYTES // len(frame(Opcode.PING))


async def test_a_few_pings_are_answered(opened: Opened) -> None:
    socket, line = opened
    socket.data_received(frame(Opcode.PING, b"1") * 10)
    assert line.written.count(b"\x8a\x011") == 10
    assert not line.is_cut


async def test_whoever_goes_on_after_the_end_is_cut_off(opened: Opened) -> None:
    socket, line = opened
    await socket.send({"type": "websocket.close", "code": 1000, "reason": "removed"})
    sent = 0
    while not line.is_cut:
        socket.data_received(frame(Opcode.BINARY, bytes(10_000)))
        sent += 10_000
        assert sent < 1_000_000
    assert socket.queue.qsize() <= 1


async def test_whoever_answers_the_end_is_parted_from_in_peace(opened: Opened) -> None:
    socket, line = opened
    await socket.send({"type": "websocket.close", "code": 1000, "reason": "removed"})
    socket.data_received(frame(Opcode.BINARY, bytes(100_000)))
    assert not line.is_cut
    socket.data_received(frame(Opcode.CLOSE, b"\x03\xe8"))
    assert line.is_cut
