"""What one participant may cost the server: so much at once, so much a second. Who asks for more waits.

Work is counted in simple requests, each about a tenth of a millisecond of the server's time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from preau.sfu.signalling import requests as ask

#: A client that joins a large room and publishes everything it has asks for a few hundred at once.
AT_ONCE = 1000.0
PER_S = 200.0
#: Joining or coming back: everybody in the room is told to the one who comes.
ENTRY = 50.0
#: Whoever asks for more than its share without a pause, for so long, is not served any more.
PATIENCE_S = 60.0
_BYTES = 1024.0
#: Answers are long in large rooms, as many as we offer, and dropped unread when there are more.
_ANSWER_BYTES = 16 * 1024.0


@dataclass(slots=True)
class Allowance:
    """What is left to one participant, on all its connections. Times are seconds of the caller's clock."""

    _left: float = AT_ONCE
    _counted_s: float = float("-inf")
    _behind_since_s: float | None = None

    def spend(self, work: float, now: float) -> float:
        """Counts some work, and answers how many seconds the participant is not heard after it."""
        self._earn(now)
        if self._left >= AT_ONCE / 2:
            self._behind_since_s = None
        self._left -= work
        if self._left >= 0.0:
            return 0.0
        if self._behind_since_s is None:
            self._behind_since_s = now
        return -self._left / PER_S

    def is_abused(self, now: float) -> bool:
        """Whether more was asked for all the time than is given, for PATIENCE_S."""
        return self._behind_since_s is not None and now - self._behind_since_s >= PATIENCE_S

    def is_whole(self, now: float) -> bool:
        """Whether nothing need be remembered."""
        self._earn(now)
        return self._left >= AT_ONCE

    def _earn(self, now: float) -> None:
        earned = PER_S * max(0.0, now - self._counted_s)
        self._left = min(AT_ONCE, self._left + earned)
        self._counted_s = now


def work_of(request: object, size_bytes: int) -> float:
    """What a frame costs: by its size, and by what its request makes the server do."""
    count = _WORK.get(type(request))
    bytes_per_work = _ANSWER_BYTES if isinstance(request, ask.Answer) else _BYTES
    return 1.0 + size_bytes / bytes_per_work + (count(request) if count else 0.0)


def _sids(request: ask.UpdateSubscription | ask.TrackSetting) -> float:
    return len(request.track_sids) / 4


def _rules(request: ask.SubscriptionPermission) -> float:
    return 5.0 + sum(1 + len(rule.track_sids) for rule in request.rules) / 8


#: Beyond what every frame costs.
_WORK: dict[type, Callable[[Any], float]] = {
    ask.Offer: lambda _request: 20.0,
    ask.AddTrack: lambda _request: 4.0,
    ask.Mute: lambda _request: 2.0,
    ask.UpdateSubscription: _sids,
    ask.TrackSetting: _sids,
    ask.SubscriptionPermission: _rules,
    ask.SyncState: lambda _request: 20.0,
    ask.Simulate: lambda _request: 10.0,
    ask.UpdateMetadata: lambda _request: 5.0,
    ask.UpdateAudioTrack: lambda _request: 2.0,
    ask.UpdateVideoTrack: lambda _request: 2.0,
}
