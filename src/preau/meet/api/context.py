"""What every request can reach: the parts of the server, and who asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, cast

from fastapi import Depends, Request, Response

from preau.meet.domain.accounts import Account
from preau.meet.domain.devices import read_device
from preau.meet.domain.errors import not_signed_in
from preau.meet.domain.sign_ins import SIGN_IN_LIFE, Origin
from preau.meet.services.account_post import AccountPost
from preau.meet.services.doors import device_cookie, known_device
from preau.meet.services.late_reports import Tickets
from preau.meet.services.limits import Attempts, Limit, prefix_key
from preau.meet.services.link_post import LinkPost
from preau.meet.services.ports import LiveRooms, Mail, Media, MediaNewsReader, Spreadsheets, World
from preau.meet.services.sign_ins import Caller, SignedIn, caller, demand_recent, sign_in_cookie

TRIALS_PER_ACCOUNT = Limit(5, timedelta(minutes=5))
#: Of the password that somebody who is signed in gives again, in that browser: no other is kept from it.
CONFIRMATIONS_PER_SIGN_IN = Limit(10, timedelta(minutes=15))
# Each change of a choice reads the list anew.
LIST_PREVIEWS_PER_ACCOUNT = Limit(120, timedelta(minutes=5))


@dataclass(frozen=True)
class Parts:
    """The server behind the interface."""

    world: World
    rooms: LiveRooms
    media: Media
    news: MediaNewsReader
    mail: Mail
    links: LinkPost
    account_post: AccountPost
    spreadsheets: Spreadsheets
    tickets: Tickets
    public_url: str
    is_https: bool
    confirmations: Attempts = field(default_factory=lambda: Attempts(CONFIRMATIONS_PER_SIGN_IN))
    mail_trials: Attempts = field(default_factory=lambda: Attempts(TRIALS_PER_ACCOUNT))
    list_previews: Attempts = field(default_factory=lambda: Attempts(LIST_PREVIEWS_PER_ACCOUNT))


def _parts(request: Request) -> Parts:
    return cast("Parts", request.app.state.parts)


PartsOf = Annotated[Parts, Depends(_parts)]


def sign_in_secret(request: Request, parts: PartsOf) -> str | None:
    """What the sign-in cookie of a request holds."""
    return request.cookies.get(sign_in_cookie(is_https=parts.is_https))


SignInSecret = Annotated[str | None, Depends(sign_in_secret)]


def _device_secret(request: Request, parts: PartsOf) -> str | None:
    return request.cookies.get(device_cookie(is_https=parts.is_https))


DeviceSecret = Annotated[str | None, Depends(_device_secret)]


def _caller(parts: PartsOf, secret: SignInSecret) -> Caller | None:
    return caller(parts.world, secret)


def _visitor(found: Annotated[Caller | None, Depends(_caller)]) -> Account | None:
    return None if found is None else found.account


Visitor = Annotated[Account | None, Depends(_visitor)]


def _signed_in(found: Annotated[Caller | None, Depends(_caller)]) -> Caller:
    if found is None:
        raise not_signed_in()
    return found


SignedInCaller = Annotated[Caller, Depends(_signed_in)]


def _account(found: SignedInCaller) -> Account:
    return found.account


SignedInAccount = Annotated[Account, Depends(_account)]


def _recent(found: SignedInCaller, parts: PartsOf) -> Caller:
    demand_recent(parts.world, found.sign_in)
    return found


#: Who gave the password a moment ago, as acts on accounts, the organization and reports ask for.
RecentCaller = Annotated[Caller, Depends(_recent)]


def _recent_account(found: RecentCaller) -> Account:
    return found.account


RecentAccount = Annotated[Account, Depends(_recent_account)]


def _peer_address(request: Request) -> str:
    return request.client.host if request.client else ""


PeerAddress = Annotated[str, Depends(_peer_address)]


def _origin(request: Request, secret: DeviceSecret, peer_address: PeerAddress) -> Origin:
    agent = request.headers.get("user-agent", "")
    return Origin(read_device(agent), prefix_key(peer_address), known_device(secret))


OriginOf = Annotated[Origin, Depends(_origin)]


def keep_sign_in(response: Response, parts: Parts, signed_in: SignedIn) -> None:
    """Put the cookie of a new sign-in into the answer."""
    response.set_cookie(
        sign_in_cookie(is_https=parts.is_https),
        signed_in.secret,
        max_age=int(SIGN_IN_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=parts.is_https,
        path="/",
    )


def drop_sign_in(response: Response, parts: Parts) -> None:
    """Take the cookie back."""
    response.delete_cookie(
        sign_in_cookie(is_https=parts.is_https),
        httponly=True,
        samesite="lax",
        secure=parts.is_https,
        path="/",
    )
