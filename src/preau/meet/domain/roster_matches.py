"""People of a list beside those who have a link already: who is new, who is there, who changed. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from preau.meet.domain.invitations import Invitation, Invitee
from preau.meet.domain.roster_names import same_key
from preau.meet.domain.rosters import Listed


class Known(StrEnum):
    """How somebody on a list is there already."""

    SAME = "same"
    ADDRESS_NEW = "address-new"
    """So far without an address."""
    ADDRESS_OTHER = "address-other"
    """With another address: moved to it, or another person of that name."""


@dataclass(frozen=True)
class Plan:
    """What asking for links comes to: nobody who is there gets a second one."""

    new: tuple[Invitee, ...]
    updated: tuple[Invitation, ...]
    kept: tuple[Invitation, ...]


def find_known(
    people: Sequence[Listed], there: Sequence[Invitation]
) -> list[tuple[Known, Invitation] | None]:
    """For each on the list how they are there already, and whose link is theirs."""
    by_name: dict[tuple[str, ...], list[Invitation]] = defaultdict(list)
    for invitation in there:
        by_name[same_key(invitation.name)].append(invitation)
    return [_known(person, by_name.get(same_key(person.name), [])) for person in people]


def _known(person: Listed, same: Sequence[Invitation]) -> tuple[Known, Invitation] | None:
    if not same:
        return None
    found = next((one for one in same if person.email in {None, *one.addresses}), None)
    if found is not None:
        return Known.SAME, found
    bare = next((one for one in same if one.email is None), None)
    return (Known.ADDRESS_NEW, bare) if bare is not None else (Known.ADDRESS_OTHER, same[0])


def plan(people: Iterable[Invitee], there: Sequence[Invitation]) -> Plan:
    """The same people asked for again come to nothing new."""
    by_id = {one.id: one for one in there}
    by_name: dict[tuple[str, ...], list[Invitation | None]] = defaultdict(list)
    for invitation in there:
        by_name[same_key(invitation.name)].append(invitation)
    new: list[Invitee] = []
    updated: list[Invitation] = []
    kept: list[Invitation] = []
    for person in people:
        meant = by_id.get(person.updates) if person.updates is not None else None
        if meant is not None:
            updated.append(_with_changes(meant, person))
            continue
        same = by_name[same_key(person.name)]
        if len(same) <= person.others:
            new.append(person)
            same.append(None)
            continue
        one = same[person.others]
        if one is not None:
            kept.append(one)
    return Plan(tuple(new), tuple(updated), tuple(dict.fromkeys(kept)))


def _with_changes(invitation: Invitation, person: Invitee) -> Invitation:
    """Another spelling, other addresses; of the letter to the old ones nothing is said any more."""
    named = replace(invitation, name=person.name)
    if person.email is None or (person.email, *person.more_emails) == invitation.addresses:
        return named
    return replace(
        named,
        email=person.email,
        more_emails=person.more_emails,
        mail=None,
        mailed_at=None,
        mail_problem=None,
    )
