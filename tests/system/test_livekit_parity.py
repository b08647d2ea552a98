"""What LiveKit's clients and server SDKs see, the same on both engines: PREAU_TEST_ENGINE chooses."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from livekit import rtc
from livekit.protocol import models
from livekit.protocol import rtc as wire
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from preau.sfu.testing import running_server
from tests.kit.livekit_server import running_livekit

PATIENCE_S = 20
NAME_LIMIT = "é" * 128
LONGER = "é" * 129

pytestmark = pytest.mark.timeout(120)


@dataclass(frozen=True)
class Engine:
    """A media server under test."""

    url: str
    key: str
    secret: str

    @property
    def http_url(self) -> str:
        return self.url.replace("ws", "http", 1)

    def token(self, video: dict[str, Any] | None, identity: str = "ada", **claims: Any) -> str:
        usual = {"iss": self.key, "sub": identity, "exp": int(time.time()) + 600, "video": video}
        given = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode(given, self.secret, algorithm="HS256")

    def joining(self, room: str, identity: str, kind: str = "standard", **grants: Any) -> str:
        return self.token({"roomJoin": True, "room": room, **grants}, identity, kind=kind)

    async def validate(self, token: str, query: str = "") -> tuple[int, str]:
        async with httpx.AsyncClient() as http:
            given = {"Authorization": f"Bearer {token}"}
            answer = await http.get(f"{self.http_url}/rtc/validate?protocol=16{query}", headers=given)
        return answer.status_code, answer.text

    async def call(self, method: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        grants = {"roomCreate": True, "roomAdmin": True, "roomList": True, "room": body.get("room", "")}
        headers = {"Authorization": f"Bearer {self.token(grants)}"}
        async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
            url = f"{self.http_url}/twirp/livekit.RoomService/{method}"
            answer = await http.post(url, json=body, headers=headers)
        return answer.status_code, answer.json()

    def signalling(self, token: str, query: str = "") -> connect:
        return connect(f"{self.url}/rtc?access_token={token}&protocol=16{query}")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    if os.environ.get("PREAU_TEST_ENGINE", "embedded") == "livekit":
        log: Path = tmp_path_factory.mktemp("livekit") / "livekit.log"
        with running_livekit(log, "http://127.0.0.1:9/nobody") as settings:
            names = ("PREAU_LIVEKIT_URL", "PREAU_LIVEKIT_API_KEY", "PREAU_LIVEKIT_API_SECRET")
            yield Engine(*(settings[name] for name in names))
    else:
        secret = "a-secret-of-thirty-two-characters"
        with running_server(["--key", "devkey", "--secret", secret]) as server:
            yield Engine(server.url, "devkey", secret)


@pytest.fixture
def room() -> str:
    return f"room-{secrets.token_hex(4)}"


async def next_of(connection: ClientConnection, kind: str) -> Any:
    """The next message of one kind; others are passed over."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message = wire.SignalResponse.FromString(bytes(await connection.recv(decode=False)))
            if message.WhichOneof("message") == kind:
                return getattr(message, kind)


@asynccontextmanager
async def in_room(engine: Engine, token: str) -> AsyncIterator[rtc.Room]:
    """Somebody with LiveKit's own client."""
    connected = rtc.Room()
    async with asyncio.timeout(PATIENCE_S):
        await connected.connect(engine.url, token)
    try:
        yield connected
    finally:
        await connected.disconnect()


