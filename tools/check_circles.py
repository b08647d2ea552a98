"""Fails when modules of a crate depend on one another in a circle; import-linter looks at Python."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tools.tracked import ROOT, tracked_files

_CRATES = Path("crates")
_ROOT_MODULE = "lib"
_COMMENT = re.compile(r"//[^\n]*")
_GROUP = re.compile(r"\bcrate::\{([^;]*?)\}\s*;", re.DOTALL)
_NESTED = re.compile(r"\{[^{}]*\}")
_ONE = re.compile(r"\bcrate::(\w+)")
_FIRST_NAME = re.compile(r"\s*(\w+)")


def names_used(source: str) -> set[str]:
    """What stands right behind `crate::` in a file, comments aside; grouped imports too."""
    code = _COMMENT.sub("", source)
    names = set(_ONE.findall(code))
    for group in _GROUP.findall(code):
        parts = _without_braces(group).split(",")
        names |= {found[1] for part in parts if (found := _FIRST_NAME.match(part))}
    return names


def _without_braces(group: str) -> str:
    while _NESTED.search(group):
        group = _NESTED.sub("", group)
    return group


def module_of(path: Path) -> str:
    """The module, right below the crate, that a file of `src` belongs to."""
    return path.parts[0].removesuffix(".rs")


def dependencies(sources: Mapping[Path, str]) -> dict[str, set[str]]:
    """Who uses whom among the modules of one crate, by the files of its `src`.

    A name that is no module is given out by the root: using it is using the root, which uses everything.
    """
    modules = {module_of(path) for path in sources}
    uses: dict[str, set[str]] = {module: set() for module in modules}
    for path, source in sources.items():
        module = module_of(path)
        found = {name if name in modules else _ROOT_MODULE for name in names_used(source)}
        uses[module] |= (modules if module == _ROOT_MODULE else found) - {module}
    return uses


def circle(uses: Mapping[str, set[str]]) -> list[str] | None:
    """Modules each of which uses the next, the last being the first again; None where there are none."""
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return None


def complaints() -> Iterator[str]:
    """One sentence for each crate that has a circle."""
    crates: dict[Path, dict[Path, str]] = {}
    for path in tracked_files(".rs"):
        if path.is_relative_to(_CRATES) and path.parts[2] == "src":
            inside = path.relative_to(Path(*path.parts[:3]))
            crates.setdefault(Path(*path.parts[:2]), {})[inside] = (ROOT / path).read_text()
    for crate, sources in sorted(crates.items()):
        if found := circle(dependencies(sources)):
            yield f"{crate}: {' uses '.join(found)}"


def main() -> int:
    """Prints the complaints; 1 when there are any."""
    found = list(complaints())
    print("\n".join(found) or "circles: no modules of a crate depend on one another in a circle")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
