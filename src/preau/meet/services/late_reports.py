"""Reports by who is no longer in the room: left, was removed, or the meeting is over.

Each admission comes with a ticket, signed by this server. It says in which meeting somebody was and under
what name: nothing has to be kept of those who never report, and the name is the server's word.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from preau.meet.domain.cases import MAX_REPORT_CHARACTERS, Category, Report
from preau.meet.domain.errors import invalid, too_late_to_report
from preau.meet.domain.ids import MeetingId
from preau.meet.domain.policy import Action, Actor, demand
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.text import clean_chat
from preau.meet.services.cases import OpenedCase, open_case
from preau.meet.services.ports import World
from preau.meet.services.secrets import hash_of

#: How long after coming in; somebody may need the evening to find the words.
GOOD_FOR = timedelta(hours=24)
_PURPOSE = b"preau: report ticket, 1"


@dataclass(frozen=True)
class Participation:
    """That somebody was in a meeting's room, under a name."""

    meeting_id: MeetingId
    name: str


@dataclass(frozen=True)
class LateReport:
    """What somebody tells who holds a ticket."""

    ticket: str
    category: Category
    text: str


class Tickets:
    """Gives and reads tickets, which hold as long as the server's key does."""

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, _PURPOSE, hashlib.sha256)

    @staticmethod
    def of_one_run() -> Tickets:
        """Tickets that no other run of the server reads."""
        return Tickets(secrets.token_bytes(32))

    def give(self, meeting_id: MeetingId, name: str, now: datetime) -> str:
        """The ticket of somebody who comes in: URL-safe characters, fewer than 1,000."""
        said = _encoded(json.dumps([meeting_id, name, int(now.timestamp())]).encode())
        return f"{said}.{self._signature(said)}"

    def read(self, ticket: str, now: datetime) -> Participation:
        """Who holds it. Raise `too-late-to-report` for one that is too old, or is none of ours."""
        said, _, signature = ticket.partition(".")
        if not ticket.isascii() or not hmac.compare_digest(signature, self._signature(said)):
            raise too_late_to_report()
        try:
            meeting_id, name, given_s = json.loads(base64.urlsafe_b64decode(said))
        except (ValueError, binascii.Error) as error:
            raise too_late_to_report() from error
        if now - datetime.fromtimestamp(given_s, UTC) > GOOD_FOR:
            raise too_late_to_report()
        return Participation(MeetingId(meeting_id), name)

    def _signature(self, said: str) -> str:
        return _encoded(hmac.digest(self._key, said.encode(), hashlib.sha256))


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode()


def report_late(world: World, tickets: Tickets, told: LateReport, address: str) -> OpenedCase:
    """Put the report of somebody who was in the room into the register.

    Raise `too-late-to-report`, also when the meeting is no more, `invalid-fields` and `rate-limited`.
    """
    was = tickets.read(told.ticket, world.clock.now())
    demand(Actor(room_role=RoomRole.PARTICIPANT), Action.REPORT)
    cleaned = clean_chat(told.text)
    if len(cleaned) > MAX_REPORT_CHARACTERS:
        raise invalid({"text": f"At most {MAX_REPORT_CHARACTERS} characters."})
    world.guesses.late_report(hash_of(told.ticket), address, world.clock.steady())
    with world.store.read() as stored:
        if stored.meetings.by_id(was.meeting_id) is None:
            raise too_late_to_report()
    return open_case(world, Report(was.meeting_id, told.category, cleaned, was.name, None, ()))
