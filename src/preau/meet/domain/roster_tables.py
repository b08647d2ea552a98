"""Lists of people as tables: text as it was pasted, or as a file had it, into lines and cells. Pure.

The separator is found by where it stands in most lines; lists out of mail programs are tables of two columns.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from preau.meet.domain.text import clean_line

MAX_LINES = 2000
MAX_CELLS = 60
MAX_CELL_CHARACTERS = 500
ADDRESS = re.compile(r"[^\s@<>\"'(),:;\\\[\]|/]{1,64}@[^\s@<>\"'(),:;\\\[\]|/]{1,189}")

_SEPARATORS = ("\t", ";", "|", ",")
_GAP = re.compile(r" {2,}|\u00a0{2,}")
_IN_ANGLES = re.compile(r"<[^<>@\s]+@[^<>\s]+>")
_RECIPIENTS = re.compile(r"^\s*(?:to|cc|bcc|à|a|cci|an|para|von|de|from)\s*:\s*", re.IGNORECASE)
_MOST_BREAKS_IN_A_CELL = 2


@dataclass(frozen=True)
class Line:
    """One line; `number` is what an editor or a spreadsheet shows beside it."""

    number: int
    cells: tuple[str, ...]
    is_concealed: bool = False


@dataclass(frozen=True)
class Table:
    """Lines that are not blank, all cells clean. `first_column`: where the first cell is in its sheet.

    `cut_at`: the first line that was left out because there are too many; None: all are here.
    """

    lines: tuple[Line, ...]
    first_column: int = 0
    is_sheet: bool = False
    cut_at: int | None = None

    @property
    def width(self) -> int:
        """How many columns there are."""
        return max((len(line.cells) for line in self.lines), default=0)

    def cell_name(self, line: int, column: int) -> str | None:
        """What a spreadsheet calls that cell; None for text."""
        if not self.is_sheet:
            return None
        number, letters = column + self.first_column, ""
        while number >= 0:
            letters = chr(ord("A") + number % 26) + letters
            number = number // 26 - 1
        return f"{letters}{line}"


def decode(content: bytes) -> tuple[str, bool]:
    """The text of a file, and whether its encoding had to be guessed.

    Byte order marks decide, then UTF-8 where it fits; what is neither was written with Windows' own letters.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace"), False
    nulls = content[:2000].count(0)
    if nulls > len(content[:2000]) // 4:
        encoding = "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
        return content.decode(encoding, "replace"), False
    try:
        return content.decode("utf-8"), False
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), True


def table_of(rows: Iterable[Line], first_column: int = 0) -> Table:
    """A sheet's rows as a table."""
    return _tidy(rows, first_column=first_column, is_sheet=True)


def table_of_text(text: str) -> Table:
    """A pasted list, or the text of a file, as a table."""
    unified = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    unified = _mended(unified)
    if _is_mail_list(unified):
        return _tidy(_mail_list(unified))
    separator = _separator(unified)
    rows = _rows(unified, separator)
    filled = [row for row in rows if any(cell.strip() for cell in row.cells)]
    if len(filled) == 1 and separator in {";", ","} and _are_names(filled[0].cells):
        return _tidy(replace(filled[0], cells=(cell,)) for cell in filled[0].cells)
    return _tidy(rows)


def _mended(text: str) -> str:
    """UTF-8 that another program took for Windows' letters, all of it: `LÃ©a` was Léa."""
    if not text.isascii():
        try:
            return text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            return text
    return text


def _tidy(rows: Iterable[Line], *, first_column: int = 0, is_sheet: bool = False) -> Table:
    lines: list[Line] = []
    cut_at: int | None = None
    for row in rows:
        cells = [clean_line(cell[:MAX_CELL_CHARACTERS]) for cell in row.cells[:MAX_CELLS]]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        if len(lines) == MAX_LINES:
            cut_at = row.number
            break
        lines.append(replace(row, cells=tuple(cells)))
    return Table(tuple(lines), first_column, is_sheet, cut_at)


