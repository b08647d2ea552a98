"""Can a stranger tell from the time of an answer why a link leads nowhere? See bench/README.md.

`python -m bench.door_timing` starts the platform alone and asks it, in random order and 2,000 times each, for
links that never were, that lead to deleted, closed and locked meetings, and for wrong personal links.
The times of each are compared with those of links that never were (Kolmogorov-Smirnov).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import platform
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.kit.control_client import ControlClient
from tests.kit.meet_server import MeetServer, invite, running_meet

ROOT = Path(__file__).resolve().parent.parent
ALPHABET = "abcdefghjkmnpqrstvwxyz0123456789"
#: Below the server's limit on wrong links, so that every question gets the answer in question.
QUESTIONS_A_S = 42.0
AT_ONCE = 24
SUBPROTOCOL = Subprotocol("preau.control.v1")


@dataclass(frozen=True)
class Target:
    """What is asked for. `code` None: another that never was, each time. `invitation` "": likewise."""

    code: str | None
    invitation: str | None = None

    def code_now(self) -> str:
        """The code to ask for."""
        groups = ("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))
        return self.code or "-".join(groups)

    def invitation_now(self) -> str | None:
        """The secret of the personal link to ask by, if any."""
        return secrets.token_urlsafe(32) if self.invitation == "" else self.invitation


def somewhere() -> dict[str, str]:
    """The headers of a visitor from some address, with some browser; the front door sets the first."""
    parts = (1 + secrets.randbelow(223), secrets.randbelow(256), secrets.randbelow(256), 1)
    address = ".".join(map(str, parts))
    return {"x-forwarded-for": address, "cookie": f"preau_device={secrets.token_urlsafe(32)}"}


class Asker:
    """Asks by HTTP or by knocking; answers how long it took, in seconds."""

    def __init__(self, server: MeetServer, http: httpx.AsyncClient) -> None:
        self._server = server
        self._http = http

    async def look(self, target: Target) -> float:
        """Time from the question to the answer, by HTTP."""
        # Before the clock starts: to draw another name that never was takes a tenth of a millisecond.
        headers = somewhere()
        if target.invitation is None:
            request = self._http.build_request("GET", f"/api/v1/links/{target.code_now()}", headers=headers)
        else:
            body = {"secret": target.invitation_now()}
            request = self._http.build_request("POST", "/api/v1/invitations/look", json=body, headers=headers)
        began = time.perf_counter()
        answer = await self._http.send(request)
        took_s = time.perf_counter() - began
        code = answer.json()["error"]["code"]
        if code != "meeting-unknown":
            raise RuntimeError(f"expected meeting-unknown, got {code}")
        return took_s

    async def knock(self, target: Target) -> float:
        """Time from the knock to the answer, on a connection that was open before."""
        address = f"{self._server.socket_url}/api/v1/meetings/{target.code_now()}/control"
        knock = {"type": "knock", "request": 1, "name": "Eve", "resume": None}
        knock |= {"invitation": target.invitation_now(), "passcode": None}
        async with connect(address, subprotocols=[SUBPROTOCOL], additional_headers=somewhere()) as line:
            began = time.perf_counter()
            await line.send(json.dumps(knock))
            told = json.loads(await line.recv())
            took_s = time.perf_counter() - began
        if told.get("code") != "meeting-unknown":
            raise RuntimeError(f"expected meeting-unknown, got {told}")
        return took_s


@dataclass(frozen=True)
class Kinds:
    """What is asked for, by name; the first of each way is what the others are compared with."""

    links: dict[str, Target]
    secrets: dict[str, Target]
    knocks: dict[str, Target]


def targets(server: MeetServer, admin: httpx.Client) -> tuple[Kinds, ControlClient]:
    """Everything that leads nowhere, and the host's line that keeps one room locked."""

    def meeting(**rules: Any) -> dict[str, Any]:
        made = admin.post("/api/v1/meetings", json={"title": "Door", "kind": "class"}).raise_for_status()
        path = f"/api/v1/meetings/{made.json()['id']}"
        changed = admin.patch(path, json={"rules": rules}) if rules else made
        answer: dict[str, Any] = changed.raise_for_status().json()
        return answer

    ended, closed, wrong, locked = meeting(open_link=True), meeting(), meeting(), meeting(open_link=True)
    admin.delete(f"/api/v1/meetings/{ended['id']}").raise_for_status()
    revoked, shut = invite(admin, wrong["id"], "Ann"), invite(admin, locked["id"], "Ann")
    listed = admin.get(f"/api/v1/meetings/{wrong['id']}/invitations").json()["invitations"]
    admin.delete(f"/api/v1/meetings/{wrong['id']}/invitations/{listed[0]['id']}").raise_for_status()
    host = ControlClient(server.socket_url, locked["code"], sign_in=admin.cookies["preau_signin"])
    host.__enter__()
    if host.knock("Host")["type"] != "admitted" or host.ask("lock")["type"] != "done":
        raise RuntimeError("the room could not be locked")
    links = {
        "unknown": Target(None),
        "ended": Target(ended["code"]),
        "closed": Target(closed["code"]),
        "locked": Target(locked["code"]),
    }
    personal = {
        "unknown": Target(None, ""),
        "revoked": Target(wrong["code"], revoked),
        "locked": Target(locked["code"], shut),
    }
    knocks = {**links, "wrong": Target(wrong["code"], ""), "revoked": personal["revoked"]}
    return Kinds(links, personal, knocks), host


