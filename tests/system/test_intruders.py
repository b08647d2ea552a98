"""Five intruders, twenty times each: nothing of the class reaches them, and nothing of them the class.

The class runs, its people speak and write, and secrets are planted in it. What an intruder is told is
searched for them; what it would get into the room (media, a roster entry, a line of chat) is counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from livekit import rtc
from livekit.protocol import rtc as protocol
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.kit.class_in_session import ClassInSession, class_in_session, leaks
from tests.kit.control_client import ControlClient, Frame
from tests.kit.media_client import MediaPerson
from tests.system.conftest import House

RUNS = int(os.environ.get("PREAU_TEST_INTRUSIONS", "20"))
IS_LIVEKIT = os.environ.get("PREAU_TEST_ENGINE") == "livekit"
REMOVED_WITHIN_S = 1.0
PUT_OUT_WITHIN_S = 4.0
ALPHABET = "abcdefghjkmnpqrstvwxyz0123456789"

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
async def lesson(house: House) -> AsyncIterator[ClassInSession]:
    """A class as a school has it: by personal links alone."""
    async with class_in_session(house.admin, house.product.socket_url) as running:
        yield running


@pytest.fixture
async def open_lesson(house: House) -> AsyncIterator[ClassInSession]:
    """A class whose open link somebody passed on."""
    async with class_in_session(house.admin, house.product.socket_url, open_link=True) as running:
        yield running


class Intruder:
    """What one intruder was told, over all the ways it tried."""

    def __init__(self) -> None:
        self.told: list[Frame] = []

    def tries(self, line: ControlClient, frames: list[tuple[str, dict[str, Any]]]) -> list[Frame]:
        """Sends these, and reads until each is answered or the server hangs up."""
        answers: list[Frame] = []
        with line as person, contextlib.suppress(ConnectionClosed):
            answers.extend(person.ask(type_, **fields) for type_, fields in frames)
        answers += line.unread
        self.told += answers
        return answers


def knocking(name: str, **shown: Any) -> tuple[str, dict[str, Any]]:
    usual = {"name": name, "resume": None, "invitation": None, "passcode": None}
    return "knock", usual | shown


#: What somebody at the door tries to do beside knocking.
PUSHING: list[tuple[str, dict[str, Any]]] = [
    ("send-chat", {"message_id": "intruder-1", "text": "planted by an intruder"}),
    ("renew-media", {}),
    ("raise-hand", {}),
    ("set-rules", {"rules": {"open_link": True}}),
    ("unlock", {}),
]


def assert_nothing_came_in(running: ClassInSession, since: int = 0) -> None:
    assert len(running.happened("participant-joined")) == 1 + since, "the pupil who was invited, and no other"
    assert len(running.happened("chat-posted")) == 1
    assert running.teacher_media.others() == {running.pupil_admitted["participant_id"]}


def guessed_code() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))


def looked_up(house: House, lesson: ClassInSession, code: str, secret: str) -> list[str]:
    """What the interface tells a stranger about a guessed code, a guessed secret, and a meeting's id."""
    with house.visitor() as http:
        answers = [
            http.get(f"/api/v1/links/{code}"),
            http.get(f"/api/v1/links/{lesson.meeting['code'][:-1]}"),
            http.post("/api/v1/invitations/look", json={"secret": secret}),
            http.get(f"/api/v1/meetings/{lesson.meeting['id']}"),
        ]
    assert {answer.status_code for answer in answers} <= {401, 404, 429}
    return [answer.text for answer in answers]


async def test_who_guesses_finds_nothing(house: House, lesson: ClassInSession) -> None:
    intruder, bodies = Intruder(), []
    for _ in range(RUNS):
        code, secret = guessed_code(), secrets.token_urlsafe(32)
        bodies += looked_up(house, lesson, code, secret)
        told = intruder.tries(lesson.person(code=code), [knocking("Eve"), *PUSHING])
        told += intruder.tries(lesson.person(), [knocking("Eve", invitation=secret), *PUSHING])
        lesson.keep_up()
        assert {answer["type"] for answer in told} <= {"refused", "closed"}
    assert leaks(intruder.told, lesson.planted) == []
    assert not [body for body in bodies if any(one in body for one in lesson.planted)]
    assert_nothing_came_in(lesson)


