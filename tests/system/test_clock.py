"""Somebody sets the clock while the media server runs: whoever comes is let in, whoever is there stays."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from preau.sfu.api import tokens
from tests.kit.media_client import in_media
from tests.kit.set_clock import SetClock
from tests.kit.waiting import until

KEY, SECRET = "clocks", "a-secret-of-thirty-two-characters"
DAY_S = 86_400
#: As the clock is set, one after the other, by the true time.
STEPS_S = (90, 0, -90, DAY_S, 0, -DAY_S)
STARTED_WITHIN_S = 60.0

pytestmark = pytest.mark.timeout(180)


@contextmanager
def _media_server(clock: SetClock, log: Path) -> Iterator[str]:
    """A media server with that clock; yields its address."""
    ports = ["--port", "0", "--udp-port", "0", "--tcp-port", "0"]
    command = [sys.executable, "-m", "preau.sfu", "--key", KEY, "--secret", SECRET, *ports]
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, env=os.environ | clock.environment, stdout=written, stderr=written
        )
    try:
        said = until(
            "the media server is ready",
            lambda: [one for one in log.read_text().split() if one.startswith("http:")],
            STARTED_WITHIN_S,
        )
        yield said[0]
    finally:
        process.terminate()
        process.wait(20)


def _token(identity: str, step_s: int) -> str:
    """Of somebody whose clock was set by so much, good for a minute."""
    now = int(time.time()) + step_s
    grants = {"roomJoin": True, "room": "clocks"}
    claims = {"iss": KEY, "sub": identity, "nbf": now, "exp": now + 60, "video": grants}
    return tokens.sign(claims, SECRET)


def _is_good(url: str, token: str) -> bool:
    return httpx.get(f"{url}/rtc/validate", params={"access_token": token}, timeout=20).status_code == 200


async def test_a_clock_that_is_set_locks_nobody_out(tmp_path: Path) -> None:
    clock = SetClock(tmp_path)
    with _media_server(clock, tmp_path / "log") as url:
        socket_url = url.replace("http", "ws", 1)
        async with in_media(socket_url, _token("first", 0)) as first:
            for number, step_s in enumerate(STEPS_S):
                clock.set(step_s)
                token = _token(f"guest{number}", step_s)
                until("the date is the new one", partial(_is_good, url, token), 20)
                async with in_media(socket_url, token) as guest:
                    assert guest.is_connected(), step_s
                assert first.is_connected(), step_s
