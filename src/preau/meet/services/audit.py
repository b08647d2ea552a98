"""The audit of a meeting: read by its owner; refused attempts of strangers are written here."""

from __future__ import annotations

from collections.abc import Sequence

from preau.meet.domain.accounts import Account
from preau.meet.domain.ids import MeetingId
from preau.meet.domain.policy import Action
from preau.meet.services.meetings import own_meeting
from preau.meet.services.ports import AuditRecord, World

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
