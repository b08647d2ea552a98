"""Meetings: what their owners do with them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from preau.meet.api.audit_models import AuditList, AuditQueryOf
from preau.meet.api.context import Parts, PartsOf, SignedInAccount
from preau.meet.api.errors import documented
from preau.meet.api.meeting_models import (
    InvitationAnswer,
    InvitationList,
    InvitationsBody,
    InvitationsMade,
    MeetingAnswer,
    MeetingBody,
    MeetingChanges,
    MeetingList,
    RenewalBody,
)
from preau.meet.api.rights import RightsFirst
from preau.meet.domain.errors import ErrorCode
from preau.meet.domain.ids import InvitationId, MeetingId
from preau.meet.domain.invitations import Source
from preau.meet.services import audit, invitations, meetings
from preau.meet.services.meetings import Changes, MeetingView

WantedId = Annotated[str, Path(alias="id")]
InvitationPath = Annotated[str, Path(alias="iid")]

router = APIRouter(tags=["meetings"], route_class=RightsFirst)
_FORM = (ErrorCode.BAD_REQUEST, ErrorCode.INVALID_FIELDS, ErrorCode.NOT_ALLOWED, ErrorCode.TOO_LARGE)
_OWN = (ErrorCode.NOT_SIGNED_IN, ErrorCode.NOT_FOUND)


def _answer(parts: Parts, view: MeetingView) -> MeetingAnswer:
    return MeetingAnswer.of(view, parts.public_url, parts.rooms.participant_count(view.meeting.id))


@router.get("/meetings", responses=documented(ErrorCode.NOT_SIGNED_IN))
def list_meetings(account: SignedInAccount, parts: PartsOf) -> MeetingList:
    """The own meetings, the latest activity first."""
    found = meetings.list_meetings(parts.world, account)
    usual = meetings.usual_kind(parts.world)
    return MeetingList(meetings=[_answer(parts, view) for view in found], usual_kind=usual.value)


@router.post("/meetings", status_code=201, responses=documented(*_FORM, ErrorCode.NOT_SIGNED_IN))
def create_meeting(
    account: SignedInAccount, parts: PartsOf, body: MeetingBody | None = None
) -> MeetingAnswer:
    """A new meeting."""
    wanted = body or MeetingBody()
    view = meetings.create_meeting(parts.world, account, wanted.title, wanted.kind_or_none())
    return _answer(parts, view)


@router.get("/meetings/{id}", responses=documented(*_OWN))
def view_meeting(meeting_id: WantedId, account: SignedInAccount, parts: PartsOf) -> MeetingAnswer:
    """One of the own meetings."""
    return _answer(parts, meetings.view_meeting(parts.world, account, MeetingId(meeting_id)))


@router.patch(
    "/meetings/{id}", responses=documented(*_FORM, *_OWN, ErrorCode.RULE_LOCKED, ErrorCode.RATE_LIMITED)
)
def change_meeting(
    meeting_id: WantedId, body: MeetingChanges, account: SignedInAccount, parts: PartsOf
) -> MeetingAnswer:
    """Another title, other rules or another passcode for one of the own meetings."""
    changes = Changes(body.title, body.rules, body.changed_passcode())
    view = meetings.change_meeting(parts.world, parts.rooms, account, MeetingId(meeting_id), changes)
    return _answer(parts, view)


@router.delete(
    "/meetings/{id}",
    status_code=204,
    response_class=Response,
    responses=documented(*_OWN, ErrorCode.NOT_ALLOWED),
)
def delete_meeting(meeting_id: WantedId, account: SignedInAccount, parts: PartsOf) -> None:
    """Delete one of the own meetings; whoever is in it is told and out."""
    meetings.delete_meeting(parts.world, parts.rooms, account, MeetingId(meeting_id))


@router.post("/meetings/{id}/link", responses=documented(*_OWN, ErrorCode.NOT_ALLOWED))
def change_link(meeting_id: WantedId, account: SignedInAccount, parts: PartsOf) -> MeetingAnswer:
    """Another open link; the one before leads nowhere from now on. Personal links stay."""
    return _answer(parts, meetings.change_link(parts.world, parts.rooms, account, MeetingId(meeting_id)))


@router.get("/meetings/{id}/invitations", responses=documented(*_OWN))
def list_invitations(meeting_id: WantedId, account: SignedInAccount, parts: PartsOf) -> InvitationList:
    """The personal links, without their secrets: nobody has those any more."""
    found = invitations.list_invitations(parts.world, account, MeetingId(meeting_id))
    return InvitationList(
        invitations=[InvitationAnswer.of(one) for one in found], sends_mail=parts.world.sends_mail
    )


@router.post(
    "/meetings/{id}/invitations",
    status_code=201,
    responses=documented(*_FORM, *_OWN, ErrorCode.CONFLICT, ErrorCode.RATE_LIMITED),
)
def invite(
    meeting_id: WantedId, body: InvitationsBody, account: SignedInAccount, parts: PartsOf
) -> InvitationsMade:
    """A personal link for each person who has none yet; this answer alone has them. At most 500 a meeting.

    Asking again makes nothing new: who is there already, by name, keeps their link. With `send` those who
    have an address get theirs by mail, now or never: links are not kept.
    """
    made = invitations.invite(
        parts.world,
        account,
        MeetingId(meeting_id),
        [one.invitee() for one in body.people],
        Source.ROSTER if body.from_list else Source.INVITED,
        post=parts.links if body.send else None,
    )
    return InvitationsMade.of(made, parts.public_url, sends_mail=parts.world.sends_mail)


@router.post(
    "/meetings/{id}/invitations/{iid}/link",
    responses=documented(*_FORM, *_OWN, ErrorCode.RATE_LIMITED),
)
def renew_invitation(
    meeting_id: WantedId,
    invitation_id: InvitationPath,
    account: SignedInAccount,
    parts: PartsOf,
    body: RenewalBody | None = None,
) -> InvitationAnswer:
    """Another personal link for the same person, free for another device; the one before is dead."""
    fresh = invitations.renew_invitation(
        parts.world,
        parts.rooms,
        account,
        MeetingId(meeting_id),
        InvitationId(invitation_id),
        post=parts.links if body and body.send else None,
    )
    return InvitationAnswer.of_fresh(fresh, parts.public_url)


@router.post(
    "/meetings/{id}/invitations/{iid}/mail",
    responses=documented(*_OWN, ErrorCode.NOT_ALLOWED, ErrorCode.INVALID_FIELDS, ErrorCode.RATE_LIMITED),
)
def mail_invitation(
    meeting_id: WantedId, invitation_id: InvitationPath, account: SignedInAccount, parts: PartsOf
) -> InvitationAnswer:
    """Send who got no mail another one with another link; the one before is dead.

    A link whose mail waits or was sent, or that was used, stays as it is.
    """
    which = InvitationId(invitation_id)
    sent = invitations.mail_invitation(parts.world, account, MeetingId(meeting_id), which, parts.links)
    return InvitationAnswer.of(sent)


@router.delete(
    "/meetings/{id}/invitations/{iid}",
    status_code=204,
    response_class=Response,
    responses=documented(*_OWN, ErrorCode.NOT_ALLOWED),
)
def revoke_invitation(
    meeting_id: WantedId, invitation_id: InvitationPath, account: SignedInAccount, parts: PartsOf
) -> None:
    """Take a personal link back; who came by it is out."""
    invitations.revoke_invitation(
        parts.world, parts.rooms, account, MeetingId(meeting_id), InvitationId(invitation_id)
    )


@router.get("/meetings/{id}/audit", responses=documented(*_OWN, ErrorCode.INVALID_FIELDS))
def view_audit(
    meeting_id: WantedId, account: SignedInAccount, parts: PartsOf, query: AuditQueryOf
) -> AuditList:
    """Privileged acts about the meeting and in it, done and refused, the newest first, in pages."""
    return AuditList.of(audit.view_audit(parts.world, account, MeetingId(meeting_id), query))
