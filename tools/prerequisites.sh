#!/usr/bin/env bash
# Names what this machine lacks, one sentence each, before any step fails over it. Arguments: further ones to ask for.
set -euo pipefail

missing=0
lacks() {
  echo "preau: missing-prerequisite: $1" >&2
  missing=1
}
at_least() { # wanted found
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

python=$(bash "$(dirname "$0")/python.sh") || lacks "Python 3.11 or newer was not found; on Debian: apt-get install python3 python3-venv."
if [ -n "$python" ] && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  lacks "Python cannot make virtual environments; on Debian: apt-get install python3-venv."
fi

if ! command -v cargo >/dev/null; then
  lacks "Rust was not found; install it with rustup (https://rustup.rs) and open a new shell."
else
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  found=$(rustc --version | cut -d ' ' -f 2)
  at_least "$wanted" "$found" || lacks "Rust $found is too old, $wanted or newer is needed; run rustup update stable."
fi

command -v cc >/dev/null || lacks "no C compiler was found; on Debian: apt-get install gcc."

if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
  lacks "Node.js was not found; install version 20.19 or newer (https://nodejs.org)."
else
  found=$(node --version | tr -d v)
  at_least 20.19 "$found" || lacks "Node.js $found is too old, 20.19 or newer is needed (https://nodejs.org)."
fi

for further in "$@"; do
  command -v "$further" >/dev/null || lacks "$further was not found; the tests need it (go: https://go.dev/dl)."
done
exit "$missing"
