"""The sentence that goes with each code, for people who read frames; pages choose their own words."""

from __future__ import annotations

from collections.abc import Mapping

REFUSALS: Mapping[str, str] = {
    "bad-frame": "The frame is not of the documented form.",
    "frame-too-large": "The frame is larger than 16 KiB.",
    "unknown-type": "There is no frame of this type.",
    "name-needed": "Enter a name.",
    "name-too-long": "The name is longer than 64 characters.",
    "text-empty": "The text is empty.",
    "text-too-long": "The text is too long.",
    "not-admitted": "Nobody on this connection is in the meeting.",
    "already-admitted": "This connection has its place already.",
    "resume-unknown": "The place in the meeting is no longer kept.",
    "meeting-unknown": "This meeting link does not lead to a meeting.",
    "passcode-needed": "This meeting asks for a passcode.",
    "passcode-wrong": "The passcode is not right.",
    "denied": "The host did not let you in.",
    "room-full": "The meeting is full.",
    "rate-limited": "Too much at once; wait a moment and try again.",
    "not-allowed": "You may not do this.",
    "not-saved": "It could not be saved; try again.",
    "chat-full": "The chat of this meeting is full.",
    "chat-off": "The chat is off in this meeting.",
    "slow-mode": "Wait a moment before the next line.",
    "frozen": "The host stopped everything for a moment.",
    "paused": "Nobody who supervises is here just now.",
    "rule-locked": "The administrator locked this rule.",
    "rule-bad": "There is no such rule, or it cannot have this value.",
    "participant-unknown": "There is nobody of this id.",
    "not-waiting": "Nobody of this id waits.",
    "note-left-already": "You left your line to the host already.",
    "ban-unknown": "There is no ban of this id.",
    "message-unknown": "There is no line of this id.",
    "bad-category": "There is no such category.",
}

CLOSINGS: Mapping[str, str] = {
    "meeting-ended": "The meeting was ended.",
    "meeting-unknown": "This meeting link does not lead to a meeting.",
    "replaced": "You joined from somewhere else.",
    "server-restarting": "The server restarts; you are connected again in a moment.",
    "left": "You left.",
    "removed": "You were removed from the meeting.",
    "signed-out": "You were signed out, or your account was disabled.",
    "banned": "You were removed from the meeting and cannot come back.",
    "denied": "The host did not let you in.",
    "too-many-bad-frames": "Too many frames could not be read.",
    "room-full": "Very many wait at the door; try again in a moment.",
    "knock-timeout": "Nobody knocked in time.",
}
