"""What a hostile client's signalling does to others: a room of 30 with sound, and one who asks at the limits.

The media come from the native load, also the hostile one's; its signalling is ours (`hostile_client.py`). The
packets are as the loopback device saw them, so this needs root. bench/README.md says how to read the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
import time
import warnings
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from livekit import api
from livekit.protocol import rtc
from websockets.asyncio.client import connect

from bench.hostile_client import Hostile
from bench.packets import Packets, Stream, watched
from bench.safe_room import OPUS
from preau.sfu.testing import RunningServer, running_server
from tests.kit.free_ports import free_port

ROOT = Path(__file__).resolve().parents[1]
ROOM, OTHER_ROOM = "class", "another class"
BARS = {
    "sound_gap_ms": 100.0,
    "other_room_p99_ms": 200.0,
    "silent_p95_ms": 500.0,
    "memory_growth_mib": 20.0,
    "memory_kept_again_mib": 1.0,
}
FLOOD_S = 10.0
_SETTLE_S = 5.0
#: The first takes memory that the process goes on holding, the others show whether each takes more.
_FLOODS = 4
_PING_EVERY_S = 0.02
_PATIENCE_S = 45.0
_FLOOD_BEFORE_REMOVAL_S = 0.3
_WATCHED_S = 1.0
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True)
class House:
    """The running server and what is measured of it."""

    server: RunningServer
    load: Path
    packets: Packets
    people: int
    publishers: int
    http: httpx.AsyncClient

    @property
    def port(self) -> int:
        return int(self.server.http_url.rsplit(":", 1)[1])

    def resident_mib(self) -> float:
        """Memory of the server's process."""
        status = Path(f"/proc/{self.server.process_id}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    async def call(self, method: str, **request: Any) -> Any:
        """One call of the server's interface."""
        path = f"{self.server.http_url}/twirp/livekit.RoomService/{method}"
        headers = {"authorization": f"Bearer {token('', room_admin=True)}"}
        answer = await self.http.post(path, json={"room": ROOM, **request}, headers=headers)
        answer.raise_for_status()
        return answer.json()


def token(identity: str, room: str = ROOM, *, room_admin: bool = False) -> str:
    """A credential of the development server."""
    grants = api.VideoGrants(room=room, room_join=not room_admin, room_admin=room_admin)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The HMAC key is")
        return api.AccessToken("devkey", "secret").with_identity(identity).with_grants(grants).to_jwt()


@contextlib.asynccontextmanager
async def loaded(house: House, port: int, tokens: Sequence[str], publishers: int) -> AsyncIterator[None]:
    """Participants by the native load; the block begins once all of them receive one another."""
    members = [
        {"access_token": one, "publishes": number < publishers, "subscribes": True}
        for number, one in enumerate(tokens)
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
        "measure_s": 3600,
        "patience_s": _PATIENCE_S,
    }
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(house.load, stdin=pipe, stdout=pipe)
    try:
        if running.stdin is None or running.stdout is None:
            raise SystemExit("the load has no pipes")
        running.stdin.write(json.dumps(plan).encode())
        running.stdin.close()
        async for line in running.stdout:
            if b"measuring" in line:
                break
        else:
            raise SystemExit("the load ended before everybody received everything")
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.kill()
        await running.wait()


@contextlib.asynccontextmanager
async def hostile(house: House, identity: str) -> AsyncIterator[tuple[Hostile, str]]:
    """Somebody who sends sound and is about to flood; with the sid of its track."""
    between = Hostile("127.0.0.1", house.port)
    async with between.listening(), loaded(house, between.port, [token(identity)], 1):
        yield between, await track_of(house, identity)


async def track_of(house: House, identity: str) -> str:
    """The sid of somebody's track, once it is there."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            people = (await house.call("ListParticipants"))["participants"]
            if tracks := [
                one for person in people if person["identity"] == identity for one in person["tracks"]
            ]:
                return str(tracks[0]["sid"])
            await asyncio.sleep(0.1)


async def flood(house: House, heard: set[Stream]) -> dict[str, float]:
    """Ten seconds of it: what others hear and are answered, and the memory, during and afterwards."""
    async with hostile(house, "mallory") as (mallory, sid):
        before_mib = house.resident_mib()
        quiet = await answers_ms(house, FLOOD_S / 2)
        quiet_end_s = time.time()
        flooding = asyncio.create_task(mallory.flood(sid, silences_itself=True))
        began_s = time.time()
        most = asyncio.create_task(most_mib(house))
        answered = await answers_ms(house, FLOOD_S)
        ended_s = time.time()
        flooding.cancel()
        most.cancel()
        await asyncio.gather(flooding, most, return_exceptions=True)
    await asyncio.sleep(_SETTLE_S)
    gaps = [house.packets.longest_gap_s(stream, began_s, ended_s) for stream in heard]
    quiet_gaps = [
        house.packets.longest_gap_s(stream, quiet_end_s - FLOOD_S / 2, quiet_end_s) for stream in heard
    ]
    return {
        "streams": len(heard),
        "frames": mallory.frames,
        "quiet_sound_gap_ms": max(quiet_gaps) * 1000,
        "sound_gap_ms": max(gaps) * 1000,
        "quiet_other_room_p99_ms": percentile(quiet, 0.99),
        "other_room_p99_ms": percentile(answered, 0.99),
        "memory_before_mib": before_mib,
        "memory_growth_mib": max(MOST) - before_mib,
        "memory_kept_mib": house.resident_mib() - before_mib,
    }


MOST: list[float] = []


async def most_mib(house: House) -> None:
    """Notes the memory ten times a second."""
    MOST.clear()
    while True:
        MOST.append(house.resident_mib())
        await asyncio.sleep(0.1)


async def answers_ms(house: House, for_s: float) -> list[float]:
    """How long the server takes to answer somebody in another room, asked 50 times a second."""
    times = []
    url = f"{house.server.url}/rtc?access_token={token('olga', OTHER_ROOM)}&protocol=16"
    async with connect(url) as olga:
        end = time.monotonic() + for_s
        while time.monotonic() < end:
            asked = time.monotonic()
            ping = rtc.SignalRequest(mute=rtc.MuteTrackRequest(sid="TR_none", muted=True))
            await olga.send(ping.SerializeToString())
            while True:
                told = rtc.SignalResponse.FromString(bytes(await olga.recv(decode=False)))
                if told.WhichOneof("message") == "request_response":
                    break
            times.append((time.monotonic() - asked) * 1000)
            await asyncio.sleep(_PING_EVERY_S)
    return times


async def removal(house: House, number: int) -> dict[str, float] | None:
    """One hostile client, removed while it floods: until the last packet of it to anybody.

    None when it was not heard just before, since the machine was too busy: that would tell nothing.
    """
    heard = house.packets.streams()
    identity = f"mallory {number}"
    async with hostile(house, identity) as (mallory, sid):
        theirs = await new_streams(house, heard)
        # It is heard until it is removed.
        flooding = asyncio.create_task(mallory.flood(sid, silences_itself=False))
        await asyncio.sleep(_FLOOD_BEFORE_REMOVAL_S)
        acted_s = time.time()
        await house.call("RemoveParticipant", identity=identity)
        answered_ms = (time.time() - acted_s) * 1000
        await asyncio.sleep(_WATCHED_S)
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)
    if not house.packets.count(theirs, acted_s - _FLOOD_BEFORE_REMOVAL_S, acted_s):
        return None
    silent_ms = max(0.0, house.packets.last_s(theirs) - acted_s) * 1000
    return {"silent_ms": silent_ms, "answered_ms": answered_ms, "streams": len(theirs)}


async def new_streams(house: House, heard: set[Stream]) -> set[Stream]:
    """What the others receive of who came last, once all of them do."""
    found: set[Stream] = set()
    for _ in range(int(_PATIENCE_S / _LOOK_EVERY_S)):
        if len(found := house.packets.streams() - heard) >= house.people + house.publishers:
            break
        await asyncio.sleep(_LOOK_EVERY_S)
    receivers = {port for port, _source in heard}
    return {stream for stream in found if stream[0] in receivers}


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them is."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


async def measure(house: House, runs: int) -> dict[str, Any]:
    """Everything, in one room whose other people stay."""
    tokens = [token(f"pupil {number:02}") for number in range(house.people)]
    async with loaded(house, house.port, tokens, house.publishers):
        # Those who flood come later: what is still sent to one that is gone is no gap for anybody.
        heard = house.packets.streams()
        floods = [await flood(house, heard) for _ in range(_FLOODS)]
        flooded = worst_of(floods)
        print({name: round(value, 1) for name, value in flooded.items()}, flush=True)
        removals = []
        for number in range(2 * runs):
            if len(removals) < runs and (figures := await removal(house, number)) is not None:
                removals.append(figures)
                print({name: round(value, 1) for name, value in figures.items()}, flush=True)
    if removals:
        silent = [one["silent_ms"] for one in removals]
        flooded["silent_p50_ms"] = statistics.median(silent)
        flooded["silent_p95_ms"] = percentile(silent, 0.95)
    return {
        "people": house.people + 1,
        "publishers": house.publishers,
        "figures": flooded,
        "removals": removals,
    }


def worst_of(floods: Sequence[dict[str, float]]) -> dict[str, float]:
    """The worst of each figure, and what the floods after the first left in memory.

    An allocator keeps pages that it has once needed. What a flood took has been given back if the next one
    needs no more: so `memory_kept_again_mib` is counted from after the first to after the last, per flood.
    """
    first, last = floods[0], floods[-1]
    after = [one["memory_before_mib"] + one["memory_kept_mib"] for one in (first, last)]
    return {
        **{name: max(one[name] for one in floods) for name in first},
        "memory_kept_again_mib": (after[1] - after[0]) / (len(floods) - 1),
    }


async def measured(server: RunningServer, packets: Packets, given: argparse.Namespace) -> dict[str, Any]:
    """The report."""
    async with httpx.AsyncClient(timeout=30) as http:
        house = House(server, given.load, packets, given.people, given.publishers, http)
        return await measure(house, given.runs)


def main() -> None:
    """Prints the figures; exit status 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--load", type=Path, default=ROOT / "bench/load/target/release/sfu-load")
    parser.add_argument("--people", type=int, default=29, help="besides the hostile one")
    parser.add_argument("--publishers", type=int, default=5)
    parser.add_argument("--runs", type=int, default=100, help="removals")
    given = parser.parse_args()
    udp_port = free_port()
    arguments = ("--udp-port", str(udp_port), "--no-segmentation")
    with running_server(arguments) as server, watched(udp_port) as packets:
        report = asyncio.run(measured(server, packets, given))
    figures = report["figures"]
    missed = [name for name, bar in BARS.items() if figures.get(name, 0.0) > bar]
    for name, bar in BARS.items():
        print(f"{name}: {figures.get(name, float('nan')):.1f}; the bar is {bar:.0f}")
    (ROOT / "bench/results/hostile_signalling.json").write_text(json.dumps(report, indent=1) + "\n")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
