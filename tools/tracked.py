"""The files git knows, which are the files the checks look at."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def tracked_files(*suffixes: str) -> list[Path]:
    """Paths relative to the repository, sorted; with suffixes (".py"), only those; no deleted file."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    paths = [Path(name) for name in listed.split("\0") if name and (not suffixes or name.endswith(suffixes))]
    return sorted(path for path in paths if (ROOT / path).is_file())
