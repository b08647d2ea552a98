"""The audit: of a meeting read by its owner, of all else by administrators; refusals are written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from preau.meet.domain.accounts import Account
from preau.meet.domain.acts import KINDS
from preau.meet.domain.errors import DomainError
from preau.meet.domain.ids import AccountId, MeetingId
from preau.meet.domain.policy import Action, demand
from preau.meet.services.audit_ports import AuditEntry, AuditQuery, AuditRecord
from preau.meet.services.meetings import actor_of, own_meeting
from preau.meet.services.ports import Transaction, World
from preau.meet.services.refusals import RefusedIn

PAGE = 100
NEWEST = AuditQuery(PAGE)
SUM_FOR = timedelta(hours=1)
"""How long refusals of a kind are added up in one record, so that a flood cannot fill the audit."""
_ACTION_CHARACTERS = 40


@dataclass(frozen=True)
class AuditPage:
    """A page, the newest first. `names`: of accounts in it that there are; `next`: where the next begins."""

    entries: Sequence[AuditEntry]
    names: Mapping[str, str]
    next: int | None

    @property
    def records(self) -> Sequence[AuditRecord]:
        """The acts alone."""
        return [one.record for one in self.entries]


def of_kind(kind: str | None) -> frozenset[str]:
    """The acts a kind stands for; none, which is all, for no kind and one that is not known."""
    return KINDS.get(kind or "", frozenset())


def view_audit(
    world: World, account: Account | None, wanted: MeetingId, query: AuditQuery = NEWEST
) -> AuditPage:
    """Acts about one of the account's meetings."""
    with world.store.read() as stored:
        _, meeting = own_meeting(stored, account, Action.VIEW_AUDIT, wanted)
        return _page(stored, replace(query, meeting_id=meeting.id, is_house=False))


def view_house_audit(world: World, account: Account | None, query: AuditQuery = NEWEST) -> AuditPage:
    """Acts at no meeting, or at one that is no more; reading them from the beginning is one of them."""
    demand(actor_of(account), Action.VIEW_HOUSE_AUDIT)
    actor_id = account.id if account else None
    act = AuditRecord(world.clock.now(), actor_id, Action.VIEW_HOUSE_AUDIT.value, "audit")
    with world.store.write() as stored:
        if query.before is None:
            stored.audit.add_up(act, act.at - SUM_FOR)
        return _page(stored, replace(query, is_house=True))


def _page(stored: Transaction, query: AuditQuery) -> AuditPage:
    most = min(query.most, PAGE)
    found = stored.audit.page(replace(query, most=most + 1))
    entries = found[:most]
    ids = {one.record.actor_id for one in entries} | {one.record.subject_id for one in entries}
    accounts = [stored.accounts.by_id(AccountId(one)) for one in ids if one and one.startswith("acc_")]
    names: dict[str, str] = {one.id: one.name for one in accounts if one is not None}
    if query.meeting_id is not None and not query.is_house:
        invited = stored.invitations.of_meeting(query.meeting_id)
        names |= {one.id: one.name for one in invited if one.id in ids}
    return AuditPage(entries, names, entries[-1].number if len(found) > most else None)


def note_refusal(world: World, account: Account | None, action: str, wanted: str | None) -> None:
    """Somebody tried what it may not. `wanted`: the id of a meeting, when the act was about one.

    Only a meeting that exists is named: ids that strangers make up are no facts.
    """
    with world.store.write() as stored:
        meeting = stored.meetings.by_id(MeetingId(wanted)) if wanted else None
        meeting_id = meeting.id if meeting else None
        stored.audit.add(
            AuditRecord(
                at=world.clock.now(),
                actor_id=account.id if account else None,
                action=action[:_ACTION_CHARACTERS],
                subject_id=meeting_id or "unknown",
                meeting_id=meeting_id,
                allowed=False,
            )
        )


def note_unnoted(world: World) -> None:
    """Write down how many acts were refused beyond those noted one by one. Nothing when there were none."""
    counts = world.unnoted.take()
    if not counts:
        return
    now = world.clock.now()
    try:
        with world.store.write() as stored:
            for where, times in counts.items():
                meeting = stored.meetings.by_id(where.meeting_id) if where.meeting_id else None
                record = AuditRecord(
                    at=now,
                    actor_id=None,
                    action=where.action,
                    subject_id=meeting.id if meeting else where.subject_id or "unknown",
                    meeting_id=meeting.id if meeting else None,
                    participant_id=where.participant_id if meeting else None,
                    allowed=False,
                    times=times,
                )
                stored.audit.add_up(record, now - SUM_FOR)
    except Exception:
        world.unnoted.give_back(counts)
        raise


def count_refusal(world: World, address: str, where: RefusedIn) -> bool:
    """Whether a refusal is to be noted by itself; if not, it was counted."""
    try:
        world.guesses.count_refusal(address, world.clock.steady())
    except DomainError:
        world.unnoted.count(where)
        return False
    return True
