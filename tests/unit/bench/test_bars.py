"""The bars of bench/peers are judged by what was measured, and by nothing else."""

from __future__ import annotations

from typing import Any

from bench.peers.bars import told, verdicts


def _entry(load: str, system: str, ratio: float | None = None, **quantities: float) -> dict[str, Any]:
    return {"load": load, "system": system, "ours_to_this": ratio, "disturbed": False} | quantities


OURS = _entry(
    "video",
    "preau",
    cpu_us_per_packet=3.0,
    kib_per_subscription=63.0,
    resident_idle_mib=58.0,
    delay_p99_ms=1.0,
)


def _met(summary: list[dict[str, Any]]) -> dict[str, bool]:
    return {verdict.bar.words: verdict.met for verdict in verdicts(summary)}


def test_what_was_not_measured_has_no_verdict() -> None:
    assert _met([]) == {}
    assert set(_met([OURS])) == {
        "1  video: CPU us per packet",
        "6  video: KB per subscription",
        "6  idle: MB",
    }


def test_memory_is_counted_in_thousands() -> None:
    met = _met([OURS])
    assert met["1  video: CPU us per packet"]
    # 63 KiB are 64.5 KB, 58 MiB are 60.8 MB.
    assert not met["6  video: KB per subscription"]
    assert not met["6  idle: MB"]


def test_a_ratio_is_that_of_the_other_systems_rounds() -> None:
    met = _met(
        [OURS, _entry("video", "janus", 0.4), _entry("video", "livekit", 0.3), _entry("video", "relay")]
    )
    assert met["1  video: of tuned Janus"]
    assert not met["1  video: of LiveKit"]
    assert "1  video: of the reference relay" not in met


def test_a_ratio_is_doubtful_when_ours_was_disturbed() -> None:
    met = _met([OURS | {"disturbed": True}, _entry("video", "janus", 0.4)])
    assert not met["1  video: of tuned Janus"]


def test_two_cores_are_compared_with_one() -> None:
    one = _entry("flood-1", "preau")
    two = _entry(
        "flood-2",
        "preau",
        packets_at_pace_to_one_core=1.65,
        packets_per_core_at_pace_to_one_core=0.9,
        cpu_at_pace_to_one_core=1.2,
    )
    assert _met([one, two]) == {
        "7  two cores: packets of one": False,
        "7  two whole cores: packets of one": True,
        "7  two cores: CPU per packet of one": False,
    }


def test_harm_is_what_it_costs_more_than_nobody() -> None:
    cores = {"nobody": 0.10, "normal": 0.14, "tenfold": 0.17, "noise": 0.20}
    shares = {"tenfold": 1.0, "noise": 0.999}
    summary = [
        _entry(f"hostile-{conduct}", "preau", cores=used, delivered_share=shares.get(conduct, 1.0))
        for conduct, used in cores.items()
    ]
    met = _met(summary)
    assert met["9  ten times the packets: CPU of a normal one"]
    assert met["9  ten times the packets: share others got"]
    # 2.5 times what a normal one costs, and one packet in a thousand of the others' was lost.
    assert not met["9  nine of noise a packet: CPU of a normal one"]
    assert not met["9  nine of noise a packet: share others got"]
    assert "9  nine replays a packet: CPU of a normal one" not in met


def test_a_disturbed_figure_meets_nothing() -> None:
    disturbed = OURS | {"disturbed": True}
    assert not any(_met([disturbed]).values())
    lines = told(verdicts([disturbed])).splitlines()
    assert lines[0].split()[-1] == "doubtful"
    assert told(verdicts([OURS])).splitlines()[0].split()[-1] == "met"
