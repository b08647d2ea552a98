"""A list of people read: who is on it, what is doubtful about each, and what of it could not be read. Pure.

Nothing is dropped without a word: every line of the table is a person, part of one, the heads, or a refusal
that names its line, its cell and the reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from preau.meet.domain.roster_columns import Columns, Order, Use, is_head, plain, recognise
from preau.meet.domain.roster_names import FOREIGN, in_order, is_order_open, joined, same_key, tidy_name
from preau.meet.domain.roster_tables import ADDRESS, Line, Table
from preau.meet.domain.text import MAX_NAME_CHARACTERS, clean_email, clean_line

_EXCERPT = 80


class Doubt(StrEnum):
    """What somebody should look at before this person gets a link."""

    HALF_NAME = "half-name"
    """Only one of first name and family name."""
    NAME_FROM_ADDRESS = "name-from-address"
    DIGITS = "digits"
    ORDER = "order"
    """Which words are the family's name is a guess."""
    ENCODING = "encoding"
    """Letters were lost, or another program read them wrongly."""
    ADDRESS_UNREADABLE = "address-unreadable"
    MORE_ADDRESSES = "more-addresses"
    """The link goes to the first; the others are in `other_emails`."""
    ADDRESS_ELSEWHERE = "address-elsewhere"
    """The address stood in a cell that is not for addresses."""
    TWICE = "twice"
    """Somebody of that name is on the list before."""
    TWICE_OTHER_ADDRESS = "twice-other-address"
    CONCEALED = "concealed"
    """The line was hidden in the sheet."""


class Reason(StrEnum):
    """Why a line is nobody."""

    ABOVE_HEAD = "above-head"
    HEAD_AGAIN = "head-again"
    NO_NAME = "no-name"
    NAME_LONG = "name-long"
    NOT_A_NAME = "not-a-name"
    TOTAL = "total"
    CONCEALED = "concealed"
    TOO_MANY = "too-many"


@dataclass(frozen=True)
class Listed:
    """Somebody on the list. `twice_of`: the line on which somebody of the same name stands before."""

    line: int
    name: str
    email: str | None
    other_emails: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    twice_of: int | None = None


@dataclass(frozen=True)
class Refused:
    """A line that is nobody: which cell says so (None: the whole line), and its text."""

    line: int
    column: int | None
    cell: str | None
    reason: Reason
    text: str


@dataclass(frozen=True)
class Roster:
    """What a table was read as."""

    columns: Columns
    people: tuple[Listed, ...]
    refused: tuple[Refused, ...]
    concealed_count: int = 0
    """How many lines were hidden in the sheet, taken or not."""


@dataclass(frozen=True)
class Choices:
    """What the person who reads the preview said otherwise; None: as it was understood."""

    uses: tuple[Use, ...] | None = None
    order: Order | None = None
    has_head: bool | None = None
    takes_concealed: bool | None = None


@dataclass
class _Reading:
    table: Table
    columns: Columns
    takes_concealed: bool
    people: list[Listed] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def refuse(self, line: Line, reason: Reason, column: int | None = None) -> None:
        text = line.cells[column] if column is not None else " · ".join(cell for cell in line.cells if cell)
        name = None if column is None else self.table.cell_name(line.number, column)
        self.refused.append(Refused(line.number, column, name, reason, text[:_EXCERPT]))


def read_roster(table: Table, choices: Choices | None = None) -> Roster:
    """The people of a table, in its order."""
    said = choices or Choices()
    columns = _chosen(table, said)
    reading = _Reading(table, columns, takes_concealed=said.takes_concealed is True)
    for line in table.lines:
        _read_line(reading, line)
    if table.cut_at is not None:
        reading.refused.append(Refused(table.cut_at, None, None, Reason.TOO_MANY, ""))
    concealed = sum(line.is_concealed for line in table.lines)
    return Roster(columns, _marked_twice(reading.people), tuple(reading.refused), concealed)


def _chosen(table: Table, said: Choices) -> Columns:
    columns = recognise(table)
    if said.has_head is False and columns.head is not None:
        columns = replace(columns, head=None, heads=())
    elif said.has_head and columns.head is None and table.lines:
        columns = replace(columns, head=table.lines[0].number, heads=table.lines[0].cells)
    if said.uses is not None:
        uses = (*said.uses, *[Use.UNUSED] * table.width)[: table.width]
        columns = replace(columns, uses=uses, is_unsure=False)
    if said.order is not None:
        columns = replace(columns, order=said.order, is_unsure=False)
    return columns


def _read_line(reading: _Reading, line: Line) -> None:
    head = reading.columns.head
    if line.is_concealed and not reading.takes_concealed:
        reading.refuse(line, Reason.CONCEALED)
    elif head is not None and line.number < head:
        reading.refuse(line, Reason.ABOVE_HEAD)
    elif line.number == head:
        return
    elif head is not None and (line.cells == reading.columns.heads or is_head(line)):
        reading.refuse(line, Reason.HEAD_AGAIN)
    else:
        _read_person(reading, line)


@dataclass
class _Found:
    """What the cells of one line say."""

    parts: dict[Use, str] = field(default_factory=dict)
    column: int | None = None
    emails: list[str] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


