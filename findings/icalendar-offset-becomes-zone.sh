#!/usr/bin/env bash
# icalendar 7.3.2: a moment with a fixed offset is written as local time of a zone that is defined nowhere.
# Expected: UTC (RFC 5545 has no offsets, and a TZID needs its VTIMEZONE, section 3.2.19), as one gets by astimezone(UTC).
# Seen: DTSTART;TZID="UTC+01:00":… and no VTIMEZONE beside it; datetimes that come from ISO 8601 texts are all of this kind.
source "$(dirname "$0")/common.sh"
install icalendar==7.3.2
run <<'PY'
from datetime import UTC, datetime
from icalendar import Calendar, Event
def written(moment):
    calendar, event = Calendar(), Event()
    event.add("dtstart", moment)
    calendar.add_component(event)
    return calendar.to_ical().decode()
moment = datetime.fromisoformat("2026-11-02T08:00:00+01:00")
offset, in_utc = written(moment), written(moment.astimezone(UTC))
print(next(line for line in offset.splitlines() if "DTSTART" in line))
assert 'DTSTART;TZID="UTC+01:00":20261102T080000' in offset
assert "VTIMEZONE" not in offset
assert "DTSTART:20261102T070000Z" in in_utc
PY
