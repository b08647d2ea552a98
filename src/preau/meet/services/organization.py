"""The organization: seen and changed by administrators."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from preau.meet.domain.accounts import Account
from preau.meet.domain.errors import invalid
from preau.meet.domain.organization import Organization, in_force, read_organization
from preau.meet.domain.policy import Action, demand
from preau.meet.domain.rules import Profile
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.meetings import actor_of
from preau.meet.services.ports import LiveRooms, World


@dataclass(frozen=True)
class OrganizationChanges:
    """None leaves a thing as it is; `safeguarding_contact`: "" takes it away."""

    name: str | None = None
    profile: Profile | None = None
    locked_rules: Collection[str] | None = None
    safeguarding_contact: str | None = None


def view_organization(world: World, account: Account | None) -> Organization:
    """The organization."""
    demand(actor_of(account), Action.VIEW_ORGANIZATION)
    with world.store.read() as stored:
        return stored.organizations.get()


def change_organization(
    world: World, rooms: LiveRooms, account: Account | None, changes: OrganizationChanges
) -> Organization:
    """Change the organization; what it locks holds in rooms that run at once."""
    demand(actor_of(account), Action.CHANGE_ORGANIZATION)
    with world.store.write() as stored:
        before = stored.organizations.get()
        given = {name: value for name, value in vars(changes).items() if value is not None}
        if "locked_rules" in given:
            given["locked_rules"] = frozenset(given["locked_rules"])
        after, problems = read_organization(replace(before, **given))
        if problems:
            raise invalid(problems)
        stored.organizations.put(after)
        actor_id = account.id if account else None
        for name in sorted(name for name in given if getattr(before, name) != getattr(after, name)):
            # What was changed, not to what: a contact's address is nothing for the audit.
            act = Action.CHANGE_ORGANIZATION.value
            stored.audit.add(AuditRecord(world.clock.now(), actor_id, act, name.replace("_", "-")))
        running = [stored.meetings.by_id(one.meeting_id) for one in stored.occurrences.all()]
    for meeting in running:
        door = rooms.door(meeting.id) if meeting else None
        if meeting and door:
            rooms.change_rules(meeting.id, in_force(after, meeting.kind, door.rules), after.locked_rules)
    return after