async def measure(
    ask: Callable[[Target], Coroutine[Any, Any, float]], kinds: dict[str, Target], count: int
) -> dict[str, list[float]]:
    """`count` times of each kind, in random order, at a steady pace."""
    order = [kind for kind in kinds for _ in range(count)]
    secrets.SystemRandom().shuffle(order)
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    places = asyncio.Semaphore(AT_ONCE)

    async def one(kind: str) -> None:
        async with places:
            taken[kind].append(await ask(kinds[kind]))

    async with asyncio.TaskGroup() as group:
        for kind in order:
            # Nothing is caught up: a burst after a pause would run into the limit.
            await asyncio.sleep(1 / QUESTIONS_A_S)
            group.create_task(one(kind))
    return taken


def kolmogorov_smirnov(one: list[float], other: list[float]) -> tuple[float, float]:
    """The greatest distance of two distributions, and how likely chance alone makes one as great."""
    first, second = np.sort(one), np.sort(other)
    both = np.concatenate([first, second])
    distance = np.abs(
        np.searchsorted(first, both, side="right") / len(first)
        - np.searchsorted(second, both, side="right") / len(second)
    ).max()
    effective = np.sqrt(len(first) * len(second) / (len(first) + len(second)))
    scaled = (effective + 0.12 + 0.11 / effective) * distance
    terms = np.arange(1, 101)
    p = 2 * np.sum((-1.0) ** (terms - 1) * np.exp(-2 * (scaled * terms) ** 2))
    return float(distance), float(min(1.0, max(0.0, p)))


def compared(taken: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """Each kind beside what never was."""
    report: dict[str, dict[str, float]] = {}
    for kind, times in taken.items():
        distance, p = kolmogorov_smirnov(taken["unknown"], times)
        median, p99 = np.quantile(times, [0.5, 0.99]) * 1000
        report[kind] = {
            "n": len(times),
            "median_ms": round(float(median), 3),
            "p99_ms": round(float(p99), 3),
        }
        if kind != "unknown":
            report[kind] |= {"distance": round(distance, 4), "p": round(p, 4)}
    return report


async def run(server: MeetServer, kinds: Kinds, count: int) -> dict[str, Any]:
    """Every way to ask."""
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=30) as http:
        asker = Asker(server, http)
        return {
            "links": compared(await measure(asker.look, kinds.links, count)),
            "personal_links": compared(await measure(asker.look, kinds.secrets, count)),
            "knocks": compared(await measure(asker.knock, kinds.knocks, count)),
        }


def main() -> int:
    """Measure, print, write; 1 when a kind can be told from another."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--out", type=Path, default=ROOT / "bench/results/door_timing.json")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_meet(Path(folder)) as server,
        closing(server.administrator()) as admin,
    ):
        kinds, host = targets(server, admin)
        report = asyncio.run(run(server, kinds, given.count))
        host.__exit__(None, None, None)
    report["machine"] = {"python": platform.python_version(), "system": platform.platform()}
    given.out.write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))
    ways = ("links", "personal_links", "knocks")
    chances = [kind["p"] for way in ways for kind in report[way].values() if "p" in kind]
    return 0 if min(chances) > 0.05 else 1


if __name__ == "__main__":
    sys.exit(main())
