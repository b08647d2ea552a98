"""Lists of people read in: what they are understood as, before anybody gets a link."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from preau.meet.domain.accounts import Account
from preau.meet.domain.errors import file_unreadable
from preau.meet.domain.ids import MeetingId
from preau.meet.domain.invitations import MAX_INVITATIONS, Invitation
from preau.meet.domain.policy import Action
from preau.meet.domain.roster_matches import Known, find_known
from preau.meet.domain.roster_tables import Table, decode, table_of, table_of_text
from preau.meet.domain.rosters import Choices, Roster, read_roster
from preau.meet.services.meetings import own_meeting
from preau.meet.services.ports import Sheet, Spreadsheets, World

#: A school's whole list in a spreadsheet with all its colours.
MAX_FILE_BYTES = 2 * 2**20
MAX_TEXT_BYTES = 400_000
_ZIP = b"PK\x03\x04"
#: Old spreadsheets, and those with a password; PDF, pictures, programs.
_NO_TABLES = (b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x7fELF", b"{\\rtf")
_LOOK_AT_CHARACTERS = 4000


@dataclass(frozen=True)
class Opened:
    """A list as it came: its sheets, one without a name for text. `is_guessed`: the letters may be others."""

    sheets: tuple[Sheet, ...] = ()
    text: str | None = None
    is_guessed: bool = False


@dataclass(frozen=True)
class Preview:
    """What a list is understood as. `roster` None: which sheet it is has to be chosen first.

    `known`: for each of the roster's people how they are there already. `places_left`: how many links more
    the meeting can have.
    """

    opened: Opened
    sheet: int | None
    table: Table | None
    roster: Roster | None
    known: Sequence[tuple[Known, Invitation] | None]
    places_left: int


def may_invite(world: World, account: Account | None, wanted: MeetingId) -> None:
    """Refuse whoever may not invite to this meeting, before anything is read."""
    with world.store.read() as stored:
        own_meeting(stored, account, Action.INVITE, wanted)


async def open_list(spreadsheets: Spreadsheets, content: bytes) -> Opened:
    """A pasted list or a file. Raises `file-unreadable`."""
    if content.startswith(_ZIP):
        return Opened(sheets=tuple(await spreadsheets.read(content)))
    if len(content) > MAX_TEXT_BYTES or content.startswith(_NO_TABLES):
        raise file_unreadable()
    text, is_guessed = decode(content)
    looked_at = text[:_LOOK_AT_CHARACTERS]
    odd = sum(one < " " and one not in "\t\n\r\v\f" for one in looked_at)
    if 50 * odd > len(looked_at):
        raise file_unreadable()
    return Opened(text=text, is_guessed=is_guessed)


def preview(
    world: World,
    account: Account | None,
    wanted: MeetingId,
    opened: Opened,
    choices: Choices,
    *,
    sheet: int | None = None,
) -> Preview:
    """What is understood, compared with who has a link already."""
    with world.store.read() as stored:
        _, meeting = own_meeting(stored, account, Action.INVITE, wanted)
        there = stored.invitations.of_meeting(meeting.id)
    places_left = MAX_INVITATIONS - len(there)
    chosen = _chosen_sheet(opened.sheets, sheet)
    if opened.text is not None:
        table = table_of_text(opened.text)
    elif chosen is not None:
        table = table_of(opened.sheets[chosen].lines, opened.sheets[chosen].first_column)
    else:
        return Preview(opened, None, None, None, (), places_left)
    roster = read_roster(table, choices)
    return Preview(opened, chosen, table, roster, find_known(roster.people, there), places_left)


def _chosen_sheet(sheets: Sequence[Sheet], wanted: int | None) -> int | None:
    """The one that was chosen, or the only one that has anything in it; None: it has to be asked."""
    if wanted is not None and 0 <= wanted < len(sheets):
        return wanted
    filled = [index for index, one in enumerate(sheets) if one.lines]
    if not filled and sheets:
        return 0
    return filled[0] if len(filled) == 1 else None
