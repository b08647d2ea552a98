"""A class that runs: a teacher and a pupil speak, have written, and what must not leak is planted."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx

from tests.kit.control_client import ControlClient, Frame
from tests.kit.media_client import MediaPerson, in_media, speaking
from tests.kit.meet_server import invite, whole_audit

#: What somebody who was not admitted may be told, and nothing else.
OUTSIDE = frozenset({"waiting", "refused", "closed", "done", "pong"})


@dataclass
class ClassInSession:
    """The teacher's control channel, both people's media, and what is planted in the room."""

    admin: httpx.Client
    socket_url: str
    meeting: dict[str, Any]
    teacher: ControlClient
    teacher_admitted: Frame
    teacher_media: MediaPerson
    pupil: ControlClient
    pupil_admitted: Frame
    planted: tuple[str, ...]

    def invite(self, name: str, role: str = "participant") -> str:
        """The secret of a personal link."""
        return invite(self.admin, self.meeting["id"], name, role)

    def person(
        self, *, device: str | None = None, sign_in: str | None = None, code: str | None = None
    ) -> ControlClient:
        """A control channel to the class, not knocked yet."""
        return ControlClient(self.socket_url, code or self.meeting["code"], device=device, sign_in=sign_in)

    def media_url(self, admitted: Frame) -> str:
        return str(admitted["media"]["url"] or self.socket_url)

    def keep_up(self) -> None:
        """Both read what came: who never reads is taken for dead after a while."""
        for one in (self.teacher, self.pupil):
            assert one.ask("ping")["type"] == "pong"

    def happened(self, type_: str) -> list[Frame]:
        """Events of one type that the teacher was told of so far."""
        self.keep_up()
        told = [frame["event"] for frame in self.teacher.unread if frame["type"] == "event"]
        return [event for event in told if event["type"] == type_]

    def audit(self) -> list[dict[str, Any]]:
        """Every act, the newest first."""
        return whole_audit(self.admin, self.meeting["id"])


def leaks(frames: list[Frame], planted: tuple[str, ...]) -> list[str]:
    """What somebody outside was told and should not have been."""
    told = json.dumps(frames)
    found = [secret for secret in planted if secret in told]
    return found + [frame["type"] for frame in frames if frame["type"] not in OUTSIDE or "media" in frame]


def new_meeting(admin: httpx.Client, title: str, kind: str, rules: dict[str, Any]) -> dict[str, Any]:
    """A meeting with some of its rules changed."""
    made = admin.post("/api/v1/meetings", json={"title": title, "kind": kind}).raise_for_status()
    if rules:
        path = f"/api/v1/meetings/{made.json()['id']}"
        made = admin.patch(path, json={"rules": rules}).raise_for_status()
    meeting: dict[str, Any] = made.json()
    return meeting


@contextlib.asynccontextmanager
async def class_in_session(
    admin: httpx.Client, socket_url: str, kind: str = "class", **rules: Any
) -> AsyncIterator[ClassInSession]:
    """A class of two, both speaking, with a line of chat."""
    planted = tuple(f"planted-{what}-{secrets.token_hex(6)}" for what in ("title", "chat", "pupil"))
    title, line, name = planted
    meeting = new_meeting(admin, title, kind, rules)
    code = meeting["code"]
    teacher_line = ControlClient(socket_url, code, sign_in=admin.cookies["preau_signin"])
    with teacher_line as teacher, ControlClient(socket_url, code) as pupil:
        teacher_in = teacher.knock("Ms Lovelace")
        pupil_in = pupil.knock("", invitation=invite(admin, meeting["id"], name))
        assert pupil.say(line)["type"] == "done"
        async with (
            in_media(teacher_in["media"]["url"] or socket_url, teacher_in["media"]["token"]) as first,
            in_media(pupil_in["media"]["url"] or socket_url, pupil_in["media"]["token"]) as second,
            speaking(first),
            speaking(second),
        ):
            await first.until(lambda: first.heard > 5)
            await second.until(lambda: second.heard > 5)
            yield ClassInSession(
                admin,
                socket_url,
                meeting,
                teacher,
                teacher_in,
                first,
                pupil,
                pupil_in,
                (*planted, str(pupil_in["participant_id"]), str(teacher_in["participant_id"])),
            )
