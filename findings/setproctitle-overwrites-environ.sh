#!/usr/bin/env bash
# setproctitle 1.3.8 on Linux: /proc/<pid>/environ is gone once a title is set, as the title takes its place.
# Expected: a longer command line, and the environment as it was. Whoever looks at the environments of running processes, to see
# which secrets each has, sees nothing of one that has a title, and takes it for clean.
# Seen: a variable that stands there before is no longer there after a title of some length; os.environ still has it.
source "$(dirname "$0")/common.sh"
install setproctitle==1.3.8
MARK=stands-here run <<'PY'
import os
from setproctitle import setproctitle
def shown():
    with open("/proc/self/environ", "rb") as file:
        return b"MARK=stands-here" in file.read().split(b"\0")
before = shown()
setproctitle("x" * 4000)
after = shown()
print(before, after, os.environ["MARK"])
assert (before, after, os.environ["MARK"]) == (True, False, "stands-here")
PY
