"""Where our descriptions say we are reached, when that has changed since the engine was started."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address

_START = "a=candidate:"
#: foundation, component, transport, priority, address, port, … (RFC 8839, 5.1).
_TRANSPORT, _ADDRESS, _LEAST_FIELDS = 2, 4, 6


def told_as(sdp: str, addresses: Sequence[str]) -> str:
    """The description with its host candidates at `addresses`, of each transport and family in their order.

    The engine attributes what arrives by transport and family alone, so that an address it was not started
    with does as well. A family without a candidate in it gets none: the engine does not listen there.
    """
    if not addresses or _START not in sdp:
        return sdp
    return "".join(_lines(sdp, addresses))


def _lines(sdp: str, addresses: Sequence[str]) -> Iterator[str]:
    seen: set[tuple[str, int]] = set()
    for line in sdp.splitlines(keepends=True):
        if line.startswith("m="):
            seen.clear()
        fields = line.split(" ")
        if not line.startswith(_START) or len(fields) < _LEAST_FIELDS:
            yield line
            continue
        family = ip_address(fields[_ADDRESS]).version
        kind = fields[_TRANSPORT].lower(), family
        if kind in seen:
            continue
        seen.add(kind)
        for number, address in enumerate(one for one in addresses if ip_address(one).version == family):
            fields[0] = f"{_START}{_foundation(line)}{number or ''}"
            fields[_ADDRESS] = address
            yield " ".join(fields)


def _foundation(line: str) -> str:
    return line[len(_START) :].partition(" ")[0]
