"""The meeting platform alone, as a process of its own, without supervisor and without media server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from preau.meet.admin import create_account, setup_link
from preau.meet.settings import MeetSettings
from tests.kit.free_ports import free_port
from tests.kit.product import environment
from tests.kit.waiting import until

STARTED_WITHIN_S = 30.0
MEDIA_SECRET = "a-secret-of-thirty-two-characters"
ADMIN = {"name": "Ada Lovelace", "email": "ada@example.org", "password": "correct horse battery staple"}


class MeetServer:
    """One process that can be killed and started again on the same port and data."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.socket_url = f"ws://127.0.0.1:{self.port}"
        nowhere = {
            "PREAU_ENGINE_URL": f"http://127.0.0.1:{free_port()}",
            "PREAU_ENGINE_KEY": "devkey",
            "PREAU_ENGINE_SECRET": MEDIA_SECRET,
        }
        self.environ = environment(folder / "data", {"PREAU_PUBLIC_URL": self.url, **nowhere, **settings})
        self.log = folder / "meet.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; `wait` says when it answers."""
        command = [sys.executable, "-m", "preau.meet", "--port", str(self.port), "--die-with-parent"]
        with self.log.open("ab") as written:
            self._process = subprocess.Popen(command, env=self.environ, stdout=written, stderr=written)

    def wait(self) -> None:
        until("meet answers", self._answers, STARTED_WITHIN_S)

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """SIGTERM; answers the exit status."""
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(timeout=10)

    def setup_secret(self) -> str:
        link = setup_link(MeetSettings.from_environment(self.environ))
        assert link is not None
        return link.partition("#")[2]

    def sign_in_secret(self, name: str, email: str, role: str = "member") -> str:
        link = create_account(MeetSettings.from_environment(self.environ), name, email, role)
        return link.partition("#")[2]

    def visitor(self) -> httpx.Client:
        """Somebody who is not signed in."""
        return httpx.Client(base_url=self.url, timeout=20)

    def administrator(self) -> httpx.Client:
        """Sets the server up; the client is signed in."""
        client = self.visitor()
        client.post("/api/v1/setup", json={"secret": self.setup_secret(), **ADMIN}).raise_for_status()
        return client

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False


def use_sign_in_link(visitor: httpx.Client, secret: str) -> None:
    """Sign a visitor in by a one-time link, with a password of its own."""
    wanted = {"secret": secret, "password": "a long enough one"}
    visitor.post("/api/v1/sign-in-links/use", json=wanted).raise_for_status()


def invite(owner: httpx.Client, meeting_id: str, name: str, role: str = "participant") -> str:
    """The secret of a new personal link."""
    # However many there are of that name: each test means a person of its own.
    person = {"name": name, "role": role, "others": 100}
    answer = owner.post(f"/api/v1/meetings/{meeting_id}/invitations", json={"people": [person]})
    link: str = answer.raise_for_status().json()["invitations"][0]["link"]
    return link.partition("#")[2]


def whole_audit(owner: httpx.Client, meeting_id: str) -> list[dict[str, Any]]:
    """Every act about a meeting, page after page, the newest first."""
    records: list[dict[str, Any]] = []
    wanted: dict[str, int] = {}
    while True:
        page = owner.get(f"/api/v1/meetings/{meeting_id}/audit", params=wanted).raise_for_status().json()
        records += page["records"]
        if page["next"] is None:
            return records
        wanted = {"before": page["next"]}


@contextmanager
def started_meet(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[MeetServer]:
    """A server that is about to answer; killed at the end."""
    folder.mkdir(exist_ok=True)
    server = MeetServer(folder, settings or {})
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def running_meet(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[MeetServer]:
    """A server that answers; killed at the end."""
    with started_meet(folder, settings) as server:
        server.wait()
        yield server
