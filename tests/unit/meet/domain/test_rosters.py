"""Lists of people as they come: each person once, nobody lost without a word."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.meet.domain.roster_columns import Order, Use
from preau.meet.domain.roster_names import FOREIGN, same_key
from preau.meet.domain.roster_tables import (
    MAX_CELL_CHARACTERS,
    MAX_LINES,
    Line,
    Table,
    decode,
    table_of,
    table_of_text,
)
from preau.meet.domain.rosters import Choices, Reason, Roster, read_roster

FOLDER = Path(__file__).parents[3] / "fixtures/rosters"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text())


def of_text(text: str, choices: Choices | None = None) -> Roster:
    return read_roster(table_of_text(text), choices)


def everybody(roster: Roster) -> list[list[str]]:
    """Who would get a link when nobody chooses otherwise."""
    return [
        [one for one in (person.name, person.email, *person.other_emails) if one]
        for person in roster.people
        if person.twice_of is None
    ]


def doubts_of(roster: Roster) -> set[str]:
    doubts = {doubt.value for person in roster.people for doubt in person.doubts}
    return doubts | ({"columns-unsure"} if roster.columns.is_unsure else set())


def test_there_are_rosters_enough_and_each_is_expected() -> None:
    assert len(EXPECTED) >= 40
    assert {path.name for path in FOLDER.iterdir()} == {*EXPECTED, "expected.json"}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_roster_is_the_people_it_lists_and_no_line_is_lost(name: str) -> None:
    text, _ = decode((FOLDER / name).read_bytes())
    expected = EXPECTED[name]
    table = table_of_text(text)
    roster = read_roster(table)
    assert everybody(roster) == expected["people"]
    assert [[one.line, one.reason.value] for one in roster.refused] == expected.get("refused", [])
    twice = [[one.line, one.twice_of] for one in roster.people if one.twice_of is not None]
    assert twice == expected.get("twice", [])
    assert doubts_of(roster) == set(expected.get("doubts", []))
    nothing_is_lost(table, roster)


def nothing_is_lost(table: Table, roster: Roster) -> None:
    told = {one.line for one in roster.people} | {one.line for one in roster.refused} | {roster.columns.head}
    addresses = {email for one in roster.people for email in (one.email, *one.other_emails) if email}
    for line in table.lines:
        is_for_the_person_above = any(one in cell.lower() for one in addresses for cell in line.cells)
        assert line.number in told or is_for_the_person_above


def sheet(*rows: tuple[str, ...], first_column: int = 0, hidden: tuple[int, ...] = ()) -> Table:
    lines = [Line(number, cells, is_concealed=number in hidden) for number, cells in enumerate(rows, 1)]
    return table_of(lines, first_column)


def test_a_refusal_names_the_cell_as_the_spreadsheet_does() -> None:
    table = sheet(("Nom", "Courriel"), ("12345", "a@x.example"), first_column=2)
    refused = read_roster(table).refused[0]
    assert (refused.line, refused.cell, refused.text) == (2, "C2", "12345")
    far = sheet(("Nom",), first_column=26)
    assert [far.cell_name(1, column) for column in (0, 25, 26)] == ["AA1", "AZ1", "BA1"]


def test_columns_can_be_taken_for_something_else() -> None:
    text = "Martin,Léa\nPetit,Tom\n"
    swapped = of_text(text, Choices(uses=(Use.GIVEN, Use.FAMILY)))
    assert everybody(swapped) == [["Martin Léa"], ["Petit Tom"]]
    assert not swapped.columns.is_unsure
    assert everybody(of_text(text, Choices(uses=(Use.NAME,)))) == [["Martin"], ["Petit"]]


def test_the_order_of_names_can_be_switched() -> None:
    text = "Martin Léa\nPetit Tom\nDE LA TOUR Anne\n"
    assert everybody(of_text(text))[0] == ["Martin Léa"]
    family_first = of_text(text, Choices(order=Order.FAMILY_FIRST))
    assert everybody(family_first) == [["Léa Martin"], ["Tom Petit"], ["Anne DE LA TOUR"]]
    as_written = of_text(text, Choices(order=Order.GIVEN_FIRST))
    assert everybody(as_written) == [["Martin Léa"], ["Petit Tom"], ["DE LA TOUR Anne"]]


def test_a_first_line_is_a_head_or_somebody_as_one_says() -> None:
    assert everybody(of_text("Name\nAnn Bell", Choices(has_head=False))) == [["Name"], ["Ann Bell"]]
    assert everybody(of_text("Team blue\nAnn Bell", Choices(has_head=True))) == [["Ann Bell"]]


def test_hidden_lines_are_told_and_taken_when_one_says_so() -> None:
    table = sheet(("Nom",), ("Léa Martin",), ("Tom Petit",), hidden=(3,))
    left = read_roster(table)
    assert everybody(left) == [["Léa Martin"]]
    assert [(one.line, one.reason) for one in left.refused] == [(3, Reason.CONCEALED)]
    assert left.concealed_count == 1
    taken = read_roster(table, Choices(takes_concealed=True))
    assert everybody(taken) == [["Léa Martin"], ["Tom Petit"]]
    assert doubts_of(taken) == {"concealed"}


def test_lines_past_the_limit_are_told() -> None:
    roster = of_text("\n".join(f"Ann {chr(97 + number % 26)}{number}" for number in range(MAX_LINES + 2)))
    assert len(roster.people) == MAX_LINES
    assert [(one.line, one.reason) for one in roster.refused] == [(MAX_LINES + 1, Reason.TOO_MANY)]


def test_an_empty_list_is_nobody() -> None:
    for text in ("", " \n\n", "\ufeff", "\0", "Nom;Prénom\n", ";;;\n;\n"):
        assert everybody(of_text(text)) == []


@pytest.mark.parametrize(
    ("one", "other", "are_same"),
    [
        ("Léa MARTIN", "martin lea", True),
        ("Jean-Marie Le Goff", "LE GOFF Jean Marie", True),
        ("L'Hôte Zoé", "Zoé L’Hote", True),
        ("Léa Martin", "Léo Martin", False),
        ("王小明", "王小红", False),
        ("Anna Anna", "Anna", False),
    ],
)
def test_the_same_name_written_otherwise(one: str, other: str, are_same: bool) -> None:
    assert (same_key(one) == same_key(other)) is are_same


_CELLS = st.text(st.one_of(st.characters(), st.sampled_from(";,\t\n\"'<>@|. \u00a0-")), max_size=40)
_TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.lists(_CELLS, max_size=6), max_size=8).map(
        lambda rows: "\n".join(";".join(row) for row in rows)
    ),
    st.lists(
        st.sampled_from(["Nom", "Prénom", "a@b.c", "<a@b.c>", "MARTIN Léa", '"', ";", ",", "\n", "\t"])
    ).map("".join),
)


@given(_TEXTS)
def test_no_text_breaks_the_reading_or_puts_an_address_into_a_name(text: str) -> None:
    table = table_of_text(text)
    roster = read_roster(table)
    for person in roster.people:
        assert 0 < len(person.name) <= 64
        assert not set(person.name) & (FOREIGN | set("\n\r\0\u202e"))
        assert all("@" in email for email in (person.email, *person.other_emails) if email is not None)
    nothing_is_lost(table, roster)
    assert all(len(cell) <= MAX_CELL_CHARACTERS for line in table.lines for cell in line.cells)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_decoding(content: bytes) -> None:
    text, _ = decode(content)
    read_roster(table_of_text(text))


@given(
    st.lists(
        st.tuples(st.sampled_from(["MARTIN", "LE GOFF", "ÉTÉ"]), st.sampled_from(["Léa", "Zoé", "Jean-Luc"])),
        min_size=1,
        max_size=9,
        unique=True,
    ),
    st.sampled_from(["\t", ";", ","]),
    st.booleans(),
)
def test_what_a_spreadsheet_writes_is_read_back(
    names: list[tuple[str, str]], separator: str, has_head: bool
) -> None:
    rows = [("Nom", "Prénom", "Courriel")] * has_head + [
        (family, given_name, f"p{number}@x.example") for number, (family, given_name) in enumerate(names)
    ]
    roster = of_text("\r\n".join(separator.join(row) for row in rows))
    assert everybody(roster) == [
        [f"{given_name} {family}", f"p{number}@x.example"]
        for number, (family, given_name) in enumerate(names)
    ]
