"""What spreadsheets show is what is read: every row, numbers as formatted, hidden things marked."""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import suppress
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preau.meet.domain.roster_tables import Line, table_of
from preau.meet.domain.rosters import read_roster
from preau.meet.integrations.spreadsheet_reader import (
    MAX_CELLS,
    MAX_LINES,
    MAX_UNPACKED_BYTES,
    UnreadableError,
    read_sheets,
    shown_number,
)
from tests.kit.spreadsheets import class_book, class_ods, with_part, xlsx

PEOPLE = (
    ("MARTIN", "Léa", "lea@x.example"),
    ("de la Tour", "Anne-Marie", "anne@x.example"),
    ("王", "小明", "w@x.example"),
)
EXPECTED = [(f"{given_name} {family}", email) for family, given_name, email in PEOPLE]
SHOWN = ["MARTIN", "Léa", "00123", "06 12 34 56 78", "2014-03-01", "lea@x.example"]


def people_of(sheet: dict[str, Any]) -> list[tuple[str, str | None]]:
    lines = [Line(one["number"], tuple(one["cells"]), one["is_concealed"]) for one in sheet["lines"]]
    roster = read_roster(table_of(lines, sheet["first_column"]))
    return [(one.name, one.email) for one in roster.people]


@pytest.mark.parametrize("content", [xlsx(class_book(PEOPLE)), class_ods(PEOPLE)], ids=["xlsx", "ods"])
def test_a_table_that_begins_at_c3_is_read_as_it_is_shown(content: bytes) -> None:
    [sheet] = read_sheets(content)
    assert (sheet["name"], sheet["is_concealed"], sheet["first_column"]) == ("6B", False, 2)
    assert [line["number"] for line in sheet["lines"]] == [3, 4, 5, 6]
    assert sheet["lines"][1]["cells"] == SHOWN
    assert people_of(sheet) == EXPECTED


@pytest.mark.parametrize("claim", [b"C3:D4", b"A1", b"A1:XFD1048576"])
def test_a_sheet_that_tells_its_size_wrongly_still_gives_every_row(claim: bytes) -> None:
    def lie(part: bytes) -> bytes:
        changed, times = re.subn(rb'<dimension ref="[^"]*"', b'<dimension ref="%s"' % claim, part)
        assert times == 1
        return changed

    content = with_part(xlsx(class_book(PEOPLE)), "sheet1.xml", lie)
    assert people_of(read_sheets(content)[0]) == EXPECTED


def test_a_formula_that_was_never_worked_out_is_nothing() -> None:
    book = class_book(PEOPLE)
    book["6B"]["H4"] = '=LOWER(D4)&"@x.example"'
    assert people_of(read_sheets(xlsx(book))[0])[0] == ("Léa MARTIN", None)


def test_hidden_rows_and_sheets_are_marked() -> None:
    book = class_book(PEOPLE)
    book["6B"].row_dimensions[5].hidden = True
    book.create_sheet("6C")["A1"] = "Zoé"
    book["6C"].sheet_state = "veryHidden"
    first, second = read_sheets(xlsx(book))
    assert [line["number"] for line in first["lines"] if line["is_concealed"]] == [5]
    assert (first["is_concealed"], second["is_concealed"]) == (False, True)
    [sheet] = read_sheets(class_ods(PEOPLE, hidden_rows=[5]))
    assert [line["number"] for line in sheet["lines"] if line["is_concealed"]] == [5]


def test_a_hidden_sheet_of_an_opendocument_is_marked() -> None:
    def hide(part: bytes) -> bytes:
        style = (
            b'<style:style style:name="tah" style:family="table">'
            b'<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
        )
        text = re.sub(rb"</office:automatic-styles>|<office:automatic-styles/>", style, part, count=1)
        if b"<office:automatic-styles>" not in text:
            text = text.replace(
                b'<style:style style:name="tah"', b'<office:automatic-styles><style:style style:name="tah"'
            )
        return text.replace(
            b'<table:table table:name="6B"', b'<table:table table:style-name="tah" table:name="6B"'
        )

    [sheet] = read_sheets(with_part(class_ods(PEOPLE), "content.xml", hide))
    assert sheet["is_concealed"] is True
    assert people_of(sheet) == EXPECTED


