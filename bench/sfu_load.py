"""The media servers side by side under the same load: CPU, memory and loss.

`python bench/sfu_load.py` starts LiveKit and Préau in turn, joins 30 participants of whom 5 publish 720p
simulcast and Opus, everybody receiving everybody, and measures for 60 s. See bench/README.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from livekit import api

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
KEY = "devkey"
SECRET = "a-secret-of-thirty-two-characters"
STARTED_WITHIN_S = 30.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Ports:
    """Of one server: signalling, media over UDP, media over TCP."""

    signalling: int
    udp: int
    tcp: int


@dataclass(frozen=True)
class Load:
    """What is asked of each server."""

    participants: int
    publishers: int
    warm_up_s: int
    measure_s: int
    nice: int


@dataclass(frozen=True)
class Usage:
    """Of a server at one moment: CPU time of all its processes and their resident memory."""

    cpu_s: float
    resident_bytes: int


@dataclass(frozen=True)
class Machine:
    """CPU time of the whole machine at one moment, all cores together."""

    busy_s: float
    idle_s: float


def livekit_command(ports: Ports) -> list[str]:
    """LiveKit's server with its defaults, on loopback. YAML contains JSON."""
    by_go = [Path.home() / "go" / "bin" / name for name in ("livekit-server", "server")]
    named = [os.environ.get("PREAU_BENCH_LIVEKIT"), shutil.which("livekit-server"), *map(str, by_go)]
    binary = next((path for path in named if path and Path(path).exists()), None)
    if binary is None:
        raise SystemExit("LiveKit's server was not found; name it with PREAU_BENCH_LIVEKIT")
    media = {"udp_port": ports.udp, "tcp_port": ports.tcp, "node_ip": HOST}
    config = {
        "port": ports.signalling,
        "bind_addresses": [HOST],
        "keys": {KEY: SECRET},
        "logging": {"level": "warn"},
        "rtc": media | {"use_external_ip": False, "enable_loopback_candidate": True},
    }
    return [binary, "--config-body", json.dumps(config)]


def preau_command(ports: Ports) -> list[str]:
    """Préau's media server with its defaults, on loopback."""
    options = {"bind": HOST, "port": ports.signalling, "udp-port": ports.udp, "tcp-port": ports.tcp}
    keys = {"key": KEY, "secret": SECRET}
    flags = [part for name, value in (options | keys).items() for part in (f"--{name}", str(value))]
    return [sys.executable, "-m", "preau.sfu", *flags]


ENGINES = {"livekit": livekit_command, "preau": preau_command}


@contextmanager
def running(engine: str, ports: Ports, nice: int, log: Path) -> Iterator[int]:
    """A server that accepts connections; its process id."""
    with log.open("wb") as written:
        process = subprocess.Popen(
            ENGINES[engine](ports), stdout=written, stderr=written, cwd=ROOT, start_new_session=True
        )
    prefer(process.pid, nice)
    try:
        deadline = time.monotonic() + STARTED_WITHIN_S
        while not accepts(ports.signalling):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{engine} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            # LiveKit waits for its rooms to empty; nobody else will leave them.
            process.kill()
            process.wait()


def prefer(pid: int, nice: int) -> None:
    """Gives a process, leader of its session, this niceness against everything else on the machine."""
    if nice:
        os.setpriority(os.PRIO_PROCESS, pid, nice)
        # With autogroups (sched(7)), niceness counts among sessions only as that of the group.
        group = Path(f"/proc/{pid}/autogroup")
        if group.exists():
            group.write_text(str(nice))


