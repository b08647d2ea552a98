"""A process that reads one spreadsheet from its input and writes its tables as JSON, within own limits.

Whatever a file does to the libraries, it does here, to a process that has nothing else: no secret, no
connection, little memory, little time.
"""

from __future__ import annotations

import io
import json
import os
import re
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from importlib import import_module
from typing import Any

MAX_MEMORY_BYTES = 768 * 2**20
MAX_CPU_S = 10
MAX_UNPACKED_BYTES = 48 * 2**20
MAX_ENTRIES = 2000
MAX_SHEETS = 30
MAX_LINES = 2001
MAX_CELLS = 60
MAX_CELL_CHARACTERS = 500
MAX_WRITTEN_BYTES = 4 * 2**20
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_NICENESS = 10


class UnreadableError(Exception):
    """It is no spreadsheet, or larger than any list of people."""


def main() -> None:
    """Exit status 0 with the sheets on standard output, or 1."""
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_S, MAX_CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.nice(_NICENESS)
    try:
        written = json.dumps(read_sheets(sys.stdin.buffer.read())).encode()
    except Exception:
        sys.exit(1)
    if len(written) > MAX_WRITTEN_BYTES:
        sys.exit(1)
    sys.stdout.buffer.write(written)


def read_sheets(content: bytes) -> list[dict[str, Any]]:
    """The sheets of an XLSX or ODS file: name, whether hidden, first column, lines of what the cells show."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ENTRIES or sum(one.file_size for one in entries) > MAX_UNPACKED_BYTES:
            raise UnreadableError
        names = {one.filename for one in entries}
        is_ods = "mimetype" in names and archive.read("mimetype").strip().startswith(_ODS)
    sheets = _of_ods(content) if is_ods else _of_xlsx(content)
    return [sheet for _, sheet in zip(range(MAX_SHEETS), sheets, strict=False)]


def _sheet(
    name: str, *, is_concealed: bool, cells: Iterable[tuple[int, int, str]], hidden_lines: set[int]
) -> dict[str, Any]:
    """`cells`: line from 1, column from 0, what is shown; in the order of lines."""
    lines: dict[int, dict[int, str]] = {}
    for line, column, shown in cells:
        if not shown.strip():
            continue
        if line not in lines and len(lines) == MAX_LINES:
            break
        lines.setdefault(line, {})[column] = shown[:MAX_CELL_CHARACTERS]
    first = min((column for found in lines.values() for column in found), default=0)
    return {
        "name": name[:100],
        "is_concealed": is_concealed,
        "first_column": first,
        "lines": [
            {"number": number, "is_concealed": number in hidden_lines, "cells": _row(found, first)}
            for number, found in lines.items()
        ],
    }


def _row(found: dict[int, str], first: int) -> list[str]:
    last = min(max(found), first + MAX_CELLS - 1)
    return [found.get(column, "") for column in range(first, last + 1)]


def _of_xlsx(content: bytes) -> Iterator[dict[str, Any]]:
    # Not its read-only mode, which believes the sheet's own word on its size and does not know hidden rows.
    workbook = import_module("openpyxl").load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    for sheet in workbook.worksheets:
        # The cells there are; walking over rows and columns would make those that are not.
        cells = sorted(sheet._cells.items())
        yield _sheet(
            sheet.title,
            is_concealed=sheet.sheet_state != "visible",
            cells=((row, column - 1, _shown(cell)) for (row, column), cell in cells),
            hidden_lines={row for row, about in sheet.row_dimensions.items() if about.hidden},
        )


def _shown(cell: Any) -> str:
    """What a spreadsheet program shows in that cell; dates as ISO writes them, errors as nothing."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return shown_number(value, cell.number_format or "General")
    return str(value) if not isinstance(value, timedelta) else ""


