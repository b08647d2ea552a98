"""`python -m bench.peers`: measures, prints the table, writes JSON and a picture."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any

from . import namespace
from .accounting import wait_until_quiet
from .bars import told, verdicts
from .figures import OURS, Round, of, spread, summary, table, usable
from .loads import ASKED, GROUPS, LOADS, Load, half_core_publishers
from .plot import svg
from .rounds import Failed, Setting, measure
from .systems import Missing, System, janus, livekit, preau, relay

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results"
SYSTEMS = {module.SYSTEM.name: module.SYSTEM for module in (preau, relay, janus, livekit)}
FIRST_PORT = 22100
SHORT = {"loads": "video", "rounds": 3, "seconds": 3.0}
LONG = {"loads": ",".join(ASKED), "rounds": 5, "seconds": 4.0}


def arguments(words: list[str]) -> argparse.Namespace:
    """Of the command line."""
    parser = argparse.ArgumentParser(prog="bench.peers", description=__doc__)
    parser.add_argument("--long", action="store_true", help="every load, five rounds")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="in the order of each round")
    parser.add_argument("--loads", help=f"of {', '.join(ASKED)}")
    parser.add_argument("--rounds", type=int, help="how often each system has its turn")
    parser.add_argument("--seconds", type=float, help="length of each measurement")
    parser.add_argument("--warm-up", type=float, default=1.0, help="seconds between joining and measuring")
    parser.add_argument("--server-cores", default="0,1", help="a load that needs one takes the first")
    parser.add_argument("--load-cores", default="1", help="cores of the load")
    parser.add_argument(
        "--delivery",
        choices=["load", "server"],
        default="load",
        help="whose cores take in what the load is sent: the load's, as over a network, or the server's",
    )
    parser.add_argument("--patience", type=float, default=10.0, help="seconds to wait for a quiet machine")
    parser.add_argument("--again", type=int, default=1, help="how often a disturbed round is repeated")
    parser.add_argument("--programs", type=Path, help="a folder with the native programs, built already")
    parser.add_argument("--name", default="peers", help="of the files with the results")
    parser.add_argument("--keep", action="store_true", help="write into bench/results, not its folder local")
    chosen = parser.parse_args(words)
    for name, value in (LONG if chosen.long else SHORT).items():
        if getattr(chosen, name) is None:
            setattr(chosen, name, value)
    return chosen


def built_programs() -> Path:
    """The native programs, built if need be; their folder."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    manifest = ROOT / "bench" / "load" / "Cargo.toml"
    command = ["cargo", "build", "--release", "--locked", "--quiet"]
    command += ["--manifest-path", str(manifest), "--target-dir", str(target)]
    subprocess.run(command, check=True, cwd=ROOT)
    return target / "release"


def cores(words: str) -> tuple[int, ...]:
    """Of a list such as `0,1`."""
    return tuple(int(word) for word in words.split(","))


class Bench:
    """All rounds, one after the other."""

    def __init__(self, setting: Setting, patience_s: float) -> None:
        self.setting = setting
        self.patience_s = patience_s
        self.rounds: list[Round] = []
        self.doubts: list[str] = []
        self._missing: set[str] = set()
        self._port = FIRST_PORT

    def turn(self, system: System, load: Load, number: int, again: int) -> None:
        """One round of one system, repeated up to `again` times while it is disturbed."""
        if system.name in self._missing or not (load.is_plain or system.whole_calls):
            return
        for _ in range(1 + again):
            done = self._measured(system, load, number)
            if done is None:
                return
            self.rounds.append(done)
            marks = " (disturbed)" * done["disturbed"]
            told = f"{done['cpu_us_per_packet']:.2f} us/packet, {done['delivered_share']:.2%} delivered"
            print(f"{load.name} {number} {system.name}: {told}{marks}", file=sys.stderr, flush=True)
            for doubt in doubts(done):
                self.doubt(f"{load.name}, {system.name}, round {number}: {doubt}")
            if not done["disturbed"]:
                return

    def _measured(self, system: System, load: Load, number: int) -> Round | None:
        """None when it failed; a system that cannot be measured here is left out from then on."""
        self._port += 3
        wait_until_quiet(self.patience_s)
        try:
            return measure(system, load, self._port, number, self.setting)
        except Missing as missing:
            self._missing.add(system.name)
            self.doubt(f"{system.title} is not measured: {missing}")
        except Failed as failed:
            self.doubt(f"{load.name}, {system.name}, round {number}: {failed}")
        return None

    def doubt(self, sentence: str) -> None:
        """Notes what makes the figures doubtful."""
        self.doubts.append(sentence)
        print(f"doubt: {sentence}", file=sys.stderr, flush=True)

    def load_of(self, name: str, system: System) -> Load | None:
        """A load by its name; that of half a core depends on what the system needed for `video`."""
        if name != "half-core":
            return LOADS[name]
        known = of(self.rounds, "video", system.name)
        if not known:
            return None
        # An overloaded server would have needed more than it had.
        used = spread([one["cores"] / one["delivered_share"] for one in usable(known)]).middle
        return LOADS["video"].with_publishers(half_core_publishers(LOADS["video"], used), name)


