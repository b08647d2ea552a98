"""Spreadsheets read by a process apart: what it may use, and that nothing of it reaches the server."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.integrations.spreadsheets import SpreadsheetProcesses
from tests.kit.spreadsheets import class_book, class_ods, with_part, xlsx

PEOPLE = [("MARTIN", "Léa", "lea@x.example")]
READER = [sys.executable, "-I", "-m", "preau.meet.integrations.spreadsheet_reader"]


@pytest.mark.parametrize("content", [xlsx(class_book(PEOPLE)), class_ods(PEOPLE)], ids=["xlsx", "ods"])
async def test_a_spreadsheet_is_read_by_a_process_apart(content: bytes) -> None:
    [sheet] = await SpreadsheetProcesses().read(content)
    assert (sheet.name, sheet.is_concealed, sheet.first_column) == ("6B", False, 2)
    assert [line.number for line in sheet.lines] == [3, 4]
    assert sheet.lines[1].cells[:2] == ("MARTIN", "Léa")


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "Indian/Reunion", "Pacific/Auckland"])
@pytest.mark.parametrize("content", [xlsx(class_book(PEOPLE)), class_ods(PEOPLE)], ids=["xlsx", "ods"])
def test_a_date_is_the_same_day_wherever_the_server_stands(zone: str, content: bytes) -> None:
    read = subprocess.run(READER, input=content, capture_output=True, check=True, env={"TZ": zone})
    assert json.loads(read.stdout)[0]["lines"][1]["cells"][4] == "2014-03-01"


def _bombs() -> dict[str, bytes]:
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + depth, b"&%c;" % (97 + depth) * 10) for depth in range(12)
    )
    many = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (row, row) for row in range(1, 900_000))
    book = xlsx(class_book(PEOPLE))
    return {
        "no archive": b"PK\x03\x04",
        "entities": with_part(
            book,
            "sheet1.xml",
            lambda part: entities + b"]>" + part.replace(b"<sheetData>", b"&m;<sheetData>"),
        ),
        "rows": with_part(
            book, "sheet1.xml", lambda part: part.replace(b"<sheetData>", b"<sheetData>" + many)
        ),
        "spaces": with_part(book, "sheet1.xml", lambda part: part + b" " * 60_000_000),
    }


@pytest.mark.parametrize("name", ["no archive", "entities", "rows", "spaces"])
async def test_a_file_made_to_harm_is_refused_and_the_next_one_is_read(name: str) -> None:
    reader = SpreadsheetProcesses()
    with pytest.raises(DomainError) as refused:
        await reader.read(_bombs()[name])
    assert refused.value.code is ErrorCode.FILE_UNREADABLE
    assert len(await reader.read(xlsx(class_book(PEOPLE)))) == 1
