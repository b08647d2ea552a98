"""Another network beside this one. Needs the right to make networks."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

HERE, THERE = "fd7a:7072:6561:75::1", "fd7a:7072:6561:75::2"


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def network_elsewhere() -> Iterator[str]:
    """A network of its own that reaches this one at `HERE` and by nothing else; answers its name."""
    name = f"preau{os.getpid()}"
    near, far = f"pn{os.getpid()}", f"pf{os.getpid()}"
    _ip("netns", "add", name)
    try:
        _ip("link", "add", near, "type", "veth", "peer", "name", far)
        _ip("link", "set", far, "netns", name)
        _ip("address", "add", f"{HERE}/64", "dev", near, "nodad")
        _ip("link", "set", near, "up")
        _ip("-n", name, "address", "add", f"{THERE}/64", "dev", far, "nodad")
        _ip("-n", name, "link", "set", far, "up")
        _ip("-n", name, "link", "set", "lo", "up")
        yield name
    finally:
        _ip("netns", "delete", name)
