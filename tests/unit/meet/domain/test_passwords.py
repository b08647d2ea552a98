"""Passwords made of what everybody knows of somebody."""

from __future__ import annotations

import pytest

from preau.meet.domain.passwords import is_a_number, is_made_of

KNOWN = ("Collège Jean Moulin", "Claire Martin", "claire.martin@college.example")


@pytest.mark.parametrize(
    "password",
    [
        "Claire2026",
        "clairemartin1",
        "MARTIN-CLAIRE!",
        "Cl41r3M4rt1n",
        "collège2026",
        "CollegeJeanMoulin2026",
        "jeanmoulin2026",
        "cjm-cjm-2026",
        "college.example",
        "preau2026!",
        "Password2026",
        "m0t.de.passe99",
    ],
)
def test_a_name_an_address_or_the_school_with_a_number_is_no_password(password: str) -> None:
    assert is_made_of(password, KNOWN)


@pytest.mark.parametrize(
    "password",
    [
        "lapin bleu table nuage",
        "claire comme de l'eau de roche",
        "x7!92kQ#4",
        "83 lapins au clair",
        "Ωμέγα-λόγος",
    ],
)
def test_words_of_ones_own_are(password: str) -> None:
    assert not is_made_of(password, KNOWN)


def test_without_known_words_nothing_is_held_against_it() -> None:
    assert not is_made_of("claire2026xy", ())
    assert not is_made_of("xy 12", ("", "ab", "12"))


def test_long_texts_cost_little_and_change_nothing() -> None:
    long = " ".join(f"word{number}x" for number in range(10_000))
    assert not is_made_of("lapin bleu table nuage" * 1000, (long, long))


@pytest.mark.parametrize(
    ("password", "is_one"),
    [
        ("12345678", True),
        ("01.02.2013", True),
        ("0612 34 56 78", True),
        ("1" * 14, False),
        ("8 lapins", False),
    ],
)
def test_a_date_or_a_telephone_number_is_no_password(password: str, is_one: bool) -> None:
    assert is_a_number(password) == is_one
