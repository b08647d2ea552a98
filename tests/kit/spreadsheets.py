"""Spreadsheets as schools have them, written by the programs' own formats."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date

import odfdo
import openpyxl

HEADS = ("Nom", "Prénom", "N°", "Tél", "Né le", "Courriel")
PHONE = '0#" "##" "##" "##" "##'
BORN = date(2014, 3, 1)


def xlsx(book: openpyxl.Workbook) -> bytes:
    """The file of a workbook."""
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def class_book(people: Sequence[tuple[str, str, str]]) -> openpyxl.Workbook:
    """A class whose table begins at C3, with numbers and telephones as formats show them, and a date."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "6B"
    for index, head in enumerate(HEADS):
        sheet.cell(3, 3 + index, head)
    for row, (family, given, email) in enumerate(people, 4):
        cells: tuple[str | int | date, ...] = (family, given, 123, 612345678, BORN, email)
        for index, value in enumerate(cells):
            sheet.cell(row, 3 + index, value)
        sheet.cell(row, 5).number_format = "00000"
        sheet.cell(row, 6).number_format = PHONE
        sheet.cell(row, 7).number_format = "DD/MM/YYYY"
    return book


def class_ods(people: Sequence[tuple[str, str, str]], hidden_rows: Sequence[int] = ()) -> bytes:
    """The same from an OpenDocument program, which writes beside each value what it shows."""
    document = odfdo.Document("spreadsheet")
    document.body.clear()
    table = odfdo.Table("6B")
    for index, head in enumerate(HEADS):
        table.set_value((2 + index, 2), head)
    for row, (family, given, email) in enumerate(people, 3):
        cells = (
            odfdo.Cell(family),
            odfdo.Cell(given),
            odfdo.Cell(123, text="00123"),
            odfdo.Cell(612345678, text="06 12 34 56 78"),
            odfdo.Cell(BORN, text="01/03/2014"),
            odfdo.Cell(email),
        )
        for index, cell in enumerate(cells):
            table.set_cell((2 + index, row), cell)
    for number in hidden_rows:
        row_there = table.get_row(number - 1)
        row_there.set_attribute("table:visibility", "collapse")
        table.set_row(number - 1, row_there)
    document.body.append(table)
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def with_part(archive: bytes, end: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same file with one of its parts changed: the one whose name ends so."""
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as before,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            part = before.read(name)
            after.writestr(name, change(part) if name.endswith(end) else part)
    return kept.getvalue()
