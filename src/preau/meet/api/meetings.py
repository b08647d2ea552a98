"""Meetings and their links."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from preau.meet.api.context import Address, Parts, PartsOf, SignedInAccount, Visitor
from preau.meet.api.errors import documented
from preau.meet.api.models import LinkAnswer, MeetingAnswer, MeetingBody, MeetingChanges, MeetingList
from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.domain.ids import MeetingId
from preau.meet.domain.meetings import Meeting
from preau.meet.services import meetings

WantedId = Annotated[str, Path(alias="id")]

router = APIRouter(tags=["meetings"])
_FORM = (ErrorCode.BAD_REQUEST, ErrorCode.INVALID_FIELDS, ErrorCode.NOT_ALLOWED, ErrorCode.TOO_LARGE)
_OWN = (ErrorCode.NOT_SIGNED_IN, ErrorCode.NOT_FOUND)


def _answer(parts: Parts, meeting: Meeting) -> MeetingAnswer:
    return MeetingAnswer.of(meeting, parts.public_url, parts.rooms.participant_count(meeting.id))


@router.get("/meetings", responses=documented(ErrorCode.NOT_SIGNED_IN))
def list_meetings(account: SignedInAccount, parts: PartsOf) -> MeetingList:
    """The own meetings, the latest activity first."""
    found = meetings.list_meetings(parts.world, account)
    return MeetingList(meetings=[_answer(parts, meeting) for meeting in found])


@router.post("/meetings", status_code=201, responses=documented(*_FORM, ErrorCode.NOT_SIGNED_IN))
def create_meeting(
    account: SignedInAccount, parts: PartsOf, body: MeetingBody | None = None
) -> MeetingAnswer:
    """A new meeting."""
    return _answer(parts, meetings.create_meeting(parts.world, account, body.title if body else None))


@router.get("/meetings/{id}", responses=documented(*_OWN))
def view_meeting(meeting_id: WantedId, account: SignedInAccount, parts: PartsOf) -> MeetingAnswer:
    """One of the own meetings."""
    return _answer(parts, meetings.view_meeting(parts.world, account, MeetingId(meeting_id)))


@router.patch("/meetings/{id}", responses=documented(*_FORM, *_OWN))
def rename_meeting(
    meeting_id: WantedId, body: MeetingChanges, account: SignedInAccount, parts: PartsOf
) -> MeetingAnswer:
    """Another title for one of the own meetings."""
    return _answer(parts, meetings.rename_meeting(parts.world, account, MeetingId(meeting_id), body.title))


@router.delete(
    "/meetings/{id}",
    status_code=204,
    response_class=Response,
    responses=documented(*_OWN, ErrorCode.NOT_ALLOWED),
)
def delete_meeting(meeting_id: WantedId, account: SignedInAccount, parts: PartsOf) -> None:
    """Delete one of the own meetings; whoever is in it is told and out."""
    meetings.delete_meeting(parts.world, account, MeetingId(meeting_id))
    parts.rooms.end(MeetingId(meeting_id))


@router.get("/links/{code}", responses=documented(ErrorCode.MEETING_UNKNOWN, ErrorCode.RATE_LIMITED))
def look_at_link(code: str, visitor: Visitor, parts: PartsOf, address: Address) -> LinkAnswer:
    """What a meeting's link shows before anybody enters."""
    now = parts.world.clock.now()
    parts.unknown_links.check(address, now)
    try:
        view = meetings.look_at_link(parts.world, visitor, code)
    except DomainError:
        parts.unknown_links.count(address, now)
        raise
    return LinkAnswer(code=view.code, is_host=view.is_host, title=view.title, name=view.name)
