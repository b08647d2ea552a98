"""What the refusal of a frame costs: every value of LiveKit's requests, beyond its limit and at two million.

A refusal is timed by the CPU time of this process, the least of some tries: what is left is its own work, not
that of others. bench/README.md says how to read the figures.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from preau.sfu.wire.errors import WireError
from preau.sfu.wire.limits import MAX_BYTES_OF, MAX_SIDS
from preau.sfu.wire.requests import decode_request
from tests.kit.request_frames import Place, counted, is_text, places

ROOT = Path(__file__).resolve().parents[1]
BAR_MS = 5.0
HUGE = 2_000_000


def frames(place: Place) -> Iterator[tuple[str, bytes]]:
    """What no client sends, of one value."""
    if (limit := place.limit) is None:
        raise SystemExit(f"{place} has no limit")
    if place.field.is_repeated:
        is_number = not is_text(place.field) and place.field.message_type is None
        for packed in {False, is_number}:
            yield "one more", place.with_values(limit.most + 1, packed=packed)
            yield "as many as fit", place.with_values(place.longest_frame // 3, packed=packed)
            yield "huge", place.with_values(HUGE, packed=packed)
    if is_text(place.field):
        yield "one byte more", place.with_length(limit.longest + 1)
        yield "huge", place.with_length(HUGE)


def worst() -> Iterator[tuple[str, bytes]]:
    """Everything at its limit, with one value too many at the end."""
    sids = counted(1, b"TR_0123456789ab") * (MAX_SIDS - 1)
    states = counted(7, counted(1, b"PA_0123456789ab") + b"\x10\x01") * 1024
    disabled = counted(6, b"TR_0123456789ab") * MAX_SIDS
    body = counted(2, sids) + states + disabled + counted(3, counted(2, counted(1, b"TR_x"))) * 65
    yield "everything at its limit", counted(12, body)
    yield "a description", counted(1, counted(2, b"a" * MAX_BYTES_OF["offer"]))


def cost_ms(frame: bytes, tries: int) -> float:
    """The least CPU time that the refusal took. Raises SystemExit when it is taken."""
    least = float("inf")
    for _ in range(tries):
        began = time.process_time_ns()
        try:
            decode_request(frame)
        except WireError:
            least = min(least, (time.process_time_ns() - began) / 1e6)
        else:
            raise SystemExit(f"a frame of {len(frame)} bytes was taken")
    return least


def main() -> None:
    """Prints the costliest refusals; exit status 1 when one costs more than the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tries", type=int, default=5)
    given = parser.parse_args()
    named = [(f"{place}, {how}", frame) for place in places() for how, frame in frames(place)]
    costs = {name: cost_ms(frame, given.tries) for name, frame in (*named, *worst())}
    costliest = sorted(costs.items(), key=lambda cost: -cost[1])
    for name, ms in costliest[:10]:
        print(f"{ms:7.3f} ms  {name}")
    print(
        f"{len(costs)} frames were refused, each in at most {costliest[0][1]:.2f} ms; the bar is {BAR_MS} ms"
    )
    report = {"frames": len(costs), "most_ms": round(costliest[0][1], 3), "costliest": costliest[:10]}
    (ROOT / "bench/results/signalling_limits.json").write_text(json.dumps(report, indent=1) + "\n")
    sys.exit(1 if costliest[0][1] > BAR_MS else 0)


if __name__ == "__main__":
    main()
