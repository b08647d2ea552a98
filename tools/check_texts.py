"""Fails on text that must not be committed: work put off, silenced checkers, addresses of registries."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.tracked import ROOT, tracked_files

_HERE = frozenset({Path("tools/check_texts.py"), Path("tests/unit/tools/test_check_texts.py")})
_PYTHON = re.compile(r"\.pyi?$")
_CODE = re.compile(r"\.(pyi?|rs|[cm]?[jt]sx?|css|sh|html)$")
_WEB = re.compile(r"\.[cm]?[jt]sx?$")
_PACKAGES = re.compile(
    r"(^|/)(requirements/.*|package-lock\.json|\.npmrc|pyproject\.toml|Cargo\.(toml|lock))$"
)
_ANY = re.compile(r"")


@dataclass(frozen=True)
class Rule:
    """`pattern` must not occur in files whose path matches `where`."""

    where: re.Pattern[str]
    pattern: re.Pattern[str]
    sentence: str


RULES = (
    Rule(_CODE, re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"), "work that is put off belongs into an issue"),
    Rule(
        _PYTHON,
        re.compile(r"#\s*type:\s*ignore(?!\[[\w, -]+\]\s+#\s*\S)"),
        "a type: ignore needs a code and a reason",
    ),
    Rule(
        _PYTHON,
        re.compile(r"#\s*noqa"),
        "exceptions from lint rules stand in pyproject.toml, with their reason",
    ),
    Rule(_PYTHON, re.compile(r"pytest\.(mark\.)?(skip|xfail)"), "a test that is not run proves nothing"),
    Rule(_WEB, re.compile(r"@ts-(ignore|nocheck)"), "a silenced type checker hides the next error too"),
    Rule(
        _WEB, re.compile(r"\b(it|test|describe)\.(skip|only|todo)\("), "a test that is not run proves nothing"
    ),
    Rule(
        _PACKAGES, re.compile(r'"resolved":\s*"https?:'), "a lock file holds versions and hashes, no address"
    ),
    Rule(
        _PACKAGES,
        re.compile(r"(?i)index-url|find-links|^\s*registry\s*="),
        "no package registry is named here",
    ),
    Rule(re.compile(r"^requirements/"), re.compile(r"https?://"), "no package registry is named here"),
    Rule(
        _ANY,
        re.compile(r"(?<![\w./-])/(work|farm|root)/\w"),
        "a path of one machine means nothing on another",
    ),
)


def complaints_about(path: Path, text: str) -> Iterator[str]:
    """One sentence for each line that breaks a rule."""
    rules = [rule for rule in RULES if rule.where.search(path.as_posix())]
    for number, line in enumerate(text.splitlines(), start=1):
        for rule in rules:
            if rule.pattern.search(line):
                yield f"{path}:{number}: {rule.sentence}"


def main() -> int:
    """Prints the complaints; 1 when there are any."""
    found: list[str] = []
    for path in tracked_files():
        if path not in _HERE:
            try:
                found += complaints_about(path, (ROOT / path).read_text())
            except UnicodeDecodeError:
                continue
    print("\n".join(found) or "texts: nothing is put off, silenced or tied to one machine")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