async def test_a_leaked_link_leads_nowhere_in_a_class(lesson: ClassInSession) -> None:
    intruder = Intruder()
    for _ in range(RUNS):
        told = intruder.tries(lesson.person(), [knocking("Eve"), *PUSHING])
        lesson.keep_up()
        assert {answer["code"] for answer in told} <= {"meeting-unknown", "rate-limited", "not-admitted"}
    assert leaks(intruder.told, lesson.planted) == []
    assert_nothing_came_in(lesson)


async def test_a_leaked_open_link_leads_to_the_door_and_no_further(open_lesson: ClassInSession) -> None:
    intruder = Intruder()
    for _ in range(RUNS):
        told = intruder.tries(open_lesson.person(), [knocking("Eve"), *PUSHING])
        open_lesson.keep_up()
        assert told[0]["type"] == "waiting"
        assert {answer["type"] for answer in told[1 : 1 + len(PUSHING)]} == {"refused"}
    assert leaks(intruder.told, open_lesson.planted) == []
    assert len(open_lesson.happened("person-waiting")) == RUNS, "the host sees who knocks"
    assert_nothing_came_in(open_lesson)


async def test_a_classmates_name_waits_and_is_pointed_out(open_lesson: ClassInSession) -> None:
    intruder = Intruder()
    name = open_lesson.planted[2]
    for number in range(RUNS):
        alike = name.upper() if number % 2 else name.replace("-", " ")
        told = intruder.tries(open_lesson.person(), [knocking(alike), *PUSHING])
        open_lesson.keep_up()
        assert told[0]["type"] == "waiting"
    assert leaks(intruder.told, open_lesson.planted) == []
    seen = open_lesson.happened("person-waiting")
    assert len(seen) == RUNS
    assert all(name in event["waiting"]["looks_like"] for event in seen), "the host is warned each time"
    assert_nothing_came_in(open_lesson)


async def test_a_copied_personal_link_is_held_in_the_second_browser(lesson: ClassInSession) -> None:
    intruder = Intruder()
    for number in range(RUNS):
        name = f"Pupil {number}"
        link = lesson.invite(name)
        lesson.keep_up()
        with lesson.person() as first:
            assert first.knock("", invitation=link)["type"] == "admitted"
            told = intruder.tries(lesson.person(), [knocking("Eve", invitation=link), *PUSHING])
            assert told[0]["type"] == "waiting"
            assert first.ask("ping")["type"] == "pong", "whose link it is stays in"
            first.ask("leave")
    own_names = (*lesson.planted[:3],)
    assert leaks(intruder.told, own_names) == []
    held = lesson.happened("person-waiting")
    assert len(held) == RUNS
    assert all(event["waiting"]["is_second_device"] for event in held)
    told_of = [event for event in lesson.happened("host-told") if event["what"] == "second-device"]
    assert len(told_of) == RUNS
    assert_nothing_came_in(lesson, since=RUNS)


