"""What strangers may ask: where a link leads. Every answer that it leads nowhere is the same, and as late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool

from preau.meet.api.context import DeviceSecret, PartsOf, PeerAddress, Visitor
from preau.meet.api.errors import documented
from preau.meet.api.house_models import CaseLook, LateReportBody, OpenedCaseAnswer
from preau.meet.api.meeting_models import InvitationLook, LinkAnswer
from preau.meet.api.models import SecretBody
from preau.meet.api.rights import RightsFirst
from preau.meet.domain.cases import Category
from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.services import cases, doors, late_reports

router = APIRouter(tags=["links"], route_class=RightsFirst)
_FORM = (ErrorCode.BAD_REQUEST, ErrorCode.INVALID_FIELDS, ErrorCode.NOT_ALLOWED, ErrorCode.TOO_LARGE)
_LATE = frozenset(
    {ErrorCode.MEETING_UNKNOWN, ErrorCode.CASE_UNKNOWN, ErrorCode.TOO_LATE_TO_REPORT, ErrorCode.RATE_LIMITED}
)
_T = TypeVar("_T")


async def _evenly(look: Callable[[], _T]) -> _T:
    """What `look` returns; when it finds nothing, that is said at one moment after the question."""
    loop = asyncio.get_running_loop()
    answer_at = loop.time() + doors.REFUSED_AFTER_S
    try:
        return await run_in_threadpool(look)
    except DomainError as refusal:
        if refusal.code in _LATE:
            await asyncio.sleep(answer_at - loop.time())
        raise


@router.get("/links/{code}", responses=documented(ErrorCode.MEETING_UNKNOWN, ErrorCode.RATE_LIMITED))
async def look_at_link(
    code: str, visitor: Visitor, parts: PartsOf, device: DeviceSecret, address: PeerAddress
) -> LinkAnswer:
    """What a meeting's link shows before anybody enters."""
    return await _evenly(
        lambda: LinkAnswer.of(
            doors.look_at_link(
                parts.world, parts.rooms, doors.Visitor(visitor, code, None, None, device, address)
            )
        )
    )


@router.post(
    "/invitations/look",
    responses=documented(*_FORM, ErrorCode.MEETING_UNKNOWN, ErrorCode.RATE_LIMITED),
)
async def look_at_invitation(
    body: SecretBody, visitor: Visitor, parts: PartsOf, device: DeviceSecret, address: PeerAddress
) -> InvitationLook:
    """What a personal link shows before anybody enters. Looking does not tie it to this browser."""
    return await _evenly(
        lambda: InvitationLook.of(
            doors.look_at_invitation(
                parts.world, parts.rooms, doors.Visitor(visitor, "", body.secret, None, device, address)
            )
        )
    )


@router.post(
    "/reports",
    status_code=201,
    responses=documented(*_FORM, ErrorCode.TOO_LATE_TO_REPORT, ErrorCode.RATE_LIMITED),
)
async def report_late(body: LateReportBody, parts: PartsOf, address: PeerAddress) -> OpenedCaseAnswer:
    """A report by somebody who was in a meeting's room, up to a day after coming in."""
    told = late_reports.LateReport(body.ticket, Category(body.category), body.text)
    return await _evenly(
        lambda: OpenedCaseAnswer.of(late_reports.report_late(parts.world, parts.tickets, told, address))
    )


@router.post("/cases/look", responses=documented(*_FORM, ErrorCode.CASE_UNKNOWN, ErrorCode.RATE_LIMITED))
async def look_at_case(body: SecretBody, parts: PartsOf, address: PeerAddress) -> CaseLook:
    """What became of a report, for who has its secret."""
    return await _evenly(lambda: CaseLook.of(cases.look_at_case(parts.world, body.secret, address)))
