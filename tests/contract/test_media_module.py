"""What `preau._media` promises in its stub, on a running engine."""

import asyncio
import errno
import select
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from preau._media import Engine

PATIENCE_S = 5.0
LOOPBACK = "127.0.0.1"
BIG = 2**64 - 1


@pytest.fixture
def engine() -> Iterator[Engine]:
    running = Engine(udp_host=LOOPBACK, udp_port=0, tcp_port=0)
    yield running
    running.close()


def next_events(engine: Engine, name: str, count: int) -> list[tuple[Any, ...]]:
    """Waits on the descriptor, as an event loop does, until so many events of this name came."""
    found: list[tuple[Any, ...]] = []
    while len(found) < count:
        readable, _, _ = select.select([engine.fileno()], [], [], PATIENCE_S)
        assert readable, f"{len(found)} of {count} {name} within {PATIENCE_S} s"
        found += [event for event in engine.take_events() if event[0] == name]
    return found


def next_event(engine: Engine, name: str) -> tuple[Any, ...]:
    return next_events(engine, name, 1)[0]


def test_the_bound_ports_and_the_fingerprint_are_told(engine: Engine) -> None:
    assert engine.udp_port > 0
    assert engine.tcp_port
    algorithm, _, digest = engine.fingerprint.partition(" ")
    assert algorithm == "sha-256"
    assert len(bytes.fromhex(digest.replace(":", ""))) == 32


def test_without_a_tcp_port_there_is_none() -> None:
    engine = Engine(udp_host=LOOPBACK, udp_port=0, tcp_port=None)
    assert engine.tcp_port is None
    engine.close()


WRONG_VALUES: dict[str, Callable[[Engine], None]] = {
    "unknown role": lambda engine: engine.open_peer(1, "listener"),  # type: ignore[arg-type] # the point of it
    "negative id": lambda engine: engine.close_peer(-1),
    "id beyond 64 bits": lambda engine: engine.close_peer(BIG + 1),
    "layer beyond high": lambda engine: engine.set_down(1, True, 3),
    "negative layer": lambda engine: engine.set_down(1, True, -1),
    "unknown channel": lambda engine: engine.send_data(1, "fast", b""),  # type: ignore[arg-type] # the point of it
    "empty mid": lambda engine: engine.accept_offer(1, 1, "", [("", 1, "", False, 0)]),
    "mid twice": lambda engine: engine.accept_offer(
        1, 1, "", [("0", 1, "", False, 0), ("0", 2, "", False, 0)]
    ),
    "mime without kind": lambda engine: engine.accept_offer(1, 1, "", [("0", 1, "vp8", False, 0)]),
    "negative rate": lambda engine: engine.accept_offer(1, 1, "", [("0", 1, "", False, -1)]),
    "short tuple": lambda engine: engine.accept_offer(1, 1, "", [("0", 1)]),  # type: ignore[list-item] # the point of it
}


@pytest.mark.parametrize("call", WRONG_VALUES.values(), ids=WRONG_VALUES.keys())
def test_a_value_out_of_range_is_a_value_error(engine: Engine, call: Callable[[Engine], None]) -> None:
    with pytest.raises(ValueError, match=r"."):
        call(engine)


RIGHT_START: dict[str, Any] = {"udp_host": LOOPBACK, "udp_port": 0, "tcp_port": 0}
WRONG_STARTS: dict[str, dict[str, Any]] = {
    "host name": {"udp_host": "localhost"},
    "udp port": {"udp_port": 65536},
    "tcp port": {"tcp_port": -1},
    "advertised": {"advertised": ["example.org"]},
}


