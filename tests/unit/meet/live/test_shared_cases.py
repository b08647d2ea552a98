"""The cases that the pages' tests read are what this server sends, and hold here."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from preau.meet.control.answers import snapshot
from preau.meet.domain.ids import ParticipantId
from preau.meet.domain.roles import MODERATORS, RoomRole
from preau.meet.domain.rules import rules_from_json
from preau.meet.live.audience import may_hear
from preau.meet.live.codec import EVENT_NAMES, event_from_json
from preau.meet.live.events import Entry
from preau.meet.live.people import Participant
from preau.meet.live.people_codec import (
    ban_from_json,
    message_from_json,
    participant_from_json,
    waiting_from_json,
)
from preau.meet.live.view import STRICTEST, RoomView, apply
from tests.unit.meet.live.shared_cases import CASES, FACTS, SETTING, written_cases


def view_of(shown: dict[str, Any]) -> RoomView:
    """What a client knows from a snapshot."""
    return RoomView(
        sequence=shown["sequence"],
        participants=tuple(participant_from_json(one) for one in shown["participants"]),
        chat=tuple(message_from_json(one) for one in shown["chat"]),
        rules=rules_from_json(shown["rules"], STRICTEST),
        differing=tuple(shown["differing"]),
        is_locked=shown["is_locked"],
        is_frozen=shown["is_frozen"],
        is_paused=shown["is_paused"],
        spotlight=shown["spotlight"],
        waiting=tuple(waiting_from_json(one) for one in shown["waiting"] or ()),
        warned=tuple(waiting_from_json(one) for one in shown["warned"] or ()),
        bans=tuple(ban_from_json(one) for one in shown["bans"] or ()),
        code=shown["meeting"]["code"],
    )


def test_the_shared_cases_hold_here() -> None:
    for case in CASES:
        view, frame = view_of(case["snapshot"]), case["event"]
        expected = case["expected"]
        if frame["event"]["type"] == "withheld":
            assert {**case["snapshot"], "sequence": frame["sequence"]} == expected
            continue
        at = datetime.fromisoformat(frame["at"])
        after = apply(view, Entry(frame["sequence"], at, event_from_json(frame["event"])))
        assert snapshot(after, ParticipantId(expected["you"]), FACTS, SETTING) == expected


def test_the_shared_cases_are_what_this_server_sends() -> None:
    assert written_cases() == CASES, "regenerate with python -m tests.unit.meet.live.shared_cases"


def test_the_shared_cases_name_every_event() -> None:
    assert {case["event"]["event"]["type"] for case in CASES} == {*EVENT_NAMES, "withheld"}


def test_the_pages_and_the_document_know_every_event() -> None:
    root = Path(__file__).parents[4]
    wire = (root / "web/src/room/wire.ts").read_text()
    document = (root / "docs/protocol/control.md").read_text()
    for name in EVENT_NAMES:
        assert f"`{name}`" in document, name
        assert f'"{name}"' in wire, name
    assert '`{"type": "withheld"}`' in document


def test_what_is_for_those_who_run_the_room_reaches_nobody_else() -> None:
    for_them_alone = {
        "person-waiting",
        "person-stopped-waiting",
        "door-note-left",
        "waiting-connection",
        "removal-undone",
        "person-banned",
        "ban-lifted",
        "host-told",
    }
    at = datetime(2026, 11, 24, tzinfo=UTC)
    viewers = {role: Participant(ParticipantId("par_x"), "X", role, at) for role in RoomRole}
    for case in CASES:
        told = case["event"]["event"]
        if told["type"] in {"withheld", "chat-posted"}:
            continue
        event = event_from_json(told)
        hear = {role for role, viewer in viewers.items() if may_hear(event, viewer)}
        everybody = set(RoomRole)
        assert hear == (MODERATORS if told["type"] in for_them_alone else everybody), told["type"]
