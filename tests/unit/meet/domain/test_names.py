"""Look-alike names, case by case; tests/property measures how many are found, and warned of without cause."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.meet.domain.names import look_alike, skeleton, those_like


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Léa Martin", "LEA MARTIN"),
        ("Léa Martin", "Martin, Léa"),
        ("Ann", "ANN "),
        ("Paypal", "Раураl"),
        ("Iris Klein", "lris K1ein"),
        ("François Noël", "Francois Noel"),
        ("Marie Curie", "Ｍａｒｉｅ Curie"),
        ("Emma Martin", "Ernma Martin"),
        ("Bertrand Moreau", "Bertrnad Moreau"),
    ],
)
def test_these_look_alike(one: str, other: str) -> None:
    assert look_alike(one, other)
    assert look_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ann", "Anna"),
        ("Léa", "Leo"),
        ("Ali", "Eli"),
        ("Paul Roux", "Paul Roche"),
        ("Ann", ""),
        ("王伟", "李娜"),
    ],
)
def test_these_do_not(one: str, other: str) -> None:
    assert not look_alike(one, other)


def test_those_like_names_each_once() -> None:
    assert those_like("lea martin", ["Léa Martin", "Bob", "Léa Martin", "LÉA MARTIN"]) == (
        "Léa Martin",
        "LÉA MARTIN",
    )


@given(st.text(max_size=64), st.text(max_size=64))
def test_whatever_the_names_the_answer_is_the_same_both_ways_round(one: str, other: str) -> None:
    assert look_alike(one, one)
    if len(skeleton(one)) == len(skeleton(other)) <= 3:
        assert look_alike(one, other) == look_alike(other, one)
