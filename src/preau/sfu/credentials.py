"""Which credentials are used up or taken back. Kept for as long as a credential could still be shown."""

from __future__ import annotations

from typing import TypeVar

from preau.sfu.model import Admission

_K = TypeVar("_K")
_V = TypeVar("_V")

#: A token that is older than this has expired, or is its maker's own affair.
_REMEMBERED_S = 24 * 3600.0
_MAX_REMEMBERED = 100_000


class Credentials:
    """Used single-use tokens (those with a `jti` of their own), and identities that were removed."""

    def __init__(self) -> None:
        self._used_until_s: dict[str, float] = {}
        self._revoked: dict[tuple[str, str], tuple[float, float]] = {}

    def use(self, who: Admission, leeway_s: float) -> None:
        """The token of this admission has let its holder in; it lets nobody else in."""
        if who.token_id:
            self._used_until_s[who.token_id] = who.expires_at_s + leeway_s
            _bound(self._used_until_s)

    def is_used(self, who: Admission, now: float) -> bool:
        """Whether the token has let somebody in before."""
        return self._used_until_s.get(who.token_id, 0.0) >= now

    def revoke(self, room: str, identity: str, before_s: float, now: float) -> None:
        """Tokens of this identity for this room that begin before a moment are refused from now on."""
        earlier = self._revoked.pop((room, identity), (0.0, 0.0))[0]
        self._revoked[room, identity] = (max(earlier, before_s), now + _REMEMBERED_S)
        _bound(self._revoked)

    def is_revoked(self, who: Admission, now: float) -> bool:
        """Whether the token was taken back."""
        before_s, until_s = self._revoked.get((who.room, who.identity), (0.0, 0.0))
        return now < until_s and who.begins_at_s < before_s

    def forget_expired(self, now: float) -> None:
        """Make room; what expired needs no memory."""
        self._used_until_s = {one: until for one, until in self._used_until_s.items() if until >= now}
        self._revoked = {one: kept for one, kept in self._revoked.items() if kept[1] >= now}


def _bound(table: dict[_K, _V]) -> None:
    """Under a flood the oldest go."""
    if len(table) > _MAX_REMEMBERED:
        del table[next(iter(table))]
