import pytest

from preau.shares import NoRoom, Place, Shares, neighbourhood


def _filled(budget: int, *prefixes: str) -> tuple[Shares[str], list[Place[str]]]:
    shares: Shares[str] = Shares(budget)
    return shares, [shares.enter(prefix, prefix)[0] for prefix in prefixes]


def _count_until_full(shares: Shares[str], prefix: str) -> int:
    entered = 0
    while True:
        try:
            shares.enter(prefix, prefix)
        except NoRoom:
            return entered
        entered += 1


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ("192.0.2.7", "192.0.2.200", True),
        ("192.0.2.7", "192.0.3.7", False),
        ("192.0.2.7", "::ffff:192.0.2.9", True),
        ("2001:db8:1:2::3", "2001:db8:1:ffff::9", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
        ("nobody", "", True),
        ("nobody", "192.0.2.7", False),
    ],
)
def test_a_neighbourhood_is_a_network_of_one_owner(first: str, second: str, alike: bool) -> None:
    assert (neighbourhood(first) == neighbourhood(second)) is alike


def test_a_school_behind_one_address_has_half_of_all_places_and_then_others_still_come() -> None:
    shares: Shares[str] = Shares(1000)
    assert _count_until_full(shares, "school") == 500
    assert _count_until_full(shares, "other") == 250
    assert _count_until_full(shares, "third") == 125


def test_who_comes_for_the_first_time_is_let_in_until_the_last_place() -> None:
    shares: Shares[str] = Shares(8)
    for number in range(8):
        shares.enter(f"home {number}", "")
    with pytest.raises(NoRoom):
        shares.enter("one more", "")


def test_at_its_share_a_neighbourhood_gives_up_the_place_that_has_waited_longest() -> None:
    shares, (first, second, working, fourth) = _filled(8, *["a"] * 4)
    for place in (second, first, working, fourth):
        shares.wait(place)
    shares.work(working)
    assert [shares.enter("a", "")[1] for _ in range(3)] == [second, first, fourth]
    with pytest.raises(NoRoom):
        shares.enter("a", "")


def test_when_all_is_full_the_richest_gives_up_a_place_for_the_poorest() -> None:
    shares, places = _filled(8, "a", "a", "a", "a", "b", "b", "c", "d")
    for place in places:
        shares.wait(place)
    assert shares.enter("new", "")[1] is places[0]
    assert shares.enter("d", "")[1] is places[1]


def test_the_poor_give_up_nothing_for_the_rich() -> None:
    shares, places = _filled(4, "a", "a", "b", "c")
    shares.wait(places[2])
    shares.wait(places[3])
    with pytest.raises(NoRoom):
        shares.enter("a", "")


def test_a_proxy_has_no_share_and_its_callers_have() -> None:
    shares: Shares[str] = Shares(8)
    places = [shares.enter(None, "")[0] for _ in range(8)]
    for place in places[:4]:
        assert shares.move(place, "a") is None
    with pytest.raises(NoRoom):
        shares.move(places[4], "a")
    assert shares.move(places[4], "b") is None
    shares.move(places[0], None)
    shares.move(places[1], None)
    assert shares.move(places[5], "a") is None


def test_a_place_is_given_back_once() -> None:
    shares, (place, _other) = _filled(2, "a", "b")
    shares.leave(place)
    shares.leave(place)
    shares.wait(place)
    assert len(shares) == 1
    assert shares.enter("c", "")[1] is None
