"""What tests of more than one kind share and is started once: a real mail server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.kit.mail_server import MailServer, running_mail_server


@pytest.fixture(scope="session")
def one_mail_server() -> Iterator[MailServer]:
    with running_mail_server() as server:
        yield server


@pytest.fixture
def mail_server(one_mail_server: MailServer) -> MailServer:
    """The mail server of the run, without a letter in it."""
    one_mail_server.clear()
    return one_mail_server
