"""One running product for the system tests that only use it, with a meeting and somebody quietly in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.kit.control_client import ControlClient
from tests.kit.meet_server import invite
from tests.kit.product import Product, running_product

PATIENCE_S = 30.0
ADMIN = {"name": "Ada Lovelace", "email": "ada@example.org", "password": "correct horse battery staple"}


@dataclass(frozen=True)
class House:
    """A product that is set up: its administrator's HTTP connection and one meeting's code."""

    product: Product
    admin: httpx.Client
    code: str
    meeting_id: str
    media: dict[str, str]
    """What admission to the meeting gives for the media server."""

    def invite(self, name: str) -> str:
        """The secret of a personal link, by which that person comes straight in."""
        return invite(self.admin, self.meeting_id, name)

    def visitor(self) -> httpx.Client:
        """Somebody who is not signed in."""
        return httpx.Client(base_url=self.product.url, timeout=PATIENCE_S)


def set_up(product: Product) -> House:
    admin = httpx.Client(base_url=product.url, timeout=PATIENCE_S)
    secret = product.setup_link.partition("#")[2]
    admin.post("/api/v1/setup", json={"secret": secret, **ADMIN}).raise_for_status()
    wanted = {"title": "Staff", "kind": "meeting"}
    meeting = admin.post("/api/v1/meetings", json=wanted).raise_for_status().json()
    with ControlClient(product.socket_url, meeting["code"]) as first:
        media = first.knock("", invitation=invite(admin, meeting["id"], "First"))["media"]
        first.ask("leave")
    return House(product, admin, meeting["code"], meeting["id"], media)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_product(tmp_path_factory.mktemp("product")) as product:
        house = set_up(product)
        try:
            yield house
        finally:
            house.admin.close()


@pytest.fixture
def undisturbed(house: House) -> Iterator[ControlClient]:
    """A bystander in the meeting, who must still be connected and answered when the test is over."""
    with ControlClient(house.product.socket_url, house.code) as bystander:
        assert bystander.knock("", invitation=house.invite("Bystander"))["type"] == "admitted"
        servers = (house.product.child("preau.meet"), house.product.child("preau.sfu"))
        yield bystander
        assert bystander.ask("ping")["type"] == "pong"
        assert bystander.say("still here")["type"] == "done"
        assert (house.product.child("preau.meet"), house.product.child("preau.sfu")) == servers
        assert bystander.ask("leave")["type"] in {"done", "closed"}
