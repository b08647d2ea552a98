"""What bench/peers asks of the servers."""

from __future__ import annotations

from bench.peers.loads import ASKED, GROUPS, LOADS


def test_publishers_come_first_and_one_more_behind_them() -> None:
    load = LOADS["hostile-noise"]
    members = load.members([str(number) for number in range(load.people)])
    assert [member["extra"] for member in members] == [None] * 5 + ["noise"] + [None] * 24
    assert [member["publishes"] for member in members] == [True] * 6 + [False] * 24
    assert all(member["subscribes"] for member in members)


def test_without_one_more_nobody_is_extra() -> None:
    for load in (LOADS["hostile-nobody"], LOADS["video"]):
        members = load.members([""] * load.people)
        assert len(members) == load.publishers + load.subscribers
        assert {member["extra"] for member in members} == {None}


def test_a_group_is_asked_for_by_one_name() -> None:
    assert GROUPS["hostile"][:2] == ("hostile-nobody", "hostile-normal")
    assert set(GROUPS["hostile"]) < set(LOADS)
    assert not set(GROUPS["hostile"]) & set(ASKED)
    assert set(GROUPS) < set(ASKED)


def test_only_loads_that_send_the_server_little_take_in_what_they_are_sent() -> None:
    for load in LOADS.values():
        receivers = load.subscriptions / (load.publishers * len(load.tracks))
        assert not load.delivered_by_load or (receivers >= 50 and load.cores == 1)
    assert LOADS["video"].delivered_by_load
