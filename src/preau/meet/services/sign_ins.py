"""Signing in with a password, staying signed in, signing out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from preau.meet.domain.accounts import Account
from preau.meet.domain.errors import sign_in_failed
from preau.meet.domain.text import clean_email
from preau.meet.services.ports import SignIn, Transaction, World
from preau.meet.services.secrets import hash_of, new_secret

SIGN_IN_LIFE = timedelta(days=30)


def sign_in_cookie(*, is_https: bool) -> str:
    """The name of the cookie that holds a sign-in; the prefix keeps other hosts from setting it."""
    return "__Host-preau_signin" if is_https else "preau_signin"


@dataclass(frozen=True)
class SignedIn:
    """Somebody just signed in; `secret` goes into the cookie and is stored nowhere."""

    account: Account
    secret: str


def add_sign_in(world: World, stored: Transaction, account: Account) -> SignedIn:
    """Sign an account in, inside the caller's transaction."""
    now = world.clock.now()
    secret = new_secret(world.randomness)
    stored.sign_ins.add(SignIn(hash_of(secret), account.id, now, now + SIGN_IN_LIFE))
    return SignedIn(account, secret)


def sign_in(world: World, email: str, password: str) -> SignedIn:
    """Sign in by address and password; one answer, in one time, for everything that is wrong."""
    address = clean_email(email)
    with world.store.read() as stored:
        account = stored.accounts.by_email(address) if address else None
    # The hash is compared outside any transaction: it takes long, and always equally long.
    is_right = world.passwords.matches(account.password_hash if account else None, password)
    if account is None or not is_right:
        raise sign_in_failed()
    with world.store.write() as stored:
        return add_sign_in(world, stored, account)


def who(world: World, secret: str | None) -> Account | None:
    """Whose cookie it is, or None."""
    if not secret:
        return None
    with world.store.read() as stored:
        account_id = stored.sign_ins.account_id(hash_of(secret), world.clock.now())
        return stored.accounts.by_id(account_id) if account_id else None


def sign_out(world: World, secret: str | None) -> None:
    """End the sign-in of that cookie; nothing when there is none."""
    if not secret:
        return
    with world.store.write() as stored:
        stored.sign_ins.remove(hash_of(secret))
