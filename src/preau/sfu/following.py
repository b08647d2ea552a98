"""Asks names for their addresses, in a thread that may hang without holding up anything."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping, Sequence

from preau.sfu.reach import ASK_EVERY_S, Reach, resolved

_LOG = logging.getLogger("preau.sfu.reach")
#: A machine that just starts may have no resolver yet.
_PATIENCE_S = 30.0
_ASK_SOON_S = 1.0
Found = Mapping[str, Sequence[str]]


class NameUnknown(Exception):
    """A name that clients were to be told does not exist, or cannot be asked for."""


async def first_found(given: Sequence[str], patience_s: float = _PATIENCE_S) -> Reach:
    """The addresses to begin with. Raises NameUnknown when a name is not found in time."""
    reach = Reach(given)
    if not reach.names:
        return reach
    answered = asyncio.Event()

    def learn(found: Found) -> None:
        reach.learn(found)
        if not reach.missing:
            answered.set()

    stop = _ask(reach.names, learn, _ASK_SOON_S, at_once=True)
    try:
        async with asyncio.timeout(patience_s):
            await answered.wait()
    except TimeoutError:
        raise NameUnknown(f"{reach.missing[0]} has no address that clients can send to") from None
    finally:
        stop.set()
    return reach


def follow(reach: Reach, announce: Callable[[Sequence[str]], None]) -> threading.Event:
    """Calls `announce` on this loop whenever the addresses are others, until the event is set."""

    def learn(found: Found) -> None:
        before = reach.addresses
        for line in reach.learn(found):
            _LOG.warning("reach: %s", line)
        if reach.addresses != before:
            announce(reach.addresses)

    if not reach.names:
        return threading.Event()
    return _ask(reach.names, learn, ASK_EVERY_S, at_once=False)


def _ask(
    names: Sequence[str], learn: Callable[[Found], None], every_s: float, *, at_once: bool
) -> threading.Event:
    loop = asyncio.get_running_loop()
    stop = threading.Event()

    def ask() -> None:
        if not at_once:
            stop.wait(every_s)
        while not stop.is_set():
            found = resolved(names)
            if stop.is_set() or loop.is_closed():
                return
            loop.call_soon_threadsafe(learn, found)
            stop.wait(every_s)

    # Asking can hang for as long as the system likes; a thread of the pool would be waited for at the end.
    threading.Thread(target=ask, name="preau-names", daemon=True).start()
    return stop