@pytest.mark.parametrize("wrong", WRONG_STARTS.values(), ids=WRONG_STARTS.keys())
def test_an_engine_does_not_start_with_a_value_out_of_range(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Engine(**{**RIGHT_START, **wrong})


def test_a_wrong_type_is_a_type_error(engine: Engine) -> None:
    with pytest.raises(TypeError):
        engine.negotiate(1, 2, "yes")  # type: ignore[arg-type] # the point of it
    with pytest.raises(TypeError):
        engine.send_data(1, "lossy", "text")  # type: ignore[arg-type] # the point of it


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM], ids=["udp", "tcp"])
def test_an_occupied_port_is_an_os_error(kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind((LOOPBACK, 0))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        ports = (
            {"udp_port": port, "tcp_port": 0}
            if kind is socket.SOCK_DGRAM
            else {"udp_port": 0, "tcp_port": port}
        )
        with pytest.raises(OSError, match="in use") as failure:
            Engine(udp_host=LOOPBACK, **ports)
    assert failure.value.errno == errno.EADDRINUSE


def test_a_foreign_address_is_an_os_error() -> None:
    with pytest.raises(OSError, match="assign") as failure:
        Engine(udp_host="192.0.2.1", udp_port=0, tcp_port=None)
    assert failure.value.errno == errno.EADDRNOTAVAIL


def test_an_offer_of_a_subscriber_carries_candidates_and_data_channels(engine: Engine) -> None:
    engine.open_peer(BIG, "subscriber")
    engine.negotiate(BIG, BIG - 1, False)
    _, peer, request, sdp = next_event(engine, "offered")
    assert (peer, request) == (BIG, BIG - 1)
    assert f"a=fingerprint:{engine.fingerprint}\r\n" in sdp
    assert f" {LOOPBACK} {engine.udp_port} typ host " in sdp
    assert f" {LOOPBACK} {engine.tcp_port} typ host tcptype passive" in sdp
    assert "m=application" in sdp


def test_advertised_addresses_replace_the_bound_one() -> None:
    engine = Engine(udp_host="0.0.0.0", udp_port=0, tcp_port=None, advertised=["203.0.113.7"])
    engine.open_peer(1, "subscriber")
    engine.negotiate(1, 1, False)
    sdp = next_event(engine, "offered")[3]
    candidates = [line for line in sdp.splitlines() if line.startswith("a=candidate:")]
    assert [line.split()[4:6] for line in candidates] == [["203.0.113.7", str(engine.udp_port)]]
    engine.close()


def test_a_failure_is_an_event_with_its_request(engine: Engine) -> None:
    engine.open_peer(7, "publisher")
    engine.accept_offer(7, 70, "nonsense", [])
    engine.accept_offer(8, 80, "v=0", [])
    engine.negotiate(7, 71, False)
    assert [event[1:4] for event in next_events(engine, "refused", 3)] == [
        (7, 70, "bad-sdp"),
        (8, 80, "unknown-peer"),
        (7, 71, "wrong-state"),
    ]


def test_statistics_name_every_open_peer(engine: Engine) -> None:
    engine.open_peer(3, "publisher")
    engine.request_stats(30)
    _, request, counters = next_event(engine, "stats")
    assert request == 30
    assert set(counters) == {
        "peers", "packets_in", "packets_out", "bytes_in", "bytes_out", "lost", "nacks", "plis",
        "refused", "left_out", "unroutable", "bad_candidates", "data_dropped", "socket_dropped",
    }  # fmt: skip
    assert counters["peers"][3]["packets_in"] == 0
    assert {"rtt_us", "loss_e4", "offered_bps", "delivered_bps", "remb_bps", "delay_change_us"} < set(
        counters["peers"][3]
    )


def test_garbage_is_counted_and_changes_nothing(engine: Engine) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(b"\x00" * 40, (LOOPBACK, engine.udp_port))
        request, unroutable = 0, 0
        while not unroutable:
            request += 1
            engine.request_stats(request)
            unroutable = next_event(engine, "stats")[2]["unroutable"]
    assert unroutable == 1


async def test_events_reach_an_event_loop_and_are_drained(engine: Engine) -> None:
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[tuple[Any, ...]] = asyncio.Queue()

    def take() -> None:
        for event in engine.take_events():
            arrived.put_nowait(event)

    loop.add_reader(engine.fileno(), take)
    try:
        for request in range(100):
            engine.request_stats(request)
        answers = [await asyncio.wait_for(arrived.get(), PATIENCE_S) for _ in range(100)]
    finally:
        loop.remove_reader(engine.fileno())
    assert [event[1] for event in answers] == list(range(100))
    assert select.select([engine.fileno()], [], [], 0)[0] == []
    assert engine.take_events() == []


def test_close_frees_the_ports_and_may_be_repeated() -> None:
    engine = Engine(udp_host=LOOPBACK, udp_port=0, tcp_port=0)
    engine.request_stats(1)
    next_event(engine, "stats")
    engine.close()
    engine.close()
    engine.request_stats(2)
    assert engine.take_events() == []
    again = Engine(udp_host=LOOPBACK, udp_port=engine.udp_port, tcp_port=engine.tcp_port)
    again.close()


def test_an_engine_that_nobody_closed_does_not_keep_the_process_alive() -> None:
    script = "from preau._media import Engine; kept = Engine(udp_host='127.0.0.1', udp_port=0, tcp_port=0)"
    done = subprocess.run([sys.executable, "-c", script], timeout=PATIENCE_S * 2, check=False)
    assert done.returncode == 0
