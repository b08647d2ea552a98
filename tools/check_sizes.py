"""Fails when a file or a Python function is too long; ESLint and clippy measure the other languages."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from tools.tracked import ROOT, tracked_files

MOST_FILE_LINES = 500
MOST_FUNCTION_LINES = 60
_CODE = (".py", ".pyi", ".rs", ".ts", ".tsx", ".mts", ".mjs", ".js", ".css", ".sh")


def long_functions(source: str) -> Iterator[tuple[str, int]]:
    """Name and length of every function over the limit, from its `def` to its last line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MOST_FUNCTION_LINES:
                yield node.name, lines


def complaints() -> Iterator[str]:
    """One sentence for each thing that is too long."""
    for path in tracked_files(*_CODE):
        source = (ROOT / path).read_text()
        lines = source.count("\n")
        if lines > MOST_FILE_LINES:
            yield f"{path}: {lines} lines, {MOST_FILE_LINES} are allowed"
        if path.suffix == ".py":
            for name, length in long_functions(source):
                yield f"{path}: {name} has {length} lines, {MOST_FUNCTION_LINES} are allowed"


def main() -> int:
    """Prints the complaints; 1 when there are any."""
    found = list(complaints())
    print("\n".join(found) or "sizes: every file and function is short enough")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
