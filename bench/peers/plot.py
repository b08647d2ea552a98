"""The summary as a picture: CPU per delivered packet, one group of bars for each load."""

from __future__ import annotations

from html import escape
from typing import Any

_WIDTH = 760
_LEFT, _RIGHT = 130, 70
_BAR, _GAP, _GROUP_GAP, _TOP = 20, 6, 44, 56
_COLOURS = {"preau": "#0b6e4f", "relay": "#8a8f98", "janus": "#c46d1b", "livekit": "#3d5a98"}


def _text(x: float, y: float, words: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{escape(words)}</text>'


def _bar(entry: dict[str, Any], y: float, per_us: float) -> list[str]:
    """One system: its name, the median, and a line from the least to the most."""
    middle = entry["cpu_us_per_packet"]
    least, most = entry["cpu_us_per_packet_range"]
    colour = _COLOURS.get(entry["system"], "#555")
    centre = y + _BAR / 2
    mark = " *" if entry["disturbed"] or entry["incomplete"] else ""
    return [
        _text(_LEFT - 8, centre + 4, entry["system"], 'text-anchor="end"'),
        f'<rect x="{_LEFT}" y="{y:.1f}" width="{middle * per_us:.1f}" height="{_BAR}" fill="{colour}"/>',
        f'<line x1="{_LEFT + least * per_us:.1f}" x2="{_LEFT + most * per_us:.1f}" y1="{centre:.1f}"'
        f' y2="{centre:.1f}" stroke="#111" stroke-width="1.5"/>',
        _text(_LEFT + most * per_us + 6, centre + 4, f"{middle:.2f}{mark}"),
    ]


def svg(entries: list[dict[str, Any]], titles: dict[str, str], caption: str) -> str:
    """A picture of the entries of a summary; `titles` are those of the loads."""
    most = max((entry["cpu_us_per_packet_range"][1] for entry in entries), default=1.0)
    per_us = (_WIDTH - _LEFT - _RIGHT) / most
    parts = [_text(16, 26, "CPU time of the server per delivered packet, in microseconds", 'font-size="15"')]
    y = float(_TOP)
    for load in dict.fromkeys(entry["load"] for entry in entries):
        parts.append(_text(16, y + 10, titles.get(load, load), 'font-weight="bold"'))
        y += 20
        for entry in entries:
            if entry["load"] == load:
                parts += _bar(entry, y, per_us)
                y += _BAR + _GAP
        y += _GROUP_GAP - 20
    parts.append(_text(16, y, caption, 'fill="#555"'))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y + 20:.0f}"'
        ' font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="#fff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )
