"""Set-up, accounts and their one-time sign-in links."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from preau.meet.domain.accounts import LANGUAGES, Account, Person, name_problem, read_person
from preau.meet.domain.errors import already_set_up, conflict, invalid, link_expired
from preau.meet.domain.ids import ID_BYTES, SignInId, account_id
from preau.meet.domain.policy import Action, Actor, demand
from preau.meet.domain.roles import AccountRole
from preau.meet.domain.sign_ins import Origin
from preau.meet.domain.text import clean_line
from preau.meet.services.account_ports import OneTimeLink
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.passwords import password_problem
from preau.meet.services.ports import AlreadyStoredError, LiveRooms, Transaction, World
from preau.meet.services.secrets import hash_of, new_secret
from preau.meet.services.sign_ins import NOWHERE_KNOWN, SignedIn, add_sign_in, end_all

SETUP_LINK_LIFE = timedelta(hours=24)
SIGN_IN_LINK_LIFE = timedelta(days=3)


@dataclass(frozen=True)
class LinkOwner:
    """Whom a sign-in link greets. `has_password`: the one that is chosen takes the place of another."""

    name: str
    email: str
    has_password: bool


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


@dataclass(frozen=True)
class NewAdministrator:
    """What the form of the set-up gives."""

    name: str
    email: str
    password: str


def set_up(world: World, secret: str, given: NewAdministrator, origin: Origin = NOWHERE_KNOWN) -> SignedIn:
    """Make the administrator and sign in; works once. A form that is not right leaves the link usable."""
    now = world.clock.now()
    with world.store.read() as stored:
        if stored.accounts.exists_admin():
            raise already_set_up()
    check_setup(world, secret)
    person, problems = read_person(given.name, given.email)
    problem = password_problem(world, given.password, person)
    if problem is not None:
        problems["password"] = problem
    if problems:
        raise invalid(problems)
    password_hash = world.passwords.hash(given.password)
    with world.store.write() as stored:
        if stored.accounts.exists_admin():
            raise already_set_up()
        link = stored.one_time_links.use(hash_of(secret), now)
        if link is None or link.account_id is not None:
            raise link_expired()
        account = add_account(world, stored, person, AccountRole.ADMIN, password_hash=password_hash)
        stored.audit.add(AuditRecord(now, account.id, "set-up-server", account.id))
        return add_sign_in(world, stored, account, origin)


@dataclass(frozen=True)
class NewAccount:
    """An account to be made."""

    name: str
    email: str
    role: AccountRole
    language: str


def create_account(world: World, actor: Actor, name: str, email: str, role: AccountRole) -> str:
    """Make an account without a password; returns the secret of its one-time sign-in link."""
    return create(world, actor, NewAccount(name, email, role, LANGUAGES[0]))[1]


def create(world: World, actor: Actor, given: NewAccount) -> tuple[Account, str]:
    """As `create_account`, with the account. Raises `invalid-fields`, `conflict`."""
    demand(actor, Action.CREATE_ACCOUNT)
    person, problems = read_person(given.name, given.email)
    role, language = given.role, given.language
    if language not in LANGUAGES:
        problems["language"] = f"One of: {', '.join(LANGUAGES)}."
    if problems:
        raise invalid(problems)
    with world.store.write() as stored:
        account = add_account(world, stored, person, role, language=language)
        now = world.clock.now()
        stored.audit.add(AuditRecord(now, actor.account_id, Action.CREATE_ACCOUNT.value, account.id))
        return account, add_link(world, stored, account, SIGN_IN_LINK_LIFE)


def add_account(
    world: World,
    stored: Transaction,
    person: Person,
    role: AccountRole,
    *,
    password_hash: str | None = None,
    language: str = LANGUAGES[0],
) -> Account:
    """Store a new account. Raises `conflict` when there is one with that address."""
    account = Account(
        id=account_id(world.randomness.draw(ID_BYTES)),
        name=person.name,
        email=person.email,
        role=role,
        language=language,
        password_hash=password_hash,
        created_at=world.clock.now(),
    )
    try:
        stored.accounts.add(account)
    except AlreadyStoredError:
        raise conflict("There is an account with this e-mail address already.") from None
    return account


def add_link(
    world: World, stored: Transaction, account: Account, life: timedelta, *, replacing: bool = True
) -> str:
    """Another link that has the account's password chosen; returns its secret.

    `replacing`: those before stop working, which is for nobody to bring about who only knows an address.
    """
    secret = new_secret(world.randomness)
    now = world.clock.now()
    if replacing:
        stored.one_time_links.remove_of(account.id)
    stored.one_time_links.add(OneTimeLink(hash_of(secret), account.id, now, now + life))
    return secret


def greet_link_owner(world: World, secret: str) -> LinkOwner:
    """Whose sign-in link it is; raises `link-expired` when it is nobody's any more."""
    with world.store.read() as stored:
        link = stored.one_time_links.get(hash_of(secret), world.clock.now())
        account = stored.accounts.by_id(link.account_id) if link and link.account_id else None
    if account is None or account.disabled_at is not None:
        raise link_expired()
    return LinkOwner(account.name, account.email, account.password_hash is not None)


