"""Cases of "snapshot + event = expected" that the web client's tests read too.

`python -m tests.unit.meet.live.shared_cases` writes them anew from the server's own machine.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from preau.meet.control.answers import meeting_facts, snapshot
from preau.meet.domain.ids import MessageId, ParticipantId
from preau.meet.domain.roles import RoomRole
from preau.meet.live.codec import entry_to_json
from preau.meet.live.commands import (
    Command,
    ConnectionId,
    Enter,
    Leave,
    LoseConnection,
    LowerHand,
    RaiseHand,
    Resume,
    SendChat,
)
from preau.meet.live.machine import handle
from preau.meet.live.room import Room
from preau.meet.live.view import apply

FILE = Path(__file__).parents[3] / "fixtures/control/events.json"
_START = datetime(2026, 11, 24, 8, tzinfo=UTC)
_ANN, _BOB = ParticipantId("par_ann"), ParticipantId("par_bob")
_FACTS = meeting_facts("Staff", "abcde-fghjk-mnpqr-stvwx", _START)
_STORY: tuple[Command, ...] = (
    Enter(ConnectionId(1), 1, _ANN, "unseen", "Ann", RoomRole.HOST),
    Enter(ConnectionId(2), 1, _BOB, "unseen", "Bób 👩‍🏫", RoomRole.PARTICIPANT),
    SendChat(ConnectionId(1), 2, MessageId("message-1"), "Good morning\nall"),
    RaiseHand(ConnectionId(2), 2),
    LoseConnection(ConnectionId(1)),
    SendChat(ConnectionId(2), 3, MessageId("message-2"), "<b>not bold</b>"),
    Resume(ConnectionId(3), 1, _ANN, "unseen", 5),
    LowerHand(ConnectionId(2), 4),
    Leave(ConnectionId(3), 2),
)


def written_cases() -> list[dict[str, Any]]:
    """The cases as the server's machine makes them."""
    cases: list[dict[str, Any]] = []
    room = Room(max_participants=10, empty_since=_START)
    for number, command in enumerate(_STORY):
        step = handle(room, command, _START + timedelta(seconds=number, milliseconds=250))
        view = room.view
        for entry in step.entries:
            after = apply(view, entry)
            cases.append(
                {
                    "snapshot": snapshot(view, _BOB, _FACTS),
                    "event": entry_to_json(entry),
                    "expected": snapshot(after, _BOB, _FACTS),
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
