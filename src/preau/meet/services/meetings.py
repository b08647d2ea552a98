"""Meetings: create, list, change, delete, and give another link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from preau.meet.domain.accounts import Account
from preau.meet.domain.codes import CODE_BYTES, code_from
from preau.meet.domain.errors import invalid, meeting_unknown, not_signed_in, rule_locked
from preau.meet.domain.ids import ID_BYTES, MeetingId, meeting_id
from preau.meet.domain.meetings import Meeting, read_passcode, read_title
from preau.meet.domain.organization import Organization, first_kind, in_force, safe_rules
from preau.meet.domain.policy import GUEST, Action, Actor, demand
from preau.meet.domain.rules import BadRuleError, Kind, Rules, change
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.ports import LiveRooms, Transaction, World


@dataclass(frozen=True)
class MeetingView:
    """A meeting as its owner sees it: with the house whose rules it keeps."""

    meeting: Meeting
    organization: Organization

    @property
    def rules(self) -> Rules:
        """The rules that count."""
        return in_force(self.organization, self.meeting.kind, self.meeting.rules)

    @property
    def safe(self) -> Rules:
        """The rules it began with."""
        return safe_rules(self.organization, self.meeting.kind)


@dataclass(frozen=True)
class Changes:
    """What to change about a meeting; None leaves a thing as it is. `passcode`: "" takes it away."""

    title: str | None = None
    rules: Mapping[str, Any] | None = None
    passcode: str | None = None


def actor_of(account: Account | None) -> Actor:
    """Who asks, outside any room."""
    return GUEST if account is None else Actor(account.id, account.role)


def own_meeting(
    stored: Transaction, account: Account | None, action: Action, wanted: MeetingId
) -> tuple[Account, Meeting]:
    """The meeting an owner wants to do something to; refused as the policy says."""
    meeting = stored.meetings.by_id(wanted)
    demand(actor_of(account), action, meeting)
    if meeting is None or account is None:
        raise meeting_unknown()
    return account, meeting


def create_meeting(
    world: World, account: Account | None, title: str | None, kind: Kind | None = None
) -> MeetingView:
    """A new meeting of that account, with the rules of its kind in this house."""
    demand(actor_of(account), Action.CREATE_MEETING)
    if account is None:
        raise not_signed_in()
    now = world.clock.now()
    with world.store.write() as stored:
        organization = stored.organizations.get()
        chosen = kind or first_kind(organization.profile)
        cleaned, problem = read_title(title, account.language, chosen)
        if problem is not None:
            raise invalid({"title": problem})
        meeting = Meeting(
            id=meeting_id(world.randomness.draw(ID_BYTES)),
            code=code_from(world.randomness.draw(CODE_BYTES)),
            owner_id=account.id,
            title=cleaned,
            created_at=now,
            last_started_at=None,
            kind=chosen,
            rules=safe_rules(organization, chosen),
        )
        stored.meetings.add(meeting)
        stored.audit.add(_record(world, account, Action.CREATE_MEETING, meeting))
    return MeetingView(meeting, organization)


def usual_kind(world: World) -> Kind:
    """What a meeting is for when nobody says."""
    with world.store.read() as stored:
        return first_kind(stored.organizations.get().profile)


def list_meetings(world: World, account: Account | None) -> Sequence[MeetingView]:
    """The account's meetings, the latest activity first."""
    demand(actor_of(account), Action.LIST_OWN_MEETINGS)
    if account is None:
        raise not_signed_in()
    with world.store.read() as stored:
        organization = stored.organizations.get()
        return [MeetingView(meeting, organization) for meeting in stored.meetings.of_owner(account.id)]


def view_meeting(world: World, account: Account | None, wanted: MeetingId) -> MeetingView:
    """One of the account's meetings."""
    with world.store.read() as stored:
        _, meeting = own_meeting(stored, account, Action.VIEW_MEETING, wanted)
        return MeetingView(meeting, stored.organizations.get())


