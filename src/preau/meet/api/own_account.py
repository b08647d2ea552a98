"""The own account taken back: its password, where it is signed in, its end."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from preau.meet.api.account_models import (
    ForgottenBody,
    NewPasswordBody,
    PasswordBody,
    SignInAnswer,
    SignInList,
)
from preau.meet.api.context import (
    OriginOf,
    Parts,
    PartsOf,
    PeerAddress,
    RecentCaller,
    SignedInCaller,
    drop_sign_in,
)
from preau.meet.api.errors import documented
from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.domain.ids import SignInId
from preau.meet.services import own_account, sign_ins
from preau.meet.services.sign_ins import Caller

router = APIRouter(tags=["accounts"])
_FORM = (ErrorCode.BAD_REQUEST, ErrorCode.INVALID_FIELDS, ErrorCode.NOT_ALLOWED, ErrorCode.TOO_LARGE)
_PASSWORD = (ErrorCode.NOT_SIGNED_IN, ErrorCode.SIGN_IN_FAILED, ErrorCode.RATE_LIMITED)


def _counted(parts: Parts, asking: Caller, error: DomainError) -> DomainError:
    if error.code is ErrorCode.SIGN_IN_FAILED:
        parts.confirmations.count(asking.sign_in.id, parts.world.clock.steady())
    return error


@router.post(
    "/me/confirm", status_code=204, response_class=Response, responses=documented(*_FORM, *_PASSWORD)
)
def confirm(body: PasswordBody, asking: SignedInCaller, parts: PartsOf) -> None:
    """Give the password again: for 15 minutes acts that answered `sign-in-again` are open."""
    parts.confirmations.check(asking.sign_in.id, parts.world.clock.steady())
    try:
        sign_ins.give_password_again(parts.world, asking, body.password)
    except DomainError as error:
        raise _counted(parts, asking, error) from None


@router.post(
    "/me/password", status_code=204, response_class=Response, responses=documented(*_FORM, *_PASSWORD)
)
def change_password(body: NewPasswordBody, asking: SignedInCaller, parts: PartsOf, origin: OriginOf) -> None:
    """Another password; every other browser is signed out."""
    parts.confirmations.check(asking.sign_in.id, parts.world.clock.steady())
    try:
        wanted = own_account.NewPassword(body.present, body.password, origin.device_hash)
        changed = own_account.change_password(parts.world, parts.rooms, asking, wanted)
    except DomainError as error:
        raise _counted(parts, asking, error) from None
    parts.account_post.tell_of_password(changed)


@router.get("/me/sign-ins", responses=documented(ErrorCode.NOT_SIGNED_IN))
def list_sign_ins(asking: SignedInCaller, parts: PartsOf) -> SignInList:
    """Where the own account is signed in, the latest used first."""
    found = sign_ins.list_sign_ins(parts.world, asking.account)
    return SignInList(sign_ins=[SignInAnswer.of(one, asking.sign_in.id) for one in found])


@router.delete(
    "/me/sign-ins/{id}",
    status_code=204,
    response_class=Response,
    responses=documented(ErrorCode.NOT_SIGNED_IN, ErrorCode.NOT_ALLOWED, ErrorCode.NOT_FOUND),
)
def end_sign_in(wanted: Annotated[str, Path(alias="id")], asking: SignedInCaller, parts: PartsOf) -> None:
    """Sign one browser out, of the meetings it is in too."""
    sign_ins.end_sign_in(parts.world, parts.rooms, asking.account, SignInId(wanted))


@router.delete(
    "/me/sign-ins",
    status_code=204,
    response_class=Response,
    responses=documented(ErrorCode.NOT_SIGNED_IN, ErrorCode.NOT_ALLOWED),
)
def sign_out_everywhere(asking: SignedInCaller, parts: PartsOf, response: Response) -> None:
    """Sign every browser out, this one too."""
    sign_ins.sign_out_everywhere(parts.world, parts.rooms, asking.account)
    drop_sign_in(response, parts)


@router.delete(
    "/me",
    status_code=204,
    response_class=Response,
    responses=documented(
        ErrorCode.NOT_SIGNED_IN, ErrorCode.NOT_ALLOWED, ErrorCode.SIGN_IN_AGAIN, ErrorCode.LAST_ADMINISTRATOR
    ),
)
def erase_me(asking: RecentCaller, parts: PartsOf, response: Response) -> None:
    """Erase the own account with its meetings, which end where they run."""
    own_account.erase_own_account(parts.world, parts.rooms, asking)
    drop_sign_in(response, parts)


@router.post(
    "/forgotten-password",
    status_code=204,
    response_class=Response,
    responses=documented(*_FORM, ErrorCode.RATE_LIMITED),
)
def forget_password(body: ForgottenBody, parts: PartsOf, address: PeerAddress) -> None:
    """Have a link to choose a password sent, if there is such an account; the answer is the same if not."""
    parts.account_post.ask_for_link(body.email, address)
