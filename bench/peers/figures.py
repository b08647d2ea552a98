"""From rounds to figures: medians of what was undisturbed, and ratios between systems of the same round."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

Round = dict[str, Any]
#: The system that the others are compared with.
OURS = "preau"
#: What a figure is of: its name in a round, its heading, its form.
COLUMNS = (
    ("cpu_us_per_packet", "CPU us/packet", "{:.2f}"),
    ("cores", "cores", "{:.2f}"),
    ("packets_per_s", "packets/s", "{:,.0f}"),
    ("delivered_share", "delivered", "{:.2%}"),
    ("delay_p50_ms", "p50 ms", "{:.2f}"),
    ("delay_p99_ms", "p99 ms", "{:.2f}"),
    ("delay_p999_ms", "p99.9 ms", "{:.2f}"),
    ("resident_mib", "MiB", "{:.0f}"),
    ("resident_idle_mib", "idle MiB", "{:.0f}"),
    ("kib_per_subscription", "KiB/sub.", "{:.0f}"),
)
#: Loads that are compared with the same on one core, and what of them is.
ON_ONE_CORE = {"flood-2": "flood-1"}
SCALED = ("packets_at_pace", "packets_per_core_at_pace", "cpu_at_pace")
#: Fewer packets than this delivered: the server was overloaded or lossy, and its cost per packet flatters it.
LEAST_DELIVERED = 0.999


@dataclass(frozen=True)
class Spread:
    """Of one quantity over the rounds."""

    middle: float
    least: float
    most: float


def spread(values: list[float]) -> Spread:
    """Median and extremes; `values` are not empty."""
    return Spread(median(values), min(values), max(values))


def usable(rounds: list[Round]) -> list[Round]:
    """The undisturbed rounds, or all when every one was disturbed."""
    return [one for one in rounds if not one["disturbed"]] or rounds


def of(rounds: list[Round], load: str, system: str) -> list[Round]:
    """The rounds of one system under one load."""
    return [one for one in rounds if one["load"] == load and one["system"] == system]


def ratios(these: list[Round], to_those: list[Round], quantity: str) -> Spread | None:
    """One quantity of these divided by that of those, round by round, so that what slows both cancels out.

    None without a round that has both; a round in which either was disturbed counts only if all were.
    """
    pairs = []
    for this in these:
        those = [one for one in to_those if one["round"] == this["round"]]
        pairs += [(this, one) for one in those if one[quantity]]
    quiet = [pair for pair in pairs if not any(one["disturbed"] for one in pair)]
    values = [this[quantity] / that[quantity] for this, that in quiet or pairs]
    return spread(values) if values else None


def summary(rounds: list[Round]) -> list[dict[str, Any]]:
    """One entry for each load and system, in the order of the rounds: medians, extremes, ratios."""
    entries = []
    for load, system in dict.fromkeys((one["load"], one["system"]) for one in rounds):
        all_of_it = of(rounds, load, system)
        used = usable(all_of_it)
        entry: dict[str, Any] = {
            "load": load,
            "system": system,
            "rounds": len(all_of_it),
            "rounds_used": len(used),
            "disturbed": any(one["disturbed"] for one in used),
            "incomplete": any(one["delivered_share"] < LEAST_DELIVERED for one in used),
        }
        for quantity, _, _ in COLUMNS:
            values = spread([one[quantity] for one in used])
            entry[quantity] = values.middle
            entry[f"{quantity}_range"] = [values.least, values.most]
        ours = of(rounds, load, OURS)
        ratio = ratios(ours, all_of_it, "cpu_us_per_packet") if system != OURS else None
        entry["ours_to_this"] = None if ratio is None else ratio.middle
        entry["ours_to_this_range"] = None if ratio is None else [ratio.least, ratio.most]
        one_core = of(rounds, ON_ONE_CORE.get(load, ""), system)
        for quantity in SCALED if one_core else ():
            scaled = ratios(all_of_it, one_core, quantity)
            entry[f"{quantity}_to_one_core"] = None if scaled is None else scaled.middle
        entries.append(entry)
    return entries


def table(entries: list[dict[str, Any]]) -> str:
    """The summary as text, a line for each entry."""
    heads = ["load", "system", *(head for _, head, _ in COLUMNS), "ours/this", ""]
    lines = [heads]
    for entry in entries:
        ratio = entry["ours_to_this"]
        marks = ["disturbed"] * entry["disturbed"] + ["overloaded"] * entry["incomplete"]
        cells = [form.format(entry[quantity]) for quantity, _, form in COLUMNS]
        shown = "" if ratio is None else f"{ratio:.2f}"
        lines.append([entry["load"], entry["system"], *cells, shown, ", ".join(marks)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
