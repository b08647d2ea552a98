"""What an operator can put right: one sentence, a stable code and an exit status each.

Everything else that goes wrong here is a bug and stays an exception.
"""

from __future__ import annotations

import shlex

USAGE_EXIT = 2
OCCUPIED_EXIT = 3


class Problem(Exception):
    """Something the person at the shell can mend; `str()` is the sentence to print."""

    code = "failed"
    exit_status = 1

    def line(self) -> str:
        """The one line for stderr: the stable code first, so that scripts can match on it."""
        return f"preau: {self.code}: {self}"


class BadSetting(Problem):
    """An environment variable has a value that cannot be used."""

    code = "bad-setting"
    exit_status = USAGE_EXIT

    def __init__(self, name: str, value: str, allowed: str) -> None:
        super().__init__(f"{name}={value!r} cannot be used: {allowed} is allowed.")


class PortInUse(Problem):
    """A port that is needed belongs to another program."""

    code = "port-in-use"
    exit_status = OCCUPIED_EXIT

    def __init__(self, host: str, port: int, kind: str, setting: str) -> None:
        super().__init__(
            f"{kind} port {port} on {host} is used by another program; stop that program or set {setting} "
            "to a free port."
        )


class DataDirInUse(Problem):
    """Another `preau serve` runs on the same data directory."""

    code = "data-dir-in-use"
    exit_status = OCCUPIED_EXIT

    def __init__(self, data_dir: str) -> None:
        super().__init__(
            f"another preau serve uses the data directory {data_dir}; stop it or set PREAU_DATA_DIR."
        )


class DataDirOpen(Problem):
    """Other accounts of this machine can read what is kept. Said, not mended: they may be meant to."""

    code = "data-dir-open"

    def __init__(self, data_dir: str) -> None:
        super().__init__(
            f"other accounts of this machine can read in {data_dir}, where accounts, names and keys are "
            f"kept; run: chmod -R go= {shlex.quote(data_dir)}"
        )


class ChildGaveUp(Problem):
    """A child never came up; what it printed itself stands above this line."""

    code = "child-failed"

    def __init__(self, child: str, exit_status: int) -> None:
        super().__init__(f"{child} did not start (exit status {exit_status}); its own message stands above.")
        self.exit_status = exit_status if exit_status in {USAGE_EXIT, OCCUPIED_EXIT} else 1
