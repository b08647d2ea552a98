"""Limits on attempts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.services import limits
from preau.meet.services.limits import Attempts, Limit

NOW = datetime(2026, 11, 24, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_attempts_run_out_and_come_back() -> None:
    attempts = Attempts(Limit(2, MINUTE))
    for _ in range(2):
        attempts.check("ada", NOW)
        attempts.count("ada", NOW)
    attempts.check("bob", NOW)
    with pytest.raises(DomainError) as refused:
        attempts.check("ada", NOW + timedelta(seconds=20))
    assert refused.value.code is ErrorCode.RATE_LIMITED
    assert refused.value.retry_after_s == 41
    attempts.check("ada", NOW + MINUTE)


def test_a_success_gives_the_attempts_back() -> None:
    attempts = Attempts(Limit(1, MINUTE))
    attempts.count("ada", NOW)
    attempts.forget("ada")
    attempts.check("ada", NOW)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_KEYS", 3)
    attempts = Attempts(Limit(1, MINUTE))
    for key in "abcd":
        attempts.count(key, NOW)
    attempts.check("a", NOW)
    with pytest.raises(DomainError):
        attempts.check("b", NOW)
