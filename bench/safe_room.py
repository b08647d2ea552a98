"""How soon a room is silent: from a host's act, or a cut line, to the last media packet of the server.

Everything is real: `preau serve`, a class of people with personal links on the control channel, their media
by the native load (which keeps sending whatever it is told, as a modified client would), and the packets as
the loopback device saw them. bench/README.md says how to read the figures.
"""

from __future__ import annotations

import argparse
import json
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.kit.control_client import ControlClient
from tests.kit.product import Product, running_product

ROOT = Path(__file__).resolve().parents[1]
ACTS = ("freeze", "mute-all")
NFT = "/usr/sbin/nft"
LINE_CUT = "line-cut"
BARS_MS = {"freeze": 500.0, "mute-all": 1000.0, LINE_CUT: 15_000.0}
BACK_BAR_MS = 5_000.0
ADMINISTRATOR = {"name": "Claire Martin", "email": "claire@college.example", "password": "a long password"}
OPUS = {
    "kind": "audio",
    "rate_hz": 50,
    "layers": [{"rid": "", "width": 0, "height": 0, "packets": 1, "packet_bytes": 160}],
}
WATCHED_S = 3.0
_PCAP_HEADER_BYTES, _RECORD_HEADER_BYTES = 24, 16
_ETHERNET_BYTES, _UDP_HEADER_BYTES = 14, 8
_RTCP_TYPES = range(192, 224)


@dataclass(frozen=True)
class Room:
    """A running class: who hosts it, and the media tokens of the others."""

    host: ControlClient
    tokens: list[str]
    code: str
    sign_in: str


@contextmanager
def running_room(product: Product, people: int) -> Iterator[Room]:
    """A class in which the host and everybody invited are present on the control channel."""
    with httpx.Client(base_url=product.url, timeout=30) as owner, ExitStack() as present:
        secret = product.setup_link.partition("#")[2]
        owner.post("/api/v1/setup", json={"secret": secret, **ADMINISTRATOR}).raise_for_status()
        made = owner.post("/api/v1/meetings", json={"title": "6B", "kind": "class"}).raise_for_status().json()
        names = [{"name": f"Pupil {number:03}"} for number in range(people)]
        address = f"/api/v1/meetings/{made['id']}/invitations"
        links = owner.post(address, json={"people": names}).raise_for_status().json()["invitations"]
        sign_in = owner.cookies["preau_signin"]
        host = present.enter_context(ControlClient(product.socket_url, made["code"], sign_in=sign_in))
        _admitted(host.knock("Claire Martin"))
        tokens = []
        for link in links:
            pupil = present.enter_context(ControlClient(product.socket_url, made["code"]))
            tokens.append(_admitted(pupil.knock("", invitation=link["link"].partition("#")[2])))
        yield Room(host, tokens, made["code"], sign_in)


def _admitted(frame: dict[str, object]) -> str:
    media = frame.get("media")
    if frame["type"] != "admitted" or not isinstance(media, dict):
        raise SystemExit(f"not admitted: {frame}")
    return str(media["token"])


def _argument_of(product: Product, name: str) -> str:
    """An argument that the media server was started with."""
    process_id = product.child("preau.sfu")
    words = Path(f"/proc/{process_id}/cmdline").read_text().split("\0")
    return words[words.index(name) + 1]


@contextmanager
def loaded(program: Path, room: Room, port: int, publishers: int) -> Iterator[None]:
    """Everybody in the media room, the first ones sending; the block begins once all receive all."""
    members = [
        {"access_token": token, "publishes": number < publishers, "subscribes": True}
        for number, token in enumerate(room.tokens)
    ]
    plan = {
        "protocol": "livekit",
        "server": f"127.0.0.1:{port}",
        "address": "127.0.0.1",
        "room": 0,
        "members": members,
        "tracks": [OPUS],
        "deaf": False,
        "warm_up_s": 1,
        "measure_s": 60,
        "patience_s": 45,
    }
    load = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        if load.stdin is None or load.stdout is None:
            raise SystemExit("the load has no pipes")
        load.stdin.write(json.dumps(plan))
        load.stdin.close()
        for line in load.stdout:
            if "measuring" in line:
                break
        else:
            raise SystemExit("the load ended before everybody received everything")
        yield
    finally:
        load.kill()
        load.wait()


@contextmanager
def watched(udp_port: int, file: Path) -> Iterator[None]:
    """Writes every datagram that the media server sends over loopback to a file."""
    command = [
        "tcpdump",
        "-i",
        "lo",
        "-n",
        "-s",
        "96",
        "-B",
        "65536",
        "-w",
        str(file),
        f"udp src port {udp_port}",
    ]
    watch = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        if watch.stderr is None:
            raise SystemExit("tcpdump has no pipe")
        for line in watch.stderr:
            if "listening on" in line:
                break
        yield
    finally:
        watch.terminate()
        watch.wait()


