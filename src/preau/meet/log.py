"""The server's own log: one JSON object per line on stderr, of events that docs/data-inventory.md lists.

No address, name, title, text or secret is ever logged; ids are random and say nothing by themselves.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from enum import StrEnum


class LogEvent(StrEnum):
    """Every event that can be in the log."""

    STARTED = "meet-started"
    STOPPED = "meet-stopped"
    ROOM_REBUILT = "room-rebuilt"
    ROOM_STARTED = "room-started"
    ROOM_ENDED = "room-ended"
    ROOM_LOG_FAILED = "room-log-failed"
    SLOW_READER_DROPPED = "slow-reader-dropped"
    MEDIA_CALL_FAILED = "media-call-failed"
    MEDIA_STRANGER_REMOVED = "media-stranger-removed"
    MEDIA_NEWS_LOST = "media-news-lost"
    MAIL_FAILED = "mail-failed"
    WEBHOOK_REFUSED = "webhook-refused"
    DATABASE_AWAY = "database-away"
    DATABASE_BACK = "database-back"
    INTERNAL_ERROR = "internal-error"


def log_event(event: LogEvent, **fields: str | int | float | None) -> None:
    """Write one line; JSON keeps line breaks and escape sequences of any value inside its string."""
    line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event.value, **fields}
    sys.stderr.write(json.dumps(line) + "\n")
    sys.stderr.flush()
