"""The organization and the case register, for administrators."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.concurrency import run_in_threadpool

from preau.meet.api.audit_models import AuditList, AuditQueryOf
from preau.meet.api.context import PartsOf, RecentAccount, SignedInAccount
from preau.meet.api.errors import documented
from preau.meet.api.house_models import (
    CaseAnswer,
    CaseBody,
    CaseList,
    MailTrial,
    OrganizationAnswer,
    OrganizationBody,
)
from preau.meet.api.rights import RightsFirst
from preau.meet.domain.cases import CaseState
from preau.meet.domain.errors import ErrorCode
from preau.meet.domain.ids import CaseId, MeetingId
from preau.meet.domain.rules import Profile
from preau.meet.services import audit, cases, organization, post
from preau.meet.services.organization import OrganizationChanges

WantedId = Annotated[str, Path(alias="id")]

router = APIRouter(tags=["house"], route_class=RightsFirst)
_FORM = (ErrorCode.BAD_REQUEST, ErrorCode.INVALID_FIELDS, ErrorCode.TOO_LARGE)
_ADMIN = (ErrorCode.NOT_SIGNED_IN, ErrorCode.NOT_ALLOWED)
_ACT = (*_ADMIN, ErrorCode.SIGN_IN_AGAIN)


@router.get("/organization", responses=documented(*_ADMIN))
def view_organization(account: SignedInAccount, parts: PartsOf) -> OrganizationAnswer:
    """The organization."""
    seen = organization.view_organization(parts.world, account)
    return OrganizationAnswer.of(seen, post.mail_view(parts.world, parts.mail))


@router.patch("/organization", responses=documented(*_FORM, *_ACT))
def change_organization(body: OrganizationBody, account: RecentAccount, parts: PartsOf) -> OrganizationAnswer:
    """Change the organization; locked rules hold in running rooms at once."""
    changes = OrganizationChanges(
        name=body.name,
        profile=Profile(body.profile) if body.profile else None,
        locked_rules=body.locked_rules,
        safeguarding_contact=body.changed_contact(),
    )
    changed = organization.change_organization(parts.world, parts.rooms, account, changes)
    return OrganizationAnswer.of(changed, post.mail_view(parts.world, parts.mail))


@router.post("/organization/test-mail", responses=documented(*_ACT, ErrorCode.RATE_LIMITED))
async def try_mail(account: RecentAccount, parts: PartsOf) -> MailTrial:
    """Send a mail to the own address and say what the mail server made of it."""
    letter = await run_in_threadpool(post.trial, parts.world, account, parts.mail_trials)
    return MailTrial.of(await parts.mail.send(letter), letter.to)


@router.get("/audit", responses=documented(*_ADMIN, ErrorCode.INVALID_FIELDS))
def view_house_audit(
    account: SignedInAccount,
    parts: PartsOf,
    query: AuditQueryOf,
    meeting: Annotated[str | None, Query(max_length=40, description="Of one that is no more.")] = None,
) -> AuditList:
    """Acts at no meeting, and at meetings that are no more, the newest first, in pages."""
    wanted = replace(query, meeting_id=None if meeting is None else MeetingId(meeting))
    return AuditList.of(audit.view_house_audit(parts.world, account, wanted))


@router.get("/cases", responses=documented(*_ACT))
def list_cases(account: RecentAccount, parts: PartsOf) -> CaseList:
    """The case register, the newest first."""
    return CaseList(cases=[CaseAnswer.of(case) for case in cases.list_cases(parts.world, account)])


@router.get("/cases/{id}", responses=documented(*_ACT, ErrorCode.NOT_FOUND))
def view_case(case_id: WantedId, account: RecentAccount, parts: PartsOf) -> CaseAnswer:
    """One case."""
    return CaseAnswer.of(cases.view_case(parts.world, account, CaseId(case_id)))


@router.post("/cases/{id}/mail", responses=documented(*_ACT, ErrorCode.NOT_FOUND, ErrorCode.CONFLICT))
async def mail_case(case_id: WantedId, account: RecentAccount, parts: PartsOf) -> CaseAnswer:
    """Send a mail to the contact that was given up once more; the answer says what became of it.

    One that waits or was sent stays as it is.
    """
    wanted = CaseId(case_id)
    return CaseAnswer.of(await post.mail_case(parts.world, parts.mail, account, wanted, parts.public_url))


@router.patch("/cases/{id}", responses=documented(*_FORM, *_ACT, ErrorCode.NOT_FOUND))
def change_case(case_id: WantedId, body: CaseBody, account: RecentAccount, parts: PartsOf) -> CaseAnswer:
    """Say how far a case is and what became of it."""
    state = CaseState(body.state) if body.state else None
    return CaseAnswer.of(cases.change_case(parts.world, account, CaseId(case_id), state, body.outcome))
