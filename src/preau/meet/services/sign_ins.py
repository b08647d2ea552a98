"""Signing in with a password, staying signed in, giving the password again, signing out."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from preau.meet.domain.accounts import Account
from preau.meet.domain.errors import account_disabled, not_found, sign_in_again, sign_in_failed
from preau.meet.domain.ids import ID_BYTES, SignInId, sign_in_id
from preau.meet.domain.policy import Action
from preau.meet.domain.sign_ins import SIGN_IN_LIFE, Origin, SignIn
from preau.meet.domain.text import clean_email
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.ports import LiveRooms, Transaction, World
from preau.meet.services.refusals import RefusedIn
from preau.meet.services.secrets import hash_of, new_secret

#: Each note of a use is a write to the disk.
_NOTE_USE_EVERY = timedelta(minutes=5)
NOWHERE_KNOWN = Origin()


def sign_in_cookie(*, is_https: bool) -> str:
    """The name of the cookie that holds a sign-in; the prefix keeps other hosts from setting it."""
    return "__Host-preau_signin" if is_https else "preau_signin"


@dataclass(frozen=True)
class SignedIn:
    """Somebody just signed in; `secret` goes into the cookie and is stored nowhere.

    `is_new_device`: the account is known on other devices, and not on this one.
    """

    account: Account
    secret: str
    sign_in: SignIn
    is_new_device: bool


@dataclass(frozen=True)
class Caller:
    """Whose cookie it is, and of which sign-in."""

    account: Account
    sign_in: SignIn


def add_sign_in(world: World, stored: Transaction, account: Account, origin: Origin) -> SignedIn:
    """Sign an account in, inside the caller's transaction."""
    now = world.clock.now()
    secret = new_secret(world.randomness)
    made = SignIn(
        id=sign_in_id(world.randomness.draw(ID_BYTES)),
        secret_hash=hash_of(secret),
        account_id=account.id,
        created_at=now,
        expires_at=now + SIGN_IN_LIFE,
        last_used_at=now,
        password_at=now,
        browser=origin.device.browser,
        system=origin.device.system,
        network=origin.network,
    )
    stored.sign_ins.add(made)
    is_new = origin.device_hash is None or stored.sign_ins.meet_device(account.id, origin.device_hash, now)
    stored.audit.add(AuditRecord(now, account.id, Action.SIGN_IN.value, made.id))
    return SignedIn(account, secret, made, is_new)


def sign_in(world: World, email: str, password: str, origin: Origin = NOWHERE_KNOWN) -> SignedIn:
    """Sign in by address and password; one answer, in one time, for everything that is wrong.

    Who has the password of a disabled account is told that it is disabled. What was refused is summed up in
    the audit.
    """
    address = clean_email(email)
    with world.store.read() as stored:
        account = stored.accounts.by_email(address) if address else None
    # The hash is compared outside any transaction: it takes long, and always equally long.
    is_right = world.passwords.matches(account.password_hash if account else None, password)
    if account is None or not is_right or account.disabled_at is not None:
        subject = account.id if account else ""
        world.unnoted.count(RefusedIn(action=Action.SIGN_IN.value, subject_id=subject))
        raise account_disabled() if account and is_right else sign_in_failed()
    with world.store.write() as stored:
        # Looked at again: it may have been disabled, or given another password, while the hash was compared.
        current = stored.accounts.by_id(account.id)
        if current is None or current.disabled_at or current.password_hash != account.password_hash:
            raise sign_in_failed()
        return add_sign_in(world, stored, current, origin)


def caller(world: World, secret: str | None) -> Caller | None:
    """Whose cookie it is, or None; that it was used is noted now and then."""
    if not secret:
        return None
    now = world.clock.now()
    with world.store.read() as stored:
        found = stored.sign_ins.by_secret(hash_of(secret), now)
        account = stored.accounts.by_id(found.account_id) if found else None
    if found is None or account is None or account.disabled_at is not None:
        return None
    if found.last_used_at + _NOTE_USE_EVERY <= now:
        # Nobody is turned away because a note could not be written.
        with suppress(Exception), world.store.write() as stored:
            stored.sign_ins.note_use(found.id, now)
    return Caller(account, found)


def who(world: World, secret: str | None) -> Account | None:
    """Whose cookie it is, or None."""
    found = caller(world, secret)
    return None if found is None else found.account


def demand_recent(world: World, sign_in: SignIn) -> None:
    """Raise `sign-in-again` unless the password was given a moment ago."""
    if not sign_in.is_recent(world.clock.now()):
        raise sign_in_again()


def give_password_again(world: World, asking: Caller, password: str) -> None:
    """The password once more, before acts that need it. Raises `sign-in-failed`."""
    if not world.passwords.matches(asking.account.password_hash, password):
        world.unnoted.count(RefusedIn(action=Action.SIGN_IN.value, subject_id=asking.account.id))
        raise sign_in_failed()
    now = world.clock.now()
    with world.store.write() as stored:
        stored.sign_ins.note_password(asking.sign_in.id, now)
        stored.audit.add(AuditRecord(now, asking.account.id, Action.CONFIRM_SIGN_IN.value, asking.sign_in.id))


def sign_out(world: World, rooms: LiveRooms, secret: str | None) -> None:
    """End the sign-in of that cookie, in rooms too; nothing when there is none."""
    found = caller(world, secret)
    if found is not None:
        end_sign_in(world, rooms, found.account, found.sign_in.id)


def list_sign_ins(world: World, account: Account) -> tuple[SignIn, ...]:
    """Where an account is signed in, the latest used first."""
    with world.store.read() as stored:
        return tuple(stored.sign_ins.of_account(account.id, world.clock.now()))


def end_sign_in(world: World, rooms: LiveRooms, account: Account, wanted: SignInId) -> None:
    """End one of an account's own sign-ins, in rooms too. Raises `not-found`."""
    now = world.clock.now()
    with world.store.write() as stored:
        theirs = {one.id for one in stored.sign_ins.of_account(account.id, now)}
        if wanted not in theirs:
            raise not_found()
        stored.sign_ins.remove(wanted)
        stored.audit.add(AuditRecord(now, account.id, Action.END_SIGN_IN.value, wanted))
    rooms.end_sign_ins({wanted})


def sign_out_everywhere(world: World, rooms: LiveRooms, account: Account) -> None:
    """End all of an account's sign-ins, this one too."""
    now = world.clock.now()
    with world.store.write() as stored:
        ended = end_all(stored, account, world)
        stored.audit.add(AuditRecord(now, account.id, Action.SIGN_OUT_EVERYWHERE.value, account.id))
    rooms.end_sign_ins(ended)


def end_all(
    stored: Transaction, account: Account, world: World, but: SignInId | None = None
) -> Collection[SignInId]:
    """End an account's sign-ins, but one where that is said; returns those that rooms have to hear of."""
    found = {one.id for one in stored.sign_ins.of_account(account.id, world.clock.now())}
    stored.sign_ins.remove_of(account.id, but)
    return found - {but} if but else found