def test_errors_numbers_and_truths_are_told_as_text() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["#REF!", True, 12, 1.5, 0.1 + 0.2, 1e20, "=1+1"])
    sheet["A1"].data_type = "e"
    [read] = read_sheets(xlsx(book))
    assert read["lines"][0]["cells"] == ["true", "12", "1.5", "0.3", "1e+20"]


def test_cells_far_away_cost_nothing_and_long_sheets_are_cut() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "Léa Martin", "far"
    for row in range(2, MAX_LINES + 5):
        sheet.cell(row, 1, f"P{row}")
    [read] = read_sheets(xlsx(book))
    assert len(read["lines"]) == MAX_LINES
    assert all(len(line["cells"]) <= MAX_CELLS for line in read["lines"])


def test_rows_repeated_to_the_end_of_the_sheet_are_one_blank() -> None:
    def repeat(part: bytes) -> bytes:
        empty = b'<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
        many = (
            b'<table:table-row table:number-rows-repeated="1048000"><table:table-cell '
            b'table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p>'
            b"</table:table-cell></table:table-row></table:table>"
        )
        return part.replace(b"</table:table>", empty + many)

    [sheet] = read_sheets(with_part(class_ods(PEOPLE), "content.xml", repeat))
    assert sheet["lines"][1]["cells"][2:] == SHOWN
    assert len(sheet["lines"]) <= MAX_LINES


def test_a_file_that_unpacks_to_more_than_any_list_is_refused() -> None:
    bomb = with_part(xlsx(class_book(PEOPLE)), "sheet1.xml", lambda part: part + b" " * MAX_UNPACKED_BYTES)
    assert len(bomb) < 2**20
    with pytest.raises(UnreadableError):
        read_sheets(bomb)
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(2001):
            archive.writestr(f"{number}", b"")
    with pytest.raises(UnreadableError):
        read_sheets(many.getvalue())


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (123, "00000", "00123"),
        (612345678, '0#" "##" "##" "##" "##', "06 12 34 56 78"),
        (612345678, "00 00 00 00 00", "06 12 34 56 78"),
        (612345678, "0#\\ ##\\ ##\\ ##\\ ##", "06 12 34 56 78"),
        (33612345678, "+##_-# ## ## ## ##", "+33 6 12 34 56 78"),
        (1234567, "000", "1234567"),
        (5, '"n° "000', "n° 005"),
        (0, "#", "0"),
        (7, "0;[Red]-0", "7"),
        (-7, "000", "-7"),
        (1234.5, "0.00", "1234.5"),
        (5000, "#,##0", "5000"),
        (12, "General", "12"),
        (12.0, "@", "12"),
    ],
)
def test_a_number_is_shown_as_its_format_says(value: float, number_format: str, shown: str) -> None:
    assert shown_number(value, number_format) == shown


@given(st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=30))
def test_no_format_breaks_a_number(value: float, number_format: str) -> None:
    assert shown_number(value, number_format) is not None


_XLSX, _ODS = xlsx(class_book(PEOPLE)), class_ods(PEOPLE)


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_a_damaged_file_is_refused_or_read_within_limits(data: st.DataObject) -> None:
    content, part = data.draw(
        st.sampled_from([(_XLSX, "sheet1.xml"), (_XLSX, "styles.xml"), (_ODS, "content.xml")])
    )

    def damage(text: bytes) -> bytes:
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(text)))
            new = data.draw(
                st.one_of(st.binary(max_size=4), st.sampled_from([b"<c>", b'r="A9"', b"99999999", b"&x;"]))
            )
            text = text[:at] + new + text[at + data.draw(st.integers(0, 20)) :]
        return text

    sheets: list[dict[str, Any]] = []
    # Any error ends the reader's process with a refusal; what is read all the same must keep to the limits.
    with suppress(Exception):
        sheets = read_sheets(with_part(content, part, damage))
    for sheet in sheets:
        assert len(sheet["lines"]) <= MAX_LINES
        assert all(isinstance(cell, str) for line in sheet["lines"] for cell in line["cells"])
        people_of(sheet)
