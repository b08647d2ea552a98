"""The arithmetic of bench/peers: medians, ratios, table and picture."""

from __future__ import annotations

from xml.parsers.expat import ParserCreate

import pytest

from bench.peers.figures import COLUMNS, Round, Spread, of, ratios, spread, summary, table, usable
from bench.peers.loads import LOADS, MOST_PUBLISHERS, half_core_publishers
from bench.peers.plot import svg


def _round(system: str, number: int, cpu_us: float, disturbed: bool = False, delivered: float = 1.0) -> Round:
    return {name: 1.0 for name, _, _ in COLUMNS} | {
        "load": "video",
        "system": system,
        "round": number,
        "cpu_us_per_packet": cpu_us,
        "disturbed": disturbed,
        "delivered_share": delivered,
    }


def test_the_middle_of_an_even_number_lies_between_two() -> None:
    assert spread([4.0, 1.0, 2.0, 10.0]) == Spread(3.0, 1.0, 10.0)


def test_disturbed_rounds_count_only_when_there_is_no_other() -> None:
    quiet, loud = _round("preau", 1, 2.0), _round("preau", 2, 9.0, disturbed=True)
    assert usable([quiet, loud]) == [quiet]
    assert usable([loud]) == [loud]


def test_ratios_are_between_systems_of_the_same_round() -> None:
    rounds = [
        _round("preau", 1, 2.0),
        _round("janus", 1, 8.0),
        _round("preau", 2, 3.0),
        _round("janus", 2, 6.0),
        _round("preau", 3, 9.0, disturbed=True),
        _round("janus", 3, 9.0),
        _round("preau", 4, 1.0),
    ]
    ours, theirs = of(rounds, "video", "preau"), of(rounds, "video", "janus")
    assert ratios(ours, theirs, "cpu_us_per_packet") == Spread(0.375, 0.25, 0.5)
    assert ratios(ours, [], "cpu_us_per_packet") is None
    assert ratios([], theirs, "cpu_us_per_packet") is None


def test_two_cores_are_compared_with_one_round_by_round() -> None:
    rounds = [
        _round("preau", number, 2.0)
        | {"load": load, "packets_at_pace": packets, "packets_per_core_at_pace": 1.0, "cpu_at_pace": 2.0}
        for number, one, two in ((1, 10.0, 17.0), (2, 20.0, 36.0), (3, 8.0, 16.0))
        for load, packets in (("flood-1", one), ("flood-2", two))
    ]
    one, two = summary(rounds)
    assert two["packets_at_pace_to_one_core"] == 1.8
    assert two["packets_per_core_at_pace_to_one_core"] == 1.0
    assert "packets_at_pace_to_one_core" not in one


def test_disturbed_pairs_still_give_a_ratio_when_there_are_no_others() -> None:
    rounds = [_round("preau", 1, 2.0), _round("janus", 1, 8.0, disturbed=True)]
    ours, theirs = of(rounds, "video", "preau"), of(rounds, "video", "janus")
    assert ratios(ours, theirs, "cpu_us_per_packet") == Spread(0.25, 0.25, 0.25)
    entries = {entry["system"]: entry for entry in summary(rounds)}
    assert not entries["preau"]["disturbed"]
    assert entries["janus"]["disturbed"]
    assert entries["janus"]["ours_to_this"] == 0.25
    assert entries["preau"]["ours_to_this"] is None


def test_the_table_marks_what_is_in_doubt() -> None:
    rounds = [_round("preau", 1, 2.0), _round("janus", 1, 8.0, disturbed=True, delivered=0.5)]
    head, ours, theirs = table(summary(rounds)).splitlines()
    assert head.split()[:2] == ["load", "system"]
    assert "disturbed" not in ours
    assert "50.00%" in theirs
    assert theirs.endswith("0.25  disturbed, overloaded")


def test_the_picture_is_well_formed_and_shows_every_entry() -> None:
    entries = summary([_round("preau", 1, 2.0), _round("a<b", 1, 8.0)])
    words: list[str] = []
    widths: list[float] = []
    reader = ParserCreate()
    reader.buffer_text = True
    reader.CharacterDataHandler = words.append

    def on_element(name: str, attributes: dict[str, str]) -> None:
        if name == "rect" and "x" in attributes:
            widths.append(float(attributes["width"]))

    reader.StartElementHandler = on_element
    reader.Parse(svg(entries, {"video": "16 & 50"}, "caption"), True)
    shown = "".join(words)
    assert all(word in shown for word in ("preau", "a<b", "16 & 50", "2.00", "8.00"))
    assert widths[1] == pytest.approx(4 * widths[0], abs=0.2)


def test_half_a_core_is_reached_by_the_number_of_publishers() -> None:
    video = LOADS["video"]
    assert video.packets_per_s == 120_000
    assert video.subscriptions == 800
    assert half_core_publishers(video, 0.25) == 32
    assert half_core_publishers(video, 1.0) == 8
    assert half_core_publishers(video, 0.001) == MOST_PUBLISHERS
    assert half_core_publishers(video, 50.0) == 1


def test_publishers_come_first_and_do_not_listen() -> None:
    load = LOADS["video"].with_publishers(1, "one")
    members = load.members([str(number) for number in range(3)])
    assert [(member["publishes"], member["subscribes"]) for member in members] == [
        (True, False),
        (False, True),
        (False, True),
    ]


def test_in_a_meeting_publishers_listen_to_one_another() -> None:
    meeting = LOADS["meeting"]
    assert meeting.subscriptions == 2 * (5 * 25 + 5 * 4)
    assert meeting.packets_per_s == 145 * (50 + 7 * 30)
    assert not meeting.is_plain
    assert LOADS["audio"].is_plain
    members = meeting.members(["t"] * 30)
    assert [member["publishes"] for member in members] == [True] * 5 + [False] * 25
    assert all(member["subscribes"] for member in members)
