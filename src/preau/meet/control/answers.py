"""Frames to the browser, as JSON text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from preau.meet.control.sentences import CLOSINGS, REFUSALS
from preau.meet.domain.ids import ParticipantId
from preau.meet.domain.rules import rules_to_json
from preau.meet.live.audience import may_read, runs_the_room
from preau.meet.live.codec import entry_to_json, withheld_entry_to_json
from preau.meet.live.events import Entry
from preau.meet.live.people_codec import (
    ban_to_json,
    message_to_json,
    participant_to_json,
    time_to_json,
    waiting_to_json,
)
from preau.meet.live.room import Setting
from preau.meet.live.view import RoomView
from preau.meet.services.ports import MediaGrant


@dataclass(frozen=True)
class MeetingFacts:
    """What a snapshot says about the meeting itself; `code` is its link's as the occurrence began."""

    title: str
    code: str
    started_at: datetime


def _frame(type_: str, **fields: Any) -> str:
    return json.dumps({"type": type_, **fields}, ensure_ascii=False, separators=(",", ":"))


def event(entry: Entry) -> str:
    """An entry of the room log as those hear of it who may."""
    return _frame("event", **entry_to_json(entry))


def withheld(entry: Entry) -> str:
    """An entry as the others hear of it: something happened."""
    return _frame("event", **withheld_entry_to_json(entry))


def done(request: int, sequence: int | None) -> str:
    """It is done; `sequence` is that of the entry it made."""
    return _frame("done", request=request, sequence=sequence)


def pong(request: int) -> str:
    """The server is there."""
    return _frame("pong", request=request)


def refused(request: int, code: str, retry_after_s: int | None = None) -> str:
    """It was not done. `request` 0: of a frame that could not be read."""
    later = {} if retry_after_s is None else {"retry_after_s": retry_after_s}
    return _frame("refused", request=request, code=code, message=REFUSALS[code], **later)


def closed(code: str, reason: str | None = None) -> str:
    """The last frame; `reason` goes with the code `denied`."""
    extra = {} if reason is None else {"reason": reason}
    return _frame("closed", code=code, message=CLOSINGS[code], **extra)


def media(request: int, grant: MediaGrant) -> str:
    """A fresh permission to enter the media room."""
    return _frame("media", request=request, media={"url": grant.url, "token": grant.token})


def asked_to_unmute(by: str) -> str:
    """Somebody who runs the room asks to hear this participant."""
    return _frame("asked-to-unmute", by=by)


def reported(request: int, case_number: str, secret: str) -> str:
    """A report is in the register."""
    return _frame("reported", request=request, case_number=case_number, secret=secret)


def waiting(
    request: int,
    you: ParticipantId,
    secret: str,
    *,
    has_host: bool,
    host: str | None,
    note_left: bool,
    is_second_device: bool,
) -> str:
    """Wait; `request` 0: something changed."""
    return _frame(
        "waiting",
        request=request,
        participant_id=you,
        secret=secret,
        has_host=has_host,
        host=host,
        note_left=note_left,
        is_second_device=is_second_device,
    )


def snapshot(view: RoomView, you: ParticipantId, facts: MeetingFacts, setting: Setting) -> dict[str, Any]:
    """The whole room as one participant sees it. Raises ValueError for somebody who is not in it."""
    viewer = view.participant(you)
    if viewer is None:
        raise ValueError("only participants see the room")
    sees_all = runs_the_room(viewer)
    return {
        "sequence": view.sequence,
        "you": you,
        "meeting": {
            "title": facts.title,
            "code": view.code or facts.code,
            "started_at": time_to_json(facts.started_at),
        },
        "participants": [participant_to_json(one) for one in view.participants],
        "chat": [message_to_json(message) for message in view.chat if may_read(message, viewer)],
        "profile": setting.profile.value,
        "kind": setting.kind.value,
        "rules": rules_to_json(view.rules),
        "differing": list(view.differing),
        "locked_rules": sorted(setting.locked_rules),
        "is_locked": view.is_locked,
        "is_frozen": view.is_frozen,
        "is_paused": view.is_paused,
        "spotlight": view.spotlight,
        "waiting": [waiting_to_json(one) for one in view.waiting] if sees_all else None,
        "warned": [waiting_to_json(one) for one in view.warned] if sees_all else None,
        "bans": [ban_to_json(ban) for ban in view.bans] if sees_all else None,
    }


def whole(view: Mapping[str, Any]) -> str:
    """The whole room anew, in place of everything known."""
    return _frame("snapshot", snapshot=dict(view))


def admitted(
    request: int,
    you: ParticipantId,
    secret: str,
    grant: MediaGrant,
    *,
    report_ticket: str,
    is_resumed: bool,
    view: Mapping[str, Any] | None,
) -> str:
    """Come in; `request` 0: out of the waiting room. `view` None: the missed events follow as frames."""
    return _frame(
        "admitted",
        request=request,
        participant_id=you,
        secret=secret,
        media={"url": grant.url, "token": grant.token},
        report_ticket=report_ticket,
        resumed=is_resumed,
        snapshot=view,
    )
