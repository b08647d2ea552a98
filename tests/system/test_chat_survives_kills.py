"""kill -9 of preau.meet, fifty times, while people chat: every acknowledged line is there, once, in order."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import WebSocketException

from tests.kit.control_client import ControlClient, Frame
from tests.kit.free_ports import free_port
from tests.kit.product import COMMAND, environment
from tests.kit.waiting import until
from tests.system.conftest import ADMIN

KILLS = int(os.environ.get("PREAU_TEST_KILLS", "50"))
STARTED_WITHIN_S = 20.0
LINES_PER_LIFE = 4


class Meet:
    """The meeting platform alone, killed and started again by the test itself: no supervisor's delays."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        engine = {
            "PREAU_ENGINE_URL": f"http://127.0.0.1:{free_port()}",
            "PREAU_ENGINE_KEY": "devkey",
            "PREAU_ENGINE_SECRET": secrets.token_hex(16),
        }
        self._environ = environment(folder / "data", {"PREAU_PUBLIC_URL": self.url, **engine})
        self._log = (folder / "meet.log").open("ab")
        self._process = self._started()

    def _started(self) -> subprocess.Popen[bytes]:
        command = [*COMMAND, "meet", "--port", str(self.port)]
        return subprocess.Popen(
            command, env=self._environ, stdin=subprocess.PIPE, stdout=self._log, stderr=self._log
        )

    def setup_secret(self) -> str:
        command = [*COMMAND, "admin", "setup-link"]
        printed = subprocess.run(command, env=self._environ, capture_output=True, text=True, check=True)
        return printed.stdout.strip().rsplit("/", 1)[1]

    def is_healthy(self) -> bool:
        assert self._process.poll() is None, "meet ended by itself"
        try:
            return httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def start_again(self) -> None:
        self._process = self._started()
        until("meet is back", self.is_healthy, STARTED_WITHIN_S)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()


@contextmanager
def running_meet(folder: Path) -> Iterator[Meet]:
    meet = Meet(folder)
    try:
        until("meet is served", meet.is_healthy, STARTED_WITHIN_S)
        yield meet
    finally:
        meet.end()


class Writer:
    """Somebody who writes without pause and comes back after each kill, like the page does."""

    def __init__(self, meet: Meet, code: str) -> None:
        self._meet = meet
        self._code = code
        self._socket_url = meet.url.replace("http", "ws", 1)
        self._resume: Frame | None = None
        self._last_sequence = 0
        self._pending: tuple[str, str] | None = None
        self._written = 0
        self.acknowledged: list[str] = []

    def write_until_killed(self) -> None:
        """Comes in again, writes some lines, has meet killed with one line on its way."""
        with ControlClient(self._socket_url, self._code) as person:
            admitted = person.knock("Writer", self._resume_fields())
            assert admitted["type"] == "admitted", admitted
            self._resume = admitted
            for _ in range(LINES_PER_LIFE):
                self._write_line(person)
            message_id, text = self._next_line()
            self._pending = (message_id, text)
            person.send("send-chat", message_id=message_id, text=text)
            self._meet.kill()
            if self._was_acknowledged(person):
                self.acknowledged.append(message_id)
                self._pending = None

    def _resume_fields(self) -> Frame | None:
        if self._resume is None:
            return None
        kept = {name: self._resume[name] for name in ("participant_id", "secret")}
        return kept | {"last_sequence": self._last_sequence}

    def _next_line(self) -> tuple[str, str]:
        self._written += 1
        return f"line-{self._written:06d}", f"line {self._written}"

    def _write_line(self, person: ControlClient) -> None:
        message_id, text = self._pending or self._next_line()
        self._pending = None
        done = person.say(text, message_id)
        assert done["type"] == "done", done
        self._last_sequence = done["sequence"]
        self.acknowledged.append(message_id)

    def _was_acknowledged(self, person: ControlClient) -> bool:
        """Whether the line on its way was acknowledged just before the kill."""
        acknowledged = False
        try:
            while True:
                acknowledged = person.receive()["type"] == "done" or acknowledged
        except (WebSocketException, OSError):
            return acknowledged


@pytest.mark.timeout(300)
def test_no_acknowledged_line_is_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running_meet(tmp_path) as meet, httpx.Client(base_url=meet.url) as admin:
        admin.post("/api/v1/setup", json={"secret": meet.setup_secret(), **ADMIN}).raise_for_status()
        code = admin.post("/api/v1/meetings", json={}).raise_for_status().json()["code"]
        writer = Writer(meet, code)
        for _ in range(KILLS):
            writer.write_until_killed()
            meet.start_again()
        with ControlClient(meet.url.replace("http", "ws", 1), code) as reader:
            chat = reader.knock("Reader")["snapshot"]["chat"]
    present = [line["message_id"] for line in chat]
    assert present == sorted(set(present)), "each line once, in the order it was written"
    lost = set(writer.acknowledged) - set(present)
    with capsys.disabled():
        figures = {"kills": KILLS, "acknowledged": len(writer.acknowledged), "lost": len(lost)}
        print(json.dumps({"measured": "chat-survives-kills", **figures}))
    assert not lost
