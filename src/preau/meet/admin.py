"""What an operator does from a shell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from preau.meet.app import opened_world
from preau.meet.domain.accounts import Account
from preau.meet.domain.errors import DomainError
from preau.meet.domain.ids import MeetingId, SignInId
from preau.meet.domain.policy import OPERATOR
from preau.meet.domain.roles import AccountRole
from preau.meet.services import accounts, administration
from preau.meet.services.administration import AccountChanges, AccountView
from preau.meet.services.ports import World
from preau.meet.services.secrets import secret_link
from preau.meet.settings import MeetSettings
from preau.problems import USAGE_EXIT, Problem


class Refused(Problem):
    """A use case said no; the code is the HTTP interface's."""

    exit_status = USAGE_EXIT

    def __init__(self, error: DomainError) -> None:
        reasons = " ".join(f"{name}: {reason}" for name, reason in error.fields.items())
        super().__init__(f"{error.message} {reasons}".strip())
        self.code = error.code.value


class RoomsElsewhere:
    """Rooms run in the server's process, which sees within seconds what was done here."""

    def end_sign_ins(self, sign_in_ids: Collection[SignInId]) -> None: ...
    def end(self, meeting_id: MeetingId) -> None: ...


@contextmanager
def _acting(settings: MeetSettings) -> Iterator[World]:
    """The world for one act. Raises `Problem`, also for what a use case refuses."""
    with opened_world(settings) as world:
        try:
            yield world
        except DomainError as error:
            raise Refused(error) from None


def create_account(settings: MeetSettings, name: str, email: str, role: str) -> str:
    """Make an account; returns the link that signs it in once. Raises `Problem`."""
    with _acting(settings) as world:
        secret = accounts.create_account(world, OPERATOR, name, email, AccountRole(role))
    return secret_link(settings.public_url, "sign-in", secret)


def setup_link(settings: MeetSettings) -> str | None:
    """A fresh link to set the server up with, or None once it is; earlier ones stop working."""
    with _acting(settings) as world:
        secret = accounts.offer_setup(world)
    return None if secret is None else secret_link(settings.public_url, "setup", secret)


def list_accounts(settings: MeetSettings, search: str = "") -> list[str]:
    """One line for each account: address, role, state and name, parted by tabs."""
    with _acting(settings) as world:
        found = administration.find_accounts(world, OPERATOR, search, most=1_000_000)
    return [_line(view) for view in found.accounts]


def _line(view: AccountView) -> str:
    account = view.account
    return "\t".join((account.email, account.role.value, _state(account), account.name))


def _state(account: Account) -> str:
    if account.disabled_at is not None:
        return "disabled"
    return "invited" if account.password_hash is None else "active"


def _renew_link(world: World, account: Account, settings: MeetSettings) -> str:
    _, secret = administration.renew_link(world, OPERATOR, account.id)
    return secret_link(settings.public_url, "sign-in", secret)


def _change(changes: AccountChanges) -> Callable[[World, Account, MeetSettings], str]:
    def act(world: World, account: Account, _settings: MeetSettings) -> str:
        return _line(administration.change_account(world, RoomsElsewhere(), OPERATOR, account.id, changes))

    return act


def _erase(world: World, account: Account, _settings: MeetSettings) -> str:
    administration.erase_account(world, RoomsElsewhere(), OPERATOR, account.id)
    return f"erased {account.email}, with its meetings"


_ACTS: Mapping[str, Callable[[World, Account, MeetSettings], str]] = {
    "renew-link": _renew_link,
    "disable": _change(AccountChanges(is_disabled=True)),
    "enable": _change(AccountChanges(is_disabled=False)),
    "make-admin": _change(AccountChanges(role=AccountRole.ADMIN)),
    "make-member": _change(AccountChanges(role=AccountRole.MEMBER)),
    "erase": _erase,
}


def run_account_act(settings: MeetSettings, act: str, email: str) -> str:
    """Do one of `_ACTS` to the account of an address; returns what to print. Raises `Problem`."""
    with _acting(settings) as world:
        return _ACTS[act](world, administration.account_at(world, OPERATOR, email), settings)
