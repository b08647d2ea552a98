"""The seam to the media server, held to LiveKit's own library, its own server, and ours."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import warnings
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import httpx
import pytest
from livekit import api, rtc

from preau.meet.domain.ids import OccurrenceId, ParticipantId
from preau.meet.domain.media_rights import EVERY_RIGHT, NO_RIGHT, SOURCES, MediaRights
from preau.meet.integrations import lanes
from preau.meet.integrations.grants import GRANT_LIFE, Holder, sign_grant
from preau.meet.integrations.livekit import LiveKitMedia
from preau.meet.settings import LiveKitSettings, MeetSettings
from preau.sfu.testing import running_server
from tests.kit.livekit_server import running_livekit
from tests.kit.media_client import PATIENCE_S, MediaPerson, in_media, speaking

ANN, BOB = ParticipantId("par_ann"), ParticipantId("par_bob")
ROOM = OccurrenceId("occ_1")


@pytest.fixture(scope="module")
def livekit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveKitSettings]:
    folder = tmp_path_factory.mktemp("livekit")
    with running_livekit(folder / "livekit.log", "http://127.0.0.1:9/") as environ:
        settings = MeetSettings.from_environment(environ).livekit
        assert settings is not None
        yield settings


@pytest.fixture(scope="module")
def embedded() -> Iterator[LiveKitSettings]:
    with running_server() as server:
        yield LiveKitSettings(server.http_url, server.key, server.secret, server.url)


@pytest.fixture(params=["embedded", "livekit"])
def engine(request: pytest.FixtureRequest) -> LiveKitSettings:
    settings: LiveKitSettings = request.getfixturevalue(request.param)
    return settings


@pytest.fixture(autouse=True)
def _short_development_secret() -> None:
    warnings.filterwarnings("ignore", message="The HMAC key is")


@pytest.fixture
async def media(engine: LiveKitSettings) -> AsyncIterator[LiveKitMedia]:
    media = LiveKitMedia(engine.api_url, engine.key, engine.secret, engine.browser_url)
    yield media
    await media.stop()


@pytest.fixture
def room() -> OccurrenceId:
    return OccurrenceId(f"occ_{secrets.token_hex(4)}")


@contextlib.asynccontextmanager
async def joined(
    media: LiveKitMedia, room: OccurrenceId, who: ParticipantId, rights: MediaRights
) -> AsyncIterator[MediaPerson]:
    grant = media.grant(room, who, who, rights, datetime.now(UTC))
    async with in_media(grant.url, grant.token) as person:
        yield person


def test_a_grant_is_what_livekits_own_library_reads() -> None:
    secret, now = "s" * 32, datetime.now(UTC)
    holder = Holder(ROOM, ANN, "Ann 👩‍🏫", EVERY_RIGHT)
    claims = api.TokenVerifier("key", secret).verify(sign_grant("key", secret, holder, now, "1"))
    assert (claims.identity, claims.name) == (ANN, "Ann 👩‍🏫")
    video = claims.video
    assert video is not None
    assert (video.room_join, video.room, video.can_publish, video.can_subscribe) == (True, ROOM, True, True)
    assert video.can_publish_sources == list(SOURCES)
    assert (video.can_publish_data, video.can_update_own_metadata) == (False, False)
    assert not any((video.room_admin, video.room_create, video.room_list, video.hidden, video.recorder))
    assert GRANT_LIFE.total_seconds() <= 60


def test_a_grant_carries_the_rights_of_the_moment() -> None:
    secret, now = "s" * 32, datetime.now(UTC)
    verifier = api.TokenVerifier("key", secret)
    for rights in (NO_RIGHT, MediaRights(frozenset({"microphone"}), hears=False), EVERY_RIGHT):
        signed = sign_grant("key", secret, Holder(ROOM, ANN, "Ann", rights), now, "1")
        video = verifier.verify(signed).video
        assert video is not None
        assert video.can_publish == bool(rights.sources)
        assert frozenset(video.can_publish_sources or ()) == rights.sources
        assert video.can_subscribe == rights.hears


async def test_who_is_muted_is_heard_no_more_until_it_speaks_again_itself(
    media: LiveKitMedia, room: OccurrenceId
) -> None:
    async with (
        joined(media, room, ANN, EVERY_RIGHT) as ann,
        joined(media, room, BOB, EVERY_RIGHT) as bob,
        speaking(ann) as publication,
    ):
        await bob.until(lambda: bob.heard > 5)
        media.mute(room, ANN, "microphone")
        remote = bob.room.remote_participants[ANN].track_publications[publication.sid]
        await bob.until(lambda: remote.muted)
        await ann.until(lambda: publication.muted)
        assert isinstance(publication.track, rtc.LocalAudioTrack)
        publication.track.unmute()
        await bob.until(lambda: not remote.muted)


async def test_a_right_taken_away_ends_the_track_and_keeps_it_from_coming_back(
    media: LiveKitMedia, room: OccurrenceId
) -> None:
    silent = MediaRights(frozenset(), hears=True)
    async with (
        joined(media, room, ANN, EVERY_RIGHT) as ann,
        joined(media, room, BOB, EVERY_RIGHT) as bob,
        speaking(ann),
    ):
        await bob.until(lambda: bob.heard > 5)
        media.set_rights(room, ANN, silent)
        await bob.until(lambda: not bob.published_by(ANN))
        tone = rtc.AudioSource(48_000, 1)
        track = rtc.LocalAudioTrack.create_audio_track("again", tone)
        with pytest.raises((rtc.participant.PublishTrackError, TimeoutError)):
            async with asyncio.timeout(PATIENCE_S):
                await ann.room.local_participant.publish_track(track)
        assert not bob.published_by(ANN)
        media.set_rights(room, ANN, EVERY_RIGHT)
        await media.drained()
        async with speaking(ann):
            await bob.until(lambda: bool(bob.published_by(ANN)))


async def test_who_may_not_hear_receives_nothing_and_hears_again_when_it_may(
    media: LiveKitMedia, room: OccurrenceId
) -> None:
    deaf = MediaRights(EVERY_RIGHT.sources, hears=False)
    async with (
        joined(media, room, ANN, EVERY_RIGHT) as ann,
        joined(media, room, BOB, EVERY_RIGHT) as bob,
        speaking(ann),
    ):
        await bob.until(lambda: bob.heard > 5)
        media.set_rights(room, BOB, deaf)
        await media.drained()
        before, quiet = -1, await bob.packets()
        while before != quiet:
            await ann.speaks_on()
            before, quiet = quiet, await bob.packets()
        media.set_rights(room, BOB, EVERY_RIGHT)
        async with asyncio.timeout(PATIENCE_S):
            # A new subscription may be a new track, whose count begins anew, or the one from before.
            while await bob.packets() in (0, quiet):
                await ann.speaks_on()


async def test_who_comes_deaf_and_dumb_is_told_nothing_until_it_may(
    media: LiveKitMedia, room: OccurrenceId
) -> None:
    async with (
        joined(media, room, ANN, EVERY_RIGHT) as ann,
        speaking(ann),
        joined(media, room, BOB, NO_RIGHT) as bob,
    ):
        assert bob.subscriptions() == 0
        media.set_rights(room, BOB, EVERY_RIGHT)
        await bob.until(lambda: bob.heard > 5)


async def test_a_share_is_stopped_and_may_begin_again(media: LiveKitMedia, room: OccurrenceId) -> None:
    share = rtc.TrackSource.SOURCE_SCREENSHARE_AUDIO
    async with (
        joined(media, room, ANN, EVERY_RIGHT) as ann,
        joined(media, room, BOB, EVERY_RIGHT) as bob,
        speaking(ann),
        speaking(ann, share),
    ):
        await bob.until(lambda: len(bob.published_by(ANN)) == 2)
        media.stop_share(room, ANN, EVERY_RIGHT)
        await bob.until(lambda: len(bob.published_by(ANN)) == 1)
        kept = bob.published_by(ANN)[0]
        assert kept.source == rtc.TrackSource.SOURCE_MICROPHONE
        await media.drained()
        async with speaking(ann, share):
            await bob.until(lambda: len(bob.published_by(ANN)) == 2)


async def test_the_latest_rights_win_however_fast_they_change(
    media: LiveKitMedia, room: OccurrenceId, engine: LiveKitSettings
) -> None:
    async with joined(media, room, ANN, EVERY_RIGHT):
        for number in range(30):
            media.set_rights(room, ANN, EVERY_RIGHT if number % 2 else NO_RIGHT)
        last = MediaRights(frozenset({"camera"}), hears=False)
        media.set_rights(room, ANN, last)
        await media.drained()
        async with api.LiveKitAPI(engine.api_url, engine.key, engine.secret) as server:
            found = await server.room.get_participant(api.RoomParticipantIdentity(room=room, identity=ANN))
        assert [int(source) for source in found.permission.can_publish_sources] == [1]
        assert not found.permission.can_subscribe


async def test_a_grant_that_is_older_than_a_decision_is_held_to_it(
    media: LiveKitMedia, room: OccurrenceId, engine: LiveKitSettings
) -> None:
    async with joined(media, room, BOB, EVERY_RIGHT) as bob:
        grant = media.grant(room, ANN, "Ann", EVERY_RIGHT, datetime.now(UTC))
        media.set_rights(room, ANN, NO_RIGHT)
        late = rtc.Room()
        async with asyncio.timeout(PATIENCE_S):
            await late.connect(grant.url, grant.token)
            await media.drained()
        async with api.LiveKitAPI(engine.api_url, engine.key, engine.secret) as server:
            found = await server.room.get_participant(api.RoomParticipantIdentity(room=room, identity=ANN))
        assert not found.permission.can_publish
        assert not found.permission.can_subscribe
        assert bob.subscriptions() == 0
        await late.disconnect()


async def test_everybody_in_the_room_is_listed_hidden_ones_too(
    media: LiveKitMedia, room: OccurrenceId, engine: LiveKitSettings
) -> None:
    assert list(await media.list_identities(room) or ()) == []
    grants = api.VideoGrants(room_join=True, room=room, hidden=True)
    access = api.AccessToken(engine.key, engine.secret).with_identity("ghost").with_grants(grants)
    ghost = rtc.Room()
    async with (
        joined(media, room, ANN, EVERY_RIGHT),
    ):
        await ghost.connect(engine.browser_url, access.to_jwt())
        listed = await media.list_identities(room)
        assert listed is not None
        assert {one.identity for one in listed} == {ANN, "ghost"}
        await ghost.disconnect()


async def test_whoever_came_by_with_more_rights_than_decided_loses_them_when_listed(
    media: LiveKitMedia, room: OccurrenceId, engine: LiveKitSettings
) -> None:
    async with (
        joined(media, room, ANN, NO_RIGHT),
        api.LiveKitAPI(engine.api_url, engine.key, engine.secret) as server,
    ):
        wanted = api.RoomParticipantIdentity(room=room, identity=ANN)
        permission = api.ParticipantPermission(can_subscribe=True, can_publish=True)
        await server.room.update_participant(
            api.UpdateParticipantRequest(room=room, identity=ANN, permission=permission)
        )
        await media.list_identities(room)
        await media.drained()
        found = await server.room.get_participant(wanted)
        assert not found.permission.can_subscribe


async def test_who_is_removed_is_out(media: LiveKitMedia, room: OccurrenceId) -> None:
    async with joined(media, room, ANN, EVERY_RIGHT) as ann:
        media.set_rights(room, ANN, NO_RIGHT)
        media.remove(room, ANN)
        await ann.until(lambda: ann.room.connection_state == rtc.ConnectionState.CONN_DISCONNECTED)


async def test_what_is_not_there_needs_no_second_try(
    media: LiveKitMedia, room: OccurrenceId, capsys: pytest.CaptureFixture[str]
) -> None:
    media.remove(room, ANN)
    media.mute(room, ANN, "microphone")
    media.set_rights(room, ANN, NO_RIGHT)
    media.stop_share(room, ANN, NO_RIGHT)
    media.close_room(room)
    async with asyncio.timeout(PATIENCE_S):
        await media.drained()
    assert "media-call-failed" not in capsys.readouterr().err


async def test_an_unreachable_media_server_is_logged_and_never_waited_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "RETRY_AFTER_S", (0.01, 0.01))
    media = LiveKitMedia("http://127.0.0.1:9", "key", "s" * 32, "")
    media.remove(ROOM, ANN)
    async with asyncio.timeout(PATIENCE_S):
        await media.drained()
    assert await media.list_identities(ROOM) is None
    await media.stop()
    assert capsys.readouterr().err.count("media-call-failed") == 4


def test_livekit_refuses_a_grant_of_another_server(livekit: LiveKitSettings) -> None:
    holder = Holder(ROOM, ANN, "A", EVERY_RIGHT)
    signed = sign_grant("devkey", "x" * 32, holder, datetime.now(UTC), "1")
    refused = httpx.get(f"{livekit.api_url}/rtc/validate", params={"access_token": signed})
    assert refused.status_code == 401
