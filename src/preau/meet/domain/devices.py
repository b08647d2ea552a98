"""What a browser is called, in words people know: no more is read of it, and nothing tells two apart."""

from __future__ import annotations

from dataclasses import dataclass

_READ_CHARACTERS = 400

#: The first mark that is found counts: most browsers name others besides themselves.
_BROWSERS = (
    ("Edg", "edge"),
    ("OPR/", "opera"),
    ("SamsungBrowser", "samsung"),
    ("Firefox", "firefox"),
    ("FxiOS", "firefox"),
    ("Chrome", "chrome"),
    ("CriOS", "chrome"),
    ("Safari", "safari"),
)
_SYSTEMS = (
    ("iPhone", "iphone"),
    ("iPad", "ipad"),
    ("Android", "android"),
    ("CrOS", "chromeos"),
    ("Windows", "windows"),
    ("Macintosh", "mac"),
    ("Linux", "linux"),
)
BROWSERS = frozenset(name for _, name in _BROWSERS)
SYSTEMS = frozenset(name for _, name in _SYSTEMS)


@dataclass(frozen=True)
class Device:
    """A browser and the system it runs on, by our own words; "" what is not known."""

    browser: str = ""
    system: str = ""


UNKNOWN = Device()


def read_device(agent: str) -> Device:
    """What the header `User-Agent` says."""
    read = agent[:_READ_CHARACTERS]
    return Device(_first(read, _BROWSERS), _first(read, _SYSTEMS))


def _first(text: str, marks: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in marks if mark in text), "")
