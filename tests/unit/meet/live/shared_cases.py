"""Cases of "snapshot + event = expected" that the web client's tests read too.

`python -m tests.unit.meet.live.shared_cases` writes them anew from the server's own machine. Every event is
seen by the host, and every one that is withheld by a participant as well.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from preau.meet.control.answers import MeetingFacts, snapshot
from preau.meet.domain.ids import InvitationId, MessageId, ParticipantId
from preau.meet.domain.invitations import Provenance
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import Kind, Profile, bundle
from preau.meet.live import commands as do
from preau.meet.live.audience import may_hear
from preau.meet.live.codec import entry_to_json, withheld_entry_to_json
from preau.meet.live.commands import Command, ConnectionId, Knock
from preau.meet.live.events import Entry
from preau.meet.live.machine import handle
from preau.meet.live.people import Audience, BanId
from preau.meet.live.room import Room, Setting
from preau.meet.live.view import RoomView, apply

FILE = Path(__file__).parents[3] / "fixtures/control/events.json"
_START = datetime(2026, 11, 24, 8, tzinfo=UTC)
_ANN, _BOB, _CLO = ParticipantId("par_ann"), ParticipantId("par_bob"), ParticipantId("par_clo")
_DAN, _EVE, _FAY = ParticipantId("par_dan"), ParticipantId("par_eve"), ParticipantId("par_fay")
_HOST, _PUPIL, _GUEST = ConnectionId(1), ConnectionId(2), ConnectionId(4)
FACTS = MeetingFacts("Staff", "abcde-fghjk-mnpqr-stvwx", _START)
SETTING = Setting(10, Profile.SCHOOL, Kind.CLASS, frozenset({"rename"}))
_RULES = replace(bundle(Profile.SCHOOL, Kind.CLASS), open_link=True)


def _knock(
    who: ParticipantId,
    connection: ConnectionId,
    name: str,
    provenance: Provenance = Provenance.OPEN_LINK,
    **more: Any,
) -> Knock:
    role = RoomRole.HOST if provenance is Provenance.OWNER else RoomRole.PARTICIPANT
    return Knock(connection, 1, who, "unseen", name, role, provenance, f"device of {who}", **more)


_STORY: tuple[Command, ...] = (
    do.Open(_RULES),
    _knock(_BOB, _PUPIL, "Bób 👩‍🏫", Provenance.ROSTER, invitation_id=InvitationId("inv_bob")),
    _knock(_ANN, _HOST, "Ann", Provenance.OWNER),
    do.SendChat(_HOST, 2, MessageId("message-1"), "Good morning\nall"),
    do.RaiseHand(_PUPIL, 2),
    do.SetRules(_HOST, 3, {"chat": "hosts", "slow_mode_s": 10}),
    do.SendChat(_PUPIL, 3, MessageId("message-2"), "<b>not bold</b>"),
    do.SendChat(_HOST, 4, MessageId("message-3"), "among us", Audience.HOSTS),
    do.LoseConnection(_PUPIL),
    do.Resume(ConnectionId(3), 1, _BOB, "unseen", 0, f"device of {_BOB}"),
    do.LowerHand(ConnectionId(3), 4),
    _knock(_CLO, _GUEST, "Bob 👩‍🏫"),
    do.LeaveNote(_GUEST, 2, "It is me, Clo"),
    do.LoseConnection(_GUEST),
    do.Tick(),
    do.Resume(_GUEST, 3, _CLO, "unseen", 0, f"device of {_CLO}"),
    do.AdmitPeople(_HOST, 5, (_CLO,)),
    do.Rename(_HOST, 6, _CLO, "Clo"),
    do.SetRole(_HOST, 7, _CLO, RoomRole.OBSERVER),
    do.Spotlight(_HOST, 8, _CLO),
    do.Lock(_HOST, 9),
    do.Unlock(_HOST, 10),
    do.Freeze(_HOST, 11),
    do.Thaw(_HOST, 12),
    do.DeleteMessage(_HOST, 13, MessageId("message-1")),
    _knock(_DAN, ConnectionId(5), "Dan"),
    do.Deny(_HOST, 14, _DAN, "not-expected"),
    _knock(
        _EVE,
        ConnectionId(6),
        "Eve",
        Provenance.INVITED,
        invitation_id=InvitationId("inv_eve"),
        is_second_device=True,
    ),
    do.BanPerson(_HOST, 15, _EVE),
    do.LiftBan(_HOST, 16, BanId("ban_32")),
    do.ChangeLink("23456-789ab-cdefg-hjkmn"),
    do.Remove(_HOST, 17, _CLO),
    do.LetBack(_HOST, 17, _CLO),
    _knock(_FAY, ConnectionId(7), "Fay", Provenance.ROSTER, invitation_id=InvitationId("inv_fay")),
    do.SetRole(_HOST, 18, _FAY, RoomRole.COHOST),
    do.SetRules(_HOST, 19, {"unmute": False}),
    do.AskToUnmute(_HOST, 20, _BOB),
    do.Mute(_HOST, 21, _BOB),
    do.LoseConnection(_HOST),
    do.Leave(ConnectionId(7), 2),
    do.Tick(),
)


def _told(entry: Entry, view: RoomView, viewer_id: ParticipantId) -> dict[str, Any]:
    viewer = view.participant(viewer_id)
    assert viewer is not None
    return entry_to_json(entry) if may_hear(entry.event, viewer) else withheld_entry_to_json(entry)


def written_cases() -> list[dict[str, Any]]:
    """The cases as the server's machine makes them: the first event of each type, as each viewer hears it."""
    cases: list[dict[str, Any]] = []
    seen: set[tuple[str, str, bool]] = set()
    room = Room(SETTING, empty_since=_START)
    for number, command in enumerate(_STORY):
        moment = _START + timedelta(seconds=9 * number, milliseconds=250)
        step = handle(room, command, moment)
        view = room.view
        for entry in step.entries:
            after = apply(view, entry)
            for viewer in (_ANN, _BOB):
                if view.participant(viewer) is None:
                    continue
                told = _told(entry, view, viewer)
                is_withheld = told["event"]["type"] == "withheld"
                kind = (type(entry.event).__name__, viewer if is_withheld else "", is_withheld)
                if kind not in seen:
                    seen.add(kind)
                    cases.append(
                        {
                            "snapshot": snapshot(view, viewer, FACTS, SETTING),
                            "event": told,
                            "expected": snapshot(after, viewer, FACTS, SETTING),
                        }
                    )
            view = after
        room = step.room
    return cases


def _read() -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads(FILE.read_text()) if FILE.exists() else []
    return cases


CASES = _read()

if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(written_cases(), indent=2, ensure_ascii=False) + "\n")
