"""What the columns of a list of people hold: by their heads, without heads by what stands in them. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from preau.meet.domain import roster_words as words
from preau.meet.domain.roster_tables import Line, Table
from preau.meet.domain.text import clean_email


class Use(StrEnum):
    """What a column is taken for."""

    FAMILY = "family"
    GIVEN = "given"
    NAME = "name"
    """The whole name in one cell."""
    EMAIL = "email"
    UNUSED = "unused"


class Order(StrEnum):
    """In which order a whole name stands in its cell."""

    AS_UNDERSTOOD = "as-understood"
    """By capitals and commas, else as it is written."""
    GIVEN_FIRST = "given-first"
    FAMILY_FIRST = "family-first"


@dataclass(frozen=True)
class Columns:
    """`head`: the number of the line with the heads; None: there is none.

    `is_unsure`: family and given may be the other way round.
    """

    uses: tuple[Use, ...]
    head: int | None
    heads: tuple[str, ...]
    order: Order
    is_unsure: bool


_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}( .*)?")
_PHONE = re.compile(r"\+?[\d\s().-]{8,}")
_NUMBER = re.compile(r"[\d\s.,%°/-]+[°.)]?")
_CLASS = re.compile(
    r"(?:[1-9]|1[0-2])\s?(?:e|è|eme|ème|er|ère|ere|re|de|nde|nd|th|a|b|c)?[ .-]?[a-z0-9]{0,3}"
    r"|c[pme][12]?[ -]?[a-z0-9]?|(?:ps|ms|gs)[ -]?[a-z0-9]?"
    r"|(?:tle|term|terminale|seconde|premiere|première|1ere|2nde)\b.{0,10}",
    re.IGNORECASE,
)
_LOOK_AT = 12


def plain(text: str) -> str:
    """Lower case, without accents, punctuation as spaces: how heads are compared."""
    # A letter that was lost on the way is an "é" in most heads.
    folded = unicodedata.normalize("NFKD", text.casefold().replace("\ufffd", "e"))
    letters = "".join(one if one.isalnum() else " " for one in folded if not unicodedata.combining(one))
    return " ".join(letters.split())


def recognise(table: Table) -> Columns:
    """What the columns are taken for when nobody said anything."""
    head = _head_line(table)
    body = _body(table, head)
    heads = head.cells if head is not None else ()
    uses, order = _by_heads(heads, body, table.width)
    if head is None or not set(uses) & {Use.FAMILY, Use.GIVEN, Use.NAME}:
        uses, is_unsure = _by_content(body, uses if head is not None else (), table.width)
    else:
        is_unsure = False
    number = head.number if head is not None else None
    return Columns(uses, number, heads, order, is_unsure or _looks_sorted(body, uses, order))


def is_head(line: Line) -> bool:
    """Whether a line names columns rather than a person."""
    cells = [plain(cell) for cell in line.cells if cell]
    if any("@" in cell for cell in line.cells) or not any(cells):
        return False
    known = sum(_is_known(cell) for cell in cells)
    uses = {_use_of(cell) for cell in cells}
    # "E-mail" beside a word of another language is a head; alone in its line it may be a title.
    says_who = uses & {Use.FAMILY, Use.GIVEN, Use.NAME} or (Use.EMAIL in uses and len(cells) > 1)
    return bool(says_who) and 2 * known >= len(cells)


def _head_line(table: Table) -> Line | None:
    for line in table.lines[:_LOOK_AT]:
        if is_head(line):
            return line
        if any("@" in cell for cell in line.cells):
            return None
    return None


def _body(table: Table, head: Line | None) -> list[Line]:
    return [line for line in table.lines if head is None or line.number > head.number]


def _is_known(head: str) -> bool:
    return _use_of(head) is not None


def _use_of(head: str) -> Use | None:
    """What a head says, compared as `plain` has it; None: nothing that is known."""
    if words.EMAIL.search(head):
        return Use.EMAIL
    if words.OTHERS.search(head) or words.MORE_NAMES.search(head):
        return Use.UNUSED
    for names, use in (
        (words.GIVEN, Use.GIVEN),
        (words.FAMILY, Use.FAMILY),
        (words.WHOLE | words.WHOLE_FAMILY_FIRST | words.WHOLE_GIVEN_FIRST, Use.NAME),
    ):
        if head in names:
            return use
    return Use.UNUSED if words.UNUSED.search(head) else None


def _by_heads(heads: Sequence[str], body: Sequence[Line], width: int) -> tuple[tuple[Use, ...], Order]:
    said = [plain(cell) for cell in heads] + [""] * (width - len(heads))
    uses = [_use_of(head) or Use.UNUSED for head in said]
    for column in range(width):
        if _share(body, column, lambda cell: "@" in cell) >= 0.5:
            uses[column] = Use.EMAIL
    order = Order.AS_UNDERSTOOD
    for head, use in zip(said, uses, strict=True):
        if use is Use.NAME and head in words.WHOLE_FAMILY_FIRST:
            order = Order.FAMILY_FIRST
        elif use is Use.NAME and head in words.WHOLE_GIVEN_FIRST:
            order = Order.GIVEN_FIRST
    if Use.GIVEN in uses and Use.FAMILY not in uses and Use.NAME in uses:
        # "Name; First name": the whole of it is the family's name.
        uses[uses.index(Use.NAME)] = Use.FAMILY
    if Use.FAMILY in uses and Use.GIVEN in uses:
        uses = [Use.UNUSED if use is Use.NAME else use for use in uses]
        usual = [index for index, head in enumerate(said) if "usage" in head or "usuel" in head]
        uses = _one_each(uses, prefer=usual)
    elif Use.NAME in uses:
        uses = [Use.UNUSED if use in {Use.FAMILY, Use.GIVEN} else use for use in uses]
        uses = _one_each(uses, prefer=())
    else:
        uses = [Use.NAME if use in {Use.FAMILY, Use.GIVEN} else use for use in uses]
        uses = _one_each(uses, prefer=())
    return tuple(uses), order


def _one_each(uses: list[Use], prefer: Sequence[int]) -> list[Use]:
    """Of several columns for the same part of the name the first, or the one in use."""
    for use in (Use.FAMILY, Use.GIVEN, Use.NAME):
        found = [index for index, one in enumerate(uses) if one is use]
        kept = next((index for index in found if index in prefer), found[0] if found else None)
        uses = [Use.UNUSED if one is use and index != kept else one for index, one in enumerate(uses)]
    return uses


def _by_content(body: Sequence[Line], said: Sequence[Use], width: int) -> tuple[tuple[Use, ...], bool]:
    uses = [Use.UNUSED] * width
    for index, use in enumerate(said):
        uses[index] = use
    names: list[int] = []
    often: list[int] = []
    for column in range(width):
        if _share(body, column, _has_address) >= 0.5:
            uses[column] = Use.EMAIL
        elif uses[column] is Use.UNUSED and _holds_names(body, column):
            (often if _repeats(body, column) else names).append(column)
    if len(names) + len(often) > 1 and len(names) < 2 and not (names and _are_whole(body, names[0])):
        # Few families, or few first names: sisters and brothers, or a class full of Léas.
        names = sorted((*names, *[column for column in often if _could_be_names(body, column)][:2]))
    names = names or often[:1]
    if not names:
        # Addresses alone, or names in the same cell as them.
        mails = [index for index, use in enumerate(uses) if use is Use.EMAIL]
        if mails and any(_beside_address(line, mails[0]) for line in body):
            uses[mails[0]] = Use.NAME
        elif not mails and width:
            uses[0] = Use.NAME
        return tuple(uses), False
    if len(names) == 1 or _are_whole(body, names[0]):
        uses[names[0]] = Use.NAME
        return tuple(uses), len(names) > 1
    first, second = names[:2]
    family, is_unsure = _family_of(body, first, second)
    uses[first], uses[second] = (Use.FAMILY, Use.GIVEN) if family == first else (Use.GIVEN, Use.FAMILY)
    return tuple(uses), is_unsure or len(names) > 2


def _family_of(body: Sequence[Line], first: int, second: int) -> tuple[int, bool]:
    """Which of two columns has the family names, and whether it is a guess: capitals, then the alphabet."""
    shares = [
        _share(body, column, lambda cell: cell.isupper() and len(cell) > 1) for column in (first, second)
    ]
    if max(shares) >= 0.6 and min(shares) < 0.6:
        return (first if shares[0] > shares[1] else second), False
    if _is_sorted(_column(body, second)) and not _is_sorted(_column(body, first)):
        return second, True
    return first, True


def _are_whole(body: Sequence[Line], column: int) -> bool:
    return _share(body, column, lambda cell: " " in cell and not cell.isupper()) >= 0.8


def _column(body: Sequence[Line], column: int) -> list[str]:
    return [line.cells[column] for line in body if column < len(line.cells) and line.cells[column]]


def _share(body: Sequence[Line], column: int, claim: Callable[[str], bool]) -> float:
    cells = _column(body, column)
    return sum(claim(cell) for cell in cells) / len(cells) if cells else 0.0


def _has_address(cell: str) -> bool:
    return "@" in cell


def _beside_address(line: Line, column: int) -> bool:
    cell = line.cells[column] if column < len(line.cells) else ""
    words = [word for word in cell.split() if "@" not in word]
    return any(any(one.isalpha() for one in word) for word in words)


def _holds_names(body: Sequence[Line], column: int) -> bool:
    cells = _column(body, column)
    if not cells:
        return False
    matches = (_DATE, _PHONE, _NUMBER, _CLASS)
    other = sum(
        any(one.fullmatch(cell) for one in matches) or clean_email(cell) is not None for cell in cells
    )
    return 2 * other < len(cells) and any(any(one.isalpha() for one in cell) for cell in cells)


def _repeats(body: Sequence[Line], column: int) -> bool:
    """The same few words over and over: a sex, a class, a language, whether somebody is there."""
    cells = [plain(cell) for cell in _column(body, column)]
    if words.ANSWERS.issuperset(cells):
        return True
    return len(cells) > 3 and len(set(cells)) <= max(2, len(cells) // 4)


def _could_be_names(body: Sequence[Line], column: int) -> bool:
    cells = _column(body, column)
    is_answer = words.ANSWERS.intersection(plain(cell) for cell in cells)
    return not is_answer and all(cell[0].isupper() and len(cell) > 2 for cell in cells)


def _is_sorted(cells: Sequence[str]) -> bool:
    keys = [plain(cell) for cell in cells]
    return len(keys) >= 4 and keys == sorted(keys) and len(set(keys)) > 2


def _looks_sorted(body: Sequence[Line], uses: Sequence[Use], order: Order) -> bool:
    """Whole names in the alphabet's order of their first words may begin with the family's."""
    if order is not Order.AS_UNDERSTOOD or Use.NAME not in uses:
        return False
    names = [cell for cell in _column(body, uses.index(Use.NAME)) if " " in cell and "," not in cell]
    if len(names) < 4 or any(word.isupper() and len(word) > 1 for name in names for word in name.split()):
        return False
    last = [name.split()[-1] for name in names]
    return _is_sorted([name.split()[0] for name in names]) and not _is_sorted(last)
