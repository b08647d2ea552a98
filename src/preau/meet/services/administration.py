"""The accounts of a server in the hands of its administrators: found, invited, changed, disabled, erased.

Whoever acts, somebody is left who can administer the server.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from preau.meet.domain.accounts import LANGUAGES, Account, read_person
from preau.meet.domain.errors import DomainError, ErrorCode, conflict, invalid, last_administrator, not_found
from preau.meet.domain.ids import AccountId, MeetingId, SignInId
from preau.meet.domain.policy import Action, Actor, demand
from preau.meet.domain.roles import AccountRole
from preau.meet.services.accounts import SIGN_IN_LINK_LIFE, add_link
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.ports import AlreadyStoredError, EndingRooms, Transaction, World
from preau.meet.services.sign_ins import end_all

MOST_FOUND = 100
_SEARCH_CHARACTERS = 100


@dataclass(frozen=True)
class AccountView:
    """An account as administrators see it. `link_until`: until when a link waits for its password."""

    account: Account
    meetings: int
    last_used_at: datetime | None
    link_until: datetime | None


@dataclass(frozen=True)
class Found:
    """The accounts that a search found: the first of them, and how many there are."""

    accounts: Sequence[AccountView]
    total: int


@dataclass(frozen=True)
class AccountChanges:
    """None leaves a thing as it is."""

    name: str | None = None
    email: str | None = None
    role: AccountRole | None = None
    language: str | None = None
    is_disabled: bool | None = None


def find_accounts(world: World, actor: Actor, search: str = "", most: int = MOST_FOUND) -> Found:
    """Accounts whose name or address has every word of the search, by name; accents make no difference."""
    demand(actor, Action.VIEW_ACCOUNTS)
    words = _plain(search[:_SEARCH_CHARACTERS]).split()
    with world.store.read() as stored:
        matching = [
            one
            for one in stored.accounts.all()
            if all(word in f"{_plain(one.name)} {one.email}" for word in words)
        ]
        matching.sort(key=lambda one: (_plain(one.name), one.id))
        return Found([view_of(world, stored, one) for one in matching[:most]], len(matching))


def view_of(world: World, stored: Transaction, account: Account) -> AccountView:
    """What administrators see of an account. Whoever calls has asked the policy."""
    now = world.clock.now()
    sign_ins = stored.sign_ins.of_account(account.id, now)
    links = stored.one_time_links.of_account(account.id, now)
    return AccountView(
        account=account,
        meetings=len(stored.meetings.of_owner(account.id)),
        last_used_at=max((one.last_used_at for one in sign_ins), default=None),
        link_until=max((one.expires_at for one in links), default=None),
    )


def _plain(text: str) -> str:
    parted = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in parted if not unicodedata.combining(character))


def change_account(
    world: World, rooms: EndingRooms, actor: Actor, wanted: AccountId, changes: AccountChanges
) -> AccountView:
    """Change name, address, role or language, disable or enable. One record for each thing that changed.

    Raises `not-found`, `invalid-fields`, `conflict`, `last-administrator`.
    """
    ended: frozenset[SignInId] = frozenset()
    with world.store.write() as stored:
        account = _wanted(stored, actor, wanted, Action.CHANGE_ACCOUNT)
        changed = _changed(account, changes, world.clock.now())
        acts = _acts(account, changed)
        for act in acts:
            demand(actor, act)
            stored.audit.add(AuditRecord(world.clock.now(), actor.account_id, act.value, account.id))
        _keep_an_administrator(stored, account, changed)
        try:
            stored.accounts.update(changed)
        except AlreadyStoredError:
            raise conflict("There is an account with this e-mail address already.") from None
        if Action.DISABLE_ACCOUNT in acts:
            stored.one_time_links.remove_of(account.id)
            ended = frozenset(end_all(stored, account, world))
        view = view_of(world, stored, changed)
    rooms.end_sign_ins(ended)
    return view


def _wanted(stored: Transaction, actor: Actor, wanted: AccountId, action: Action) -> Account:
    demand(actor, action)
    account = stored.accounts.by_id(wanted)
    if account is None:
        raise not_found()
    return account


def _changed(account: Account, changes: AccountChanges, now: datetime) -> Account:
    name = account.name if changes.name is None else changes.name
    email = account.email if changes.email is None else changes.email
    person, problems = read_person(name, email)
    if changes.language is not None and changes.language not in LANGUAGES:
        problems["language"] = f"One of: {', '.join(LANGUAGES)}."
    if problems:
        raise invalid(problems)
    return replace(
        account,
        name=person.name,
        email=person.email,
        role=changes.role or account.role,
        language=changes.language or account.language,
        disabled_at=_disabled_at(account, changes.is_disabled, now),
    )


def _disabled_at(account: Account, is_disabled: bool | None, now: datetime) -> datetime | None:
    if is_disabled is None:
        return account.disabled_at
    return (account.disabled_at or now) if is_disabled else None


def _acts(before: Account, after: Account) -> list[Action]:
    """What was done, as the audit names it."""
    acts: list[Action] = []
    if (before.name, before.email, before.language) != (after.name, after.email, after.language):
        acts.append(Action.CHANGE_ACCOUNT)
    if before.role is not after.role:
        acts.append(Action.CHANGE_ACCOUNT_ROLE)
    if before.disabled_at != after.disabled_at:
        acts.append(Action.ENABLE_ACCOUNT if after.disabled_at is None else Action.DISABLE_ACCOUNT)
    return acts


def _can_administer(account: Account | None) -> bool:
    if account is None or account.disabled_at is not None or account.password_hash is None:
        return False
    return account.role is AccountRole.ADMIN


def _keep_an_administrator(stored: Transaction, before: Account, after: Account | None) -> None:
    """Raise `last-administrator` when nobody else can administer the server once this was done."""
    if (
        _can_administer(before)
        and not _can_administer(after)
        and set(stored.accounts.able_admins()) <= {before.id}
    ):
        raise last_administrator()


def renew_link(world: World, actor: Actor, wanted: AccountId) -> tuple[Account, str]:
    """Another link by which somebody chooses a password; what they have goes on until then.

    Raises `not-found`, `account-disabled`.
    """
    with world.store.write() as stored:
        account = _wanted(stored, actor, wanted, Action.RENEW_ACCOUNT_LINK)
        if account.disabled_at is not None:
            raise DomainError(ErrorCode.ACCOUNT_DISABLED, "This account is disabled; enable it first.")
        act = Action.RENEW_ACCOUNT_LINK.value
        stored.audit.add(AuditRecord(world.clock.now(), actor.account_id, act, account.id))
        return account, add_link(world, stored, account, SIGN_IN_LINK_LIFE)


def erase_account(world: World, rooms: EndingRooms, actor: Actor, wanted: AccountId) -> None:
    """Erase an account with its meetings, which end where they run. Raises `not-found`, `last-administrator`.

    Reports stay in the register, as they belong to the organization; the audit keeps acts without a name.
    """
    demand(actor, Action.ERASE_ACCOUNT)
    erase(world, rooms, actor.account_id, wanted, Action.ERASE_ACCOUNT)


def erase(
    world: World, rooms: EndingRooms, actor_id: AccountId | None, wanted: AccountId, action: Action
) -> None:
    """Erase an account. Whoever calls has asked the policy."""
    with world.store.write() as stored:
        account = stored.accounts.by_id(wanted)
        if account is None:
            raise not_found()
        _keep_an_administrator(stored, account, None)
        meetings: list[MeetingId] = [one.id for one in stored.meetings.of_owner(wanted)]
        ended = end_all(stored, account, world)
        stored.accounts.remove(wanted)
        stored.audit.add(AuditRecord(world.clock.now(), actor_id, action.value, wanted))
    rooms.end_sign_ins(ended)
    for meeting_id in meetings:
        rooms.end(meeting_id)


def account_at(world: World, actor: Actor, email: str) -> Account:
    """The account of an address, for who knows people by it. Raises `not-found`."""
    demand(actor, Action.VIEW_ACCOUNTS)
    person, _ = read_person("x", email)
    with world.store.read() as stored:
        account = stored.accounts.by_email(person.email)
    if account is None:
        raise DomainError(ErrorCode.NOT_FOUND, "There is no account with this e-mail address.")
    return account