def use_sign_in_link(
    world: World, rooms: LiveRooms, secret: str, password: str | None, origin: Origin = NOWHERE_KNOWN
) -> SignedIn:
    """Choose a password by a one-time link, and sign in; a refused password leaves the link usable.

    Whoever was signed in to the account is not any more: a link is how it is taken back.
    """
    owner = greet_link_owner(world, secret)
    if password is None:
        raise invalid({"password": "Choose a password."})
    problem = password_problem(world, password, Person(owner.name, owner.email))
    if problem is not None:
        raise invalid({"password": problem})
    password_hash = world.passwords.hash(password)
    now = world.clock.now()
    with world.store.write() as stored:
        link = stored.one_time_links.use(hash_of(secret), now)
        account = stored.accounts.by_id(link.account_id) if link and link.account_id else None
        if account is None or account.disabled_at is not None:
            raise link_expired()
        stored.audit.add(AuditRecord(now, account.id, "use-sign-in-link", account.id))
        account, ended = put_password(world, stored, account, password_hash, (origin.device_hash, None))
        signed_in = add_sign_in(world, stored, account, origin)
    rooms.end_sign_ins(ended)
    return signed_in


def put_password(
    world: World,
    stored: Transaction,
    account: Account,
    password_hash: str,
    keeping: tuple[str | None, SignInId | None],
) -> tuple[Account, frozenset[SignInId]]:
    """Give an account a password; its links stop working, its sign-ins end, its devices are known no more.

    Whoever had the old password may have one of them. `keeping`: the device and the sign-in that stay.
    Returns the sign-ins that ended, for rooms to hear of once the transaction is over.
    """
    changed = replace(account, password_hash=password_hash)
    stored.accounts.update(changed)
    stored.one_time_links.remove_of(account.id)
    device_hash, sign_in_id = keeping
    stored.sign_ins.forget_devices_of(account.id, but=device_hash)
    is_first = account.password_hash is None
    act = "choose-password" if is_first else Action.CHANGE_CREDENTIAL.value
    stored.audit.add(AuditRecord(world.clock.now(), account.id, act, account.id))
    return changed, frozenset(end_all(stored, account, world, sign_in_id))


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
    with world.store.write() as stored:
        # Of now: what an administrator changed meanwhile, the role or a disabling, is not undone.
        current = stored.accounts.by_id(account.id)
        if current is None:
            raise conflict("The account was erased.")
        changed = replace(current, name=cleaned, language=language or current.language)
        stored.accounts.update(changed)
        stored.audit.add(
            AuditRecord(world.clock.now(), account.id, Action.CHANGE_OWN_ACCOUNT.value, account.id)
        )
    return changed
