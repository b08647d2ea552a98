"""Set-up, sign-in, and the own account."""

from __future__ import annotations

from fastapi import APIRouter, Response

from preau.meet.api.context import (
    OriginOf,
    PartsOf,
    PeerAddress,
    SignedInAccount,
    SignInSecret,
    drop_sign_in,
    keep_sign_in,
)
from preau.meet.api.errors import documented
from preau.meet.api.models import (
    AccountAnswer,
    AccountChanges,
    LinkOwnerAnswer,
    LinkSignInBody,
    SecretBody,
    SetupBody,
    SignInBody,
)
from preau.meet.api.rights import RightsFirst
from preau.meet.domain.errors import ErrorCode
from preau.meet.services import accounts, sign_ins
from preau.meet.services.password_attempts import attempt_at_password

router = APIRouter(tags=["accounts"], route_class=RightsFirst)
_FORM = (ErrorCode.BAD_REQUEST, ErrorCode.INVALID_FIELDS, ErrorCode.NOT_ALLOWED, ErrorCode.TOO_LARGE)


@router.post(
    "/setup/look",
    status_code=204,
    response_class=Response,
    responses=documented(*_FORM, ErrorCode.LINK_EXPIRED),
)
def check_setup(body: SecretBody, parts: PartsOf) -> None:
    """Whether a set-up link still works."""
    accounts.check_setup(parts.world, body.secret)


@router.post(
    "/setup",
    status_code=201,
    responses=documented(*_FORM, ErrorCode.LINK_EXPIRED, ErrorCode.ALREADY_SET_UP, ErrorCode.RATE_LIMITED),
)
def set_up(body: SetupBody, parts: PartsOf, origin: OriginOf, response: Response) -> AccountAnswer:
    """Make the administrator, and sign in."""
    given = accounts.NewAdministrator(body.name, body.email, body.password)
    signed_in = accounts.set_up(parts.world, body.secret, given, origin)
    keep_sign_in(response, parts, signed_in)
    return AccountAnswer.of(signed_in.account)


@router.post(
    "/sign-in",
    responses=documented(
        *_FORM, ErrorCode.SIGN_IN_FAILED, ErrorCode.ACCOUNT_DISABLED, ErrorCode.RATE_LIMITED
    ),
)
def sign_in(
    body: SignInBody, parts: PartsOf, address: PeerAddress, origin: OriginOf, response: Response
) -> AccountAnswer:
    """Sign in by e-mail address and password. Mistakes slow down whoever makes them, and nobody else."""
    with attempt_at_password(parts.world, body.email, origin.device_hash, address):
        signed_in = sign_ins.sign_in(parts.world, body.email, body.password, origin)
    parts.account_post.tell_of_device(signed_in)
    keep_sign_in(response, parts, signed_in)
    return AccountAnswer.of(signed_in.account)


@router.post("/sign-in-links/look", responses=documented(*_FORM, ErrorCode.LINK_EXPIRED))
def greet(body: SecretBody, parts: PartsOf) -> LinkOwnerAnswer:
    """Whom a one-time sign-in link is for. Looking does not use it up."""
    owner = accounts.greet_link_owner(parts.world, body.secret)
    return LinkOwnerAnswer(name=owner.name, email=owner.email, has_password=owner.has_password)


@router.post(
    "/sign-in-links/use",
    responses=documented(*_FORM, ErrorCode.LINK_EXPIRED, ErrorCode.RATE_LIMITED),
)
def use_link(body: LinkSignInBody, parts: PartsOf, origin: OriginOf, response: Response) -> AccountAnswer:
    """Choose a password by a one-time link, and sign in; every other browser is signed out."""
    signed_in = accounts.use_sign_in_link(parts.world, parts.rooms, body.secret, body.password, origin)
    parts.account_post.tell_of_password(signed_in.account)
    keep_sign_in(response, parts, signed_in)
    return AccountAnswer.of(signed_in.account)


@router.post(
    "/sign-out",
    status_code=204,
    response_class=Response,
    responses=documented(ErrorCode.NOT_ALLOWED),
)
def sign_out(parts: PartsOf, response: Response, secret: SignInSecret) -> None:
    """Sign this browser out."""
    sign_ins.sign_out(parts.world, parts.rooms, secret)
    drop_sign_in(response, parts)


@router.get("/me", responses=documented(ErrorCode.NOT_SIGNED_IN))
def me(account: SignedInAccount) -> AccountAnswer:
    """The own account."""
    return AccountAnswer.of(account)


@router.patch("/me", responses=documented(*_FORM, ErrorCode.NOT_SIGNED_IN))
def change_me(body: AccountChanges, account: SignedInAccount, parts: PartsOf) -> AccountAnswer:
    """Change name or language."""
    changed = accounts.change_own_account(parts.world, account, body.name, body.language)
    return AccountAnswer.of(changed)
