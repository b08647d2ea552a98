"""What every request can reach: the parts of the server, and who asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, cast

from fastapi import Cookie, Depends, Request, Response

from preau.meet.domain.accounts import Account
from preau.meet.domain.errors import not_signed_in
from preau.meet.services.limits import Attempts, Limit, address_key
from preau.meet.services.link_post import LinkPost
from preau.meet.services.ports import LiveRooms, Mail, Media, MediaNewsReader, World
from preau.meet.services.sign_ins import SIGN_IN_LIFE, SignedIn, who

SIGN_IN_COOKIE = "preau_signin"

# Failures only: a class that signs in behind one address at eight o'clock is no attack.
FAILURES_PER_ACCOUNT = Limit(10, timedelta(minutes=15))
FAILURES_PER_ADDRESS = Limit(100, timedelta(minutes=15))
TRIALS_PER_ACCOUNT = Limit(5, timedelta(minutes=5))


@dataclass(frozen=True)
class Parts:
    """The server behind the interface."""

    world: World
    rooms: LiveRooms
    media: Media
    news: MediaNewsReader
    mail: Mail
    links: LinkPost
    public_url: str
    is_https: bool
    account_failures: Attempts = field(default_factory=lambda: Attempts(FAILURES_PER_ACCOUNT))
    address_failures: Attempts = field(default_factory=lambda: Attempts(FAILURES_PER_ADDRESS))
    mail_trials: Attempts = field(default_factory=lambda: Attempts(TRIALS_PER_ACCOUNT))


def _parts(request: Request) -> Parts:
    return cast("Parts", request.app.state.parts)


PartsOf = Annotated[Parts, Depends(_parts)]
SignInSecret = Annotated[str | None, Cookie(alias=SIGN_IN_COOKIE, include_in_schema=False)]


def _visitor(parts: PartsOf, secret: SignInSecret = None) -> Account | None:
    return who(parts.world, secret)


Visitor = Annotated[Account | None, Depends(_visitor)]


def _account(visitor: Visitor) -> Account:
    if visitor is None:
        raise not_signed_in()
    return visitor


SignedInAccount = Annotated[Account, Depends(_account)]


def _peer_address(request: Request) -> str:
    return request.client.host if request.client else ""


PeerAddress = Annotated[str, Depends(_peer_address)]


def _address(peer_address: PeerAddress) -> str:
    return address_key(peer_address)


Address = Annotated[str, Depends(_address)]


def keep_sign_in(response: Response, parts: Parts, signed_in: SignedIn) -> None:
    """Put the cookie of a new sign-in into the answer."""
    response.set_cookie(
        SIGN_IN_COOKIE,
        signed_in.secret,
        max_age=int(SIGN_IN_LIFE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=parts.is_https,
        path="/",
    )


def drop_sign_in(response: Response, parts: Parts) -> None:
    """Take the cookie back."""
    response.delete_cookie(SIGN_IN_COOKIE, httponly=True, samesite="lax", secure=parts.is_https, path="/")
