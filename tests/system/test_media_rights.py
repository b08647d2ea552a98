"""What the host says is what the media server does: supervision, freezing, muting, with real media."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from livekit import rtc

from tests.kit.class_in_session import new_meeting
from tests.kit.control_client import ControlClient, Frame
from tests.kit.media_client import MediaPerson, in_media, speaking
from tests.kit.meet_server import invite
from tests.system.conftest import House

SILENT_WITHIN_S = 15.0
BACK_WITHIN_S = 5.0

pytestmark = pytest.mark.timeout(120)


@dataclass
class Pupil:
    """Somebody in class, with media; a second one who speaks is what it hears."""

    line: ControlClient
    admitted: Frame
    media: MediaPerson

    @property
    def id(self) -> str:
        return str(self.admitted["participant_id"])


@dataclass
class Classroom:
    """A meeting, and people who come into it."""

    house: House
    meeting: dict[str, Any]
    people: AsyncExitStack

    def teacher(self) -> ControlClient:
        """The teacher's control channel, not knocked yet."""
        sign_in = self.house.admin.cookies["preau_signin"]
        url, device = self.house.product.socket_url, self.house.admin.cookies["preau_device"]
        return ControlClient(url, self.meeting["code"], device=device, sign_in=sign_in)

    async def pupil(self, name: str) -> Pupil:
        line = self.people.enter_context(ControlClient(self.house.product.socket_url, self.meeting["code"]))
        admitted = line.knock("", invitation=invite(self.house.admin, self.meeting["id"], name))
        url = admitted["media"]["url"] or self.house.product.socket_url
        media = await self.people.enter_async_context(in_media(url, admitted["media"]["token"]))
        return Pupil(line, admitted, media)

    async def speaks(self, pupil: Pupil) -> None:
        await self.people.enter_async_context(speaking(pupil.media))


@pytest.fixture
async def classroom(house: House) -> AsyncIterator[Classroom]:
    meeting = new_meeting(house.admin, "6e B", "class", {})
    async with AsyncExitStack() as people:
        yield Classroom(house, meeting, people)


def happened(line: ControlClient, type_: str) -> bool:
    """Whether somebody was told of such an event so far."""
    assert line.ask("ping")["type"] == "pong"
    return any(frame["type"] == "event" and frame["event"]["type"] == type_ for frame in line.unread)


async def last_packet_at_s(listener: MediaPerson, speaker: MediaPerson, within_s: float) -> float:
    """When the last packet came, by the clock, once half a second has passed without one."""
    give_up_at_s = time.monotonic() + within_s + 5
    count, at_s = await listener.packets(), time.monotonic()
    while time.monotonic() < give_up_at_s:
        await speaker.speaks_on()
        now = await listener.packets()
        if now == count:
            return at_s
        count, at_s = now, time.monotonic()
    raise AssertionError("packets go on coming")


async def test_pupils_alone_hear_nothing_until_a_teacher_is_there(classroom: Classroom) -> None:
    ann, bob = await classroom.pupil("Ann"), await classroom.pupil("Bob")
    await classroom.speaks(ann)
    await ann.media.speaks_on()
    assert (bob.media.subscriptions(), await bob.media.packets()) == (0, 0)
    with classroom.teacher() as teacher:
        assert teacher.knock("Ms Lovelace")["type"] == "admitted"
        began_s = time.monotonic()
        await bob.media.until(lambda: bob.media.heard > 0)
        assert time.monotonic() - began_s < BACK_WITHIN_S


async def test_pupils_fall_silent_after_their_teacher_and_speak_again_with_it(classroom: Classroom) -> None:
    with classroom.teacher() as teacher:
        admitted = teacher.knock("Ms Lovelace")
        ann, bob = await classroom.pupil("Ann"), await classroom.pupil("Bob")
        await classroom.speaks(ann)
        await bob.media.until(lambda: bob.media.heard > 5)
    cut_at_s = time.monotonic()
    last_s = await last_packet_at_s(bob.media, ann.media, SILENT_WITHIN_S)
    # A moment of silence can be a machine's; the room says itself when it paused.
    while not happened(bob.line, "room-paused"):
        last_s = await last_packet_at_s(bob.media, ann.media, SILENT_WITHIN_S)
    assert last_s - cut_at_s < SILENT_WITHIN_S
    assert bob.line.say("psst")["code"] == "paused"
    quiet = await bob.media.packets()
    with classroom.teacher() as teacher:
        claim = {name: admitted[name] for name in ("participant_id", "secret")} | {"last_sequence": 0}
        assert teacher.knock("", claim)["type"] == "admitted"
        began_s = time.monotonic()
        while await bob.media.packets() in (0, quiet):
            assert time.monotonic() - began_s < BACK_WITHIN_S
            await ann.media.speaks_on()
        assert bob.line.say("hello")["type"] == "done"


async def test_freezing_stops_whoever_is_no_host(classroom: Classroom) -> None:
    with classroom.teacher() as teacher:
        teacher.knock("Ms Lovelace")
        ann, bob = await classroom.pupil("Ann"), await classroom.pupil("Bob")
        await classroom.speaks(ann)
        await bob.media.until(lambda: bob.media.heard > 5)
        assert teacher.ask("freeze")["type"] == "done"
        await bob.media.until(lambda: bob.media.published_by(ann.id) == [])
        assert bob.line.say("psst")["code"] == "frozen"
        assert teacher.ask("thaw")["type"] == "done"


async def test_who_is_muted_speaks_again_only_by_its_own_act(classroom: Classroom) -> None:
    with classroom.teacher() as teacher:
        teacher.knock("Ms Lovelace")
        ann, bob = await classroom.pupil("Ann"), await classroom.pupil("Bob")
        async with speaking(ann.media) as publication:
            await bob.media.until(lambda: bob.media.heard > 5)
            assert teacher.ask("mute-all")["type"] == "done"
            await bob.media.until(lambda: bob.media.published_by(ann.id)[0].muted)
            await ann.media.until(lambda: publication.muted)
            assert isinstance(publication.track, rtc.LocalAudioTrack)
            publication.track.unmute()
            await bob.media.until(lambda: not bob.media.published_by(ann.id)[0].muted)


async def test_a_rule_takes_the_microphone_from_everybody_and_gives_it_back(classroom: Classroom) -> None:
    with classroom.teacher() as teacher:
        teacher.knock("Ms Lovelace")
        ann, bob = await classroom.pupil("Ann"), await classroom.pupil("Bob")
        await classroom.speaks(ann)
        await bob.media.until(lambda: bob.media.heard > 5)
        assert teacher.ask("set-rules", rules={"unmute": False})["type"] == "done"
        await bob.media.until(lambda: bob.media.published_by(ann.id) == [])
        await ann.media.until(lambda: not ann.media.may_speak())
        assert teacher.ask("set-rules", rules={"unmute": True})["type"] == "done"
        await ann.media.until(ann.media.may_speak)
        async with speaking(ann.media):
            await bob.media.until(lambda: bob.media.published_by(ann.id) != [])


async def test_who_leaves_the_meeting_leaves_its_media_too(classroom: Classroom) -> None:
    with classroom.teacher() as teacher:
        teacher.knock("Ms Lovelace")
        ann = await classroom.pupil("Ann")
        ann.line.ask("leave")
        await ann.media.until(lambda: not ann.media.is_connected())
