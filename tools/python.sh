#!/usr/bin/env bash
# Prints the path of a Python that is new enough; fails when there is none.
set -euo pipefail

for name in python3.11 python3.12 python3.13 python3 python; do
  if path=$(command -v "$name") && "$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    "$path" -c 'import sys; print(sys.executable)'
    exit 0
  fi
done
exit 1
