"""Every RoomService method with LiveKit's own server SDK, and webhooks with its own receiver."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import secrets
import warnings
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import ClientSession, web
from livekit import api, rtc
from livekit.protocol import models

from preau.sfu.testing import RunningServer, running_server

PATIENCE_S = 20


@dataclass
class Receiver:
    """Takes webhooks and checks them as LiveKit's own receiver does."""

    url: str
    events: list[api.WebhookEvent] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    refuse_next: int = 0

    def names(self, room: str) -> list[str]:
        return [event.event for event in self.events if event.room.name == room]

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self.arrived.clear()
                await self.arrived.wait()


@dataclass
class House:
    server: RunningServer
    sdk: api.LiveKitAPI
    receiver: Receiver


@contextlib.asynccontextmanager
async def _receiver() -> AsyncIterator[Receiver]:
    verifier = api.WebhookReceiver(api.TokenVerifier("devkey", "secret"))
    receiver = Receiver("")

    async def take(request: web.Request) -> web.Response:
        if receiver.refuse_next:
            receiver.refuse_next -= 1
            return web.Response(status=503)
        body = await request.text()
        receiver.events.append(verifier.receive(body, request.headers["Authorization"]))
        receiver.arrived.set()
        return web.Response()

    application = web.Application()
    application.router.add_post("/hook", take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    receiver.url = f"http://{host}:{port}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@pytest.fixture(autouse=True)
def _short_development_secret() -> None:
    warnings.filterwarnings("ignore", message="The HMAC key is")


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with _receiver() as receiver:
        with running_server(["--webhook", receiver.url]) as server:
            async with ClientSession() as http:
                yield House(
                    server, api.LiveKitAPI(server.http_url, server.key, server.secret, session=http), receiver
                )


@pytest.fixture
def room_name() -> str:
    return f"room-{secrets.token_hex(4)}"


def token(server: RunningServer, room: str, identity: str) -> str:
    grants = api.VideoGrants(room_join=True, room=room)
    return api.AccessToken(server.key, server.secret).with_identity(identity).with_grants(grants).to_jwt()


@contextlib.asynccontextmanager
async def joined(
    house: House, room: str, identity: str, *, auto_subscribe: bool = True
) -> AsyncIterator[rtc.Room]:
    connected = rtc.Room()
    options = rtc.RoomOptions(auto_subscribe=auto_subscribe)
    await connected.connect(house.server.url, token(house.server, room, identity), options)
    try:
        yield connected
    finally:
        await connected.disconnect()


def event_of(room: rtc.Room, name: Any) -> asyncio.Future[tuple[object, ...]]:
    """The next event of this name, with what it carries."""
    future: asyncio.Future[tuple[object, ...]] = asyncio.get_running_loop().create_future()

    def happened(*values: object) -> None:
        if not future.done():
            future.set_result(values)

    room.on(name, happened)
    return future


async def microphone(room: rtc.Room) -> str:
    source = rtc.AudioSource(48000, 1)
    track = rtc.LocalAudioTrack.create_audio_track("mic", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
    return (await room.local_participant.publish_track(track, options)).sid


async def test_rooms_are_made_listed_and_deleted(house: House, room_name: str) -> None:
    rooms = house.sdk.room
    made = await rooms.create_room(
        api.CreateRoomRequest(name=room_name, empty_timeout=60, max_participants=7, metadata="m")
    )
    assert (made.name, made.empty_timeout, made.max_participants, made.metadata) == (room_name, 60, 7, "m")
    again = await rooms.create_room(api.CreateRoomRequest(name=room_name))
    assert again.sid == made.sid
    listed = await rooms.list_rooms(api.ListRoomsRequest(names=[room_name, "nowhere"]))
    assert [room.sid for room in listed.rooms] == [made.sid]
    changed = await rooms.update_room_metadata(
        api.UpdateRoomMetadataRequest(room=room_name, metadata="quiet please")
    )
    assert changed.metadata == "quiet please"
    await rooms.delete_room(api.DeleteRoomRequest(room=room_name))
    assert not (await rooms.list_rooms(api.ListRoomsRequest(names=[room_name]))).rooms
    with pytest.raises(api.TwirpError) as caught:
        await rooms.delete_room(api.DeleteRoomRequest(room=room_name))
    assert caught.value.code == "not_found"


async def test_participants_are_listed_changed_and_removed(house: House, room_name: str) -> None:
    rooms = house.sdk.room
    async with joined(house, room_name, "ada") as ada:
        sid = await microphone(ada)
        listed = await rooms.list_participants(api.ListParticipantsRequest(room=room_name))
        assert [one.identity for one in listed.participants] == ["ada"]
        who = api.RoomParticipantIdentity(room=room_name, identity="ada")
        await house.receiver.until(lambda: "track_published" in house.receiver.names(room_name))
        one = await rooms.get_participant(who)
        assert (one.state, [track.sid for track in one.tracks]) == (models.ParticipantInfo.ACTIVE, [sid])

        renamed = event_of(ada, "participant_name_changed")
        changed = await rooms.update_participant(
            api.UpdateParticipantRequest(
                room=room_name, identity="ada", name="Ada L.", metadata="m", attributes={"hand": "up"}
            )
        )
        assert (changed.name, changed.metadata, dict(changed.attributes)) == ("Ada L.", "m", {"hand": "up"})
        await asyncio.wait_for(renamed, PATIENCE_S)

        muted = await rooms.mute_published_track(
            api.MuteRoomTrackRequest(room=room_name, identity="ada", track_sid=sid, muted=True)
        )
        assert muted.track.muted
        with pytest.raises(api.TwirpError) as caught:
            await rooms.mute_published_track(
                api.MuteRoomTrackRequest(room=room_name, identity="ada", track_sid=sid, muted=False)
            )
        assert caught.value.code == "failed_precondition"

        silent = api.ParticipantPermission(can_subscribe=True, can_publish=False, can_publish_data=True)
        changed = await rooms.update_participant(
            api.UpdateParticipantRequest(room=room_name, identity="ada", permission=silent)
        )
        assert not changed.tracks

        gone = event_of(ada, "disconnected")
        await rooms.remove_participant(who)
        assert (await asyncio.wait_for(gone, PATIENCE_S))[0] == rtc.DisconnectReason.PARTICIPANT_REMOVED
        with pytest.raises(api.TwirpError) as caught:
            await rooms.get_participant(who)
        assert caught.value.code == "not_found"


async def test_subscriptions_and_data_of_the_server(house: House, room_name: str) -> None:
    rooms = house.sdk.room
    async with (
        joined(house, room_name, "ada") as ada,
        joined(house, room_name, "ben", auto_subscribe=False) as ben,
    ):
        published = event_of(ben, "track_published")
        subscribed = event_of(ben, "track_subscribed")
        sid = await microphone(ada)
        await asyncio.wait_for(published, PATIENCE_S)
        assert not subscribed.done()
        await rooms.update_subscriptions(
            api.UpdateSubscriptionsRequest(room=room_name, identity="ben", track_sids=[sid], subscribe=True)
        )
        await asyncio.wait_for(subscribed, PATIENCE_S)

        got = event_of(ben, "data_received")
        await rooms.send_data(
            api.SendDataRequest(
                room=room_name,
                data=b"hello",
                kind=models.DataPacket.RELIABLE,
                topic="news",
                destination_identities=["ben"],
            )
        )
        packet = (await asyncio.wait_for(got, PATIENCE_S))[0]
        assert isinstance(packet, rtc.DataPacket)
        assert (packet.data, packet.topic, packet.participant) == (b"hello", "news", None)


async def test_calls_need_their_grant(house: House, room_name: str) -> None:
    await house.sdk.room.create_room(api.CreateRoomRequest(name=room_name))
    stranger = api.AccessToken("devkey", "wrong").with_grants(api.VideoGrants(room_list=True)).to_jwt()
    guest = token(house.server, room_name, "ada")
    admin = (
        api.AccessToken("devkey", "secret")
        .with_grants(api.VideoGrants(room_admin=True, room="another"))
        .to_jwt()
    )
    url = f"{house.server.http_url}/twirp/livekit.RoomService/ListParticipants"
    async with ClientSession() as http:
        for bearer in ("", "nonsense", stranger, guest, admin):
            headers = {"Authorization": f"Bearer {bearer}", "Content-Type": "application/json;charset=UTF-8"}
            async with http.post(url, data=json.dumps({"room": room_name}), headers=headers) as answer:
                assert (answer.status, (await answer.json())["code"]) == (401, "unauthenticated")


async def test_bad_bodies_and_unserved_methods_are_named(house: House) -> None:
    base = f"{house.server.http_url}/twirp"
    admin = (
        api.AccessToken("devkey", "secret")
        .with_grants(api.VideoGrants(room_admin=True, room_create=True, room="r"))
        .to_jwt()
    )
    headers = {"Authorization": f"Bearer {admin}", "Content-Type": "application/json"}
    cases = [
        ("livekit.RoomService/CreateRoom", b"{", 400, "malformed"),
        ("livekit.RoomService/Nonsense", b"{}", 404, "bad_route"),
        ("livekit.RoomService/MoveParticipant", b"{}", 501, "unimplemented"),
        ("livekit.Egress/ListEgress", b"{}", 501, "unimplemented"),
    ]
    async with ClientSession(headers=headers) as http:
        for path, body, status, code in cases:
            async with http.post(f"{base}/{path}", data=body) as answer:
                assert (answer.status, (await answer.json())["code"]) == (status, code)
        huge = io.BytesIO(b"x" * (11 * 1024 * 1024))
        async with http.post(f"{base}/livekit.RoomService/CreateRoom", data=huge) as answer:
            assert answer.status == 413


async def test_webhooks_tell_a_rooms_life_in_order(house: House, room_name: str) -> None:
    receiver = house.receiver
    receiver.refuse_next = 2
    await house.sdk.room.create_room(api.CreateRoomRequest(name=room_name, departure_timeout=1))
    async with joined(house, room_name, "ada") as ada:
        sid = await microphone(ada)
        await receiver.until(lambda: "track_published" in receiver.names(room_name))
        await ada.local_participant.unpublish_track(sid)
        await receiver.until(lambda: "track_unpublished" in receiver.names(room_name))
    await receiver.until(lambda: "room_finished" in receiver.names(room_name))
    assert receiver.names(room_name) == [
        "room_started",
        "participant_joined",
        "track_published",
        "track_unpublished",
        "participant_left",
        "room_finished",
    ]
    by_name = {event.event: event for event in receiver.events if event.room.name == room_name}
    assert by_name["participant_joined"].participant.identity == "ada"
    assert by_name["track_published"].track.sid == sid
    assert len({event.id for event in receiver.events}) == len(receiver.events)
