"""`preau serve` as an operator starts it: a process of its own on free ports and an empty data directory."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.kit.free_ports import free_port
from tests.kit.livekit_server import running_livekit
from tests.kit.waiting import until

_STARTED_WITHIN_S = 30.0
_STOPPED_WITHIN_S = 10.0
COMMAND = (sys.executable, "-m", "preau")


@dataclass(frozen=True)
class Product:
    """A running product."""

    url: str
    setup_link: str
    process: subprocess.Popen[bytes]
    log: Path
    environ: Mapping[str, str]

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws", 1)

    def child(self, module: str) -> int | None:
        """The process id of the supervised server that runs this module, if it runs now. Linux only."""
        return self._process(f"-m {module}")

    def standby(self) -> int | None:
        """The process id of the standby that waits for the platform to end, if one does."""
        return self._process("preau: a standby")

    def environments(self) -> dict[int, str]:
        """The variables of every process it started, by process id. Linux only."""
        found = {}
        for pid in _descendants(self.process.pid):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found[pid] = Path(f"/proc/{pid}/environ").read_text(errors="replace")
        return found

    def _process(self, words: str) -> int | None:
        return next((pid for pid in _descendants(self.process.pid) if words in _command_line(pid)), None)

    def kill(self, module: str) -> int:
        """SIGKILL for that server; answers the process id that was killed."""
        pid = until(f"{module} runs", lambda: self.child(module), _STARTED_WITHIN_S)
        os.kill(pid, signal.SIGKILL)
        return pid


def environment(data_dir: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """A whole environment for `preau serve`: free ports, this data directory, then `settings`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PREAU_")}
    return inherited | {
        "PREAU_PORT": str(free_port()),
        "PREAU_DATA_DIR": str(data_dir),
        "PREAU_MEDIA_UDP_PORT": str(free_port()),
        "PREAU_MEDIA_TCP_PORT": str(free_port()),
        **settings,
    }


@contextmanager
def running_product(folder: Path, extra: Mapping[str, str] | None = None) -> Iterator[Product]:
    """Starts the product on the engine PREAU_TEST_ENGINE names, waits until it is ready, and stops it.

    `extra`: settings besides those that make it run.
    """
    port = str(free_port())
    engine = os.environ.get("PREAU_TEST_ENGINE", "embedded")
    webhook = f"http://127.0.0.1:{port}/api/v1/webhooks/livekit"
    with (
        _ENGINES[engine](folder, webhook) as settings,
        _serving(folder, {"PREAU_PORT": port, **settings, **(extra or {})}) as product,
    ):
        yield product


@contextmanager
def _embedded(_folder: Path, _webhook: str) -> Iterator[dict[str, str]]:
    """`preau serve` starts its own engine when it is told of no other.

    Its interface is open to the public here, so that what holds does not rest on its being shut.
    """
    yield {"PREAU_ROOM_SERVICE": "on"}


@contextmanager
def _livekit(folder: Path, webhook: str) -> Iterator[dict[str, str]]:
    with running_livekit(folder / "livekit.log", webhook) as settings:
        yield settings


_ENGINES = {"embedded": _embedded, "livekit": _livekit}


@contextmanager
def _serving(folder: Path, settings: Mapping[str, str]) -> Iterator[Product]:
    log = folder / "serve.log"
    environ = environment(folder / "data", settings)
    with log.open("wb") as written:
        process = subprocess.Popen([*COMMAND, "serve"], env=environ, stdout=written, stderr=written)
    try:
        setup_link = until("preau serve is ready", lambda: _setup_link(process, log), _STARTED_WITHIN_S)
        yield Product(f"http://127.0.0.1:{environ['PREAU_PORT']}", setup_link, process, log, environ)
    finally:
        process.terminate()
        try:
            process.wait(_STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_STOPPED_WITHIN_S)


def _setup_link(process: subprocess.Popen[bytes], log: Path) -> str | None:
    text = log.read_text(errors="replace")
    if process.poll() is not None:
        raise AssertionError(f"preau serve ended with {process.returncode}:\n{text[-4000:]}")
    found = re.search(r"^Set up: (\S+)$", text, re.MULTILINE)
    return found.group(1) if found else None


def _descendants(pid: int) -> Iterator[int]:
    for child in _children(pid):
        yield child
        yield from _descendants(child)


def _children(pid: int) -> list[int]:
    try:
        lists = [(task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        # It ended, or one of its threads did, while its folder was read.
        return []
    return [int(child) for listed in lists for child in listed.split()]


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""
