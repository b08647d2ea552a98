"""The arithmetic of a round of bench/peers: how fast its cores were, and what a server did by that."""

from __future__ import annotations

import pytest

from bench.peers.rounds import Failed, at_pace, mean_paces


def test_the_pace_of_a_core_is_that_between_two_moments() -> None:
    looks = {0: [(0.9, 1.0), (1.0, 20.0), (1.5, 30.0), (2.1, 1.0)], 1: [(1.2, 14.0)]}
    assert mean_paces(looks, 1.0, 2.0) == {0: 25.0, 1: 14.0}


def test_a_core_that_nobody_looked_at_is_an_error_that_names_it() -> None:
    with pytest.raises(Failed, match="core 1"):
        mean_paces({0: [(1.0, 20.0)], 1: [(9.0, 20.0)]}, 0.0, 2.0)


def test_half_the_pace_with_half_the_packets_is_the_same() -> None:
    quiet = at_pace({"packets_per_s": 1000.0, "cpu_us_per_packet": 1.0}, [20.0], 0.0)
    slowed = at_pace({"packets_per_s": 500.0, "cpu_us_per_packet": 2.0}, [10.0], 0.0)
    assert (
        quiet
        == slowed
        == {
            "packets_at_pace": 50.0,
            "packets_per_core_at_pace": 50.0,
            "cpu_at_pace": 20.0,
        }
    )


def test_two_cores_have_the_mean_of_their_paces_and_what_the_load_left() -> None:
    done = at_pace({"packets_per_s": 1500.0, "cpu_us_per_packet": 1.0}, [20.0, 10.0], 0.2)
    assert done["packets_at_pace"] == 100.0
    assert done["packets_per_core_at_pace"] == pytest.approx(100.0 / 1.8)
