"""The stored accounts, where they are signed in, and their one-time links."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, desc, select, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import IntegrityError

from preau.meet.domain.accounts import Account
from preau.meet.domain.ids import AccountId, SignInId
from preau.meet.domain.roles import AccountRole
from preau.meet.domain.sign_ins import SignIn
from preau.meet.services.account_ports import OneTimeLink
from preau.meet.services.ports import AlreadyStoredError
from preau.meet.storage.inserts import insert_new
from preau.meet.storage.tables import ACCOUNT_DEVICES, ACCOUNTS, ONE_TIME_LINKS, SIGN_INS


def _account(row: RowMapping) -> Account:
    return Account(**{**row, "role": AccountRole(row["role"])})


def _account_row(account: Account) -> dict[str, Any]:
    return {**asdict(account), "role": account.role.value}


class StoredAccounts:
    """Accounts in the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, account: Account) -> None:
        """Store a new account; `AlreadyStoredError` when the address is taken."""
        insert_new(self._connection, ACCOUNTS, _account_row(account))

    def by_id(self, account_id: AccountId) -> Account | None:
        """The account of that id."""
        return self._one(ACCOUNTS.c.id == account_id)

    def by_email(self, email: str) -> Account | None:
        """The account of that address, in its stored form."""
        return self._one(ACCOUNTS.c.email == email)

    def update(self, account: Account) -> None:
        """Store what changed; `AlreadyStoredError` when the address is another account's."""
        changed = update(ACCOUNTS).where(ACCOUNTS.c.id == account.id).values(**_account_row(account))
        try:
            self._connection.execute(changed)
        except IntegrityError as error:
            raise AlreadyStoredError from error

    def remove(self, account_id: AccountId) -> None:
        """Erase it; what belongs to it goes with it."""
        self._connection.execute(delete(ACCOUNTS).where(ACCOUNTS.c.id == account_id))

    def all(self) -> Sequence[Account]:
        """Every account, by name."""
        found = select(ACCOUNTS).order_by(ACCOUNTS.c.name, ACCOUNTS.c.id)
        return [_account(row) for row in self._connection.execute(found).mappings()]

    def exists_admin(self) -> bool:
        """Whether anybody administers the server."""
        found = select(ACCOUNTS.c.id).where(ACCOUNTS.c.role == AccountRole.ADMIN.value).limit(1)
        return self._connection.execute(found).first() is not None

    def able_admins(self) -> Sequence[AccountId]:
        """Who can sign in and administer; their rows are locked until the transaction ends."""
        is_able = ACCOUNTS.c.disabled_at.is_(None) & ACCOUNTS.c.password_hash.is_not(None)
        found = select(ACCOUNTS.c.id).where((ACCOUNTS.c.role == AccountRole.ADMIN.value) & is_able)
        locked = found.order_by(ACCOUNTS.c.id).with_for_update()
        return [AccountId(row) for row in self._connection.execute(locked).scalars()]

    def _one(self, condition: Any) -> Account | None:
        row = self._connection.execute(select(ACCOUNTS).where(condition)).mappings().first()
        return None if row is None else _account(row)


