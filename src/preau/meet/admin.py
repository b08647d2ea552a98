"""What an operator does from a shell."""

from __future__ import annotations

from preau.meet.app import open_world
from preau.meet.domain.errors import DomainError
from preau.meet.domain.policy import OPERATOR
from preau.meet.domain.roles import AccountRole
from preau.meet.services import accounts
from preau.meet.settings import MeetSettings
from preau.problems import USAGE_EXIT, Problem


class Refused(Problem):
    """A use case said no; the code is the HTTP interface's."""

    exit_status = USAGE_EXIT

    def __init__(self, error: DomainError) -> None:
        reasons = " ".join(f"{name}: {reason}" for name, reason in error.fields.items())
        super().__init__(f"{error.message} {reasons}".strip())
        self.code = error.code.value


def create_account(settings: MeetSettings, name: str, email: str, role: str) -> str:
    """Make an account; returns the link that signs it in once. Raises `Problem`."""
    try:
        secret = accounts.create_account(open_world(settings), OPERATOR, name, email, AccountRole(role))
    except DomainError as error:
        raise Refused(error) from None
    return f"{settings.public_url}/sign-in/{secret}"


def setup_link(settings: MeetSettings) -> str | None:
    """A fresh link to set the server up with, or None once it is; earlier ones stop working."""
    secret = accounts.offer_setup(open_world(settings))
    return None if secret is None else f"{settings.public_url}/setup/{secret}"
