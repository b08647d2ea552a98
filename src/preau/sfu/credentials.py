"""Which credentials are used up or taken back. Kept for as long as a credential could still be shown.

`now` is of the steady clock, dates are of the wall clock, as tokens have them.
"""

from __future__ import annotations

from typing import TypeVar

from preau.sfu.model import Admission

_K = TypeVar("_K")
_V = TypeVar("_V")

#: A token that is older than this has expired, or is its maker's own affair.
_REMEMBERED_S = 24 * 3600.0
#: A used token is remembered at least this long.
_USED_S = 3600.0
_MAX_REMEMBERED = 100_000


class Credentials:
    """Used single-use tokens (those with a `jti` of their own), and identities that were removed."""

    def __init__(self) -> None:
        self._used: dict[str, tuple[float, float]] = {}
        self._revoked: dict[tuple[str, str], tuple[float, float]] = {}

    def use(self, who: Admission, leeway_s: float, now: float) -> None:
        """The token of this admission has let its holder in; it lets nobody else in."""
        if who.token_id:
            self._used[who.token_id] = (who.expires_at_s + leeway_s, now + _USED_S)
            _bound(self._used)

    def is_used(self, who: Admission) -> bool:
        """Whether the token has let somebody in before."""
        return who.token_id in self._used

    def revoke(self, room: str, identity: str, before_s: float, now: float) -> None:
        """Tokens of this identity for this room that begin before a moment are refused from now on."""
        earlier = self._revoked.pop((room, identity), (0.0, 0.0))[0]
        self._revoked[room, identity] = (max(earlier, before_s), now + _REMEMBERED_S)
        _bound(self._revoked)

    def is_revoked(self, who: Admission, now: float) -> bool:
        """Whether the token was taken back."""
        before_s, until_s = self._revoked.get((who.room, who.identity), (0.0, 0.0))
        return now < until_s and who.begins_at_s < before_s

    def forget_expired(self, now: float, date_s: float) -> None:
        """Make room; what expired needs no memory. A used token is remembered for a while beyond its expiry:
        a clock that is set back makes it good again."""
        self._used = {one: kept for one, kept in self._used.items() if kept[0] >= date_s or kept[1] >= now}
        self._revoked = {one: kept for one, kept in self._revoked.items() if kept[1] >= now}


def _bound(table: dict[_K, _V]) -> None:
    """Under a flood the oldest go."""
    if len(table) > _MAX_REMEMBERED:
        del table[next(iter(table))]
