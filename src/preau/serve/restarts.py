"""When a child that ended is started again. Pure: what happened goes in, a verdict comes out."""

from __future__ import annotations

from dataclasses import dataclass, field

from preau.problems import OCCUPIED_EXIT, USAGE_EXIT

# 4: the native module is not built; like the others, trying again will not help.
_OPERATOR_STATUSES = frozenset({USAGE_EXIT, OCCUPIED_EXIT, 4})


@dataclass(frozen=True)
class RestartPolicy:
    """Times in seconds. A child that lived `steady_s` is trusted again."""

    first_delay_s: float = 0.2
    longest_delay_s: float = 5.0
    steady_s: float = 10.0
    early_failures_allowed: int = 4


@dataclass(frozen=True)
class Ending:
    """How a child's process ended."""

    exit_status: int
    lived_s: float
    was_healthy: bool


@dataclass(frozen=True)
class StartAgain:
    """Start the child after `delay_s`."""

    delay_s: float


@dataclass(frozen=True)
class GiveUp:
    """Stop everything: the child has never worked and trying again will not help."""

    exit_status: int


@dataclass(frozen=True)
class History:
    """What is remembered of a child between its lives."""

    policy: RestartPolicy = field(default_factory=RestartPolicy)
    ever_healthy: bool = False
    quick_ends: int = 0

    def after(self, ending: Ending) -> tuple[History, StartAgain | GiveUp]:
        """What to remember and what to do; the first restart is immediate, then the delay doubles."""
        ever_healthy = self.ever_healthy or ending.was_healthy
        steady = ending.was_healthy and ending.lived_s >= self.policy.steady_s
        quick_ends = 0 if steady else self.quick_ends
        following = History(self.policy, ever_healthy, quick_ends + 1)
        if not ever_healthy and (
            ending.exit_status in _OPERATOR_STATUSES or quick_ends >= self.policy.early_failures_allowed
        ):
            return following, GiveUp(ending.exit_status)
        return following, StartAgain(self._delay_s(quick_ends))

    def _delay_s(self, quick_ends: int) -> float:
        if quick_ends == 0:
            return 0.0
        # The exponent is bounded because a float power overflows long before an operator looks at the log.
        return min(self.policy.longest_delay_s, self.policy.first_delay_s * 2.0 ** min(quick_ends - 1, 30))
