"""What people type: nothing that hides, turns text around or breaks lines survives."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.meet.domain.accounts import read_person
from preau.meet.domain.meetings import read_title
from preau.meet.domain.passwords import length_problem
from preau.meet.domain.rules import Kind
from preau.meet.domain.text import clean_chat, clean_email, clean_line

ANYTHING = st.text(st.characters(), max_size=80)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada   Lovelace \n", "Ada Lovelace"),
        ("Ada\u202egnihtyna", "Adagnihtyna"),
        ("\u2066Ada\u2069", "Ada"),
        ("A\u0000d\u001b[31ma", "Ad[31ma"),
        ("e\u0301te\u0301", "été"),
        ("\u200b\u200b", ""),
        ("\u200d\u200c ", ""),
        ("\ud800", ""),
        ("👩\u200d🏫", "👩\u200d🏫"),
        ("\u3000Ada\u2028B\u00a0C", "Ada B C"),
    ],
)
def test_a_line(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept


@given(ANYTHING)
def test_a_line_is_clean_whatever_was_typed(typed: str) -> None:
    cleaned = clean_line(typed)
    assert clean_line(cleaned) == cleaned
    assert cleaned == cleaned.strip()
    assert not any(unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} for one in cleaned)
    assert not any(one in cleaned for one in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
    cleaned.encode()


@given(ANYTHING)
def test_a_chat_line_keeps_only_its_own_breaks(typed: str) -> None:
    cleaned = clean_chat(typed)
    assert "\r" not in cleaned
    assert not any(unicodedata.category(one) == "Cc" for one in cleaned if one not in "\n\t")
    cleaned.encode()


def test_chat_keeps_breaks_inside() -> None:
    assert clean_chat("one\r\ntwo\rthree\n") == "one\ntwo\nthree"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" Ada@Example.ORG ", "ada@example.org"),
        ("é@exämple.fr", "é@exämple.fr"),
        ("ada", None),
        ("ada@", None),
        ("a b@example.org", None),
        ("ada@example.org, bob@example.org", None),
        ("<ada@example.org>", None),
        ("ada\u202e@example.org", None),
        ("a" * 65 + "@example.org", None),
        ("a@" + "b" * 300, None),
    ],
)
def test_an_address(typed: str, address: str | None) -> None:
    assert clean_email(typed) == address


def test_a_person_with_everything_wrong_hears_everything() -> None:
    _, problems = read_person(" ", "nobody")
    assert set(problems) == {"name", "email"}
    _, problems = read_person("n" * 65, "ada@example.org")
    assert set(problems) == {"name"}


@pytest.mark.parametrize(("length", "is_fine"), [(7, False), (8, True), (200, True), (201, False)])
def test_the_length_of_a_password(length: int, *, is_fine: bool) -> None:
    assert (length_problem("x" * length) is None) == is_fine


def test_a_title_has_a_default_in_the_language() -> None:
    assert read_title(None, "fr", Kind.MEETING) == ("Réunion", None)
    assert read_title("  ", "en", Kind.CLASS) == ("Class", None)
    assert read_title("x" * 120, "en", Kind.CLASS) == ("x" * 120, None)
    assert read_title("x" * 121, "en", Kind.CLASS)[1] is not None
