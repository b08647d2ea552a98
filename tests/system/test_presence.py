"""No hidden presence: who comes into the media room past the meeting is put out, and the host told."""

from __future__ import annotations

import asyncio
import contextlib
import time
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from livekit import api, rtc

from preau.sfu.testing import RunningServer, running_server
from tests.kit.class_in_session import ClassInSession, class_in_session
from tests.kit.livekit_server import running_livekit
from tests.kit.media_client import MediaPerson, in_media
from tests.kit.meet_server import MeetServer, running_meet

PUT_OUT_WITHIN_S = 4.0
BACK_AND_OUT_WITHIN_S = 8.0
RUNS = 5

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def _short_development_secret() -> None:
    warnings.filterwarnings("ignore", message="The HMAC key is")


@pytest.fixture(params=["embedded", "livekit"])
def media_settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A media server whose key the intruder has, and the settings that make the platform use it."""
    if request.param == "livekit":
        with running_livekit(tmp_path / "livekit.log", "http://127.0.0.1:9/") as settings:
            yield settings
        return
    with running_server() as server:
        yield embedded_settings(server)


def embedded_settings(server: RunningServer) -> dict[str, str]:
    return {
        "PREAU_LIVEKIT_URL": server.url,
        "PREAU_LIVEKIT_API_KEY": server.key,
        "PREAU_LIVEKIT_API_SECRET": server.secret,
    }


@pytest.fixture
def meet(tmp_path: Path, media_settings: dict[str, str]) -> Iterator[MeetServer]:
    with running_meet(tmp_path, media_settings) as server:
        yield server


def ghost(settings: dict[str, str], room: str, number: int) -> str:
    """A credential that the platform never gave: hidden, and allowed everything."""
    access = api.AccessToken(settings["PREAU_LIVEKIT_API_KEY"], settings["PREAU_LIVEKIT_API_SECRET"])
    grants = api.VideoGrants(room_join=True, room=room, hidden=True, can_publish=True, can_subscribe=True)
    return access.with_identity(f"ghost-{number}").with_name("Ghost").with_grants(grants).to_jwt()


async def haunted(lesson: ClassInSession, settings: dict[str, str], number: int) -> float:
    """How long a ghost stays."""
    token = ghost(settings, lesson.teacher_media.room.name, number)
    began_s = time.monotonic()
    intruder = MediaPerson(rtc.Room())
    try:
        # It may be found before it is quite in; its client then tries on, and may wait in vain.
        with contextlib.suppress(rtc.ConnectError, TimeoutError):
            await intruder.connect(settings["PREAU_LIVEKIT_URL"], token)
        async with asyncio.timeout(PUT_OUT_WITHIN_S):
            await intruder.until(lambda: not intruder.is_connected())
    finally:
        await intruder.leave()
    stayed_s = time.monotonic() - began_s
    lesson.keep_up()
    return stayed_s


async def test_a_hidden_listener_is_put_out_and_the_host_told(
    meet: MeetServer, media_settings: dict[str, str]
) -> None:
    with closing(meet.administrator()) as admin:
        async with class_in_session(admin, meet.socket_url) as lesson:
            stays_s = [await haunted(lesson, media_settings, number) for number in range(RUNS)]
            told = [event["what"] for event in lesson.happened("host-told")]
            assert set(told) == {"stranger-removed"}, stays_s
            assert len(told) >= RUNS, stays_s
            assert lesson.teacher_media.others() == {lesson.pupil_admitted["participant_id"]}
            assert len(lesson.happened("participant-joined")) == 1


async def test_a_listener_who_comes_while_the_platform_is_down_is_put_out_when_it_is_back(
    meet: MeetServer, media_settings: dict[str, str]
) -> None:
    with closing(meet.administrator()) as admin:
        async with class_in_session(admin, meet.socket_url) as lesson:
            meet.kill()
            token = ghost(media_settings, lesson.teacher_media.room.name, 1)
            async with in_media(media_settings["PREAU_LIVEKIT_URL"], token) as intruder:
                await intruder.until(lambda: intruder.heard > 5)
                meet.start()
                meet.wait()
                async with asyncio.timeout(BACK_AND_OUT_WITHIN_S):
                    await intruder.until(lambda: not intruder.is_connected())
            assert lesson.teacher_media.is_connected(), "whoever has a seat is left where it is"