_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_(.)|\*(.)|([0#?])|([ +\-/().])|(.)')


def shown_number(value: int | float, number_format: str) -> str:
    """Digits as formats for numbers and telephones have them: `00000` shows 123 as 00123.

    Formats with decimals, thousands or anything else count as General: no name and no address has them.
    """
    section = re.sub(r"\[[^\]]*\]", "", number_format[:200].split(";", 1)[0])
    whole = round(value) if abs(value) < 1e15 else None
    if section.lower() in {"general", "standard", "@", ""} or whole is None or whole != value or whole < 0:
        return _general(value)
    parts: list[tuple[bool, str]] = []
    for quoted, escaped, space, _fill, digit, literal, other in _LITERAL.findall(section):
        if other or (literal == "." and digit):
            return _general(value)
        if digit:
            parts.append((True, digit))
        else:
            parts.append((False, quoted or escaped or literal or (" " if space else "")))
    if not any(is_digit for is_digit, _ in parts) or "." in section:
        return _general(value)
    return _filled(parts, str(whole))


def _filled(parts: list[tuple[bool, str]], digits: str) -> str:
    """From the right; the first place takes all that is left, a 0 without a digit is a 0."""
    left = list(digits)
    first = next(index for index, (is_digit, _) in enumerate(parts) if is_digit)
    shown: list[str] = []
    for index in range(len(parts) - 1, -1, -1):
        is_digit, text = parts[index]
        if not is_digit:
            shown.append(text)
        elif index == first and left:
            shown.append("".join(left))
        elif left:
            shown.append(left.pop())
        else:
            shown.append("0" if text == "0" else "")
    return "".join(reversed(shown)).strip()


def _general(value: int | float) -> str:
    if isinstance(value, float) and not value.is_integer():
        return f"{value:.10g}"
    return str(int(value)) if abs(value) < 1e15 else f"{value:.10g}"


def _of_ods(content: bytes) -> Iterator[dict[str, Any]]:
    document = import_module("odfdo").Document(io.BytesIO(content))
    hidden_styles = {
        style.get_attribute("style:name")
        for style in document.get_part("content.xml").get_elements("//office:automatic-styles/style:style")
        if any(
            properties.get_attribute("table:display") is False
            for properties in style.get_elements("style:table-properties")
        )
    }
    for table in document.body.get_elements("//office:spreadsheet/table:table"):
        cells, hidden = _ods_cells(table)
        yield _sheet(
            str(table.get_attribute("table:name") or ""),
            is_concealed=table.get_attribute("table:style-name") in hidden_styles,
            cells=cells,
            hidden_lines=hidden,
        )


def _ods_cells(table: Any) -> tuple[list[tuple[int, int, str]], set[int]]:
    cells: list[tuple[int, int, str]] = []
    hidden: set[int] = set()
    line = 1
    for row in table.get_elements("descendant::table:table-row"):
        times = _times(row, "table:number-rows-repeated")
        found = list(_ods_row(row))
        # Rows without anything may be repeated a million times, to the end of the sheet.
        for number in range(line, line + min(times, MAX_LINES) if found else line):
            cells += [(number, column, shown) for column, shown in found]
            if _is_hidden_row(row):
                hidden.add(number)
        line += times
        if len(cells) > MAX_LINES * MAX_CELLS:
            break
    return cells, hidden


def _is_hidden_row(row: Any) -> bool:
    if row.get_attribute("table:visibility") in {"collapse", "filter"}:
        return True
    return bool(row.get_elements("ancestor::table:table-row-group[@table:display='false']"))


def _ods_row(row: Any) -> Iterator[tuple[int, str]]:
    column = 0
    for cell in row.get_elements("table:table-cell | table:covered-table-cell"):
        times = _times(cell, "table:number-columns-repeated")
        shown = _ods_shown(cell)
        if shown:
            yield from ((at, shown) for at in range(column, column + min(times, MAX_CELLS)))
        column += times


def _ods_shown(cell: Any) -> str:
    """The text a program wrote down as shown; a date by its value, which no language changes."""
    day = cell.get_attribute("office:date-value")
    paragraphs = [paragraph.inner_text for paragraph in cell.get_elements("text:p")]
    shown = " ".join(paragraphs).strip()
    return str(day)[:10] if day and shown else shown


def _times(element: Any, attribute: str) -> int:
    value = str(element.get_attribute(attribute) or "1")
    return max(1, int(value)) if value.isdigit() and len(value) < 9 else 1


if __name__ == "__main__":
    main()
