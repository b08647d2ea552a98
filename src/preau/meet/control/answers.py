"""Frames to the browser, as JSON text, and the sentence that goes with each code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from preau.meet.domain.ids import ParticipantId
from preau.meet.live.codec import entry_to_json, message_to_json, participant_to_json, time_to_json
from preau.meet.live.events import Entry
from preau.meet.live.view import RoomView
from preau.meet.services.ports import MediaGrant

REFUSALS: Mapping[str, str] = {
    "bad-frame": "The frame is not of the documented form.",
    "frame-too-large": "The frame is larger than 16 KiB.",
    "unknown-type": "There is no frame of this type.",
    "name-needed": "Enter a name.",
    "name-too-long": "The name is longer than 64 characters.",
    "text-empty": "The message is empty.",
    "text-too-long": "The message is longer than 2000 characters.",
    "not-admitted": "Knock first.",
    "already-admitted": "This connection was admitted already.",
    "resume-unknown": "The place in the meeting is no longer kept.",
    "meeting-unknown": "This meeting link does not lead to a meeting.",
    "room-full": "The meeting is full.",
    "rate-limited": "Too much at once; wait a moment and try again.",
    "not-allowed": "You may not do this.",
    "not-saved": "The message could not be saved; try again.",
    "chat-full": "The chat of this meeting is full.",
}

CLOSINGS: Mapping[str, str] = {
    "meeting-ended": "The meeting was ended.",
    "meeting-unknown": "This meeting link does not lead to a meeting.",
    "replaced": "You joined from somewhere else.",
    "server-restarting": "The server restarts; you are connected again in a moment.",
    "left": "You left.",
    "removed": "You were removed from the meeting.",
    "too-many-bad-frames": "Too many frames could not be read.",
    "knock-timeout": "Nobody knocked in time.",
}


def _frame(type_: str, **fields: Any) -> str:
    return json.dumps({"type": type_, **fields}, ensure_ascii=False, separators=(",", ":"))


def event(entry: Entry) -> str:
    """An entry of the room log as everybody hears of it."""
    return _frame("event", **entry_to_json(entry))


def done(request: int, sequence: int | None) -> str:
    """It is done; `sequence` is that of the entry it made."""
    return _frame("done", request=request, sequence=sequence)


def pong(request: int) -> str:
    """The server is there."""
    return _frame("pong", request=request)


def refused(request: int, code: str) -> str:
    """It was not done. `request` 0: of a frame that could not be read."""
    return _frame("refused", request=request, code=code, message=REFUSALS[code])


def closed(code: str) -> str:
    """The last frame."""
    return _frame("closed", code=code, message=CLOSINGS[code])


def media(request: int, grant: MediaGrant) -> str:
    """A fresh permission to enter the media room."""
    return _frame("media", request=request, media={"url": grant.url, "token": grant.token})


def snapshot(view: RoomView, you: ParticipantId, facts: Mapping[str, str]) -> dict[str, Any]:
    """The whole room for one participant."""
    return {
        "sequence": view.sequence,
        "you": you,
        "meeting": dict(facts),
        "participants": [participant_to_json(one) for one in view.participants],
        "chat": [message_to_json(message) for message in view.chat],
    }


def meeting_facts(title: str, code: str, started_at: datetime) -> dict[str, str]:
    """What a snapshot says about the meeting itself."""
    return {"title": title, "code": code, "started_at": time_to_json(started_at)}


def admitted(
    request: int,
    you: ParticipantId,
    secret: str,
    grant: MediaGrant,
    *,
    is_resumed: bool,
    whole: dict[str, Any] | None,
) -> str:
    """Come in. `whole` None: the missed events follow as frames of their own."""
    return _frame(
        "admitted",
        request=request,
        participant_id=you,
        secret=secret,
        media={"url": grant.url, "token": grant.token},
        resumed=is_resumed,
        snapshot=whole,
    )