_NOTHING = frozenset(
    {"", "-", "--", "—", "–", "/", "x", "n a", "na", "neant", "aucun", "aucune", "none", "null", "0", "vide"}
)
_MOJIBAKE = re.compile("Ã[\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸ]|Â[\u00a0-\u00bf]|\ufffd|â€")
_TOTAL = re.compile(
    r"^(total|totaux|effectif|effectifs|nombre d|nb d|moyenne|page \d|liste arretee|professeur principal)\b"
)


def _read_person(reading: _Reading, line: Line) -> None:
    found = _cells(reading.columns, line)
    name = _name(found, reading.columns.order)
    if not name and not any(found.parts.values()) and found.emails and _joins_above(reading, line):
        above = reading.people[-1]
        more = tuple(one for one in found.emails if one not in {above.email, *above.other_emails})
        emails = (*([above.email] if above.email else []), *above.other_emails, *more)
        reading.people[-1] = _with_emails(above, emails)
        return
    if not name and found.emails:
        name = _name_from(found.emails[0])
        found.doubts.append(Doubt.NAME_FROM_ADDRESS)
    problem = _problem(name, line)
    if problem is not None:
        reading.refuse(line, problem, found.column)
        return
    if any(one.isdigit() for one in name):
        found.doubts.append(Doubt.DIGITS)
    if _MOJIBAKE.search(name):
        found.doubts.append(Doubt.ENCODING)
    if line.is_concealed:
        found.doubts.append(Doubt.CONCEALED)
    person = Listed(line.number, name, None, (), tuple(dict.fromkeys(found.doubts)))
    reading.people.append(_with_emails(person, tuple(dict.fromkeys(found.emails))))


def _with_emails(person: Listed, emails: Sequence[str]) -> Listed:
    doubts = person.doubts
    if len(emails) > 1 and Doubt.MORE_ADDRESSES not in doubts:
        doubts = (*doubts, Doubt.MORE_ADDRESSES)
    first = emails[0] if emails else None
    return replace(person, email=first, other_emails=tuple(emails[1:]), doubts=doubts)


def _joins_above(reading: _Reading, line: Line) -> bool:
    """A line with an address alone under a person, where lines have names: the second parent's."""
    uses = reading.columns.uses
    has_names = any(use in {Use.FAMILY, Use.GIVEN, Use.NAME} for use in uses)
    return (
        bool(reading.people)
        and has_names
        and Use.EMAIL in uses
        and reading.people[-1].line == line.number - 1
    )


def _cells(columns: Columns, line: Line) -> _Found:
    found = _Found()
    for column, cell in enumerate(line.cells):
        use = columns.uses[column] if column < len(columns.uses) else Use.UNUSED
        if use is Use.UNUSED or not cell:
            continue
        addresses = [address for address in map(_address, ADDRESS.findall(cell)) if address]
        found.emails += addresses
        if use is Use.EMAIL:
            if not addresses and plain(cell) not in _NOTHING and cell not in _NOTHING:
                found.doubts.append(Doubt.ADDRESS_UNREADABLE)
            continue
        rest = tidy_name(ADDRESS.sub(" ", cell).replace("mailto:", " ")) if "@" in cell else tidy_name(cell)
        if addresses and Use.EMAIL in columns.uses:
            found.doubts.append(Doubt.ADDRESS_ELSEWHERE)
        if found.column is None or not found.parts.get(use):
            found.column = column
        found.parts[use] = clean_line(rest)
    return found


def _address(text: str) -> str | None:
    return clean_email(text.removeprefix("mailto:").strip(".-"))


def _name(found: _Found, order: Order) -> str:
    whole = found.parts.get(Use.NAME, "")
    if whole:
        if order is Order.FAMILY_FIRST and is_order_open(whole):
            found.doubts.append(Doubt.ORDER)
        return in_order(whole, order)
    given, family = found.parts.get(Use.GIVEN, ""), found.parts.get(Use.FAMILY, "")
    if bool(given) != bool(family):
        found.doubts.append(Doubt.HALF_NAME)
    return joined(given, family)


def _name_from(address: str) -> str:
    """`lea.martin@…` is somebody called Lea Martin; anything less clear is nobody's name."""
    words = re.split(r"[._-]", address.split("@", 1)[0])
    if len(words) < 2 or not all(word.isalpha() and len(word) > 1 for word in words):
        return ""
    return " ".join(word.capitalize() for word in words)


def _problem(name: str, line: Line) -> Reason | None:
    if _TOTAL.match(plain(" ".join(line.cells))):
        return Reason.TOTAL
    if not name:
        return Reason.NO_NAME
    if len(name) > MAX_NAME_CHARACTERS:
        return Reason.NAME_LONG
    if set(name) & FOREIGN or not any(one.isalpha() for one in name):
        return Reason.NOT_A_NAME
    return None


def _marked_twice(people: Sequence[Listed]) -> tuple[Listed, ...]:
    first: dict[tuple[str, ...], Listed] = {}
    return tuple(_compared(person, first.setdefault(same_key(person.name), person)) for person in people)


def _compared(person: Listed, before: Listed) -> Listed:
    if before is person:
        return person
    is_other = None not in {person.email, before.email} and person.email != before.email
    doubt = Doubt.TWICE_OTHER_ADDRESS if is_other else Doubt.TWICE
    return replace(person, twice_of=before.line, doubts=(*person.doubts, doubt))