def doubts(done: Round) -> list[str]:
    """What is wrong with a round, beside its being disturbed."""
    found = []
    if done["client_drops"]:
        found.append(f"the load itself lost {done['client_drops']} datagrams")
    if done["packets_refused"]:
        found.append(f"the load could not send {done['packets_refused']} packets")
    if done["samples_forged"] or not done["samples_genuine"]:
        found.append(f"{done['samples_forged']} of the sampled packets could not be decrypted")
    if done["client_cores"] + done["delivery_cores"] > 0.9:
        found.append(f"the load took {done['client_cores'] + done['delivery_cores']:.2f} of its core")
    if done["disturbed"]:
        found.append(f"others took {done['others_share'] + done['stolen_share']:.2f} cores")
    return found


def machine() -> dict[str, Any]:
    """What this ran on."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    return {
        "cores": os.cpu_count(),
        "processor": models[0].partition(":")[2].strip() if models else platform.machine(),
        "system": platform.platform(),
        "own_network": namespace.is_inside(),
    }


def versions(systems: list[System], bench: Bench) -> dict[str, str]:
    """Of the systems that were measured."""
    measured = {one["system"] for one in bench.rounds}
    return {system.name: system.version() for system in systems if system.name in measured}


def write(chosen: argparse.Namespace, systems: list[System], bench: Bench) -> None:
    """Table, JSON and picture."""
    entries = summary(bench.rounds)
    taken_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    result = {
        "taken_at": taken_at,
        "command": ["python", "-m", "bench.peers", *sys.argv[1:]],
        "machine": machine(),
        "delivery": "load" if bench.setting.steers else "server",
        "versions": versions(systems, bench),
        "loads": {name: asdict(load) for name, load in LOADS.items()},
        "doubts": bench.doubts,
        "summary": entries,
        "bars": [
            {"bar": one.bar.words, "value": one.value, "limit": one.bar.limit, "met": one.met}
            for one in verdicts(entries)
        ],
        "rounds": bench.rounds,
    }
    folder = RESULTS if chosen.keep else RESULTS / "local"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{chosen.name}.json").write_text(json.dumps(result, indent=2) + "\n")
    caption = f"{taken_at}; median of the rounds, line: least to most; * disturbed or overloaded"
    titles = {name: load.title for name, load in LOADS.items()} | {"half-core": "video at half a core"}
    (folder / f"{chosen.name}.svg").write_text(svg(entries, titles, caption))
    print(table(entries))
    print(told(verdicts(entries)))
    for doubt in bench.doubts:
        print(f"doubt: {doubt}")
    print(f"written: {(folder / chosen.name).relative_to(ROOT)}.json and .svg")


def main() -> None:
    """Measures and reports; the exit status is 1 when ours could not be measured."""
    chosen = arguments(sys.argv[1:])
    systems = [SYSTEMS[name] for name in chosen.systems.split(",")]
    programs = chosen.programs or built_programs()
    if not namespace.is_inside() and namespace.can_enter():
        sys.exit(namespace.run_inside([*sys.argv[1:], "--programs", str(programs)]))
    outer_address = namespace.set_up() if namespace.is_inside() else None
    load_cores = cores(chosen.load_cores)
    os.sched_setaffinity(0, load_cores)
    server_cores = cores(chosen.server_cores)
    steers = namespace.can_steer() and chosen.delivery == "load"
    setting = Setting(
        programs, outer_address, chosen.warm_up, chosen.seconds, server_cores, load_cores, steers
    )
    bench = Bench(setting, chosen.patience)
    if chosen.delivery == "load" and not steers:
        bench.doubt(
            "the server is charged for what delivery to the load costs: the kernel cannot be told otherwise"
        )
    if outer_address is None:
        bench.doubt("no network of its own: others may use the same loopback")
    for asked in chosen.loads.split(","):
        turns = product(range(1, chosen.rounds + 1), GROUPS.get(asked, (asked,)), systems)
        for number, name, system in turns:
            load = bench.load_of(name, system)
            if load is not None:
                bench.turn(system, load, number, chosen.again)
    write(chosen, systems, bench)
    sys.exit(not any(one["system"] == OURS for one in bench.rounds))


if __name__ == "__main__":
    main()
