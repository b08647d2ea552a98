"""The addresses that clients are told to send media to, when some were given as names that may move."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from ipaddress import ip_address

from preau.sfu.settings import can_be_sent_to, is_name

#: Names are asked again so often; a line that changes is away for about as long anyway.
ASK_EVERY_S = 60.0


class Reach:
    """What is known of the addresses. Pure: who asks the names is told by `names`.

    A name that is not found any more keeps its last addresses: a resolver that is away moves nobody.
    """

    def __init__(self, given: Sequence[str]) -> None:
        self._given = tuple(given)
        self._known: dict[str, tuple[str, ...]] = {}
        self._lost: set[str] = set()
        self.names = tuple(one for one in given if is_name(one))

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address, each once, in the order given; empty while no name was found."""
        found = [
            known for one in self._given for known in self._known.get(one, () if is_name(one) else (one,))
        ]
        return tuple(dict.fromkeys(found))

    @property
    def missing(self) -> tuple[str, ...]:
        """The names that were never found."""
        return tuple(one for one in self.names if one not in self._known)

    def learn(self, found: Mapping[str, Sequence[str]]) -> list[str]:
        """Takes in what names stand for now; none: not found. Returns what is to be logged, once a change."""
        said = []
        before = self.addresses
        for name in self.names:
            usable = tuple(sorted(one for one in found.get(name, ()) if can_be_sent_to(one)))
            if usable:
                self._known[name] = usable
                if name in self._lost:
                    said.append(f"{name} is found again")
                    self._lost.discard(name)
            elif name in self._known and name not in self._lost:
                self._lost.add(name)
                said.append(f"{name} is not found; clients are told its last addresses")
        if before and self.addresses != before:
            said.append(f"clients that come now are told {', '.join(self.addresses)}")
        return said


def resolved(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What each name stands for now, as the system says; without those that are not found. Blocks."""
    found = {}
    for name in names:
        try:
            answers = socket.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError):
            continue
        addresses = (str(answer[4][0]).partition("%")[0] for answer in answers)
        found[name] = tuple(dict.fromkeys(str(ip_address(one)) for one in addresses))
    return found
