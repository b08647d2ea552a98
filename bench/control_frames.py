"""What a frame costs that a client makes as large as it may, field by field: CPU time of its answer.

`python -m bench.control_frames` has every case of `tests/kit/frame_cases.py` read, cleaned and answered as
a connection does, several times over, and prints as JSON the cases that cost most. It ends with status 1 when
one costs more than the bar, 5 ms.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from preau.meet.control import answers
from preau.meet.control.fields import BadFrameError
from preau.meet.control.frames import ChatLine, DoorNote, Knock, NewName, Report, parse_frame
from preau.meet.domain.text import clean_chat, clean_line
from tests.kit.frame_cases import HUGE, Case, cases, frame

ROOT = Path(__file__).parent.parent
BAR_MS = 5.0
MOST_SHOWN = 10
#: Characters of which each is dropped, composed, decomposed or kept.
CHARACTERS = ("a", "\u200b", "\u0301", "\ufdfa", "\u202e", "\uff21", " ", "\n")
_CLEANED: Mapping[type, Any] = {
    Knock: lambda one: clean_line(one.name),
    NewName: lambda one: clean_line(one.name),
    DoorNote: lambda one: clean_line(one.text),
    ChatLine: lambda one: clean_chat(one.text),
    Report: lambda one: clean_chat(one.text),
}


def answer(message: str) -> str:
    """The code a frame is refused with before the room hears of it, or `taken`."""
    try:
        read = parse_frame(message)
    except BadFrameError as bad:
        answers.refused(bad.request, bad.code)
        return bad.code
    clean = _CLEANED.get(type(read))
    if clean is not None:
        clean(read)
    return "taken"


def cost_ms(case: Case, times: int) -> float:
    """The least of several measurements: what the machine does besides is not the frame's."""
    least_s = float("inf")
    for _ in range(times):
        began_s = time.process_time()
        answer(case.message)
        least_s = min(least_s, time.process_time() - began_s)
    return least_s * 1000


def all_cases() -> list[Case]:
    """The generated ones, and each text in characters that cost most to clean, as long as is read at all."""
    made = list(cases())
    for type_, name, most in (
        ("rename", "name", 256),
        ("send-chat", "text", 8000),
        ("leave-note", "text", 800),
    ):
        for character in CHARACTERS:
            for point, count in (("limit", most), ("huge", HUGE // len(json.dumps(character)[1:-1]))):
                long = frame(type_, **{name: character * count})
                made.append(Case(f"{type_} {name} {character!r} {point}", json.dumps(long), None))
    return made


def main() -> int:
    """Measure, print, write; 1 when a case costs more than the bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--out", type=Path, default=ROOT / "bench/results/control_frames.json")
    given = parser.parse_args()
    costs = sorted(
        ((cost_ms(case, given.times), case.name, answer(case.message)) for case in all_cases()), reverse=True
    )
    report = {
        "cases": len(costs),
        "bar_ms": BAR_MS,
        "most_ms": round(costs[0][0], 3),
        "costliest": [
            {"ms": round(ms, 3), "case": name, "answer": code} for ms, name, code in costs[:MOST_SHOWN]
        ],
        "machine": {"python": platform.python_version(), "system": platform.platform()},
    }
    given.out.write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))
    return 0 if costs[0][0] <= BAR_MS else 1


if __name__ == "__main__":
    sys.exit(main())
