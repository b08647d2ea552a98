"""What an operator does from a shell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from preau.meet.app import opened_world
from preau.meet.domain.errors import DomainError
from preau.meet.domain.policy import OPERATOR
from preau.meet.domain.roles import AccountRole
from preau.meet.services import accounts
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
