"""Browsers that gave a meeting's passcode, in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from preau.meet.domain.ids import MeetingId
from preau.meet.storage.tables import PASSCODE_DEVICES


class StoredPasscodeDevices:
    """Marks, each of one browser and one passcode."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def is_met(self, mark: str) -> bool:
        """Whether that browser gave it."""
        found = select(PASSCODE_DEVICES.c.mark).where(PASSCODE_DEVICES.c.mark == mark)
        return self._connection.execute(found).first() is not None

    def meet(self, mark: str, meeting_id: MeetingId, now: datetime) -> None:
        """Remember one; nothing when it is known."""
        if not self.is_met(mark):
            row = {"mark": mark, "meeting_id": meeting_id, "at": now}
            self._connection.execute(insert(PASSCODE_DEVICES), row)

    def forget_meeting(self, meeting_id: MeetingId) -> None:
        """Forget all of a meeting: its passcode is another."""
        self._connection.execute(delete(PASSCODE_DEVICES).where(PASSCODE_DEVICES.c.meeting_id == meeting_id))

    def forget_before(self, moment: datetime) -> None:
        """Forget what is older."""
        self._connection.execute(delete(PASSCODE_DEVICES).where(PASSCODE_DEVICES.c.at < moment))
