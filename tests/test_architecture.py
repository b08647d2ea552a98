"""The documents that can drift from the tree, held to it."""

from __future__ import annotations

import re
from pathlib import Path

from tools.tracked import ROOT, tracked_files

MAP = (ROOT / "ARCHITECTURE.md").read_text()
SETTINGS = (ROOT / "docs/operate/settings.md").read_text()
_ENTRY = re.compile(r"\*\*`((?:preau|crates|web|tests|bench|tools|docs)[\w./-]*)`\*\*")


def _entries() -> set[str]:
    return set(_ENTRY.findall(MAP))


def _packages() -> set[str]:
    """Every Python package below src, and the modules directly in preau."""
    found = set()
    for path in tracked_files(".py"):
        if path.parts[:2] == ("src", "preau") and not {"migrations", "static"} & set(path.parts):
            parts = path.with_suffix("").parts[1:]
            if parts[-1] == "__init__":
                found.add(".".join(parts[:-1]))
            elif len(parts) == 2 and parts[-1] != "__main__":
                found.add(".".join(parts))
    return found - {"preau"}


def _folders_of(base: str) -> set[str]:
    return {
        f"{base}/{path.relative_to(base).parts[0]}"
        for path in tracked_files()
        if path.is_relative_to(base) and len(path.relative_to(base).parts) > 1
    }


def test_the_map_names_every_python_package() -> None:
    assert _packages() - _entries() == set()


def test_the_map_names_every_crate_and_every_folder_of_the_pages_and_tests() -> None:
    folders = _folders_of("crates") | _folders_of("web/src") | _folders_of("tests")
    assert folders - _entries() == set()


def test_the_map_names_nothing_that_is_not_there() -> None:
    for entry in _entries():
        place = Path("src", *entry.split(".")) if entry.startswith("preau.") else Path(entry)
        assert (ROOT / place).is_dir() or (ROOT / place).with_suffix(".py").is_file(), entry


def test_the_map_can_be_read_in_one_sitting() -> None:
    assert len(MAP.splitlines()) <= 300


def test_every_setting_is_documented_and_no_other() -> None:
    name = re.compile(r"\bPREAU_[A-Z]+(?:_[A-Z]+)*\b")
    sources = [path for path in tracked_files(".py") if path.parts[0] == "src"]
    read = {found for path in sources for found in name.findall((ROOT / path).read_text())}
    # A prefix that names a family is no setting of its own.
    families = {found for found in read if any(other.startswith(f"{found}_") for other in read)}
    assert read - families == set(name.findall(SETTINGS))


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs/decisions"
    numbered = {path.name for path in folder.glob("[0-9]*.md")}
    assert numbered == set(re.findall(r"\]\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text()))


def test_every_link_in_the_documents_leads_to_a_file() -> None:
    link = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
    broken = [
        f"{path}: {target}"
        for path in tracked_files(".md")
        for target in link.findall((ROOT / path).read_text())
        if not (ROOT / path.parent / target).exists()
    ]
    assert broken == []
