"""What an operator keeps: private files, one whole file after a stop, backups, and a disk that is full."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import httpx
import pytest

from tests.kit.meet_server import MeetServer, running_meet
from tests.kit.product import COMMAND, Product, environment, running_product
from tests.kit.waiting import until

PATIENCE_S = 20.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MeetServer]:
    with running_meet(tmp_path) as running:
        yield running


def _preau(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = environment(data_dir, {})
    command = [*COMMAND, *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


def _meeting(server: MeetServer) -> str:
    with closing(server.administrator()) as admin:
        made = admin.post("/api/v1/meetings", json={"title": "Chemistry", "kind": "class"})
        return str(made.raise_for_status().json()["title"])


def _titles(database: Path) -> list[str]:
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro&immutable=1", uri=True)) as reading:
        return [title for (title,) in reading.execute("SELECT title FROM meetings")]


def test_after_a_stop_the_database_is_one_file_with_everything_in_it(
    server: MeetServer, tmp_path: Path
) -> None:
    title = _meeting(server)
    assert server.stop() == 0
    kept = sorted(path.name for path in (tmp_path / "data").iterdir())
    assert "preau.db" in kept
    assert not [name for name in kept if name.endswith(("-wal", "-shm"))]
    assert _titles(tmp_path / "data" / "preau.db") == [title]


def test_a_backup_of_a_running_server_is_put_back_in_another_place(
    server: MeetServer, tmp_path: Path
) -> None:
    title = _meeting(server)
    backup, elsewhere = tmp_path / "backup.db", tmp_path / "elsewhere"
    made = _preau(tmp_path / "data", "backup", str(backup))
    assert (made.returncode, made.stderr) == (0, "")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    again = _preau(tmp_path / "data", "backup", str(backup))
    assert again.stderr.startswith("preau: backup-failed: ")
    for _ in range(2):
        restored = _preau(elsewhere, "restore", str(backup))
        assert (restored.returncode, restored.stderr) == (0, "")
    assert _titles(elsewhere / "preau.db") == [title]
    assert len([path for path in elsewhere.iterdir() if ".before-" in path.name]) == 1


@pytest.mark.parametrize("content", [b"", b"not a database" * 100])
def test_what_is_no_backup_is_refused_and_the_database_stays(tmp_path: Path, content: bytes) -> None:
    assert _preau(tmp_path / "data", "migrate").returncode == 0
    before = (tmp_path / "data" / "preau.db").read_bytes()
    (tmp_path / "strange").write_bytes(content)
    refused = _preau(tmp_path / "data", "restore", str(tmp_path / "strange"))
    assert (refused.returncode, refused.stderr[:22]) == (2, "preau: backup-failed: ")
    assert (tmp_path / "data" / "preau.db").read_bytes() == before


def _refusals(admin: httpx.Client) -> int:
    """How many refused acts the audit counts."""
    found = admin.get("/api/v1/audit", params={"kind": "refusals"}).raise_for_status().json()["records"]
    return sum(int(one["times"]) for one in found)


def test_a_database_that_is_locked_is_told_by_health_and_answered_in_words(
    server: MeetServer, tmp_path: Path
) -> None:
    with closing(server.administrator()) as admin:
        with closing(sqlite3.connect(tmp_path / "data" / "preau.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            refused = admin.post("/api/v1/meetings", json={"title": "Chemistry", "kind": "class"})
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
            assert refused.json()["error"]["code"] == "not-saved"
            health = admin.get("/healthz")
            assert (health.status_code, health.json()) == (503, {"status": "not-saved", "reason": "locked"})
            refused = httpx.patch(f"{server.url}/api/v1/organization", json={}, timeout=PATIENCE_S)
            assert refused.status_code == 401
        until("the database is back", lambda: admin.get("/healthz").status_code == 200, PATIENCE_S)
        again = admin.post("/api/v1/meetings", json={"title": "Chemistry", "kind": "class"})
        assert again.status_code == 201
        until("the refused act is in the audit", lambda: _refusals(admin) > 0, PATIENCE_S)
    log = server.log.read_text()
    assert (log.count("database-away"), log.count("database-back")) == (1, 1)
    assert "Traceback" not in log


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes; needs root, as the tests of networks do."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "preau-test", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def _fill(file: Path) -> None:
    """Write until the disk takes no more."""
    held = os.open(file, os.O_WRONLY | os.O_CREAT)
    with closing(os.fdopen(held, "wb", buffering=0)) as growing, suppress(OSError):
        while growing.write(b"\0" * 4096):
            pass


def test_a_full_disk_ends_nothing_and_heals_by_itself(tmp_path: Path, small_disk: Path) -> None:
    with running_meet(tmp_path, {"PREAU_DATA_DIR": str(small_disk)}) as server:
        with closing(server.administrator()) as admin:
            filler = small_disk / "filler"
            _fill(filler)
            answers = [
                admin.post("/api/v1/meetings", json={"title": "Chemistry" * 9, "kind": "class"})
                for _ in range(20)
            ]
            assert {answer.status_code for answer in answers} <= {201, 503}
            assert answers[-1].status_code == 503
            assert admin.get("/api/v1/meetings").status_code == 200
            filler.unlink()
            until("the disk is used again", lambda: admin.get("/healthz").status_code == 200, PATIENCE_S)
            assert len(admin.get("/api/v1/meetings").json()["meetings"]) == sum(
                answer.status_code == 201 for answer in answers
            )
        assert "Traceback" not in server.log.read_text()


def test_a_database_of_a_newer_version_ends_the_start_with_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert _preau(data, "migrate").returncode == 0
    with closing(sqlite3.connect(data / "preau.db")) as writing, writing:
        writing.execute("UPDATE alembic_version SET version_num = '9999'")
    ended = _preau(data, "serve")
    newer = [line for line in ended.stderr.splitlines() if "database-newer" in line]
    assert (ended.returncode, len(newer)) == (2, 1)


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    monkeypatch.setenv("PREAU_TEST_ENGINE", "embedded")
    previous = os.umask(0o022)
    try:
        with running_product(tmp_path) as running:
            yield running
    finally:
        os.umask(previous)


def test_nothing_that_is_kept_is_readable_for_other_accounts(product: Product, tmp_path: Path) -> None:
    secret = product.setup_link.partition("#")[2]
    assert httpx.post(f"{product.url}/api/v1/setup/look", json={"secret": secret}).status_code == 204
    data = tmp_path / "data"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (data, *data.iterdir())}
    assert {name: mode for name, mode in modes.items() if mode & 0o077} == {}
    assert modes["preau.db"] == 0o600


def test_a_folder_that_others_can_read_is_named_at_the_start_and_by_the_doctor(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    data.chmod(0o755)
    (data / "preau.db").touch(0o644)
    examined = _preau(data, "doctor")
    assert f"MEND  data directory: other accounts of this machine can read in {data}" in examined.stdout
    data.chmod(0o700)
    assert "ok    data directory" in _preau(data, "doctor").stdout
