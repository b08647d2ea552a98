"""One round: one server, started anew, under one load."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from livekit import api

from . import namespace
from .accounting import Sample, Spent, family, is_disturbed, resident_bytes, sample, spent
from .figures import Round
from .loads import Load
from .systems import KEY, SECRET, Place, Server, System, tool
from .systems.janus import ROOM

STARTED_WITHIN_S = 30.0
EVERYBODY_JOINED_WITHIN_S = 60.0
#: What a server does once it listens is over by then.
SETTLED_AFTER_S = 1.0
#: At each core: when (monotonic, in seconds), and its pace.
Looks = dict[int, list[tuple[float, float]]]


class Failed(Exception):
    """A round could not be finished; says why."""


@dataclass(frozen=True)
class Setting:
    """What all rounds have in common."""

    programs: Path
    outer_address: str | None
    warm_up_s: float
    measure_s: float
    #: The first so many as a load gives the server are the server's.
    server_cores: tuple[int, ...]
    load_cores: tuple[int, ...]
    #: Whether the load's cores take in what it is sent, where that is possible (`namespace.py`).
    steers: bool = False

    def delivery(self, load: Load) -> tuple[int, ...]:
        """The cores that take in what arrives; none: those of whoever sends."""
        return self.load_cores if self.steers and load.delivered_by_load else ()


def pinned(cores: tuple[int, ...], command: list[str]) -> list[str]:
    """A command that runs on these cores alone."""
    return [tool("taskset"), "-c", ",".join(map(str, cores)), *command]


def listens(port: int, address: str, over_tcp: bool) -> bool:
    """Whether somebody listens there."""
    if over_tcp:
        with socket.socket() as probe:
            return probe.connect_ex((address, port)) == 0
    entries = Path("/proc/net/udp").read_text().splitlines()[1:]
    return any(line.split()[1].endswith(f":{port:04X}") for line in entries)


@contextmanager
def running(system: System, server: Server, port: int, cores: tuple[int, ...], log: Path) -> Iterator[int]:
    """A server that listens, on these cores alone; its process id."""
    environment = os.environ | server.environment
    with log.open("wb") as written:
        process = subprocess.Popen(
            pinned(cores, server.command), stdout=written, stderr=written, env=environment
        )
    try:
        deadline = time.monotonic() + STARTED_WITHIN_S
        while not listens(port, server.address, system.signals):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"{system.name} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield process.pid
    finally:
        # Some servers wait for their rooms to empty; nobody is there to leave them.
        process.kill()
        process.wait()


def access_tokens(load: Load) -> list[str]:
    """One for each participant `load-<number>` of the one room."""

    def token(number: int) -> str:
        hidden = load.hidden and number >= load.publishers
        grants = api.VideoGrants(room_join=True, room="load", hidden=hidden)
        return api.AccessToken(KEY, SECRET).with_identity(f"load-{number}").with_grants(grants).to_jwt()

    return [token(number) for number in range(load.people)]


def plan(system: System, load: Load, server: Server, port: int, setting: Setting) -> dict[str, Any]:
    """What the load client is told; `bench/load/src/plan.rs` reads it."""
    return {
        "protocol": system.protocol,
        "server": f"{server.address}:{port}",
        "address": server.address,
        "room": ROOM,
        "members": load.members(access_tokens(load)),
        "tracks": list(load.tracks),
        "deaf": load.deaf,
        "warm_up_s": setting.warm_up_s,
        "measure_s": setting.measure_s,
        "patience_s": EVERYBODY_JOINED_WITHIN_S,
    }


@contextmanager
def paced(setting: Setting, cores: Iterable[int]) -> Iterator[Looks]:
    """Looks at how fast cores are (`bench/load/src/bin/core-pace.rs`); they are there once it is over."""
    looks: Looks = {}
    program = str(setting.programs / "core-pace")
    lookers = {
        core: subprocess.Popen(pinned((core,), [program]), stdout=subprocess.PIPE, text=True)
        for core in cores
    }
    try:
        yield looks
    finally:
        for core, process in lookers.items():
            process.terminate()
            lines = process.communicate()[0].splitlines(keepends=True)
            # The last one may be cut.
            pairs = [line.split() for line in lines if line.endswith("\n")]
            looks[core] = [(int(at_ns) / 1e9, float(pace)) for at_ns, pace in pairs]


def mean_paces(looks: Looks, began_s: float, ended_s: float) -> dict[int, float]:
    """The mean pace of each core between two moments.

    Raises:
        Failed: nobody looked at a core then.
    """
    between = {
        core: [pace for at_s, pace in pairs if began_s <= at_s <= ended_s] for core, pairs in looks.items()
    }
    unseen = [str(core) for core, paces in between.items() if not paces]
    if unseen:
        raise Failed(f"nobody looked at the pace of core {', '.join(unseen)}")
    return {core: mean(paces) for core, paces in between.items()}


def offer(
    told: dict[str, Any], pid: int, setting: Setting, delivery: tuple[int, ...]
) -> tuple[dict[str, Any], Sample, Sample]:
    """Runs the load client against a server; its result, and what was sampled around the measurement."""
    client = subprocess.Popen(
        pinned(setting.load_cores, [str(setting.programs / "sfu-load")]),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    samples: dict[str, Sample] = {}
    result: dict[str, Any] = {}
    with client:
        assert client.stdin
        assert client.stdout
        assert client.stderr
        client.stdin.write(json.dumps(told))
        client.stdin.close()
        for line in client.stdout:
            message = json.loads(line)
            samples[message["phase"]] = sample(pid, client.pid, delivery)
            if message["phase"] == "result":
                result = message
        complaint = client.stderr.read()
    if not result:
        raise Failed(f"the load client failed: {complaint.strip()[-1500:]}")
    return result, samples["measuring"], samples["measured"]


def measure(system: System, load: Load, port: int, number: int, setting: Setting) -> Round:
    """One round; `number` tells which."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        cores = setting.server_cores[: load.cores]
        place = Place(folder, setting.outer_address, port, len(cores), setting.programs)
        server = system.server(place)
        delivery = setting.delivery(load)
        if setting.steers:
            namespace.deliver_on(delivery)
        with running(system, server, port, cores, folder / "server.log") as pid:
            time.sleep(SETTLED_AFTER_S)
            idle_bytes = resident_bytes(family(pid))
            told = plan(system, load, server, port, setting)
            with paced(setting, sorted({*cores, *setting.load_cores})) as looks:
                result, before, after = offer(told, pid, setting, delivery)
    done = figures(
        result, spent(before, after, result["client_cpu_s"], delivery), idle_bytes, after, load.subscriptions
    )
    paces = mean_paces(looks, before.at_s, after.at_s)
    # What the load has of a core that both run on is not the server's.
    taken = done["client_cores"] if set(cores) & set(setting.load_cores) else 0.0
    scaled = at_pace(done, [paces[core] for core in cores], taken)
    return {"load": load.name, "system": system.name, "round": number} | done | scaled | {"core_paces": paces}


