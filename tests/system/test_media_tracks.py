"""Tracks that come, go and are refused in one running room, with LiveKit's own client on both ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from livekit import api, rtc

from preau.sfu.testing import RunningServer, running_server
from tests.kit.media_client import MediaPerson, in_media, speaking
from tests.kit.pictures import red_of, showing

#: The development pair's secret is too short for the library that signs.
KEYS = ["--key", "tracks", "--secret", "a-secret-of-thirty-two-characters"]
VP9, AV1 = rtc.VideoCodec.VP9, rtc.VideoCodec.AV1
RED, DARK = 200, 60

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with running_server(KEYS) as running:
        yield running


def _token(room: str, identity: str) -> str:
    grants = api.VideoGrants(room_join=True, room=room)
    return api.AccessToken(*KEYS[1::2]).with_identity(identity).with_grants(grants).to_jwt()


def _picture(person: MediaPerson, source: int) -> rtc.RemoteTrackPublication | None:
    found = (one for one in person.published_by("ada") if one.source == source)
    return next(found, None)


async def _changed(
    person: MediaPerson, shown: rtc.RemoteTrackPublication, hidden: rtc.RemoteTrackPublication
) -> None:
    await person.until(lambda: shown.track is not None and hidden.track is None)


async def test_a_picture_that_takes_the_place_of_another_is_seen(server: RunningServer) -> None:
    camera, screen = rtc.TrackSource.SOURCE_CAMERA, rtc.TrackSource.SOURCE_SCREENSHARE
    async with (
        in_media(server.url, _token("pages", "ada")) as ada,
        showing(ada, RED, camera),
        showing(ada, DARK, screen),
        in_media(server.url, _token("pages", "grace")) as grace,
    ):
        await grace.until(lambda: grace.subscriptions() == 2)
        first, second = _picture(grace, camera), _picture(grace, screen)
        assert first is not None
        assert second is not None
        second.set_subscribed(False)
        await grace.until(lambda: second.track is None)
        first.set_subscribed(False)
        second.set_subscribed(True)
        await _changed(grace, second, first)
        assert isinstance(second.track, rtc.RemoteVideoTrack)
        assert abs(await red_of(second.track) - DARK) < 40


@pytest.mark.parametrize("codec", [VP9, AV1], ids=["vp9", "av1"])
async def test_a_picture_in_another_codec_costs_nobody_the_sound(server: RunningServer, codec: int) -> None:
    room = f"codec-{codec}"
    comings: list[str] = []
    async with (
        in_media(server.url, _token(room, "grace")) as grace,
        in_media(server.url, _token(room, "ada")) as ada,
    ):
        await grace.until(lambda: grace.others() == {"ada"})
        grace.room.on("participant_connected", lambda one: comings.append(one.identity))
        grace.room.on("participant_disconnected", lambda one: comings.append(one.identity))
        ada.room.on("reconnecting", lambda *_: comings.append("reconnecting"))
        async with speaking(ada), showing(ada, RED, codec=codec):
            await grace.until(lambda: grace.heard > 50)
            before = grace.heard
            await ada.speaks_on()
            await grace.until(lambda: grace.heard > before + 50)
            assert comings == []
            assert [one.kind for one in grace.published_by("ada")] == [rtc.TrackKind.KIND_AUDIO]
