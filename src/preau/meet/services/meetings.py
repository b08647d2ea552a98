"""Meetings: create, list, rename, delete; and what their links show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from preau.meet.domain.accounts import Account
from preau.meet.domain.codes import CODE_BYTES, MeetingCode, code_from, parse_code
from preau.meet.domain.errors import invalid, meeting_unknown, not_signed_in
from preau.meet.domain.ids import ID_BYTES, MeetingId, meeting_id
from preau.meet.domain.meetings import Meeting, read_title
from preau.meet.domain.policy import GUEST, Action, Actor, decide, demand
from preau.meet.services.ports import AuditRecord, World


@dataclass(frozen=True)
class LinkView:
    """What a meeting's link shows before anybody enters: the title to its host alone."""

    code: MeetingCode
    is_host: bool
    title: str | None
    name: str | None


@dataclass(frozen=True)
class Arrival:
    """Somebody at the door of a meeting that exists."""

    meeting: Meeting
    is_host: bool


def _actor(account: Account | None) -> Actor:
    return GUEST if account is None else Actor(account.id, account.role)


def create_meeting(world: World, account: Account | None, title: str | None) -> Meeting:
    """A new meeting of that account."""
    demand(_actor(account), Action.CREATE_MEETING)
    if account is None:
        raise not_signed_in()
    cleaned, problem = read_title(title, account.language)
    if problem is not None:
        raise invalid({"title": problem})
    now = world.clock.now()
    meeting = Meeting(
        id=meeting_id(world.randomness.draw(ID_BYTES)),
        code=code_from(world.randomness.draw(CODE_BYTES)),
        owner_id=account.id,
        title=cleaned,
        created_at=now,
        last_started_at=None,
    )
    with world.store.write() as stored:
        stored.meetings.add(meeting)
        stored.audit.add(AuditRecord(now, account.id, Action.CREATE_MEETING.value, meeting.id))
    return meeting


def list_meetings(world: World, account: Account | None) -> Sequence[Meeting]:
    """The account's meetings, the latest activity first."""
    demand(_actor(account), Action.LIST_OWN_MEETINGS)
    if account is None:
        raise not_signed_in()
    with world.store.read() as stored:
        return stored.meetings.of_owner(account.id)


def view_meeting(world: World, account: Account | None, wanted: MeetingId) -> Meeting:
    """One of the account's meetings."""
    with world.store.read() as stored:
        meeting = stored.meetings.by_id(wanted)
    demand(_actor(account), Action.VIEW_MEETING, meeting)
    if meeting is None:
        raise meeting_unknown()
    return meeting


def rename_meeting(world: World, account: Account | None, wanted: MeetingId, title: str) -> Meeting:
    """Give one of the account's meetings another title; an empty one brings the default back."""
    now = world.clock.now()
    with world.store.write() as stored:
        meeting = stored.meetings.by_id(wanted)
        demand(_actor(account), Action.RENAME_MEETING, meeting)
        if meeting is None or account is None:
            raise meeting_unknown()
        cleaned, problem = read_title(title, account.language)
        if problem is not None:
            raise invalid({"title": problem})
        renamed = replace(meeting, title=cleaned)
        stored.meetings.update(renamed)
        stored.audit.add(AuditRecord(now, account.id, Action.RENAME_MEETING.value, meeting.id))
    return renamed


def delete_meeting(world: World, account: Account | None, wanted: MeetingId) -> None:
    """Delete one of the account's meetings for good; its link leads nowhere from now on."""
    now = world.clock.now()
    with world.store.write() as stored:
        meeting = stored.meetings.by_id(wanted)
        demand(_actor(account), Action.DELETE_MEETING, meeting)
        if meeting is None or account is None:
            raise meeting_unknown()
        stored.meetings.remove(meeting.id)
        stored.audit.add(AuditRecord(now, account.id, Action.DELETE_MEETING.value, meeting.id))


def arrive(world: World, account: Account | None, code: str) -> Arrival:
    """The meeting a link leads to, or `meeting-unknown`."""
    parsed = parse_code(code)
    with world.store.read() as stored:
        meeting = stored.meetings.by_code(parsed) if parsed else None
    if meeting is None or not decide(_actor(account), Action.ENTER_ROOM, meeting).is_allowed:
        raise meeting_unknown()
    return Arrival(meeting, decide(_actor(account), Action.HOST_ROOM, meeting).is_allowed)


def look_at_link(world: World, account: Account | None, code: str) -> LinkView:
    """What the page of a link may show to this account, or guest."""
    arrival = arrive(world, account, code)
    return LinkView(
        code=arrival.meeting.code,
        is_host=arrival.is_host,
        title=arrival.meeting.title if arrival.is_host else None,
        name=account.name if account else None,
    )
