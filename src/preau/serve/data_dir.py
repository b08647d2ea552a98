"""What `preau serve` keeps in the data directory: a lock, and the key it shares with its own media server."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from preau.problems import BadSetting, DataDirInUse

_KEY_FILE = "engine.key"
_LOCK_FILE = "serve.lock"


@dataclass(frozen=True)
class EngineKey:
    """API key and secret between meet and the embedded media server."""

    key: str
    secret: str


def make_private(data_dir: Path) -> None:
    """Make the directory, if it is not there, for this account alone. Raises OSError.

    Its parents are made as any others are: what stands in them is not ours.
    """
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    data_dir.mkdir(mode=0o700, exist_ok=True)


def open_to_others(data_dir: Path) -> tuple[Path, ...]:
    """The directory, and the files in it, that other accounts of the machine can get at.

    Files count only while the directory lets others in.
    """
    try:
        if not _lets_others_in(data_dir):
            return ()
        kept = sorted(path for path in data_dir.iterdir() if path.is_file() and _lets_others_in(path))
    except OSError:
        return ()
    return (data_dir, *kept)


def _lets_others_in(path: Path) -> bool:
    return bool(path.stat().st_mode & 0o077)


def lock(data_dir: Path) -> int:
    """Makes the directory and holds it until the process ends; the number is the open lock file.

    Raises BadSetting for a directory that cannot be used and DataDirInUse for one that is.
    """
    try:
        make_private(data_dir)
        held = os.open(data_dir / _LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        raise BadSetting("PREAU_DATA_DIR", str(data_dir), "a directory this account may write to") from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        raise DataDirInUse(str(data_dir)) from None
    return held


def note_ports(held: int, ports: Iterable[str]) -> None:
    """Write into the lock what the run that holds it listens on, such as `TCP 8000`."""
    os.ftruncate(held, 0)
    os.pwrite(held, json.dumps(sorted(ports)).encode(), 0)


def ports_of_run(data_dir: Path) -> frozenset[str] | None:
    """What a `preau serve` on this directory listens on, or None when none runs."""
    try:
        with (data_dir / _LOCK_FILE).open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return frozenset(json.loads(file.read() or b"[]"))
    except (OSError, ValueError):
        return None
    return None


def engine_key(data_dir: Path) -> EngineKey:
    """The pair of this data directory, made at random on first use and readable by its owner alone."""
    path = data_dir / _KEY_FILE
    try:
        written = json.loads(path.read_text())
        return EngineKey(written["key"], written["secret"])
    except FileNotFoundError:
        return _make(path)
    except (OSError, ValueError, KeyError, TypeError):
        raise BadSetting(
            "PREAU_DATA_DIR",
            str(data_dir),
            f"a directory with a readable {_KEY_FILE} (or none; it is made anew)",
        ) from None


def _make(path: Path) -> EngineKey:
    made = EngineKey(f"embedded-{secrets.token_hex(6)}", secrets.token_hex(32))
    # Written aside and renamed: a power cut must not leave half a key.
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"key": made.key, "secret": made.secret}, file)
    unfinished.rename(path)
    return made
