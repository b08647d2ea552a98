"""The seam to the media server, held to LiveKit's own library and its own server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest
from livekit import api, rtc

from preau.meet.domain.ids import OccurrenceId, ParticipantId
from preau.meet.integrations import livekit as livekit_module
from preau.meet.integrations.grants import SOURCES, sign_grant
from preau.meet.integrations.livekit import LiveKitMedia
from preau.meet.settings import LiveKitSettings, MeetSettings
from tests.kit.livekit_server import running_livekit

ROOM, ANN = OccurrenceId("occ_1"), ParticipantId("par_ann")
PATIENCE_S = 20


@pytest.fixture(scope="session")
def livekit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveKitSettings]:
    folder = tmp_path_factory.mktemp("livekit")
    with running_livekit(folder / "livekit.log", "http://127.0.0.1:9/") as environ:
        settings = MeetSettings.from_environment(environ).livekit
        assert settings is not None
        yield settings


def test_a_grant_is_what_livekits_own_library_reads() -> None:
    secret = "s" * 32
    signed = sign_grant("key", secret, room=ROOM, identity=ANN, name="Ann 👩‍🏫", now=datetime.now(UTC))
    claims = api.TokenVerifier("key", secret).verify(signed)
    assert (claims.identity, claims.name) == (ANN, "Ann 👩‍🏫")
    video = claims.video
    assert video is not None
    assert (video.room_join, video.room, video.can_publish, video.can_subscribe) == (True, ROOM, True, True)
    assert video.can_publish_sources == list(SOURCES)
    assert (video.can_publish_data, video.can_update_own_metadata) == (False, False)
    assert not any((video.room_admin, video.room_create, video.room_list, video.hidden, video.recorder))


async def test_livekit_admits_with_a_grant_and_removes_on_demand(livekit: LiveKitSettings) -> None:
    media = LiveKitMedia(livekit.api_url, livekit.key, livekit.secret, livekit.browser_url)
    grant = media.grant(ROOM, ANN, "Ann", datetime.now(UTC))
    assert grant.url == livekit.browser_url
    room = rtc.Room()
    gone = asyncio.Event()
    room.on("disconnected", lambda _reason: gone.set())
    async with asyncio.timeout(PATIENCE_S):
        await room.connect(grant.url, grant.token)
        assert room.local_participant.identity == ANN
        media.remove(ROOM, ANN)
        await gone.wait()
    await media.stop()


async def test_removing_whoever_is_gone_needs_no_second_try(
    livekit: LiveKitSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    media = LiveKitMedia(livekit.api_url, livekit.key, livekit.secret, livekit.browser_url)
    media.remove(OccurrenceId("occ_never"), ANN)
    media.close_room(OccurrenceId("occ_never"))
    async with asyncio.timeout(PATIENCE_S):
        await media.drained()
    await media.stop()
    assert "media-call-failed" not in capsys.readouterr().err


async def test_an_unreachable_media_server_is_logged_and_never_waited_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(livekit_module, "RETRY_AFTER_S", (0.01, 0.01))
    media = LiveKitMedia("http://127.0.0.1:9", "key", "s" * 32, "")
    media.remove(ROOM, ANN)
    async with asyncio.timeout(PATIENCE_S):
        await media.drained()
    await media.stop()
    assert capsys.readouterr().err.count("media-call-failed") == 3


def test_livekit_refuses_a_grant_of_another_server(livekit: LiveKitSettings) -> None:
    signed = sign_grant("devkey", "x" * 32, room=ROOM, identity=ANN, name="A", now=datetime.now(UTC))
    refused = httpx.get(f"{livekit.api_url}/rtc/validate", params={"access_token": signed})
    assert refused.status_code == 401
