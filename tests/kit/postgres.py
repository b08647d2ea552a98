"""A PostgreSQL server of its own for one test run: a fresh cluster on a Unix socket, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STARTED_WITHIN_S = 60
_QUICK = "-c fsync=on -c full_page_writes=off -c listen_addresses='' -c max_connections=60"


def _programs() -> Path:
    """Where `initdb` is: Debian keeps it off the path."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        raise RuntimeError("PostgreSQL was not found; install the package postgresql")
    return folders[-1]


def _run(*command: str | Path) -> None:
    """PostgreSQL refuses to run as root, so root runs it as the package's own account."""
    lowered = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run(
        [*lowered, *map(str, command)], check=True, capture_output=True, timeout=_STARTED_WITHIN_S, cwd="/"
    )


@contextmanager
def running_postgres() -> Iterator[str]:
    """Yields the database URL of an empty database."""
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="preau-pg-") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
        data = folder / "data"
        _run(programs / "initdb", "-D", data, "-U", "preau", "-A", "trust", "-E", "UTF8", "--no-sync")
        control = (programs / "pg_ctl", "-D", data, "-w", "-s")
        _run(*control, "-l", folder / "log", "-o", f"{_QUICK} -k {folder}", "start")
        try:
            yield f"postgresql://preau@/postgres?host={folder}"
        finally:
            _run(*control, "-m", "immediate", "stop")