def accepts(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def access_token(number: int) -> str:
    """For participant `load-<number>` of the one room."""
    grants = api.VideoGrants(room_join=True, room="load")
    return api.AccessToken(KEY, SECRET).with_identity(f"load-{number}").with_grants(grants).to_jwt()


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for member in found:
        for task in Path(f"/proc/{member}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def usage(pid: int) -> Usage:
    """Of a process and its descendants now."""
    ticks, resident = 0, 0
    for member in family(pid):
        # The command's name may contain anything; the numbers start behind its last parenthesis.
        fields = Path(f"/proc/{member}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
        resident += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    return Usage(cpu_s=ticks / TICKS_PER_S, resident_bytes=resident)


def machine() -> Machine:
    """The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal."""
    fields = [
        int(field) / TICKS_PER_S for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]
    ]
    idle_s = fields[3] + fields[4]
    return Machine(busy_s=sum(fields) - idle_s, idle_s=idle_s)


def measure(engine: str, load: Load, client: Path, ports: Ports, folder: Path) -> dict[str, Any]:
    """One server under the load."""
    with running(engine, ports, load.nice, folder / f"{engine}.log") as pid:
        idle = usage(pid)
        numbers = [load.publishers, load.warm_up_s, load.measure_s]
        command = [str(client), f"{HOST}:{ports.signalling}", *map(str, numbers)]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        prefer(process.pid, load.nice)
        assert process.stdin
        assert process.stdout
        process.stdin.write("\n".join(access_token(number) for number in range(load.participants)))
        process.stdin.close()
        samples: dict[str, tuple[Usage, Machine]] = {}
        result: dict[str, Any] = {}
        for line in process.stdout:
            message = json.loads(line)
            samples[message["phase"]] = (usage(pid), machine())
            if message["phase"] == "result":
                result = message
        if process.wait(10) != 0 or not result:
            raise SystemExit(f"the load client failed on {engine}; its message is above")
    return summary(engine, result, idle, samples)


def summary(
    engine: str, result: dict[str, Any], idle: Usage, samples: dict[str, tuple[Usage, Machine]]
) -> dict[str, Any]:
    """The figures of one run."""
    (before, machine_before), (after, machine_after) = samples["measuring"], samples["measured"]
    cpu_s = after.cpu_s - before.cpu_s
    busy_s = machine_after.busy_s - machine_before.busy_s
    idle_s = machine_after.idle_s - machine_before.idle_s
    received = max(1, result["packets_received"])
    del result["phase"]
    return {
        "engine": engine,
        "cpu_us_per_packet": cpu_s / received * 1e6,
        "cpu_cores": cpu_s / result["seconds"],
        "resident_mib": after.resident_bytes / 2**20,
        "resident_kib_per_participant": (after.resident_bytes - idle.resident_bytes)
        / 1024
        / result["participants"],
        "resident_idle_mib": idle.resident_bytes / 2**20,
        "packets_per_s": received / result["seconds"],
        "machine_idle_share": idle_s / (idle_s + busy_s),
        "others_cpu_cores": (busy_s - cpu_s - result["client_cpu_s"]) / result["seconds"],
        **result,
    }


COLUMNS = {
    "engine": "{:>8}",
    "packets_per_s": "{:>13.0f}",
    "dropped": "{:>8}",
    "recovered": "{:>9}",
    "cpu_us_per_packet": "{:>17.2f}",
    "cpu_cores": "{:>9.2f}",
    "resident_mib": "{:>12.1f}",
    "resident_kib_per_participant": "{:>28.0f}",
    "video_kbps_mean": "{:>15.0f}",
    "delay_p50_ms": "{:>12.1f}",
    "delay_p99_ms": "{:>12.1f}",
    "machine_idle_share": "{:>18.2f}",
    "others_cpu_cores": "{:>16.2f}",
}


def table(runs: list[dict[str, Any]]) -> str:
    """The runs, one a line."""
    widths = [len(form.format(0 if "." in form else "")) for form in COLUMNS.values()]
    head = " ".join(f"{name:>{width}}" for name, width in zip(COLUMNS, widths, strict=True))
    lines = [" ".join(form.format(run[name]) for name, form in COLUMNS.items()) for run in runs]
    return "\n".join([head, *lines])


def doubts(run: dict[str, Any]) -> list[str]:
    """Why a run's figures cannot be taken as they are."""
    found = []
    if run["tracks_received"] != run["tracks_expected"]:
        found.append(f"{run['tracks_received']} of {run['tracks_expected']} tracks arrived")
    if run["client_socket_drops"]:
        found.append(f"the client itself lost {run['client_socket_drops']} datagrams")
    if run["machine_idle_share"] < 0.05:
        found.append("the machine was saturated")
    if run["others_cpu_cores"] > 0.1:
        found.append(f"other work took {run['others_cpu_cores']:.2f} cores")
    return [f"{run['engine']}: {doubt}" for doubt in found]


def built_client() -> Path:
    """The native load client, built if need be."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    manifest = ROOT / "bench" / "load" / "Cargo.toml"
    command = ["cargo", "build", "--release", "--locked"]
    command += ["--manifest-path", str(manifest), "--target-dir", str(target)]
    subprocess.run(command, check=True, cwd=ROOT)
    return target / "release" / "sfu-load"


def arguments() -> argparse.Namespace:
    """Of the command line."""
    parser = argparse.ArgumentParser(description="Media servers side by side under the same load.")
    parser.add_argument("--participants", type=int, default=30)
    parser.add_argument("--publishers", type=int, default=5)
    parser.add_argument(
        "--warm-up", type=int, default=8, help="seconds between the last track and the measurement"
    )
    parser.add_argument("--seconds", type=int, default=60, help="length of each measurement")
    parser.add_argument("--rounds", type=int, default=1, help="how often each engine has its turn")
    parser.add_argument("--engines", default="livekit,preau", help=f"of {', '.join(ENGINES)}")
    parser.add_argument(
        "--nice", type=int, default=0, help="of server and client; negative on a shared machine"
    )
    parser.add_argument("--first-port", type=int, default=22100)
    parser.add_argument("--client", type=Path, help="a load client that is built already")
    parser.add_argument("--name", default="sfu_load", help="of the file in bench/results")
    return parser.parse_args()


def main() -> None:
    """Measures and reports; the exit status is 1 when a packet was dropped."""
    chosen = arguments()
    load = Load(chosen.participants, chosen.publishers, chosen.warm_up, chosen.seconds, chosen.nice)
    client = chosen.client or built_client()
    runs: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for turn, engine in enumerate(chosen.engines.split(",") * chosen.rounds):
            first = chosen.first_port + 3 * turn
            print(f"{engine}: {asdict(load)}", file=sys.stderr)
            runs.append(measure(engine, load, client, Ports(first, first + 1, first + 2), Path(folder)))
    result = {
        "load": asdict(load),
        "machine": {
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
        "taken_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "doubts": [doubt for run in runs for doubt in doubts(run)],
        "runs": runs,
    }
    path = ROOT / "bench" / "results" / f"{chosen.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n")
    print(table(runs))
    for doubt in result["doubts"]:
        print(f"doubt: {doubt}")
    print(f"written: {path.relative_to(ROOT)}")
    sys.exit(any(run["dropped"] for run in runs))


if __name__ == "__main__":
    main()
