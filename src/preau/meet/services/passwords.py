"""Choosing a password: what is asked of one, and the words that it must not be made of."""

from __future__ import annotations

from preau.meet.domain.accounts import Person
from preau.meet.domain.passwords import EASY, OWN_WORDS, is_a_number, is_made_of, length_problem
from preau.meet.services.ports import World


def password_problem(world: World, password: str, person: Person) -> str | None:
    """Why somebody cannot choose a password, or None (OWASP ASVS 5.0, 6.2: length, known ones, context)."""
    problem = length_problem(password)
    if problem is not None:
        return problem
    with world.store.read() as stored:
        organization = stored.organizations.get().name
    if is_made_of(password, (organization, person.name, person.email)):
        return OWN_WORDS
    is_easy = is_a_number(password) or world.passwords.is_easy(password)
    return EASY if is_easy else None