class StoredSignIns:
    """Sign-ins in the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, sign_in: SignIn) -> None:
        """Store a new sign-in."""
        insert_new(self._connection, SIGN_INS, asdict(sign_in))

    def by_secret(self, secret_hash: str, now: datetime) -> SignIn | None:
        """The sign-in of a cookie, unless it expired."""
        found = select(SIGN_INS).where(
            (SIGN_INS.c.secret_hash == secret_hash) & (SIGN_INS.c.expires_at > now)
        )
        row = self._connection.execute(found).mappings().first()
        return None if row is None else SignIn(**row)

    def of_account(self, account_id: AccountId, now: datetime) -> Sequence[SignIn]:
        """Where an account is signed in, the latest used first."""
        theirs = (SIGN_INS.c.account_id == account_id) & (SIGN_INS.c.expires_at > now)
        found = select(SIGN_INS).where(theirs).order_by(desc(SIGN_INS.c.last_used_at), SIGN_INS.c.id)
        return [SignIn(**row) for row in self._connection.execute(found).mappings()]

    def note_use(self, sign_in_id: SignInId, now: datetime) -> None:
        """Somebody used it."""
        self._set(sign_in_id, last_used_at=now)

    def note_password(self, sign_in_id: SignInId, now: datetime) -> None:
        """The password was given."""
        self._set(sign_in_id, last_used_at=now, password_at=now)

    def remove(self, sign_in_id: SignInId) -> None:
        """End one sign-in."""
        self._connection.execute(delete(SIGN_INS).where(SIGN_INS.c.id == sign_in_id))

    def remove_of(self, account_id: AccountId, but: SignInId | None = None) -> None:
        """End all of an account's sign-ins, but one where that is said."""
        theirs = SIGN_INS.c.account_id == account_id
        if but is not None:
            theirs &= SIGN_INS.c.id != but
        self._connection.execute(delete(SIGN_INS).where(theirs))

    def remove_expired(self, now: datetime) -> None:
        """Forget those that no longer count."""
        self._connection.execute(delete(SIGN_INS).where(SIGN_INS.c.expires_at <= now))

    def living(self, sign_in_ids: Collection[SignInId], now: datetime) -> frozenset[SignInId]:
        """Those of them that still count: not ended, not expired, their account not disabled."""
        found = (
            select(SIGN_INS.c.id)
            .join(ACCOUNTS, ACCOUNTS.c.id == SIGN_INS.c.account_id)
            .where(SIGN_INS.c.id.in_(list(sign_in_ids)))
            .where((SIGN_INS.c.expires_at > now) & ACCOUNTS.c.disabled_at.is_(None))
        )
        return frozenset(SignInId(one) for one in self._connection.execute(found).scalars())

    def meet_device(self, account_id: AccountId, device_hash: str, now: datetime) -> bool:
        """Remember a device of an account; whether it is new while others are known."""
        theirs = ACCOUNT_DEVICES.c.account_id == account_id
        this = theirs & (ACCOUNT_DEVICES.c.device_hash == device_hash)
        seen = self._connection.execute(update(ACCOUNT_DEVICES).where(this).values(last_at=now))
        if seen.rowcount > 0:
            return False
        has_others = self._connection.execute(
            select(ACCOUNT_DEVICES.c.last_at).where(theirs).limit(1)
        ).first()
        row = {"account_id": account_id, "device_hash": device_hash, "last_at": now}
        insert_new(self._connection, ACCOUNT_DEVICES, row)
        return has_others is not None

    def knows_device(self, account_id: AccountId, device_hash: str) -> bool:
        """Whether an account was signed in on a device before."""
        this = (ACCOUNT_DEVICES.c.account_id == account_id) & (ACCOUNT_DEVICES.c.device_hash == device_hash)
        return self._connection.execute(select(ACCOUNT_DEVICES.c.last_at).where(this)).first() is not None

    def forget_devices_of(self, account_id: AccountId, but: str | None = None) -> None:
        """Forget an account's devices, but one where that is said."""
        theirs = ACCOUNT_DEVICES.c.account_id == account_id
        if but is not None:
            theirs &= ACCOUNT_DEVICES.c.device_hash != but
        self._connection.execute(delete(ACCOUNT_DEVICES).where(theirs))

    def forget_devices(self, before: datetime) -> None:
        """Forget devices on which nobody signed in since."""
        self._connection.execute(delete(ACCOUNT_DEVICES).where(ACCOUNT_DEVICES.c.last_at < before))

    def _set(self, sign_in_id: SignInId, **values: datetime) -> None:
        self._connection.execute(update(SIGN_INS).where(SIGN_INS.c.id == sign_in_id).values(**values))


class StoredOneTimeLinks:
    """One-time links in the database; a used one is deleted."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, link: OneTimeLink) -> None:
        """Store a new link."""
        insert_new(self._connection, ONE_TIME_LINKS, asdict(link))

    def get(self, secret_hash: str, now: datetime) -> OneTimeLink | None:
        """The link, unless it expired or was used."""
        found = select(ONE_TIME_LINKS).where(
            ONE_TIME_LINKS.c.secret_hash == secret_hash, ONE_TIME_LINKS.c.expires_at > now
        )
        row = self._connection.execute(found).mappings().first()
        return None if row is None else OneTimeLink(**row)

    def use(self, secret_hash: str, now: datetime) -> OneTimeLink | None:
        """The link, for the one caller whose deletion took it."""
        link = self.get(secret_hash, now)
        taken = self._connection.execute(
            delete(ONE_TIME_LINKS).where(ONE_TIME_LINKS.c.secret_hash == secret_hash)
        )
        return link if taken.rowcount == 1 else None

    def of_account(self, account_id: AccountId, now: datetime) -> Sequence[OneTimeLink]:
        """An account's links that still work."""
        theirs = (ONE_TIME_LINKS.c.account_id == account_id) & (ONE_TIME_LINKS.c.expires_at > now)
        found = select(ONE_TIME_LINKS).where(theirs)
        return [OneTimeLink(**row) for row in self._connection.execute(found).mappings()]

    def remove_of(self, account_id: AccountId) -> None:
        """Forget an account's links."""
        self._connection.execute(delete(ONE_TIME_LINKS).where(ONE_TIME_LINKS.c.account_id == account_id))

    def remove_setups(self) -> None:
        """Forget links that set the server up."""
        self._connection.execute(delete(ONE_TIME_LINKS).where(ONE_TIME_LINKS.c.account_id.is_(None)))

    def remove_expired(self, now: datetime) -> None:
        """Forget those that no longer count."""
        self._connection.execute(delete(ONE_TIME_LINKS).where(ONE_TIME_LINKS.c.expires_at <= now))
