#!/usr/bin/env bash
# Resolves the Python dependencies anew. Lock files hold versions and hashes, never the address of an index.
set -euo pipefail

compile() { # output, arguments…
  local output=$1
  shift
  .tools/bin/uv pip compile "$@" --python-version 3.11 --universal --generate-hashes --no-emit-index-url \
    --no-annotate --custom-compile-command 'make lock' --quiet --output-file "$output"
}

compile requirements/tools.txt requirements/tools.in
compile requirements/runtime.txt pyproject.toml
compile requirements/dev.txt pyproject.toml --group dev
