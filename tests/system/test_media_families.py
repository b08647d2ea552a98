"""Who has IPv6 alone has media, once such an address is advertised. Needs the right to make networks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from livekit import api

from preau.sfu.testing import running_server
from tests.kit.networks import HERE, network_elsewhere

KEYS = ["--key", "families", "--secret", "a-secret-of-thirty-two-characters"]
PATIENCE_S = 60

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def elsewhere() -> Iterator[str]:
    with network_elsewhere() as name:
        yield name


def _token(identity: str) -> str:
    grants = api.VideoGrants(room_join=True, room="families")
    return api.AccessToken(*KEYS[1::2]).with_identity(identity).with_grants(grants).to_jwt()


@pytest.mark.parametrize("others", [[], ["--advertise", "192.0.2.7"]], ids=["alone", "with-ipv4"])
def test_who_has_ipv6_alone_hears_the_others(elsewhere: str, others: list[str]) -> None:
    arguments = [*KEYS, "--bind", HERE, *others, "--advertise", HERE]
    with running_server(arguments) as server:
        command = ["ip", "netns", "exec", elsewhere, sys.executable, "-m", "tests.kit.two_speak"]
        spoken = subprocess.run(
            [*command, server.url, _token("ada"), _token("grace")],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
    assert f"heard by udp from {HERE}" in spoken.stdout, spoken.stderr[-2000:]
