# Sourced by each finding: a temporary folder with a Python environment of its own and the packages that are named.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
install() { "$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
run() { (cd "$folder" && "$folder/venv/bin/python" -); }
