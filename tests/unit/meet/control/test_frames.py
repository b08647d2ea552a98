"""The frame parser: what it takes, what it refuses, and that nothing else comes out of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from preau.meet.control.frames import (
    MAX_FRAME_BYTES,
    BadFrameError,
    ChatLine,
    ClientFrame,
    Knock,
    Plain,
    ResumeClaim,
    parse_frame,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
NAMES = st.sampled_from(["type", "request", "name", "resume", "message_id", "text", "secret", "x"])
TYPES = st.sampled_from(["knock", "send-chat", "raise-hand", "lower-hand", "renew-media", "leave", "ping"])


def frame(**fields: Any) -> str:
    return json.dumps(fields)


def refusal(message: str | bytes) -> tuple[str, int]:
    with pytest.raises(BadFrameError) as refused:
        parse_frame(message)
    return refused.value.code, refused.value.request


@pytest.mark.parametrize("type_", ["raise-hand", "lower-hand", "renew-media", "leave", "ping"])
def test_plain_frames(type_: str) -> None:
    assert parse_frame(frame(type=type_, request=3)) == Plain(3, type_)


def test_a_knock_with_and_without_a_resume() -> None:
    assert parse_frame(frame(type="knock", request=1, name="Ann", resume=None)) == Knock(1, "Ann", None)
    claim = {"participant_id": "par_1", "secret": "s", "last_sequence": 4}
    assert parse_frame(frame(type="knock", request=1, name="", resume=claim)) == Knock(
        1,
        "",
        ResumeClaim("par_1", "s", 4),  # type: ignore[arg-type]  # a NewType of str
    )


def test_a_chat_line() -> None:
    parsed = parse_frame(frame(type="send-chat", request=2, message_id="message-1", text="hi"))
    assert parsed == ChatLine(2, "message-1", "hi")  # type: ignore[arg-type]  # a NewType of str


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
