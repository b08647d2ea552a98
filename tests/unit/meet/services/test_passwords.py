"""Choosing a password: what is refused, by the real lists, and what it costs."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from preau.meet.domain.accounts import Person
from preau.meet.domain.errors import DomainError
from preau.meet.domain.organization import Organization
from preau.meet.domain.roles import AccountRole
from preau.meet.services import accounts
from preau.meet.services.passwords import password_problem
from tests.kit.world import ADA, Stage

CLAIRE = Person("Claire Martin", "claire@college.example")
OWN = "a few words of my own"


@pytest.fixture
def school(server: Stage) -> Stage:
    with server.world.store.write() as stored:
        stored.organizations.put(Organization("Collège Jean Moulin"))
    return server


@pytest.mark.parametrize(
    "password",
    [
        "12345678",
        "password1",
        "azertyuiop",
        "Motdepasse1!",
        "soleil2026",
        "P@ssw0rd2026",
        "qwerty123456",
        "aaaaaaaaaaaaaaaa",
        "abcdefghijkl",
        "jeanmoulin2026",
        "College-Jean-Moulin-2026",
        "claire.martin",
        "short",
        "x" * 201,
    ],
)
def test_what_everybody_tries_first_is_refused(school: Stage, password: str) -> None:
    problem = password_problem(school.world, password, CLAIRE)
    assert problem is not None
    assert problem.endswith(".")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery staple",
        "lapin bleu table nuage",
        "aB3$xYz9",
        "le chat dort ici",
        "4@8({[<369!1|70$",
    ],
)
def test_a_password_that_is_hard_to_guess_is_taken(school: Stage, password: str) -> None:
    assert password_problem(school.world, password, CLAIRE) is None


def test_no_password_takes_seconds_to_look_at(school: Stage) -> None:
    password_problem(school.world, "the lists are loaded now", CLAIRE)
    signs = "4@8({[<369!1|70$5+%2"
    for password in ("0123456789@({[<" * 3, signs * 10, "1" * 200, "a1B2c3D4!" * 22, "é" * 200):
        before_s = time.thread_time()
        password_problem(school.world, password, CLAIRE)
        # Of this thread's own work: some seconds when nothing bounds it, a tenth of one when something does.
        assert time.thread_time() - before_s < 1.0, password


def claire(password: str) -> accounts.NewAdministrator:
    return accounts.NewAdministrator(CLAIRE.name, CLAIRE.email, password)


def test_set_up_refuses_an_easy_password_and_keeps_its_link(server: Stage) -> None:
    with server.world.store.write() as stored:
        stored.accounts.update(replace(ADA, role=AccountRole.MEMBER))
    secret = accounts.offer_setup(server.world)
    assert secret is not None
    for easy in ("12345678", "password1"):
        with pytest.raises(DomainError) as refused:
            accounts.set_up(server.world, secret, claire(easy))
        assert list(refused.value.fields) == ["password"]
    signed_in = accounts.set_up(server.world, secret, claire(OWN))
    assert signed_in.account.name == "Claire Martin"
