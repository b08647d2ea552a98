"""The arithmetic of bench/peers: who used the processors."""

from __future__ import annotations

import os

import pytest

from bench.peers.accounting import (
    CoreTime,
    Sample,
    Spent,
    busy_share,
    cpu_s,
    family,
    is_disturbed,
    parse_born,
    parse_cores,
    resident_bytes,
    spent,
    strangers,
    wait_until_quiet,
)

STAT = """cpu  30 0 30 300 0 0 0 0 0 0
cpu0 10 5 20 100 50 1 4 7 0 0
cpu1 20 0 10 200 0 0 0 0 0 0
intr 1 2 3
processes 4711
"""


def _sample(at_s: float, server_cpu_s: float, busy_s: float, stolen_s: float = 0.0) -> Sample:
    """With processes that were started since the sample before."""
    cores = {0: CoreTime(busy_s, 0.0), 1: CoreTime(1.0, stolen_s)}
    return Sample(at_s, server_cpu_s, 0, cores, born=int(at_s))


def test_a_core_is_busy_with_everything_but_waiting_and_theft(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.peers.accounting.TICKS_PER_S", 10)
    assert parse_cores(STAT) == {0: CoreTime(4.0, 0.7, 0.4), 1: CoreTime(3.0, 0.0)}
    assert parse_born(STAT) == 4711


def test_others_have_what_their_clocks_tell() -> None:
    def sample(at_s: float, busy_s: float, strangers: dict[int, float]) -> Sample:
        return Sample(at_s, 0.0, 0, {0: CoreTime(busy_s, 0.0)}, strangers, born=7)

    before, after = sample(0.0, 0.0, {1: 5.0, 2: 1.0}), sample(2.0, 1.5, {1: 5.1, 2: 1.0})
    # The ticks would say that they had a core and a half.
    assert spent(before, after, load_cpu_s=0.0).others_share == pytest.approx(0.05)


@pytest.mark.parametrize(("strangers", "born"), [({1: 5.1}, 7), ({1: 5.1, 2: 1.0}, 8)])
def test_a_clock_that_may_be_gone_leaves_the_ticks(strangers: dict[int, float], born: int) -> None:
    before = Sample(0.0, 0.0, 0, {0: CoreTime(0.0, 0.0)}, {1: 5.0, 2: 1.0}, born=7)
    after = Sample(2.0, 0.0, 0, {0: CoreTime(1.5, 0.0)}, strangers, born=born)
    assert spent(before, after, load_cpu_s=0.0).others_share == pytest.approx(0.75)


def test_everybody_else_is_a_stranger() -> None:
    found = strangers({os.getpid()})
    assert os.getppid() in found
    assert os.getpid() not in found


def test_others_have_what_server_and_load_did_not_use() -> None:
    used = spent(_sample(10.0, 5.0, 20.0), _sample(12.0, 5.5, 21.6, stolen_s=0.1), load_cpu_s=0.6)
    assert used.seconds == 2.0
    assert used.server_cpu_s == 0.5
    assert used.others_share == pytest.approx(0.25)
    assert used.stolen_share == pytest.approx(0.05)


def test_what_is_delivered_on_the_loads_cores_is_the_loads() -> None:
    def sample(at_s: float, server_s: float, cores: dict[int, CoreTime]) -> Sample:
        return Sample(at_s, server_s, 0, cores, born=int(at_s))

    before = sample(0.0, 0.0, {0: CoreTime(0.0, 0.0), 1: CoreTime(0.0, 0.0)})
    # The server's core was busy 0.1 s longer than the server; the load's with 0.3 s of delivery and the load.
    after = sample(1.0, 0.4, {0: CoreTime(0.5, 0.0), 1: CoreTime(0.8, 0.0, 0.3)})
    used = spent(before, after, load_cpu_s=0.5, delivery=(1,))
    assert used.delivery_s == 0.3
    assert used.others_share == pytest.approx(0.1)
    # Delivery that interrupts the load is counted twice, which hides nobody on the server's core.
    assert spent(before, after, load_cpu_s=0.8, delivery=(1,)).others_share == pytest.approx(0.1)


def test_more_used_than_the_ticks_saw_is_not_negative() -> None:
    used = spent(_sample(0.0, 0.0, 0.0), _sample(1.0, 0.5, 0.4), load_cpu_s=0.2)
    assert used.others_share == 0.0


@pytest.mark.parametrize(
    ("seconds", "others_share", "stolen_share", "disturbed"),
    [(10.0, 0.02, 0.0, False), (10.0, 0.02, 0.02, True), (1.0, 0.05, 0.0, False), (1.0, 0.2, 0.0, True)],
)
def test_a_round_is_disturbed_when_others_used_more_than_ticks_can_hide(
    seconds: float, others_share: float, stolen_share: float, disturbed: bool
) -> None:
    assert is_disturbed(Spent(seconds, 0.5, others_share, stolen_share)) == disturbed


def test_the_machine_is_as_busy_as_all_its_cores_together() -> None:
    before = {0: CoreTime(1.0, 0.0), 1: CoreTime(5.0, 1.0)}
    after = {0: CoreTime(2.0, 0.0), 1: CoreTime(5.0, 1.5)}
    assert busy_share(before, after, 2.0) == pytest.approx(0.375)


def test_nobody_waits_for_quiet_without_patience() -> None:
    assert not wait_until_quiet(0.0)


def test_a_process_has_a_clock_and_memory() -> None:
    pids = family(os.getpid())
    assert os.getpid() in pids
    before = cpu_s([os.getpid()])
    sum(range(200_000))
    assert 0.0 < cpu_s([os.getpid()]) - before < 10.0
    assert resident_bytes([os.getpid()]) > 1 << 20