def change_meeting(
    world: World, rooms: LiveRooms, account: Account | None, wanted: MeetingId, changes: Changes
) -> MeetingView:
    """Change title, rules or passcode; rules reach the running room. Raises `rule-locked` too."""
    with world.store.read() as stored:
        # Hashing a passcode is slow on purpose: strangers are turned away before it.
        own_meeting(stored, account, Action.VIEW_MEETING, wanted)
    passcode_hash = _hash_passcode(world, changes.passcode)
    with world.store.write() as stored:
        owner, meeting = own_meeting(stored, account, Action.VIEW_MEETING, wanted)
        organization = stored.organizations.get()
        for action, changed in (
            (Action.RENAME_MEETING, _with_title(meeting, owner, changes.title)),
            (Action.CHANGE_MEETING_RULES, _with_rules(meeting, organization, changes.rules)),
            (Action.CHANGE_PASSCODE, _with_passcode(meeting, changes.passcode, passcode_hash)),
        ):
            if changed is None:
                continue
            demand(actor_of(owner), action, meeting)
            meeting = replace(meeting, **changed)
            stored.audit.add(_record(world, owner, action, meeting))
            if action is Action.CHANGE_PASSCODE:
                stored.passcode_devices.forget_meeting(meeting.id)
        stored.meetings.update(meeting)
    view = MeetingView(meeting, organization)
    door = rooms.door(meeting.id)
    if changes.rules and door is not None:
        # Only what was changed: the hosts may have other rules for this occurrence.
        rules = in_force(organization, meeting.kind, change(door.rules, changes.rules))
        rooms.change_rules(meeting.id, rules, organization.locked_rules)
    return view


def change_link(world: World, rooms: LiveRooms, account: Account | None, wanted: MeetingId) -> MeetingView:
    """Give a meeting another link; the one before leads nowhere from now on."""
    with world.store.write() as stored:
        owner, meeting = own_meeting(stored, account, Action.CHANGE_LINK, wanted)
        meeting = replace(meeting, code=code_from(world.randomness.draw(CODE_BYTES)))
        stored.meetings.update(meeting)
        stored.audit.add(_record(world, owner, Action.CHANGE_LINK, meeting))
        organization = stored.organizations.get()
    rooms.link_changed(meeting.id, meeting.code)
    return MeetingView(meeting, organization)


def delete_meeting(world: World, rooms: LiveRooms, account: Account | None, wanted: MeetingId) -> None:
    """Delete a meeting for good: its links lead nowhere, and whoever is in it is told and out."""
    with world.store.write() as stored:
        owner, meeting = own_meeting(stored, account, Action.DELETE_MEETING, wanted)
        stored.meetings.remove(meeting.id)
        stored.audit.add(_record(world, owner, Action.DELETE_MEETING, meeting))
    rooms.end(meeting.id)


def _record(world: World, account: Account, action: Action, meeting: Meeting) -> AuditRecord:
    return AuditRecord(world.clock.now(), account.id, action.value, meeting.id, meeting.id)


def _with_title(meeting: Meeting, owner: Account, title: str | None) -> Mapping[str, Any] | None:
    if title is None:
        return None
    cleaned, problem = read_title(title, owner.language, meeting.kind)
    if problem is not None:
        raise invalid({"title": problem})
    return None if cleaned == meeting.title else {"title": cleaned}


def _with_rules(
    meeting: Meeting, organization: Organization, rules: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    if not rules:
        return None
    before = in_force(organization, meeting.kind, meeting.rules)
    try:
        after = change(before, rules)
    except BadRuleError as bad:
        name = str(bad.args[0])[:40]
        raise invalid({f"rules.{name}": "There is no such rule, or it cannot have this value."}) from None
    for name in organization.locked_rules:
        if getattr(after, name) != getattr(before, name):
            raise rule_locked(name)
    return {"rules": after}


def _with_passcode(
    meeting: Meeting, passcode: str | None, passcode_hash: str | None
) -> Mapping[str, Any] | None:
    if passcode is None or (passcode_hash is None and meeting.passcode_hash is None):
        return None
    return {"passcode_hash": passcode_hash}


def _hash_passcode(world: World, passcode: str | None) -> str | None:
    if not passcode:
        return None
    cleaned, problem = read_passcode(passcode)
    if problem is not None:
        raise invalid({"passcode": problem})
    return world.passwords.hash(cleaned)