class Removed:
    """Somebody who was in the class, and keeps everything it was ever given."""

    def __init__(self, lesson: ClassInSession, name: str) -> None:
        self.lesson = lesson
        self.link = lesson.invite(name)
        self.device = secrets.token_urlsafe(32)
        self.line = lesson.person(device=self.device)
        self.tokens: dict[str, str] = {}
        self.sid = ""

    def come_in(self) -> None:
        self.admitted = self.line.knock("", invitation=self.link)
        assert self.admitted["type"] == "admitted"
        self.url = self.lesson.media_url(self.admitted)
        self.tokens["spare"] = self.line.ask("renew-media")["media"]["token"]

    async def enter_media(self, person: MediaPerson) -> None:
        self.tokens["used"] = str(self.admitted["media"]["token"])
        await person.connect(self.url, self.tokens["used"])
        await person.until(lambda: person.heard > 5)
        # livekit's client keeps the token that it was given for its reconnects.
        self.tokens["renewed"] = str(person.room._token)
        self.sid = person.room.local_participant.sid

    def resume(self, device: str) -> str:
        claim = {name: self.admitted[name] for name in ("participant_id", "secret")} | {"last_sequence": 0}
        with self.lesson.person(device=device) as again:
            answer = again.knock("", claim)
        return str(answer.get("code", answer["type"]))

    def knock(self, device: str, link: str | None) -> str:
        with self.lesson.person(device=device) as again:
            answer = again.knock("Eve", invitation=link)
        return str(answer.get("code", answer["type"]))

    def signal(self, token: str, query: str) -> str:
        """What the media server says to a join or a resume by that token."""
        address = f"{self.url}/rtc?access_token={token}&protocol=16&auto_subscribe=1{query}"
        try:
            with connect(address) as socket:
                first = protocol.SignalResponse.FromString(bytes(socket.recv(10, decode=False)))
                if first.WhichOneof("message") == "leave":
                    return "leave"
                return self._is_put_out(socket)
        except InvalidStatus as refused:
            return str(refused.response.headers.get("x-preau-error", refused.response.status_code))

    @staticmethod
    def _is_put_out(socket: ClientConnection) -> str:
        """LiveKit's own server lets a token in that was taken back; the platform puts its holder out."""
        give_up_at_s = time.monotonic() + PUT_OUT_WITHIN_S
        with contextlib.suppress(ConnectionClosed, TimeoutError):
            while time.monotonic() < give_up_at_s:
                socket.recv(give_up_at_s - time.monotonic())
            return "joined"
        return "put-out" if time.monotonic() < give_up_at_s else "joined"

    def ways_back(self) -> Iterator[tuple[str, str]]:
        """Every way back there is, and what came of it."""
        other = secrets.token_urlsafe(32)
        yield "resume in the same browser", self.resume(self.device)
        yield "resume in another browser", self.resume(other)
        yield "the personal link again", self.knock(self.device, self.link)
        yield "the personal link in another browser", self.knock(other, self.link)
        yield "the open link", self.knock(secrets.token_urlsafe(32), None)
        yield "media: the token it came by", self.signal(self.tokens["used"], "")
        yield "media: resuming by it", self.signal(self.tokens["used"], f"&reconnect=1&sid={self.sid}")
        yield "media: the renewed token", self.signal(self.tokens["renewed"], "")
        yield (
            "media: resuming by the renewed token",
            self.signal(self.tokens["renewed"], f"&reconnect=1&sid={self.sid}"),
        )
        yield "media: a token never used", self.signal(self.tokens["spare"], "")
        yield (
            "media: resuming by a token never used",
            self.signal(self.tokens["spare"], f"&reconnect=1&sid={self.sid}"),
        )


async def one_removal(lesson: ClassInSession, name: str) -> None:
    removed, media = Removed(lesson, name), MediaPerson(rtc.Room())
    with removed.line:
        removed.come_in()
        await removed.enter_media(media)
        lesson.teacher.ask("remove", participant_id=removed.admitted["participant_id"])
        async with asyncio.timeout(REMOVED_WITHIN_S):
            await media.until(lambda: not media.is_connected())
    outcomes = dict(removed.ways_back())
    assert set(outcomes.values()) <= NO_WAY, outcomes
    assert len(set(removed.tokens.values())) == 3
    # What had come by then is played; the twelfth way is its client's own: nothing more comes by itself.
    await lesson.teacher_media.speaks_on()
    heard = media.heard
    await lesson.teacher_media.speaks_on()
    assert media.heard == heard
    assert not media.is_connected()
    await media.leave()


#: What may come of a way back: nothing, or a place in front of the door.
NO_WAY = {
    "meeting-unknown",
    "resume-unknown",
    "rate-limited",
    "waiting",
    "token-used",
    "token-revoked",
    "leave",
} | ({"put-out"} if IS_LIVEKIT else set())


async def test_removal_is_final_in_twelve_ways(lesson: ClassInSession) -> None:
    for number in range(RUNS):
        await one_removal(lesson, f"Pupil {number}")
        lesson.keep_up()
    everybody = {lesson.pupil_admitted["participant_id"]}
    async with asyncio.timeout(PUT_OUT_WITHIN_S if IS_LIVEKIT else REMOVED_WITHIN_S):
        await lesson.teacher_media.until(lambda: lesson.teacher_media.others() == everybody)
    assert len(lesson.happened("participant-joined")) == 1 + RUNS
