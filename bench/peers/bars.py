"""What forwarding must reach, held to a summary. A bar whose load was not measured is not shown, nor met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .figures import OURS

Entry = dict[str, Any]
#: By load and system.
Entries = dict[tuple[str, str], Entry]
_BYTES_PER_MIB, _BYTES_PER_KIB = 1.048576, 1.024


@dataclass(frozen=True)
class Bar:
    """One quantity: `value` of the entries must not pass `limit`."""

    words: str
    value: Callable[[Entries], float]
    limit: float
    goal: float
    #: Whether more is better.
    at_least: bool = False


@dataclass(frozen=True)
class Verdict:
    """A bar and what was measured."""

    bar: Bar
    value: float
    doubtful: bool

    @property
    def met(self) -> bool:
        """Whether the bar is reached, which a doubtful figure cannot show."""
        reached = self.value >= self.bar.limit if self.bar.at_least else self.value <= self.bar.limit
        return reached and not self.doubtful


def _ours(load: str, quantity: str, factor: float = 1.0) -> Callable[[Entries], float]:
    return lambda entries: float(entries[load, OURS][quantity]) * factor


def _to(load: str, system: str) -> Callable[[Entries], float]:
    def ratio(entries: Entries) -> float:
        # Both are looked up, so that either's being disturbed makes the ratio doubtful.
        _ours_too, theirs = entries[load, OURS], entries[load, system]
        return float(theirs["ours_to_this"])

    return ratio


def _two_cores(quantity: str, factor: float = 1.0) -> Callable[[Entries], float]:
    def ratio(entries: Entries) -> float:
        _one, two = entries["flood-1", OURS], entries["flood-2", OURS]
        return float(two[f"{quantity}_to_one_core"]) * factor

    return ratio


def _extra(conduct: str) -> Callable[[Entries], float]:
    """CPU that one more participant costs who behaves so, of what a normal one costs."""

    def ratio(entries: Entries) -> float:
        nobody, normal, hostile = (
            float(entries[f"hostile-{name}", OURS]["cores"]) for name in ("nobody", "normal", conduct)
        )
        return (hostile - nobody) / (normal - nobody)

    return ratio


HOSTILE = {
    "tenfold": "ten times the packets",
    "replays": "nine replays a packet",
    "garbage": "nine undecipherable a packet",
    "noise": "nine of noise a packet",
}
BARS = (
    Bar("1  video: CPU us per packet", _ours("video", "cpu_us_per_packet"), 3.5, 2.6),
    Bar("1  video: of tuned Janus", _to("video", "janus"), 0.5, 0.35),
    Bar("1  video: of LiveKit", _to("video", "livekit"), 0.25, 0.15),
    Bar("1  video: of the reference relay", _to("video", "relay"), 2.0, 1.3),
    Bar("2  webinar: CPU us per packet", _ours("webinar", "cpu_us_per_packet"), 4.0, 3.0),
    Bar("2  webinar: p99 added delay, ms", _ours("webinar", "delay_p99_ms"), 5.0, 3.0),
    Bar("3  audio: of LiveKit", _to("audio", "livekit"), 0.65, 0.65),
    Bar("3  audio: of the reference relay (a goal)", _to("audio", "relay"), 1.3, 1.3),
    Bar("4  half a core: p99 added delay, ms", _ours("half-core", "delay_p99_ms"), 2.0, 1.0),
    Bar("4  half a core: p50 added delay, ms", _ours("half-core", "delay_p50_ms"), 0.6, 0.6),
    Bar("6  video: KB per subscription", _ours("video", "kib_per_subscription", _BYTES_PER_KIB), 64, 32),
    Bar("6  idle: MB", _ours("video", "resident_idle_mib", _BYTES_PER_MIB), 60, 40),
    Bar("7  two cores: packets of one", _two_cores("packets_at_pace"), 1.7, 1.9, at_least=True),
    Bar(
        "7  two whole cores: packets of one",
        _two_cores("packets_per_core_at_pace", 2.0),
        1.7,
        1.9,
        at_least=True,
    ),
    Bar("7  two cores: CPU per packet of one", _two_cores("cpu_at_pace"), 1.1, 1.0),
    *(
        Bar(f"9  {words}: CPU of a normal one", _extra(conduct), 2.0, 1.0)
        for conduct, words in HOSTILE.items()
    ),
    *(
        Bar(
            f"9  {words}: share others got", _ours(f"hostile-{conduct}", "delivered_share"), 0.9995, 1.0, True
        )
        for conduct, words in HOSTILE.items()
    ),
)


class _Noting(dict[tuple[str, str], Entry]):
    """Entries that note which of them were asked for."""

    def __init__(self, entries: Entries) -> None:
        super().__init__(entries)
        self.asked: list[Entry] = []

    def __getitem__(self, key: tuple[str, str]) -> Entry:
        entry = super().__getitem__(key)
        self.asked.append(entry)
        return entry


def verdicts(summary: list[Entry]) -> list[Verdict]:
    """Of every bar whose loads and systems were measured."""
    entries = {(entry["load"], entry["system"]): entry for entry in summary}
    found = []
    for bar in BARS:
        noting = _Noting(entries)
        try:
            value = bar.value(noting)
        except (KeyError, TypeError):
            continue
        found.append(Verdict(bar, value, any(entry["disturbed"] for entry in noting.asked)))
    return found


def told(found: list[Verdict]) -> str:
    """The verdicts as text, a line for each."""
    lines = []
    for verdict in found:
        bar = verdict.bar
        word = "at least" if bar.at_least else "at most"
        state = "met" if verdict.met else "doubtful" if verdict.doubtful else "NOT met"
        lines.append(
            f"{bar.words:<50} {verdict.value:>8.2f}  {word} {bar.limit:g} (goal {bar.goal:g})  {state}"
        )
    return "\n".join(lines)
