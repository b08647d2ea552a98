"""Waiting for a condition with a deadline: the only way system tests let time pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def until(what: str, look: Callable[[], T | None], within_s: float, every_s: float = 0.02) -> T:
    """Looks until `look` answers something true and returns it; fails, naming `what`, after `within_s`."""
    deadline = time.monotonic() + within_s
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {within_s} s")
        time.sleep(every_s)
