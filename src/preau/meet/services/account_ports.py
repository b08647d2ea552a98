"""What use cases need of stored accounts: who they are, where they are signed in, their one-time links."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from preau.meet.domain.accounts import Account
from preau.meet.domain.ids import AccountId, SignInId
from preau.meet.domain.sign_ins import SignIn


@dataclass(frozen=True)
class OneTimeLink:
    """The hash of a secret that works once. `account_id` None: it sets the server up."""

    secret_hash: str
    account_id: AccountId | None
    created_at: datetime
    expires_at: datetime


class Accounts(Protocol):
    """Stored accounts."""

    def add(self, account: Account) -> None: ...
    def by_id(self, account_id: AccountId) -> Account | None: ...
    def by_email(self, email: str) -> Account | None: ...
    def update(self, account: Account) -> None:
        """`AlreadyStoredError` when the address is another account's."""

    def remove(self, account_id: AccountId) -> None:
        """Erase it, and with it its sign-ins, devices, links and meetings."""

    def all(self) -> Sequence[Account]: ...
    def exists_admin(self) -> bool: ...
    def able_admins(self) -> Sequence[AccountId]:
        """Who can sign in and administer the server; nobody changes that before this transaction ends."""


class SignIns(Protocol):
    """Stored sign-ins, and the devices that accounts signed in on."""

    def add(self, sign_in: SignIn) -> None: ...
    def by_secret(self, secret_hash: str, now: datetime) -> SignIn | None:
        """The sign-in of that cookie, unless it expired."""

    def of_account(self, account_id: AccountId, now: datetime) -> Sequence[SignIn]:
        """The latest used first."""

    def note_use(self, sign_in_id: SignInId, now: datetime) -> None: ...
    def note_password(self, sign_in_id: SignInId, now: datetime) -> None: ...
    def remove(self, sign_in_id: SignInId) -> None: ...
    def remove_of(self, account_id: AccountId, but: SignInId | None = None) -> None:
        """End all of an account's, but one where that is said."""

    def remove_expired(self, now: datetime) -> None: ...
    def living(self, sign_in_ids: Collection[SignInId], now: datetime) -> frozenset[SignInId]:
        """Those of them that still count."""

    def meet_device(self, account_id: AccountId, device_hash: str, now: datetime) -> bool:
        """An account signs in on a device: whether it is new, and not the first that is known."""

    def knows_device(self, account_id: AccountId, device_hash: str) -> bool:
        """Whether an account was signed in on a device before."""

    def forget_devices_of(self, account_id: AccountId, but: str | None = None) -> None:
        """Forget an account's devices, but the one with that hash where one is said."""

    def forget_devices(self, before: datetime) -> None:
        """Forget devices on which nobody signed in since."""


class OneTimeLinks(Protocol):
    """Stored one-time links; a used one is gone."""

    def add(self, link: OneTimeLink) -> None: ...
    def get(self, secret_hash: str, now: datetime) -> OneTimeLink | None: ...
    def use(self, secret_hash: str, now: datetime) -> OneTimeLink | None: ...
    def of_account(self, account_id: AccountId, now: datetime) -> Sequence[OneTimeLink]: ...
    def remove_of(self, account_id: AccountId) -> None: ...
    def remove_setups(self) -> None: ...
    def remove_expired(self, now: datetime) -> None: ...
