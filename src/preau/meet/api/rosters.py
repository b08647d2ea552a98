"""Lists of people, read in from what is pasted or from a file. Nothing of them is kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.concurrency import run_in_threadpool

from preau.meet.api.context import Parts, PartsOf, SignedInAccount
from preau.meet.api.errors import documented
from preau.meet.api.roster_models import OrderName, PreviewAnswer
from preau.meet.domain.errors import ErrorCode
from preau.meet.domain.ids import MeetingId
from preau.meet.domain.roster_columns import Order, Use
from preau.meet.domain.roster_tables import MAX_CELLS
from preau.meet.domain.rosters import Choices
from preau.meet.services import rosters

router = APIRouter(tags=["meetings"])
_REFUSALS = (
    ErrorCode.NOT_ALLOWED,
    ErrorCode.NOT_SIGNED_IN,
    ErrorCode.NOT_FOUND,
    ErrorCode.INVALID_FIELDS,
    ErrorCode.TOO_LARGE,
    ErrorCode.FILE_UNREADABLE,
    ErrorCode.RATE_LIMITED,
)
_BODY = {
    "requestBody": {
        "required": True,
        "description": "The list: text, or a CSV, XLSX or ODS file; which it is shows in its first bytes.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


async def _allowed(
    meeting_id: Annotated[str, Path(alias="id")], account: SignedInAccount, parts: PartsOf
) -> MeetingId:
    """The meeting, for who may invite to it. The body is read after this, not before."""
    wanted = MeetingId(meeting_id)
    await run_in_threadpool(rosters.may_invite, parts.world, account, wanted)
    _count(parts, account.id)
    return wanted


def _count(parts: Parts, account_id: str) -> None:
    now = parts.world.clock.now()
    parts.list_previews.check(account_id, now)
    parts.list_previews.count(account_id, now)


def _choices(
    columns: Annotated[
        str | None,
        Query(description="What the columns are, parted by commas: family, given, name, email, unused."),
    ] = None,
    order: Annotated[OrderName | None, Query(description="How whole names are written.")] = None,
    head: Annotated[bool | None, Query(description="Whether the first line has the heads.")] = None,
    concealed: Annotated[bool | None, Query(description="Whether hidden lines are taken.")] = None,
) -> Choices:
    known = {use.value: use for use in Use}
    names = columns.split(",")[:MAX_CELLS] if columns else None
    uses = None if names is None else tuple(known.get(name.strip(), Use.UNUSED) for name in names)
    return Choices(uses, None if order is None else Order(order), head, concealed)


@router.post("/meetings/{id}/invitations/preview", responses=documented(*_REFUSALS), openapi_extra=_BODY)
async def preview_list(
    request: Request,
    wanted: Annotated[MeetingId, Depends(_allowed)],
    account: SignedInAccount,
    parts: PartsOf,
    choices: Annotated[Choices, Depends(_choices)],
    *,
    sheet: Annotated[int | None, Query(ge=0, le=1000, description="Which sheet, from 0.")] = None,
) -> PreviewAnswer:
    """What a list of people is understood as: nobody gets a link by this, and nothing of it is kept.

    What is left out is as it was understood. The people of the answer are for `POST …/invitations`.
    """
    opened = await rosters.open_list(parts.spreadsheets, await request.body())

    def understood() -> rosters.Preview:
        return rosters.preview(parts.world, account, wanted, opened, choices, sheet=sheet)

    return PreviewAnswer.of(await run_in_threadpool(understood))