def media_times(capture: bytes) -> list[float]:
    """When each RTP packet of a capture was sent, in seconds since 1970, in order."""
    times = []
    at = _PCAP_HEADER_BYTES
    while at + _RECORD_HEADER_BYTES <= len(capture):
        seconds, microseconds, kept, _ = struct.unpack_from("<IIII", capture, at)
        start = at + _RECORD_HEADER_BYTES + _ETHERNET_BYTES
        ip_header_bytes = (capture[start] & 15) * 4
        payload = start + ip_header_bytes + _UDP_HEADER_BYTES
        first, second = capture[payload], capture[payload + 1]
        if first >> 6 == 2 and second not in _RTCP_TYPES:
            times.append(seconds + microseconds / 1e6)
        at += _RECORD_HEADER_BYTES + kept
    return times


@contextmanager
def cut(client: ControlClient) -> Iterator[None]:
    """Drops what a client and the server send one another, as a cut line would: nobody is told."""
    port = client.local_port
    table = "preau_bench"
    rules = (
        f"add table inet {table}",
        f"add chain inet {table} out {{ type filter hook output priority 0; }}",
        f"add rule inet {table} out tcp sport {port} drop",
        f"add rule inet {table} out tcp dport {port} drop",
    )
    subprocess.run([NFT, "; ".join(rules)], check=True)
    try:
        yield
    finally:
        subprocess.run([NFT, f"delete table inet {table}"], check=True)


def act(room: Room, product: Product, name: str) -> dict[str, float]:
    """The host does it, and a while passes; when it was done (`acted_at`), and what came of it."""
    acted_at = time.time()
    if name == LINE_CUT:
        with cut(room.host):
            time.sleep(BARS_MS[LINE_CUT] / 1000 + 1)
            back_at = time.time()
            with ControlClient(product.socket_url, room.code, sign_in=room.sign_in) as host:
                _admitted(host.knock("Claire Martin"))
                time.sleep(BACK_BAR_MS / 1000)
        return {"acted_at": acted_at, "back_at": back_at}
    answered = room.host.answer_to(room.host.send(name))
    answered_ms = (time.time() - acted_at) * 1000
    if answered["type"] != "done":
        raise SystemExit(f"{name} was answered with {answered}")
    time.sleep(WATCHED_S)
    return {"acted_at": acted_at, "answered_ms": answered_ms}


def one_round(name: str, program: Path, people: int, publishers: int) -> dict[str, float]:
    """One act in one room of its own; the time to the last packet in ms, and what was forwarded before."""
    with tempfile.TemporaryDirectory() as folder, running_product(Path(folder)) as product:
        signalling_port = int(_argument_of(product, "--port"))
        udp_port = int(_argument_of(product, "--udp-port"))
        capture = Path(folder, "capture.pcap")
        with (
            running_room(product, people) as room,
            loaded(program, room, signalling_port, publishers),
            watched(udp_port, capture),
        ):
            time.sleep(1.0)
            told = act(room, product, name)
        times = media_times(capture.read_bytes())
    acted_at, back_at = told.pop("acted_at"), told.pop("back_at", float("inf"))
    silent_from = max(one for one in times if one < back_at)
    told["last_packet_ms"] = (silent_from - acted_at) * 1000
    told["packets_in_the_second_before"] = sum(one < acted_at for one in times)
    if back_at < float("inf"):
        told["back_ms"] = (min(one for one in times if one >= back_at) - back_at) * 1000
    return told


def main() -> None:
    """Runs the rounds and prints their figures; exit status 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--load", type=Path, default=ROOT / "bench/load/target/release/sfu-load")
    parser.add_argument("--people", type=int, default=99, help="besides the host")
    parser.add_argument("--publishers", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--acts", nargs="+", choices=(*ACTS, LINE_CUT), default=list(ACTS))
    given = parser.parse_args()
    results: dict[str, list[dict[str, float]]] = {wanted: [] for wanted in given.acts}
    for _ in range(given.rounds):
        for wanted in given.acts:
            result = one_round(wanted, given.load, given.people, given.publishers)
            results[wanted].append(result)
            print(wanted, {name: round(value, 1) for name, value in result.items()}, flush=True)
    missed = False
    for wanted, rounds in results.items():
        last = sorted(one["last_packet_ms"] for one in rounds)
        p95 = last[min(len(last) - 1, int(0.95 * len(last)))]
        missed = missed or p95 > BARS_MS[wanted]
        missed = missed or any(one.get("back_ms", 0.0) > BACK_BAR_MS for one in rounds)
        print(
            f"{wanted}: last packet after p50 {statistics.median(last):.0f} ms, p95 {p95:.0f} ms; "
            f"the bar is {BARS_MS[wanted]:.0f} ms"
        )
    report = {"people": given.people, "publishers": given.publishers, "acts": results}
    (ROOT / "bench/results/safe_room.json").write_text(json.dumps(report, indent=1) + "\n")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
