"""docs/data-inventory.md names everything stored, sent or logged about people, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from preau.meet.log import LogEvent
from preau.meet.services.doors import device_cookie
from preau.meet.services.sign_ins import sign_in_cookie
from preau.meet.storage.tables import METADATA, Privacy

ROOT = Path(__file__).parents[3]
INVENTORY = (ROOT / "docs/data-inventory.md").read_text()
SOURCES = list((ROOT / "src/preau/meet").rglob("*.py"))


def section(title: str) -> str:
    """The text under one heading."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", INVENTORY, re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found.group(1)


def rows(title: str) -> list[list[str]]:
    """The cells of a section's table, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_column_is_annotated_and_described_as_annotated() -> None:
    annotated = set()
    for table in METADATA.tables.values():
        for column in table.columns:
            privacy = column.info.get("privacy")
            assert isinstance(privacy, Privacy), f"{table.name}.{column.name} says nothing about people"
            annotated.add((f"{table.name}.{column.name}", privacy.category, privacy.purpose, privacy.kept))
    assert {tuple(row) for row in rows("Columns")} == annotated


def test_the_two_cookies() -> None:
    names = [sign_in_cookie(is_https=False), device_cookie(is_https=False)]
    assert [row[0] for row in rows("Cookies")] == names
    assert {sign_in_cookie(is_https=True), device_cookie(is_https=True)} == {f"__Host-{one}" for one in names}
    assert all(f"`__Host-{one}`" in section("Cookies") for one in names)
    setters = {path.name for path in SOURCES if re.search(r"set[_-]cookie", path.read_text())}
    assert setters == {"context.py", "guard.py"}


def test_every_log_event_with_its_fields() -> None:
    assert {row[0] for row in rows("Log events")} == {event.value for event in LogEvent}
    call = re.compile(r"log_event\(\s*LogEvent\.(\w+)(.*?)\)\n", re.DOTALL)
    logged: dict[str, set[str]] = {}
    for path in SOURCES:
        for name, arguments in call.findall(path.read_text()):
            fields = set(re.findall(r"(\w+)=", arguments))
            logged.setdefault(LogEvent[name].value, set()).update(fields)
    documented = {row[0]: set(re.findall(r"\w+", row[1])) - {"nothing", "more"} for row in rows("Log events")}
    assert {event: fields for event, fields in documented.items() if event in logged} == logged
    assert set(documented) == set(logged), "an event that is never logged is no event"


def test_every_key_the_pages_remember() -> None:
    names = {row[0] for row in rows("Browser storage")}
    keeper = ROOT / "web/src/remembered/index.ts"
    keys = re.search(r"export const KEYS = \{(.*?)\}", keeper.read_text(), re.DOTALL)
    assert keys is not None
    assert names == set(re.findall(r'"([\w.]+)"', keys.group(1)))
    stores = re.compile(r"\b(localStorage|sessionStorage|indexedDB|document\.cookie)\b")
    users = {
        path
        for path in (ROOT / "web/src").rglob("*.ts*")
        if ".test." not in path.name and stores.search(path.read_text())
    }
    assert users == {keeper}


def test_outgoing_connections() -> None:
    assert {row[0] for row in rows("Outgoing connections")} == {
        "PREAU_DATABASE_URL",
        "PREAU_ENGINE_URL",
        "PREAU_LIVEKIT_URL",
        "PREAU_SMTP_URL",
    }
    clients = re.compile(
        r"^\s*(?:import|from) (httpx|requests|urllib\.request|aiohttp|smtplib|http\.client)\b", re.M
    )
    assert [path.name for path in SOURCES if clients.search(path.read_text())] == []
    callers = {path.name for path in SOURCES if re.search(r"[\"' ]livekit\.api[\"' ]", path.read_text())}
    assert callers == {"livekit.py", "webhooks.py"}
    assert {path.name for path in SOURCES if '"aiosmtplib"' in path.read_text()} == {"mail.py"}
