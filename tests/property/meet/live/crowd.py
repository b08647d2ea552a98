"""A reference of who may wait when many want to, in the plainest way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

Comers = Sequence[tuple[datetime, str, str, bool]]
"""Who came to wait: when, who, from which neighbourhood, whether as a stranger."""


def is_too_much(comers: Comers, network: str, now: datetime) -> bool:
    """Of strangers a class a minute, and always room for those from where few came."""
    minute = timedelta(seconds=60)
    recent = [where for at, _, where, is_stranger in comers if is_stranger and at + minute > now]
    near = recent.count(network)
    return near >= 40 or len(recent) >= (160 if near < 5 else 120)


def displaced(comers: Comers, strangers: Mapping[str, bool], network: str) -> str | None:
    """The last of the largest crowd, first of all of those whose line is cut."""
    networks = {who: where for _, who, where, _ in comers}
    crowds = [networks.get(who, "") for who in strangers]
    largest = max(crowds, key=crowds.count)
    if crowds.count(network) + 1 >= crowds.count(largest):
        return None
    theirs = [who for who in strangers if networks.get(who, "") == largest]
    return ([who for who in theirs if strangers[who]] or theirs)[-1]