def _filled(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _separator(text: str) -> str | None:
    """What parts the cells: of the usual ones the first that stands in many lines, then gaps of spaces."""
    lines = [re.sub(r'"[^"\n]*"', "", line) for line in _filled(text)[:200]]
    counts = {one: sum(one in line.strip() for line in lines) for one in _SEPARATORS}
    most = max(counts.values())
    if most > 0:
        return next(one for one in _SEPARATORS if 2 * counts[one] >= most)
    gaps = sum(_GAP.search(line.strip()) is not None for line in lines)
    return "  " if 2 * gaps > len(lines) else None


def _rows(text: str, separator: str | None) -> list[Line]:
    if separator is None or separator == "  ":
        return [
            Line(number, tuple(_unquoted(cell) for cell in _cut(line, separator)))
            for number, line in enumerate(text.split("\n"), 1)
        ]
    rows = _quoted_rows(text, separator)
    if rows is None:
        rows = [
            Line(number, tuple(_unquoted(cell) for cell in line.split(separator)))
            for number, line in enumerate(text.split("\n"), 1)
        ]
    return [_cut_otherwise(row) for row in rows]


def _quoted_rows(text: str, separator: str) -> list[Line] | None:
    """With quotes as spreadsheets write them; None when a quote that is never closed swallows lines."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
    rows: list[Line] = []
    number = 1
    try:
        for cells in reader:
            if any(cell.count("\n") > _MOST_BREAKS_IN_A_CELL for cell in cells):
                return None
            rows.append(Line(number, tuple(cells)))
            number = reader.line_num + 1
    except csv.Error:
        return None
    return rows


def _cut(line: str, separator: str | None) -> Sequence[str]:
    return (line,) if separator is None else _GAP.split(line.strip())


def _cut_otherwise(row: Line) -> Line:
    """A line typed with another separator than the rest: it has an address, but one cell."""
    if len(row.cells) != 1 or "@" not in row.cells[0]:
        return row
    for separator in _SEPARATORS:
        if separator in row.cells[0]:
            return replace(row, cells=tuple(_unquoted(cell) for cell in row.cells[0].split(separator)))
    return row


def _unquoted(cell: str) -> str:
    return cell.strip().strip('"').strip()


def _are_names(cells: Sequence[str]) -> bool:
    """Whether the cells of an only line are people side by side rather than the columns of one."""
    filled = [cell for cell in cells if cell.strip()]
    return len(filled) > 2 and all(" " in cell.strip() and "@" not in cell for cell in filled)


def _is_mail_list(text: str) -> bool:
    lines = _filled(text)
    if not lines or "\t" in text:
        return False
    if 2 * sum(_IN_ANGLES.search(line) is not None for line in lines) >= len(lines):
        return True
    return all("@" in one for line in lines for one in re.split("[;,]", line) if one.strip())


def _mail_list(text: str) -> Iterable[Line]:
    """Recipients as mail programs write them: `Name <address>`, parted by commas, semicolons or lines."""
    # Where semicolons part people, or nothing does, a comma is part of a name.
    parts_by_comma = re.search(r">\s*,", text) is not None or not _IN_ANGLES.search(text)
    for number, line in enumerate(text.split("\n"), 1):
        before = ""
        for one in _recipients(_RECIPIENTS.sub("", line), ",;" if parts_by_comma else ";"):
            whole = f"{before}, {one}" if before else one
            before = ""
            found = ADDRESS.findall(whole)
            if not found and parts_by_comma and (one.isupper() or " " not in one.strip()):
                before = one.strip()
                continue
            yield _recipient(number, whole, found)
        if before:
            yield Line(number, (before,))


def _recipient(number: int, whole: str, found: Sequence[str]) -> Line:
    name = ADDRESS.sub(" ", whole) if found else whole
    return Line(number, (_unquoted(name.translate(str.maketrans("<>", "  "))), " ".join(found)))


def _recipients(line: str, separators: str) -> Iterable[str]:
    """Cut at separators outside quotes and angles."""
    current, quoted, angled = "", False, False
    for character in line:
        if character == '"':
            quoted = not quoted
        angled = character == "<" or (angled and character != ">")
        if character in separators and not quoted and not angled:
            if current.strip():
                yield current
            current = ""
        else:
            current += character
    if current.strip():
        yield current
