"""A browser that is signed in: since when, from where, and how long its password counts as just given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from preau.meet.domain.devices import UNKNOWN, Device
from preau.meet.domain.ids import AccountId, SignInId

SIGN_IN_LIFE = timedelta(days=30)
RECENT = timedelta(minutes=15)
"""How long after the password was given acts on accounts, the organization and reports go without it."""


@dataclass(frozen=True)
class Origin:
    """Where somebody signs in: what the browser is called, the neighbourhood of its address, its own mark.

    `device_hash` None: the browser keeps no cookie.
    """

    device: Device = UNKNOWN
    network: str = ""
    device_hash: str | None = None


@dataclass(frozen=True)
class SignIn:
    """One browser that is signed in. `secret_hash`: of its cookie; `password_at`: when it was last given."""

    id: SignInId
    secret_hash: str
    account_id: AccountId
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime
    password_at: datetime
    browser: str = ""
    system: str = ""
    network: str = ""

    def is_recent(self, now: datetime) -> bool:
        """Whether the password was given a moment ago."""
        return self.password_at + RECENT > now