def event_of(room: rtc.Room, name: Any) -> asyncio.Future[Any]:
    """The first value of the next event of this name."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def happened(*values: object) -> None:
        if not future.done():
            future.set_result(values[0] if values else None)

    room.on(name, happened)
    return future


async def soon(awaited: asyncio.Future[Any]) -> Any:
    async with asyncio.timeout(PATIENCE_S):
        return await awaited


JOIN: dict[str, Any] = {"roomJoin": True, "room": "school"}


@pytest.mark.parametrize(
    ("video", "claims", "query", "answer"),
    [
        (JOIN, {}, "", (200, "success")),
        ({"roomJoin": True}, {}, "", (400, "no room name")),
        ({"roomJoin": True}, {}, "&room=another", (400, "no room name")),
        (JOIN, {"sub": None}, "", (400, "identity cannot be empty")),
        (JOIN, {"sub": NAME_LIMIT}, "", (200, "success")),
        (
            JOIN,
            {"sub": LONGER},
            "",
            (400, "participant identity length exceeds limits: max length 256"),
        ),
        ({**JOIN, "room": NAME_LIMIT}, {}, "", (200, "success")),
        ({**JOIN, "room": LONGER}, {}, "", (400, "room name length exceeds limits: max length 256")),
        ({**JOIN, "canPublish": None}, {}, "", (200, "success")),
        ({**JOIN, "canUpdateOwnMetadata": True}, {}, "&attributes=x", (400, "cannot decode attributes")),
        ({**JOIN, "canUpdateOwnMetadata": True}, {}, "&attributes=eyJhIjoiYiJ9", (200, "success")),
        # Half a character, in JSON's spelling.
        ({**JOIN, "canUpdateOwnMetadata": True}, {}, "&attributes=eyJhIjoiXHVkODAwIn0=", (200, "success")),
    ],
)
async def test_who_may_come_in(
    engine: Engine, video: dict[str, Any], claims: dict[str, Any], query: str, answer: tuple[int, str]
) -> None:
    assert await engine.validate(engine.token(video, **claims), query) == answer


@pytest.mark.parametrize(
    ("video", "claims", "query"),
    [
        ({"room": "school"}, {}, ""),
        (None, {}, ""),
        ({**JOIN, "canPublish": "false"}, {}, ""),
        ({**JOIN, "CanPublish": "false"}, {}, ""),
        ({**JOIN, "canPublish": 0}, {}, ""),
        ({**JOIN, "canPublishSources": "camera"}, {}, ""),
        ({**JOIN, "canPublishSources": [1]}, {}, ""),
        ({**JOIN, "hidden": "yes"}, {}, ""),
        (JOIN, {"kind": 4}, ""),
        (JOIN, {"metadata": 4}, ""),
        (JOIN, {"attributes": {"a": 1}}, ""),
        (JOIN, {"attributes": ["a"]}, ""),
        (JOIN, {"roomConfig": {"emptyTimeout": "soon"}}, ""),
        (JOIN, {}, "&attributes=eyJhIjoiYiJ9"),
    ],
)
async def test_who_has_no_right_to_come_in(
    engine: Engine, video: dict[str, Any] | None, claims: dict[str, Any], query: str
) -> None:
    assert (await engine.validate(engine.token(video, **claims), query))[0] == 401


GRANTS: list[dict[str, Any]] = [
    {},
    {"canPublish": False},
    {"canPublish": False, "canPublishSources": ["camera"]},
    {"canPublishSources": ["camera", "screen_share_audio"]},
    {"canPublish": False, "canPublishData": True},
    {"canpublish": False, "CANSUBSCRIBE": False},
    {"canSubscribe": False},
    {"hidden": True, "recorder": True},
    {"agent": True, "canUpdateOwnMetadata": True, "canSubscribeMetrics": True},
    {"canManageAgentSession": True},
]
KINDS = ("standard", "ingress", "egress", "sip", "agent", "connector", "nonsense")


@pytest.mark.parametrize("grants", GRANTS)
async def test_rights_are_read_as_they_were_given(engine: Engine, room: str, grants: dict[str, Any]) -> None:
    async with engine.signalling(engine.joining(room, "ada", **grants)) as ada:
        join = await next_of(ada, "join")
    folded = {name.lower(): value for name, value in grants.items()}
    may_publish = folded.get("canpublish", True)
    sources = [one.upper() for one in folded.get("canpublishsources", [])]
    seen = join.participant.permission
    assert (seen.can_publish, seen.can_subscribe, seen.can_publish_data) == (
        may_publish,
        folded.get("cansubscribe", True),
        folded.get("canpublishdata", may_publish),
    )
    assert [models.TrackSource.Name(source) for source in seen.can_publish_sources] == sources
    flags = (seen.hidden, seen.recorder, seen.agent, seen.can_update_metadata, seen.can_subscribe_metrics)
    named = ("hidden", "recorder", "agent", "canupdateownmetadata", "cansubscribemetrics")
    assert flags == tuple(folded.get(name, False) for name in named)
    assert join.subscriber_primary == seen.can_subscribe


@pytest.mark.parametrize("kind", KINDS)
async def test_kinds_are_read_by_name(engine: Engine, room: str, kind: str) -> None:
    async with engine.signalling(engine.joining(room, "ada", kind)) as ada:
        seen = (await next_of(ada, "join")).participant.kind
    assert models.ParticipantInfo.Kind.Name(seen) == (kind.upper() if kind != "nonsense" else "STANDARD")


@pytest.mark.parametrize(
    ("grants", "source", "is_taken"),
    [
        ({"canPublish": False, "canPublishSources": ["microphone"]}, "MICROPHONE", False),
        ({"canPublishSources": ["microphone"]}, "MICROPHONE", True),
        ({"canPublishSources": ["microphone"]}, "CAMERA", False),
        ({"canPublishSources": ["microphon"]}, "MICROPHONE", False),
        ({"canPublishSources": ["microphon"]}, "UNKNOWN", False),
        ({}, "UNKNOWN", True),
    ],
)
async def test_a_list_of_sources_only_narrows(
    engine: Engine, room: str, grants: dict[str, Any], source: str, is_taken: bool
) -> None:
    async with engine.signalling(engine.joining(room, "ada", **grants)) as ada:
        await next_of(ada, "join")
        request: Any = {"cid": "c", "type": "AUDIO", "source": source}
        await ada.send(wire.SignalRequest(add_track=wire.AddTrackRequest(**request)).SerializeToString())
        outcome = await next_of(ada, "track_published" if is_taken else "request_response")
    assert outcome.cid == "c" if is_taken else outcome.reason == wire.RequestResponse.NOT_ALLOWED


async def test_capabilities_are_read_by_name(engine: Engine, room: str) -> None:
    named = (
        "&capabilities=CAP_PACKET_TRAILER,%20CAP_COMPRESSION_DEFLATE_RAW,2,CAP_OF_TOMORROW,&client_protocol=2"
    )
    async with engine.signalling(engine.joining(room, "ada"), named) as ada:
        seen = (await next_of(ada, "join")).participant
    assert (list(seen.capabilities), seen.client_protocol) == ([1, 2], 2)


async def test_timeouts_nobody_asked_for_are_shown(engine: Engine, room: str) -> None:
    status, made = await engine.call("CreateRoom", {"name": room})
    assert (status, made["empty_timeout"], made["departure_timeout"]) == (200, 300, 20)
    status, again = await engine.call("CreateRoom", {"name": room, "max_participants": 3})
    assert (status, again["max_participants"], again["sid"]) == (200, 0, made["sid"])


@pytest.mark.parametrize(
    ("method", "body", "words"),
    [
        ("CreateRoom", {"name": LONGER}, "room name length exceeds limits: max length 256"),
        ("CreateRoom", {"name": "r", "metadata": "é" * 300_000}, "metadata size exceeds limits 524288"),
        (
            "CreateRoom",
            {"name": "r", "room_preset": "x"},
            "unknown room configuration in create room request",
        ),
        (
            "UpdateRoomMetadata",
            {"room": "r", "metadata": "é" * 300_000},
            "metadata size exceeds limits 524288",
        ),
        (
            "UpdateParticipant",
            {"room": "r", "identity": "a", "name": LONGER},
            "name length exceeds limits 256",
        ),
        (
            "UpdateParticipant",
            {"room": "r", "identity": "a", "attributes": {"é": "é" * 33_000}},
            "attribute size exceeds limits 65536",
        ),
        (
            "SendData",
            {"room": "r", "data": "aGk=", "nonce": "aGk="},
            "nonce should be 16-bytes or not present, got: 2 bytes",
        ),
    ],
)
async def test_what_is_too_long_for_the_api_is_said(
    engine: Engine, method: str, body: dict[str, Any], words: str
) -> None:
    status, error = await engine.call(method, body)
    assert (status, error["code"]) == (400, "invalid_argument")
    assert error["msg"].removeprefix("twirp error unknown: ") == words


@pytest.mark.parametrize(
    ("kind", "grants"), [("agent", {}), ("egress", {}), ("standard", {"recorder": True})]
)
async def test_helpers_take_no_place_and_are_not_counted(
    engine: Engine, room: str, kind: str, grants: dict[str, Any]
) -> None:
    await engine.call("CreateRoom", {"name": room, "max_participants": 1})
    async with (
        engine.signalling(engine.joining(room, "helper", kind, **grants)) as helper,
        engine.signalling(engine.joining(room, "ada")) as ada,
    ):
        await next_of(helper, "join")
        await next_of(ada, "join")
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            async with engine.signalling(engine.joining(room, "ben")) as ben:
                await next_of(ben, "join")


async def test_everybody_is_told_at_once_that_a_recording_runs(engine: Engine, room: str) -> None:
    async with engine.signalling(engine.joining(room, "ada")) as ada:
        await next_of(ada, "join")
        async with engine.signalling(engine.joining(room, "tape", "egress")) as tape:
            await next_of(tape, "join")
            while not (await next_of(ada, "room_update")).room.active_recording:
                pass


async def refreshed(connection: ClientConnection) -> dict[str, Any]:
    """What the next access token says."""
    token = await next_of(connection, "refresh_token")
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


async def test_the_access_token_follows_name_metadata_attributes_and_rights(
    engine: Engine, room: str
) -> None:
    async with engine.signalling(engine.joining(room, "ada", canUpdateOwnMetadata=True)) as ada:
        await next_of(ada, "join")
        first = await refreshed(ada)
        assert (first["sub"], first["video"]["room"], first.get("name", "")) == ("ada", room, "")
        own = wire.UpdateParticipantMetadata(
            name="Ada L.", metadata="m", attributes={"hand": "up"}, request_id=1
        )
        await ada.send(wire.SignalRequest(update_metadata=own).SerializeToString())
        claims = await refreshed(ada)
        while (claims.get("name"), claims.get("metadata"), claims.get("attributes")) != (
            "Ada L.",
            "m",
            {"hand": "up"},
        ):
            claims = await refreshed(ada)
        given = {"room": room, "identity": "ada", "name": "Countess"}
        assert (await engine.call("UpdateParticipant", given))[0] == 200
        while claims["name"] != "Countess":
            claims = await refreshed(ada)
        rights = {"can_subscribe": True, "can_publish": True, "can_publish_sources": ["MICROPHONE"]}
        await engine.call("UpdateParticipant", {"room": room, "identity": "ada", "permission": rights})
        while claims["video"].get("canPublishSources") != ["microphone"]:
            claims = await refreshed(ada)
        assert (claims["name"], claims["attributes"]) == ("Countess", {"hand": "up"})
        assert claims["video"].get("canPublishData") is False


async def test_a_new_name_survives_a_full_reconnect(engine: Engine, room: str) -> None:
    async with (
        in_room(engine, engine.joining(room, "ada", canUpdateOwnMetadata=True)) as ada,
        in_room(engine, engine.joining(room, "ben")) as ben,
    ):
        await ada.local_participant.set_name("Ada L.")
        await ada.local_participant.set_metadata("m")
        await ada.local_participant.set_attributes({"hand": "up"})
        # The newest access token follows within a second, and nothing tells this client's user of it.
        await asyncio.sleep(1.5)
        back = event_of(ada, "reconnected")
        await ada.simulate_scenario(rtc.SimulateScenarioKind.SIMULATE_FULL_RECONNECT)
        await soon(back)
        seen = ada.local_participant
        assert (seen.name, seen.metadata, seen.attributes) == ("Ada L.", "m", {"hand": "up"})
        other = ben.remote_participants["ada"]
        assert (other.name, other.metadata, other.attributes) == ("Ada L.", "m", {"hand": "up"})


async def test_who_leaves_is_said_to_have_left(engine: Engine, room: str) -> None:
    async with in_room(engine, engine.joining(room, "ben")) as ben:
        come, gone = (event_of(ben, f"participant_{what}connected") for what in ("", "dis"))
        async with in_room(engine, engine.joining(room, "ada")):
            await soon(come)
        assert (await soon(gone)).disconnect_reason == rtc.DisconnectReason.CLIENT_INITIATED


async def test_a_removed_client_is_told_so(engine: Engine, room: str) -> None:
    async with in_room(engine, engine.joining(room, "ada")) as ada:
        gone = event_of(ada, "disconnected")
        await engine.call("RemoveParticipant", {"room": room, "identity": "ada"})
        assert await soon(gone) == rtc.DisconnectReason.PARTICIPANT_REMOVED


async def test_a_client_whose_room_is_deleted_is_told_so(engine: Engine, room: str) -> None:
    async with in_room(engine, engine.joining(room, "ada")) as ada:
        gone = event_of(ada, "disconnected")
        await engine.call("DeleteRoom", {"room": room})
        assert await soon(gone) == rtc.DisconnectReason.ROOM_DELETED


async def test_a_client_whose_identity_comes_again_is_told_so(engine: Engine, room: str) -> None:
    async with in_room(engine, engine.joining(room, "ada")) as ada:
        gone = event_of(ada, "disconnected")
        async with in_room(engine, engine.joining(room, "ada")):
            assert await soon(gone) == rtc.DisconnectReason.DUPLICATE_IDENTITY


async def test_only_agents_transcribe_what_others_say(engine: Engine, room: str) -> None:
    async with (
        in_room(engine, engine.joining(room, "pupil")) as pupil,
        in_room(engine, engine.joining(room, "scribe", "agent")) as scribe,
        in_room(engine, engine.joining(room, "ben")) as ben,
    ):
        said: list[str] = []
        done, heard = event_of(ben, "data_received"), event_of(ben, "transcription_received")
        ben.on("transcription_received", lambda segments, *_who: said.extend(one.text for one in segments))
        for person, text in ((pupil, "forged"), (scribe, "heard")):
            segment = rtc.TranscriptionSegment("1", text, 0, 1, "en", final=True)
            await person.local_participant.publish_transcription(
                rtc.Transcription(participant_identity="pupil", track_sid="TR_1", segments=[segment])
            )
        # Each sender's packets come in the order they were sent.
        await pupil.local_participant.publish_data(b"the end", reliable=True)
        await soon(done)
        await soon(heard)
        assert said == ["heard"]


async def test_data_bears_its_senders_name_and_goes_where_it_is_to(engine: Engine, room: str) -> None:
    async with (
        in_room(engine, engine.joining(room, "ada")) as ada,
        in_room(engine, engine.joining(room, "mute", canPublishData=False)) as mute,
        in_room(engine, engine.joining(room, "ben")) as ben,
        in_room(engine, engine.joining(room, "carl")) as carl,
    ):
        heard: dict[str, list[bytes]] = {"ben": [], "carl": []}
        names: list[str] = []
        ends = [event_of(person, "sip_dtmf_received") for person in (ben, carl)]
        for person in (ben, carl):
            identity = person.local_participant.identity

            def take(packet: rtc.DataPacket, identity: str = identity) -> None:
                heard[identity].append(packet.data)
                names.append(packet.participant.identity if packet.participant else "")

            person.on("data_received", take)
        await mute.local_participant.publish_data(b"forbidden")
        await ada.local_participant.publish_data(b"all")
        await ada.local_participant.publish_data(b"one", destination_identities=["carl"])
        await ada.local_participant.publish_dtmf(code=1, digit="1")
        for end in ends:
            await soon(end)
        assert heard == {"ben": [b"all"], "carl": [b"all", b"one"]}
        assert set(names) == {"ada"}
