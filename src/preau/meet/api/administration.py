"""The accounts of this server, for its administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from preau.meet.api.account_models import (
    AdministeredAnswer,
    AdministeredBody,
    AdministeredList,
    InvitedBody,
    LinkBody,
)
from preau.meet.api.context import Parts, PartsOf, RecentAccount, SignedInAccount
from preau.meet.api.errors import documented
from preau.meet.domain.account_letters import About
from preau.meet.domain.accounts import Account
from preau.meet.domain.errors import ErrorCode, invalid
from preau.meet.domain.ids import AccountId
from preau.meet.domain.roles import AccountRole
from preau.meet.services import accounts, administration
from preau.meet.services.meetings import actor_of

router = APIRouter(tags=["house"])
_FORM = (ErrorCode.BAD_REQUEST, ErrorCode.INVALID_FIELDS, ErrorCode.TOO_LARGE)
_ADMIN = (ErrorCode.NOT_SIGNED_IN, ErrorCode.NOT_ALLOWED)
_ACT = (*_ADMIN, ErrorCode.SIGN_IN_AGAIN)
WantedId = Annotated[str, Path(alias="id")]


@router.get("/accounts", responses=documented(*_ADMIN, ErrorCode.INVALID_FIELDS))
def view_accounts(
    account: SignedInAccount, parts: PartsOf, search: Annotated[str, Query(max_length=100)] = ""
) -> AdministeredList:
    """The accounts whose name or address has every word of the search, by name; the first hundred."""
    found = administration.find_accounts(parts.world, actor_of(account), search)
    return AdministeredList.of(found, sends_mail=parts.account_post.is_on)


def _with_link(parts: Parts, account: Account, secret: str, about: About | None) -> AdministeredAnswer:
    if about is not None:
        parts.account_post.send_link(account, secret, about)
    with parts.world.store.read() as stored:
        view = administration.view_of(parts.world, stored, account)
    return AdministeredAnswer.of(view, parts.account_post.link(secret))


def _demand_mail(parts: Parts, *, send: bool) -> None:
    if send and not parts.account_post.is_on:
        raise invalid({"send": "This server sends no mail."})


@router.post("/accounts", status_code=201, responses=documented(*_FORM, *_ACT, ErrorCode.CONFLICT))
def create_account(body: InvitedBody, account: RecentAccount, parts: PartsOf) -> AdministeredAnswer:
    """Make an account; the answer alone has the link by which its owner chooses a password."""
    _demand_mail(parts, send=body.send)
    given = accounts.NewAccount(body.name, body.email, AccountRole(body.role), body.language)
    made, secret = accounts.create(parts.world, actor_of(account), given)
    return _with_link(parts, made, secret, About.WELCOME if body.send else None)


@router.patch(
    "/accounts/{id}",
    responses=documented(
        *_FORM, *_ACT, ErrorCode.NOT_FOUND, ErrorCode.CONFLICT, ErrorCode.LAST_ADMINISTRATOR
    ),
)
def change_account(
    wanted: WantedId, body: AdministeredBody, account: RecentAccount, parts: PartsOf
) -> AdministeredAnswer:
    """Change an account, disable or enable it. Who is disabled is signed out everywhere, and of meetings."""
    changes = administration.AccountChanges(
        name=body.name,
        email=body.email,
        role=AccountRole(body.role) if body.role else None,
        language=body.language,
        is_disabled=body.is_disabled,
    )
    actor = actor_of(account)
    view = administration.change_account(parts.world, parts.rooms, actor, AccountId(wanted), changes)
    return AdministeredAnswer.of(view)


@router.post(
    "/accounts/{id}/link",
    responses=documented(*_FORM, *_ACT, ErrorCode.NOT_FOUND, ErrorCode.ACCOUNT_DISABLED),
)
def renew_account_link(
    wanted: WantedId, body: LinkBody, account: RecentAccount, parts: PartsOf
) -> AdministeredAnswer:
    """Another link by which the owner chooses a password; the links before stop working."""
    _demand_mail(parts, send=body.send)
    found, secret = administration.renew_link(parts.world, actor_of(account), AccountId(wanted))
    about = About.NEW_LINK if found.password_hash is not None else About.WELCOME
    return _with_link(parts, found, secret, about if body.send else None)


@router.delete(
    "/accounts/{id}",
    status_code=204,
    response_class=Response,
    responses=documented(*_ACT, ErrorCode.NOT_FOUND, ErrorCode.LAST_ADMINISTRATOR),
)
def erase_account(wanted: WantedId, account: RecentAccount, parts: PartsOf) -> None:
    """Erase an account with its meetings, which end where they run. Reports stay, and acts without a name."""
    administration.erase_account(parts.world, parts.rooms, actor_of(account), AccountId(wanted))
