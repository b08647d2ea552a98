"""Who used the processors: the server, the load, and whoever should not have."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
#: Share of a core that others may take before a round is marked.
MOST_OTHERS_SHARE = 0.03
#: The kernel counts a core's time in ticks, so that small shares of short rounds cannot be told from nothing.
MOST_OTHERS_TICKS = 8


@dataclass(frozen=True)
class CoreTime:
    """Of one core since the machine started, in seconds; `stolen_s` went to other virtual machines.

    In `softirq_s`, a part of `busy_s`, the kernel did what no program asked for just then: took in packets.
    """

    busy_s: float
    stolen_s: float
    softirq_s: float = 0.0


#: Below this share of all cores the machine counts as quiet.
QUIET_SHARE = 0.05
_LOOKED_AT_S = 0.5


@dataclass(frozen=True)
class Sample:
    """Everything at one moment."""

    at_s: float
    server_cpu_s: float
    server_resident_bytes: int
    cores: dict[int, CoreTime]
    #: CPU time of every process that is neither the server nor the load, by id.
    strangers: dict[int, float] = field(default_factory=dict)
    #: Processes and threads that were started since the machine was.
    born: int = 0


@dataclass(frozen=True)
class Spent:
    """Between two samples."""

    seconds: float
    server_cpu_s: float
    others_share: float
    stolen_share: float
    #: Of delivering to the load on its own cores.
    delivery_s: float = 0.0


def process_clock(pid: int) -> int:
    """The clock of a process's CPU time, with that of ended threads (clock_getcpuclockid(3))."""
    per_process_scheduled = 2
    return (~pid << 3) | per_process_scheduled


def cpu_s(pids: list[int]) -> float:
    """CPU time of these processes, to the nanosecond; the kernel charges what it does for them to them."""
    return sum(time.clock_gettime_ns(process_clock(pid)) for pid in pids) / 1e9


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for member in found:
        for task in Path(f"/proc/{member}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def resident_bytes(pids: list[int]) -> int:
    """Resident memory of these processes."""
    return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids) * PAGE_BYTES


def parse_cores(stat: str) -> dict[int, CoreTime]:
    """The cores' lines of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal."""
    cores = {}
    for line in stat.splitlines():
        name, *fields = line.split()
        if name.startswith("cpu") and name != "cpu":
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields[:8])
            busy = user + nice + system + irq + softirq
            cores[int(name[3:])] = CoreTime(busy / TICKS_PER_S, steal / TICKS_PER_S, softirq / TICKS_PER_S)
    return cores


def parse_born(stat: str) -> int:
    """The line of /proc/stat that counts processes and threads."""
    return next(int(line.split()[1]) for line in stat.splitlines() if line.startswith("processes "))


def strangers(known: set[int], delivery: tuple[int, ...] = ()) -> dict[int, float]:
    """CPU time in seconds of every process but the known ones, by id; the kernel's threads are processes too.

    Those that take in packets on the cores `delivery` are not strangers: they work for the load.
    """
    delivering = {f"ksoftirqd/{core}" for core in delivery}
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        with suppress(OSError):
            if pid not in known and (folder / "comm").read_text().strip() not in delivering:
                found[pid] = cpu_s([pid])
    return found


def sample(pid: int, load_pid: int, delivery: tuple[int, ...] = ()) -> Sample:
    """Of a server, a load and the machine, now."""
    at_s, pids, stat = time.monotonic(), family(pid), Path("/proc/stat").read_text()
    server_cpu_s, bytes_now = cpu_s(pids), resident_bytes(pids)
    others = strangers({*pids, load_pid}, delivery)
    return Sample(at_s, server_cpu_s, bytes_now, parse_cores(stat), others, parse_born(stat))


def busy_share(before: dict[int, CoreTime], after: dict[int, CoreTime], seconds: float) -> float:
    """Of all cores together, stolen time included."""
    used = sum(
        core.busy_s - before[number].busy_s + core.stolen_s - before[number].stolen_s
        for number, core in after.items()
    )
    return used / seconds / len(after)


def wait_until_quiet(patience_s: float) -> bool:
    """Waits until the machine does nothing, at most so long; whether it became quiet."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        began, before = time.monotonic(), parse_cores(Path("/proc/stat").read_text())
        time.sleep(_LOOKED_AT_S)
        after = parse_cores(Path("/proc/stat").read_text())
        if busy_share(before, after, time.monotonic() - began) < QUIET_SHARE:
            return True
    return False


def spent(before: Sample, after: Sample, load_cpu_s: float, delivery: tuple[int, ...] = ()) -> Spent:
    """What was used between two samples, given what the load used.

    What others used their clocks tell. If any process was started in between or has ended, its clock may be
    gone: then others have whatever of the cores' ticks is left.

    `delivery`: the load's cores, if they take in what it is sent; the server has none of these then. What the
    kernel does there belongs to the load, and as far as it interrupts the load it is in its time already.
    """
    seconds = after.at_s - before.at_s
    server_cpu_s = after.server_cpu_s - before.server_cpu_s
    busy = {number: core.busy_s - before.cores[number].busy_s for number, core in after.cores.items()}
    stolen_s = sum(core.stolen_s - before.cores[number].stolen_s for number, core in after.cores.items())
    delivery_s = sum(after.cores[number].softirq_s - before.cores[number].softirq_s for number in delivery)
    with_load = sum(busy[number] for number in delivery)
    elsewhere = sum(busy.values()) - with_load
    if after.born == before.born and before.strangers.keys() <= after.strangers.keys():
        others_s = sum(used_s - before.strangers.get(pid, 0.0) for pid, used_s in after.strangers.items())
    elif delivery:
        others_s = max(0.0, elsewhere - server_cpu_s) + max(0.0, with_load - load_cpu_s - delivery_s)
    else:
        others_s = max(0.0, elsewhere - server_cpu_s - load_cpu_s)
    return Spent(seconds, server_cpu_s, others_s / seconds, stolen_s / seconds, delivery_s)


def is_disturbed(used: Spent) -> bool:
    """Whether others used the processors so much that the figures are in doubt."""
    slack = MOST_OTHERS_TICKS / TICKS_PER_S / used.seconds
    return used.others_share + used.stolen_share > max(MOST_OTHERS_SHARE, slack)
