"""Set-up, accounts and their one-time sign-in links."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from preau.meet.domain.accounts import (
    LANGUAGES,
    Account,
    Person,
    name_problem,
    read_person,
)
from preau.meet.domain.errors import already_set_up, conflict, invalid, link_expired
from preau.meet.domain.ids import ID_BYTES, account_id
from preau.meet.domain.policy import Action, Actor, demand
from preau.meet.domain.roles import AccountRole
from preau.meet.domain.text import clean_line
from preau.meet.services.passwords import password_problem
from preau.meet.services.ports import AlreadyStoredError, AuditRecord, OneTimeLink, Transaction, World
from preau.meet.services.secrets import hash_of, new_secret
from preau.meet.services.sign_ins import SignedIn, add_sign_in

SETUP_LINK_LIFE = timedelta(hours=24)
SIGN_IN_LINK_LIFE = timedelta(days=3)


@dataclass(frozen=True)
class LinkOwner:
    """Whom a sign-in link greets, and whether a password has to be chosen with it."""

    name: str
    email: str
    needs_password: bool


def is_set_up(world: World) -> bool:
    """Whether there is an administrator."""
    with world.store.read() as stored:
        return stored.accounts.exists_admin()


def offer_setup(world: World) -> str | None:
    """A fresh one-time secret to set the server up with, or None once it is; earlier ones stop working."""
    secret = new_secret(world.randomness)
    now = world.clock.now()
    with world.store.write() as stored:
        if stored.accounts.exists_admin():
            return None
        stored.one_time_links.remove_setups()
        stored.one_time_links.add(OneTimeLink(hash_of(secret), None, now, now + SETUP_LINK_LIFE))
    return secret


def check_setup(world: World, secret: str) -> None:
    """Raise `link-expired` unless the secret can set the server up."""
    with world.store.read() as stored:
        link = stored.one_time_links.get(hash_of(secret), world.clock.now())
    if link is None or link.account_id is not None:
        raise link_expired()


def set_up(world: World, secret: str, name: str, email: str, password: str) -> SignedIn:
    """Make the administrator and sign in; works once. A form that is not right leaves the link usable."""
    now = world.clock.now()
    with world.store.read() as stored:
        if stored.accounts.exists_admin():
            raise already_set_up()
    check_setup(world, secret)
    person, problems = read_person(name, email)
    problem = password_problem(world, password, person)
    if problem is not None:
        problems["password"] = problem
    if problems:
        raise invalid(problems)
    password_hash = world.passwords.hash(password)
    with world.store.write() as stored:
        if stored.accounts.exists_admin():
            raise already_set_up()
        link = stored.one_time_links.use(hash_of(secret), now)
        if link is None or link.account_id is not None:
            raise link_expired()
        account = _add_account(world, stored, person, AccountRole.ADMIN, password_hash)
        stored.audit.add(AuditRecord(now, account.id, "set-up-server", account.id))
        return add_sign_in(world, stored, account)


def create_account(world: World, actor: Actor, name: str, email: str, role: AccountRole) -> str:
    """Make an account without a password; returns the secret of its one-time sign-in link."""
    demand(actor, Action.CREATE_ACCOUNT)
    person, problems = read_person(name, email)
    if problems:
        raise invalid(problems)
    secret = new_secret(world.randomness)
    now = world.clock.now()
    with world.store.write() as stored:
        account = _add_account(world, stored, person, role, None)
        expires_at = now + SIGN_IN_LINK_LIFE
        stored.one_time_links.add(OneTimeLink(hash_of(secret), account.id, now, expires_at))
        stored.audit.add(AuditRecord(now, actor.account_id, "create-account", account.id))
    return secret


def _add_account(
    world: World, stored: Transaction, person: Person, role: AccountRole, password_hash: str | None
) -> Account:
    account = Account(
        id=account_id(world.randomness.draw(ID_BYTES)),
        name=person.name,
        email=person.email,
        role=role,
        language=LANGUAGES[0],
        password_hash=password_hash,
        created_at=world.clock.now(),
    )
    try:
        stored.accounts.add(account)
    except AlreadyStoredError:
        raise conflict("There is an account with this e-mail address already.") from None
    return account


def greet_link_owner(world: World, secret: str) -> LinkOwner:
    """Whose sign-in link it is; raises `link-expired` when it is nobody's any more."""
    with world.store.read() as stored:
        link = stored.one_time_links.get(hash_of(secret), world.clock.now())
        account = stored.accounts.by_id(link.account_id) if link and link.account_id else None
    if account is None:
        raise link_expired()
    return LinkOwner(account.name, account.email, account.password_hash is None)


def use_sign_in_link(world: World, secret: str, password: str | None) -> SignedIn:
    """Sign in by a one-time link, choosing a password on the way; a refused password leaves it usable."""
    owner = greet_link_owner(world, secret)
    if password is None and owner.needs_password:
        raise invalid({"password": "Choose a password."})
    person = Person(owner.name, owner.email)
    problem = None if password is None else password_problem(world, password, person)
    if problem is not None:
        raise invalid({"password": problem})
    password_hash = None if password is None else world.passwords.hash(password)
    now = world.clock.now()
    with world.store.write() as stored:
        link = stored.one_time_links.use(hash_of(secret), now)
        account = stored.accounts.by_id(link.account_id) if link and link.account_id else None
        if account is None:
            raise link_expired()
        if password_hash is not None:
            account = replace(account, password_hash=password_hash)
            stored.accounts.update(account)
            stored.audit.add(AuditRecord(now, account.id, "choose-password", account.id))
        stored.audit.add(AuditRecord(now, account.id, "use-sign-in-link", account.id))
        return add_sign_in(world, stored, account)


def change_own_account(world: World, account: Account, name: str | None, language: str | None) -> Account:
    """Change what somebody may change about the own account; None leaves a field as it is."""
    demand(Actor(account.id, account.role), Action.CHANGE_OWN_ACCOUNT)
    problems: dict[str, str] = {}
    cleaned = account.name if name is None else clean_line(name)
    problem = name_problem(cleaned)
    if problem is not None:
        problems["name"] = problem
    if language is not None and language not in LANGUAGES:
        problems["language"] = f"One of: {', '.join(LANGUAGES)}."
    if problems:
        raise invalid(problems)
    changed = replace(account, name=cleaned, language=language or account.language)
    with world.store.write() as stored:
        stored.accounts.update(changed)
        stored.audit.add(
            AuditRecord(world.clock.now(), account.id, Action.CHANGE_OWN_ACCOUNT.value, account.id)
        )
    return changed
