"""The audit of a meeting: read by its owner; refused attempts of strangers are written here."""

from __future__ import annotations

from collections.abc import Sequence

from preau.meet.domain.accounts import Account
from preau.meet.domain.errors import DomainError
from preau.meet.domain.ids import MeetingId
from preau.meet.domain.policy import Action
from preau.meet.services.meetings import own_meeting
from preau.meet.services.ports import AuditRecord, World
from preau.meet.services.refusals import RefusedIn

MOST_RECORDS = 500
_ACTION_CHARACTERS = 40


def view_audit(world: World, account: Account | None, wanted: MeetingId) -> Sequence[AuditRecord]:
    """The latest acts about one of the account's meetings, the newest first."""
    with world.store.read() as stored:
        _, meeting = own_meeting(stored, account, Action.VIEW_AUDIT, wanted)
        return stored.audit.of_meeting(meeting.id, MOST_RECORDS)


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
    try:
        with world.store.write() as stored:
            for where, times in counts.items():
                meeting = stored.meetings.by_id(where.meeting_id) if where.meeting_id else None
                record = AuditRecord(
                    at=world.clock.now(),
                    actor_id=None,
                    action=where.action,
                    subject_id=meeting.id if meeting else where.subject_id or "unknown",
                    meeting_id=meeting.id if meeting else None,
                    participant_id=where.participant_id if meeting else None,
                    allowed=False,
                    times=times,
                )
                stored.audit.add(record)
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
