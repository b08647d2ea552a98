"""The frame parser: what it takes, what it refuses, and that nothing else comes out of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from preau.meet.control.fields import BadFrameError
from preau.meet.control.frames import (
    FRAME_TYPES,
    MAX_FRAME_BYTES,
    Act,
    ChatLine,
    ClientFrame,
    DoorNote,
    Knock,
    NewName,
    Plain,
    Report,
    ResumeClaim,
    parse_frame,
)
from preau.meet.control.sentences import REFUSALS
from preau.meet.domain.ids import MessageId, ParticipantId
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import RULE_NAMES
from preau.meet.live import commands as do
from preau.meet.live.commands import ConnectionId
from preau.meet.live.people import Audience, BanId
from tests.kit.room_stage import Stage, ada, ann, eve, line

NINE = ConnectionId(9)
PAR_1, PAR_2 = ParticipantId("par_1"), ParticipantId("par_2")
LINE_1 = MessageId("message-1")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
NAMES = st.sampled_from(
    [
        "type",
        "request",
        "name",
        "resume",
        "message_id",
        "text",
        "secret",
        "to",
        "invitation",
        "passcode",
        "participant_id",
        "participant_ids",
        "reason",
        "rules",
        "role",
        "ban_id",
        "category",
        "message_ids",
        "x",
    ]
)
TYPES = st.sampled_from(FRAME_TYPES)


def frame(**fields: Any) -> str:
    return json.dumps(fields)


def refusal(message: str | bytes) -> tuple[str, int]:
    with pytest.raises(BadFrameError) as refused:
        parse_frame(message)
    return refused.value.code, refused.value.request


@pytest.mark.parametrize("type_", ["renew-media", "ping"])
def test_plain_frames(type_: str) -> None:
    assert parse_frame(frame(type=type_, request=3)) == Plain(3, type_)


def acted(**fields: Any) -> do.Command:
    """The command that a frame becomes on connection 9."""
    parsed = parse_frame(frame(request=3, **fields))
    assert isinstance(parsed, Act)
    return parsed.command(NINE, parsed.request, *parsed.arguments)


@pytest.mark.parametrize(
    ("type_", "command"),
    [
        ("leave", do.Leave),
        ("raise-hand", do.RaiseHand),
        ("lower-hand", do.LowerHand),
        ("mute-all", do.MuteAll),
        ("stop-all-cameras", do.StopAllCameras),
        ("lower-all-hands", do.LowerAllHands),
        ("lock", do.Lock),
        ("unlock", do.Unlock),
        ("freeze", do.Freeze),
        ("thaw", do.Thaw),
        ("end", do.EndForAll),
    ],
)
def test_acts_that_say_all_with_their_type(type_: str, command: type) -> None:
    assert acted(type=type_) == command(NINE, 3)


@pytest.mark.parametrize(
    ("type_", "command"),
    [
        ("mute", do.Mute),
        ("stop-camera", do.StopCamera),
        ("stop-share", do.StopShare),
        ("ask-to-unmute", do.AskToUnmute),
        ("lower-hand-of", do.LowerHandOf),
        ("remove", do.Remove),
        ("ban", do.BanPerson),
    ],
)
def test_acts_about_somebody(type_: str, command: type) -> None:
    assert acted(type=type_, participant_id="par_1") == command(NINE, 3, "par_1")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"type": "admit", "participant_ids": ["par_1", "par_2"]},
            do.AdmitPeople(NINE, 3, (PAR_1, PAR_2)),
        ),
        (
            {"type": "deny", "participant_id": "par_1", "reason": "wrong-name"},
            do.Deny(NINE, 3, PAR_1, "wrong-name"),
        ),
        ({"type": "set-rules", "rules": {"chat": "off"}}, do.SetRules(NINE, 3, {"chat": "off"})),
        ({"type": "spotlight", "participant_id": None}, do.Spotlight(NINE, 3, None)),
        ({"type": "delete-message", "message_id": "message-1"}, do.DeleteMessage(NINE, 3, LINE_1)),
        ({"type": "lift-ban", "ban_id": "ban_7"}, do.LiftBan(NINE, 3, BanId("ban_7"))),
        (
            {"type": "set-role", "participant_id": "par_1", "role": "cohost"},
            do.SetRole(NINE, 3, PAR_1, RoomRole.COHOST),
        ),
    ],
)
def test_acts_with_fields(fields: dict[str, Any], expected: do.Command) -> None:
    assert acted(**fields) == expected


def test_a_rule_that_is_none_is_refused_by_the_room_and_not_passed_over() -> None:
    assert acted(type="set-rules", rules={"chat": "off", "gravity": False}) == do.SetRules(
        NINE,
        3,
        {"chat": "off", "unknown": None},
    )


def test_a_note_a_name_and_a_report() -> None:
    assert parse_frame(frame(type="leave-note", request=2, text="hi")) == DoorNote(2, "hi")
    assert parse_frame(frame(type="rename", request=2, participant_id=None, name="A")) == NewName(
        2, None, "A"
    )
    assert parse_frame(
        frame(
            type="report",
            request=2,
            category="other",
            participant_id=None,
            text="",
            message_ids=["message-1"],
        )
    ) == Report(2, "other", None, "", (LINE_1,))


def test_a_knock_with_and_without_a_resume() -> None:
    assert parse_frame(frame(type="knock", request=1, name="Ann", resume=None)) == Knock(1, "Ann", None)
    claim = {"participant_id": "par_1", "secret": "s", "last_sequence": 4}
    assert parse_frame(frame(type="knock", request=1, name="", resume=claim)) == Knock(
        1,
        "",
        ResumeClaim(PAR_1, "s", 4),
    )


def test_a_knock_by_a_personal_link() -> None:
    parsed = parse_frame(frame(type="knock", request=1, name="", invitation="secret", passcode="word"))
    assert parsed == Knock(1, "", None, "secret", "word")


def test_a_chat_line_to_the_hosts() -> None:
    parsed = parse_frame(frame(type="send-chat", request=2, message_id="message-1", text="hi", to="hosts"))
    assert parsed == ChatLine(2, LINE_1, "hi", Audience.HOSTS)


def test_a_chat_line() -> None:
    parsed = parse_frame(frame(type="send-chat", request=2, message_id="message-1", text="hi"))
    assert parsed == ChatLine(2, LINE_1, "hi")


def test_what_a_newer_client_adds_is_passed_over() -> None:
    assert parse_frame(frame(type="ping", request=1, later=True)) == Plain(1, "ping")


@pytest.mark.parametrize(
    ("message", "code", "request_number"),
    [
        ("", "bad-frame", 0),
        ("[]", "bad-frame", 0),
        ("null", "bad-frame", 0),
        ('{"type":"ping"}', "bad-frame", 0),
        ('{"type":"ping","request":0}', "bad-frame", 0),
        ('{"type":"ping","request":true}', "bad-frame", 0),
        ('{"type":"ping","request":1.5}', "bad-frame", 0),
        ('{"type":"ping","request":1e400}', "bad-frame", 0),
        ('{"type":"ping","request":9007199254740992}', "bad-frame", 0),
        ('{"type":"ping","request":' + "9" * 5000 + "}", "bad-frame", 0),
        ('{"type":"ping","request":1,"request":2}', "bad-frame", 0),
        ('{"type":"ping","request":1,"x":NaN}', "bad-frame", 0),
        ('{"type":7,"request":1}', "bad-frame", 1),
        ('{"type":"dance","request":9}', "unknown-type", 9),
        ('{"type":"__class__","request":9}', "unknown-type", 9),
        ('{"type":"knock","request":2}', "bad-frame", 2),
        ('{"type":"knock","request":2,"name":"\\ud800"}', "bad-frame", 2),
        ('{"type":"knock","request":2,"name":"A","resume":[]}', "bad-frame", 2),
        ('{"type":"knock","request":2,"name":"A","resume":{"participant_id":"p"}}', "bad-frame", 2),
        ('{"type":"send-chat","request":3,"message_id":"short","text":"x"}', "bad-frame", 3),
        ('{"type":"send-chat","request":3,"message_id":"has space","text":"x"}', "bad-frame", 3),
        ('{"type":"send-chat","request":3,"message_id":"message-1","text":null}', "bad-frame", 3),
        ('{"type":"knock","request":2,"name":"A","invitation":7}', "bad-frame", 2),
        ('{"type":"knock","request":2,"name":"A","passcode":"' + "x" * 129 + '"}', "bad-frame", 2),
        ('{"type":"send-chat","request":3,"message_id":"message-1","text":"x","to":"eve"}', "bad-frame", 3),
        ('{"type":"leave-note","request":3}', "bad-frame", 3),
        ('{"type":"admit","request":3,"participant_ids":[]}', "bad-frame", 3),
        ('{"type":"admit","request":3,"participant_ids":"par_1"}', "bad-frame", 3),
        ('{"type":"admit","request":3,"participant_ids":[1]}', "bad-frame", 3),
        (frame(type="admit", request=3, participant_ids=["par_1"] * 101), "bad-frame", 3),
        ('{"type":"deny","request":3,"participant_id":"par_1","reason":"ugly"}', "bad-frame", 3),
        ('{"type":"mute","request":3}', "bad-frame", 3),
        (frame(type="mute", request=3, participant_id="p" * 41), "bad-frame", 3),
        (frame(type="mute", request=3, participant_id="../../etc"), "bad-frame", 3),
        ('{"type":"set-rules","request":3,"rules":[]}', "bad-frame", 3),
        ('{"type":"set-rules","request":3,"rules":{}}', "bad-frame", 3),
        ('{"type":"set-role","request":3,"participant_id":"par_1","role":"god"}', "bad-frame", 3),
        ('{"type":"rename","request":3,"participant_id":7,"name":"A"}', "bad-frame", 3),
        ('{"type":"report","request":3,"category":"other","text":"x"}', "bad-frame", 3),
        (
            frame(type="report", request=3, category="other", text="", message_ids=["message-1"] * 51),
            "bad-frame",
            3,
        ),
        ("[" * 10_000, "bad-frame", 0),
        ('{"a":' * 3_000, "bad-frame", 0),
        (b"{}", "bad-frame", 0),
        (b"x" * (MAX_FRAME_BYTES + 1), "frame-too-large", 0),
        ("x" * (MAX_FRAME_BYTES + 1), "frame-too-large", 0),
        ("é" * (MAX_FRAME_BYTES // 2 + 1), "frame-too-large", 0),
    ],
)
def test_what_is_refused(message: str | bytes, code: str, request_number: int) -> None:
    assert refusal(message) == (code, request_number)


def only_frames_or_refusals(message: str | bytes) -> None:
    outcome = parsed_or_refused(message)
    if isinstance(outcome, BadFrameError):
        assert outcome.code in {"bad-frame", "frame-too-large", "unknown-type"}
        assert 0 <= outcome.request < 2**53
    else:
        assert outcome.request >= 1


def parsed_or_refused(message: str | bytes) -> ClientFrame | BadFrameError:
    try:
        return parse_frame(message)
    except BadFrameError as refused:
        return refused


@settings(max_examples=40)
@given(st.text() | st.binary())
@example("\ufeff{}")
def test_noise(message: str | bytes) -> None:
    only_frames_or_refusals(message)


@settings(max_examples=40)
@given(JSON)
def test_json_of_any_form(value: Any) -> None:
    only_frames_or_refusals(json.dumps(value))


@settings(max_examples=40)
@given(st.dictionaries(NAMES, JSON, max_size=6), TYPES, st.integers(1, 9))
def test_frames_with_wrong_fields(fields: dict[str, Any], type_: str, request: int) -> None:
    only_frames_or_refusals(json.dumps({**fields, "type": type_, "request": request}))


VALUES: dict[str, Any] = {
    "participant_id": st.sampled_from(["par_ada", "par_ann", "par_eve", "par_nobody", None]),
    "participant_ids": st.lists(
        st.sampled_from(["par_eve", "par_ada", "par_nobody"]), min_size=1, max_size=3
    ),
    "reason": st.sampled_from(["full", "other"]),
    "rules": st.dictionaries(st.sampled_from([*RULE_NAMES, "gravity"]), JSON, min_size=1, max_size=3),
    "role": st.sampled_from(["host", "cohost", "participant", "observer"]),
    "ban_id": st.sampled_from(["ban_1", "ban_9"]),
    "message_id": st.sampled_from(["message-1", "message-2"]),
}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(FRAME_TYPES), st.fixed_dictionaries(VALUES), st.sampled_from([1, 2, 4, 9]))
def test_whatever_act_a_client_sends_the_room_gives_one_answer(
    type_: str, fields: dict[str, Any], connection: int
) -> None:
    parsed = parsed_or_refused(json.dumps({**fields, "type": type_, "request": 3}))
    if not isinstance(parsed, Act):
        return
    stage = Stage()
    stage.do(ada(), ann(), eve(), line("hello"))
    command = parsed.command(ConnectionId(connection), parsed.request, *parsed.arguments)
    assert stage.code(command) in {"done", *REFUSALS}
