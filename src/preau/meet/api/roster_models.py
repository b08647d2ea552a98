"""Answers about lists of people that are read in, and the choices one has about them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from preau.meet.domain.rosters import Doubt, Listed, Reason, Refused
from preau.meet.services.rosters import Preview

UseName = Literal["family", "given", "name", "email", "unused"]
OrderName = Literal["as-understood", "given-first", "family-first"]
_EXAMPLES = 3
_EXAMPLE_CHARACTERS = 60


class SheetAnswer(BaseModel):
    """One sheet of a spreadsheet."""

    name: str
    is_concealed: bool
    line_count: int


class ColumnAnswer(BaseModel):
    """One column, and what it is taken for."""

    use: UseName
    head: str | None
    name: str | None = Field(description="What a spreadsheet calls it, such as C; null for text.")
    examples: list[str] = Field(description="What stands in its first lines.")


class KnownAnswer(BaseModel):
    """The link that somebody on the list has already."""

    id: str
    name: str
    email: str | None
    how: Literal["same", "address-new", "address-other"]


class ListedAnswer(BaseModel):
    """Somebody on the list."""

    line: int
    name: str
    email: str | None
    more_emails: list[str]
    doubts: list[Doubt] = Field(description="What somebody should look at before this person gets a link.")
    twice_of: int | None = Field(description="The line on which somebody of the same name stands before.")
    known: KnownAnswer | None = Field(description="Whose link is theirs already.")


class RefusedAnswer(BaseModel):
    """A line that is nobody, and why."""

    line: int
    column: int | None = Field(description="Which cell of the line says so, from 1; null: the whole line.")
    cell: str | None = Field(description="What a spreadsheet calls that cell, such as C4.")
    reason: Reason
    text: str


class PreviewAnswer(BaseModel):
    """What a list is understood as. Every line of it is a person, part of one, the heads, or refused."""

    sheets: list[SheetAnswer]
    sheet: int | None = Field(description="Which one is shown, from 0; null of several: it has to be chosen.")
    is_encoding_guessed: bool
    columns: list[ColumnAnswer]
    head_line: int | None
    order: OrderName
    is_unsure: bool = Field(description="Whether family names and first names may be the other way round.")
    concealed_count: int = Field(description="How many lines are hidden in the sheet, taken or not.")
    people: list[ListedAnswer]
    refused: list[RefusedAnswer]
    places_left: int = Field(description="How many links more the meeting can have.")

    @staticmethod
    def of(preview: Preview) -> PreviewAnswer:
        """The answer about a preview."""
        roster = preview.roster
        sheets = [
            SheetAnswer(name=one.name, is_concealed=one.is_concealed, line_count=len(one.lines))
            for one in preview.opened.sheets
        ]
        return PreviewAnswer(
            sheets=sheets,
            sheet=preview.sheet,
            is_encoding_guessed=preview.opened.is_guessed,
            columns=_columns(preview),
            head_line=roster.columns.head if roster else None,
            order=roster.columns.order.value if roster else "as-understood",
            is_unsure=roster.columns.is_unsure if roster else False,
            concealed_count=roster.concealed_count if roster else 0,
            people=_people(preview),
            refused=[_refused(one) for one in roster.refused] if roster else [],
            places_left=preview.places_left,
        )


def _columns(preview: Preview) -> list[ColumnAnswer]:
    if preview.roster is None or preview.table is None:
        return []
    found = preview.roster.columns
    body = [line for line in preview.table.lines if found.head is None or line.number > found.head]
    answers = []
    for index, use in enumerate(found.uses):
        cells = [line.cells[index] for line in body if index < len(line.cells) and line.cells[index]]
        cell_name = preview.table.cell_name(1, index)
        answers.append(
            ColumnAnswer(
                use=use.value,
                head=found.heads[index] if index < len(found.heads) and found.heads[index] else None,
                name=None if cell_name is None else cell_name[:-1],
                examples=[cell[:_EXAMPLE_CHARACTERS] for cell in cells[:_EXAMPLES]],
            )
        )
    return answers


def _people(preview: Preview) -> list[ListedAnswer]:
    if preview.roster is None:
        return []
    answers = []
    for person, known in zip(preview.roster.people, preview.known, strict=True):
        there = None
        if known is not None:
            how, one = known
            there = KnownAnswer(id=one.id, name=one.name, email=one.email, how=how.value)
        answers.append(_listed(person, there))
    return answers


def _listed(person: Listed, known: KnownAnswer | None) -> ListedAnswer:
    return ListedAnswer(
        line=person.line,
        name=person.name,
        email=person.email,
        more_emails=list(person.other_emails),
        doubts=list(person.doubts),
        twice_of=person.twice_of,
        known=known,
    )


def _refused(one: Refused) -> RefusedAnswer:
    column = None if one.column is None else one.column + 1
    return RefusedAnswer(line=one.line, column=column, cell=one.cell, reason=one.reason, text=one.text)
