from pathlib import Path

import pytest

from tools.check_texts import complaints_about


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("src/preau/cli.py", "# TODO: later"),
        ("src/preau/cli.py", "x = y  # type: ignore"),
        ("src/preau/cli.py", "x = y  # type: ignore[attr-defined]"),
        ("src/preau/cli.py", "import os  # noqa: F401"),
        ("tests/unit/test_a.py", "@pytest.mark.skip"),
        ("web/src/app.tsx", "// @ts-ignore"),
        ("web/e2e/call.spec.ts", "test.only('x', () => {})"),
        ("web/package-lock.json", '"resolved": "https://packages.example/react.tgz",'),
        ("requirements/dev.txt", "--index-url https://packages.example/simple"),
        ("web/.npmrc", "registry=https://packages.example"),
        ("docs/a.md", "see /root/notes.txt"),
    ],
)
def test_forbidden_text_is_found(path: str, line: str) -> None:
    assert list(complaints_about(Path(path), f"first\n{line}\n")) != []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("src/preau/cli.py", "x = y  # type: ignore[attr-defined]  # the stub of this library lacks it"),
        ("docs/a.md", "a TODO list"),
        ("Cargo.lock", 'source = "registry+https://github.com/rust-lang/crates.io-index"'),
        ("web/src/app.tsx", "const at = './work/one';"),
        ("docs/a.md", "https://example.org/work/one"),
    ],
)
def test_allowed_text_passes(path: str, line: str) -> None:
    assert list(complaints_about(Path(path), line)) == []
