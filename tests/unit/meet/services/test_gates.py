"""Doors at which people guess: slowed down for one's own mistakes, never shut by others'."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from preau.meet.domain.errors import DomainError
from preau.meet.services import gates
from preau.meet.services.gates import Allowance, Budget, Gate, Guesser, Pace, by_device, by_neighbourhood

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PACE = Pace(free=2, first=10 * SECOND, longest=60 * SECOND, forgotten=timedelta(hours=1))
BUDGET = Budget(Allowance(20, 100 * SECOND), Allowance(3, timedelta(hours=1)), kept=12)


def gate(pace: Pace = PACE) -> Gate:
    return Gate(pace, ((BUDGET, by_neighbourhood),))


def fresh(network: str, number: int) -> Guesser:
    """A browser that was never seen."""
    return Guesser(f"device {number} of {network}", network)


def refused_for(door: Gate, who: Guesser, now: datetime, subject: str = "meeting") -> int:
    """How long somebody is told to wait; 0: may try."""
    try:
        door.claim(subject, who, now)
    except DomainError as refused:
        return refused.retry_after_s or 0
    return 0


def tries_at_once(door: Gate, network: str, first: int = 0) -> int:
    """How often browsers of one neighbourhood, each another one, are answered in one moment."""
    number = first
    while not refused_for(door, fresh(network, number), NOW):
        number += 1
    return number - first


def test_whoever_is_wrong_again_waits_longer_each_time_and_is_never_shut_out() -> None:
    door, now, waited = gate(), NOW, []
    eve = Guesser("eve", "net")
    for _ in range(7):
        wait_s = refused_for(door, eve, now)
        waited.append(wait_s)
        now += wait_s * SECOND
        assert not wait_s or not refused_for(door, eve, now)
    assert waited == [0, 0, 10, 20, 40, 60, 60]


def test_mistakes_are_forgotten_after_a_while_and_by_a_right_answer() -> None:
    door, eve = gate(), Guesser("eve", "net")
    for _ in range(2):
        claim = door.claim("meeting", eve, NOW)
    assert refused_for(door, eve, NOW)
    door.give_back(claim, NOW)
    assert not refused_for(door, eve, NOW)
    assert not refused_for(door, eve, NOW)
    assert not refused_for(door, eve, NOW + PACE.forgotten)


def test_a_neighbourhood_leaves_to_the_others_what_is_kept_for_them() -> None:
    door = gate()
    assert tries_at_once(door, "noisy") == 8, "20 less the 12 that are kept"
    for other in ("quiet", "calm", "still", "mute"):
        assert tries_at_once(door, other) == 3, "each has its share whole"
    assert tries_at_once(door, "late") == 0, "and all together have what all together have"
    wait_s = refused_for(door, fresh("late", 0), NOW)
    assert wait_s == 100
    assert not refused_for(door, fresh("late", 0), NOW + wait_s * SECOND), "which comes back with time"


def test_another_meeting_is_another_budget() -> None:
    door = gate()
    tries_at_once(door, "noisy")
    assert not refused_for(door, fresh("noisy", 99), NOW, "another meeting")


def test_who_is_known_is_not_kept_out_by_any_number_of_others() -> None:
    door = gate()
    for number in range(50):
        tries_at_once(door, f"net {number}", number * 100)
    known = Guesser("known", "net 1", own="mark")
    assert not refused_for(door, known, NOW)
    assert refused_for(door, fresh("net 1", 9999), NOW)
    before = tries_at_once(door, "untouched")
    for _ in range(5):
        refused_for(door, known, NOW)
    assert tries_at_once(door, "untouched") == before == 0, "and spends nothing of theirs"


def test_many_at_once_count_as_many_and_right_answers_cost_nothing() -> None:
    door = gate()
    claims = [door.claim("meeting", fresh("net", number), NOW) for number in range(8)]
    assert refused_for(door, fresh("net", 8), NOW), "none of them was answered yet"
    for claim in claims:
        door.give_back(claim, NOW)
    assert tries_at_once(door, "net", 100) == 8


def test_right_answers_of_ones_own_do_not_restore_a_spent_share() -> None:
    door = Gate(PACE, ((BUDGET, by_device),))
    eve = Guesser("eve", "net")
    for number in range(5):
        door.claim(f"victim {number}", eve, NOW)
    for _ in range(10):
        door.give_back(door.claim("own account", eve, NOW), NOW)
    spent = [refused_for(door, eve, NOW, f"other {number}") for number in range(6)]
    assert [wait_s == 0 for wait_s in spent] == [True, True, True, False, False, False]


def test_a_clock_that_is_set_back_gives_nothing_and_takes_nothing() -> None:
    door, eve = gate(), Guesser("eve", "net")
    for _ in range(2):
        door.claim("meeting", eve, NOW)
    assert 0 < refused_for(door, eve, NOW - timedelta(hours=1)) <= 3610
    assert refused_for(door, eve, NOW)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "MAX_KEYS", 3)
    door = gate()
    for number in range(10):
        refused_for(door, Guesser(f"device {number}", f"net {number}"), NOW, f"meeting {number}")
    held = [kept for kept in vars(door.budgets[0]).values() if hasattr(kept, "size")]
    assert [kept.size for kept in held] == [3, 3]
