"""What somebody does with the own account besides name and language: its password, and its end."""

from __future__ import annotations

from dataclasses import dataclass

from preau.meet.domain.accounts import Account, Person
from preau.meet.domain.errors import invalid
from preau.meet.domain.policy import Action, demand
from preau.meet.services.accounts import put_password
from preau.meet.services.administration import erase
from preau.meet.services.meetings import actor_of
from preau.meet.services.passwords import password_problem
from preau.meet.services.ports import LiveRooms, World
from preau.meet.services.sign_ins import Caller, give_password_again


@dataclass(frozen=True)
class NewPassword:
    """A change of password as it was asked for. `device_hash`: of the browser that keeps cookies."""

    present: str
    chosen: str
    device_hash: str | None = None


def change_password(world: World, rooms: LiveRooms, asking: Caller, wanted: NewPassword) -> Account:
    """Another password; needs the present one. Every other browser is signed out and known no more.

    Raises `sign-in-failed` for the present one, `invalid-fields` for the chosen one.
    """
    demand(actor_of(asking.account), Action.CHANGE_CREDENTIAL)
    give_password_again(world, asking, wanted.present)
    chosen = wanted.chosen
    account = asking.account
    problem = password_problem(world, chosen, Person(account.name, account.email))
    if problem is None and chosen == wanted.present:
        problem = "This is the password you have."
    if problem is not None:
        raise invalid({"password": problem})
    password_hash = world.passwords.hash(chosen)
    with world.store.write() as stored:
        current = stored.accounts.by_id(account.id)
        if current is None or current.password_hash != account.password_hash:
            raise invalid({"present": "It was changed in the meantime."})
        changed, ended = put_password(
            world, stored, current, password_hash, (wanted.device_hash, asking.sign_in.id)
        )
    rooms.end_sign_ins(ended)
    return changed


def erase_own_account(world: World, rooms: LiveRooms, asking: Caller) -> None:
    """Erase the own account with its meetings. Raises `last-administrator`."""
    demand(actor_of(asking.account), Action.ERASE_OWN_ACCOUNT)
    erase(world, rooms, asking.account.id, asking.account.id, Action.ERASE_OWN_ACCOUNT)
