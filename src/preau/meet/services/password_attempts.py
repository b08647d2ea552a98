"""Trying passwords: whose attempt it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.domain.text import clean_email
from preau.meet.services.doors import device_key
from preau.meet.services.gates import Guesser
from preau.meet.services.limits import prefix_key
from preau.meet.services.ports import World
from preau.meet.services.secrets import hash_of


@contextmanager
def attempt_at_password(world: World, email: str, device_hash: str | None, address: str) -> Iterator[None]:
    """One attempt, claimed for the block. Raises `rate-limited` when it comes too soon.

    A block that raises `sign-in-failed` was wrong; whatever else happens costs nothing. `device_hash`: of the
    browser's cookie, where it keeps one.
    """
    cleaned = clean_email(email)
    # Hashed, so that no list of addresses gathers in memory.
    subject = hash_of(cleaned or email.strip().lower())
    device = device_hash or device_key(None, address)
    own = device if device_hash and _was_signed_in_on(world, cleaned, device_hash) else None
    gate = world.guesses.passwords
    claim = gate.claim(subject, Guesser(device, prefix_key(address), own), world.clock.steady())
    try:
        yield
    except DomainError as refusal:
        if refusal.code is not ErrorCode.SIGN_IN_FAILED:
            gate.give_back(claim, world.clock.steady())
        raise
    gate.give_back(claim, world.clock.steady())


def _was_signed_in_on(world: World, email: str | None, device_hash: str) -> bool:
    with world.store.read() as stored:
        account = stored.accounts.by_email(email) if email else None
        return account is not None and stored.sign_ins.knows_device(account.id, device_hash)
