#!/usr/bin/env bash
# icalendar 7.3.2: a time zone whose name it does not know is dropped without a word.
# Expected: an error or a warning, as for names that it has to guess; or the name at least.
# Seen: a lesson at eight in "Customized Time Zone", as Exchange calls a zone that somebody made, is at eight in no zone, with no
# error noted in the event: the server's own zone then decides when it begins.
source "$(dirname "$0")/common.sh"
install icalendar==7.3.2
run <<'PY'
import warnings
from icalendar import Calendar
warnings.simplefilter("error")
def start_of(zone):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//school//lessons//EN", "BEGIN:VEVENT", "UID:1",
             "DTSTAMP:20260901T000000Z", f"DTSTART;TZID={zone}:20261102T080000", "END:VEVENT", "END:VCALENDAR", ""]
    event = Calendar.from_ical("\r\n".join(lines)).walk("VEVENT")[0]
    return event["DTSTART"].dt, event.errors
(known, _), (unknown, errors) = start_of("Romance Standard Time"), start_of("Customized Time Zone")
print(known, "|", unknown, errors)
assert known.utcoffset().total_seconds() == 3600
assert (unknown.tzinfo, errors) == (None, [])
PY
