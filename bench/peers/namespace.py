"""A network of our own: a loopback that nobody else uses, and one address that is not loopback's.

On loopback the kernel delivers a datagram while it is sent, in the sender's time: a server is charged for
what the machines of its receivers do over a network. Receive packet steering (scaling.rst of the kernel's
documentation) leaves that half to other cores.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from .systems import Missing, tool

#: Tells the program that it was started again inside.
INSIDE = "PREAU_BENCH_NAMESPACE"
#: From the block for documentation (RFC 5737). Datagrams to it stay in the namespace: it is our own.
OUTER_ADDRESS = "198.51.100.1"
#: Two ends of a wire that nobody else holds; a device counts as running only when its other end is up.
_DEVICE, _OTHER_END = "bench0", "bench1"
#: Where the kernel is told which cores take in what arrives on loopback; of this network alone.
_STEERING = Path("/sys/class/net/lo/queues/rx-0/rps_cpus")


def is_inside() -> bool:
    """Whether this process runs in its own network."""
    return os.environ.get(INSIDE) == "1"


def can_enter() -> bool:
    """Whether this process may have a network of its own."""
    try:
        command = [tool("unshare"), "--net", "--mount", "true"]
        tried = subprocess.run(command, check=False, capture_output=True)
    except Missing:
        return False
    return tried.returncode == 0


def run_inside(arguments: list[str]) -> int:
    """Runs this program again in a network of its own; its exit status."""
    command = [tool("unshare"), "--net", "--mount", sys.executable, "-m", "bench.peers", *arguments]
    return subprocess.run(command, check=False, env=os.environ | {INSIDE: "1"}).returncode


def set_up() -> str | None:
    """Brings the network up; the address that is not loopback's, if it could be had."""
    ip = tool("ip")
    subprocess.run([ip, "link", "set", "lo", "up"], check=True)
    steps = (
        ["link", "add", _DEVICE, "type", "veth", "peer", "name", _OTHER_END],
        ["address", "add", f"{OUTER_ADDRESS}/32", "dev", _DEVICE],
        ["link", "set", _DEVICE, "up"],
        ["link", "set", _OTHER_END, "up"],
    )
    tried = [subprocess.run([ip, *step], check=False, capture_output=True).returncode for step in steps]
    return None if any(tried) else OUTER_ADDRESS


def can_steer() -> bool:
    """Makes this network's settings visible in place of the machine's; whether they can be changed."""
    mount = [tool("mount"), "-t", "sysfs", "sysfs", "/sys"]
    done = is_inside() and subprocess.run(mount, check=False, capture_output=True).returncode == 0
    return done and os.access(_STEERING, os.W_OK)


def deliver_on(cores: tuple[int, ...]) -> None:
    """Has what arrives on loopback taken in by these cores; by the sender's if there are none."""
    _STEERING.write_text(f"{sum(1 << core for core in cores):x}\n")