def at_pace(done: Round, paces: list[float], taken: float) -> Round:
    """What the server does and needs by the pace that its cores had, of which the load took `taken`."""
    packets = done["packets_per_s"] / mean(paces)
    return {
        "packets_at_pace": packets,
        "packets_per_core_at_pace": packets / (len(paces) - taken),
        "cpu_at_pace": done["cpu_us_per_packet"] * mean(paces),
    }


def figures(result: dict[str, Any], used: Spent, idle_bytes: int, after: Sample, subscriptions: int) -> Round:
    """The quantities of one round."""
    received = max(1, result["packets_received"])
    return {
        "cpu_us_per_packet": used.server_cpu_s / received * 1e6,
        "cores": used.server_cpu_s / used.seconds,
        "delivered_share": result["packets_received"] / max(1.0, result["packets_expected"]),
        "packets_per_s": result["packets_received"] / result["measured_s"],
        "resident_mib": after.server_resident_bytes / 2**20,
        "resident_idle_mib": idle_bytes / 2**20,
        "kib_per_subscription": (after.server_resident_bytes - idle_bytes) / 1024 / subscriptions,
        "client_cores": result["client_cpu_s"] / result["measured_s"],
        "delivery_cores": used.delivery_s / used.seconds,
        "others_share": used.others_share,
        "stolen_share": used.stolen_share,
        "disturbed": is_disturbed(used),
        **{name: value for name, value in result.items() if name != "phase"},
    }
