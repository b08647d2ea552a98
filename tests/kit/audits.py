"""The audit as tests read it."""

from __future__ import annotations

from preau.meet.domain.ids import MeetingId
from preau.meet.services.audit_ports import AuditQuery, AuditRecord
from preau.meet.services.ports import Transaction


def acts_of(stored: Transaction, meeting_id: MeetingId, most: int) -> list[AuditRecord]:
    """The latest acts about a meeting, the newest first."""
    return [one.record for one in stored.audit.page(AuditQuery(most, meeting_id=meeting_id))]
