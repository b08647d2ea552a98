"""A participant's credentials, tried on all that participants may not do: all refused, all in the audit."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from livekit import api, rtc

from preau.meet.control.frames import _PARSERS as FRAMES
from preau.meet.storage.engine import open_engine
from preau.meet.storage.store import DatabaseStore
from tests.api.openapi_document import document
from tests.kit.class_in_session import ClassInSession, class_in_session
from tests.kit.media_client import MediaPerson, in_media, speaking
from tests.kit.product import running_product
from tests.kit.waiting import until
from tests.system.conftest import House, set_up

IS_EMBEDDED = os.environ.get("PREAU_TEST_ENGINE", "embedded") == "embedded"
NOTED_WITHIN_S = 10.0
CALLS = 1000
#: What every participant may send.
EVERYBODYS = {
    "knock",
    "leave-note",
    "leave",
    "ping",
    "renew-media",
    "send-chat",
    "raise-hand",
    "lower-hand",
    "report",
}

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A server of its own: what others tried before would use up what is noted of one neighbourhood."""
    with running_product(tmp_path_factory.mktemp("product")) as product:
        house = set_up(product)
        try:
            yield house
        finally:
            house.admin.close()


@pytest.fixture
async def lesson(house: House) -> AsyncIterator[ClassInSession]:
    async with class_in_session(house.admin, house.product.socket_url) as running:
        yield running


def privileged_frames(lesson: ClassInSession) -> dict[str, dict[str, Any]]:
    """One frame of each kind that hosts alone may send, about the teacher, the other pupil, or nobody."""
    teacher = {"participant_id": lesson.teacher_admitted["participant_id"]}
    pupil = {"participant_id": lesson.pupil_admitted["participant_id"]}
    line = lesson.happened("chat-posted")[0]["message"]["message_id"]
    return {
        "admit": {"participant_ids": [pupil["participant_id"]]},
        "deny": {**pupil, "reason": "other"},
        "mute": teacher,
        "stop-camera": pupil,
        "stop-share": pupil,
        "ask-to-unmute": pupil,
        "mute-all": {},
        "stop-all-cameras": {},
        "lower-hand-of": pupil,
        "lower-all-hands": {},
        "lock": {},
        "unlock": {},
        "freeze": {},
        "thaw": {},
        "set-rules": {"rules": {"open_link": True}},
        "spotlight": pupil,
        "remove": teacher,
        "let-back": teacher,
        "ban": pupil,
        "lift-ban": {"ban_id": "ban_none"},
        "set-role": {**pupil, "role": "host"},
        "end": {},
        "rename": {**pupil, "name": "Somebody else"},
        "delete-message": {"message_id": line},
    }


async def test_every_frame_of_the_hosts_is_refused_and_noted(lesson: ClassInSession) -> None:
    frames = privileged_frames(lesson)
    assert set(frames) | EVERYBODYS == set(FRAMES), "a new frame belongs into one of the two lists"
    with lesson.person() as eve:
        own_id = eve.knock("", invitation=lesson.invite("Eve"))["participant_id"]
        answers = {type_: eve.ask(type_, **fields) for type_, fields in frames.items()}
        again = eve.ask("set-role", participant_id=own_id, role="host")
        assert {type_: answer["code"] for type_, answer in answers.items()} == dict.fromkeys(
            frames, "not-allowed"
        )
        assert again["code"] == "not-allowed"
        refused = {
            one["action"] for one in lesson.audit() if one["participant_id"] == own_id and not one["allowed"]
        }
        assert refused == set(frames)
        assert lesson.happened("participant-left") == []
        assert eve.ask("ping")["type"] == "pong"


def privileged_routes() -> list[tuple[str, str]]:
    """Method and path of all routes that owners and administrators alone have."""
    harmless = {("get", "/api/v1/meetings")}
    return [
        (method, path)
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
        if set(operation["tags"]) & {"meetings", "house"} and (method, path) not in harmless
    ]


BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("post", "/api/v1/meetings/{id}/invitations"): {"people": [{"name": "Mallory"}]},
    ("patch", "/api/v1/meetings/{id}"): {"rules": {"open_link": True}},
    ("patch", "/api/v1/organization"): {"profile": "friends"},
    ("patch", "/api/v1/cases/{id}"): {"state": "closed"},
}


def call(http: httpx.Client, lesson: ClassInSession, method: str, path: str) -> httpx.Response:
    filled = path.replace("{id}", lesson.meeting["id"]).replace("{iid}", "inv_any")
    return http.request(method, filled, json=BODIES.get((method, path), {}))


def test_every_other_route_is_for_everybody_on_purpose() -> None:
    everything = {(method, path) for path, found in document()["paths"].items() for method in found}
    assert everything - set(privileged_routes()) == {
        ("get", "/healthz"),
        ("get", "/api/v1/instance"),
        ("get", "/api/v1/visitor"),
        ("post", "/api/v1/webhooks/livekit"),
        ("post", "/api/v1/setup/look"),
        ("post", "/api/v1/setup"),
        ("post", "/api/v1/sign-in"),
        ("post", "/api/v1/sign-in-links/look"),
        ("post", "/api/v1/sign-in-links/use"),
        ("post", "/api/v1/sign-out"),
        ("get", "/api/v1/me"),
        ("patch", "/api/v1/me"),
        ("delete", "/api/v1/me"),
        ("post", "/api/v1/me/confirm"),
        ("post", "/api/v1/me/password"),
        ("get", "/api/v1/me/sign-ins"),
        ("delete", "/api/v1/me/sign-ins"),
        ("delete", "/api/v1/me/sign-ins/{id}"),
        ("post", "/api/v1/forgotten-password"),
        ("get", "/api/v1/meetings"),
        ("get", "/api/v1/links/{code}"),
        ("post", "/api/v1/invitations/look"),
        ("post", "/api/v1/cases/look"),
        ("post", "/api/v1/reports"),
    }


async def test_every_route_of_the_hosts_is_refused_and_noted(house: House, lesson: ClassInSession) -> None:
    """A pupil holds a device cookie and nothing else that the interface knows."""
    routes = privileged_routes()
    noted_before = len(noted_refusals(house))
    with lesson.person() as eve:
        eve.knock("", invitation=lesson.invite("Eve"))
        with house.visitor() as http:
            http.cookies.set("preau_device", eve.device)
            answers = [call(http, lesson, *route) for route in routes]
        assert {answer.status_code for answer in answers} == {401}
        assert {answer.json()["error"]["code"] for answer in answers} == {"not-signed-in"}
    noted = noted_refusals(house)[noted_before:]
    assert len(noted) == len(routes)
    about_the_meeting = [path for _, path in routes if "/meetings/{id}" in path]
    assert noted.count(lesson.meeting["id"]) == len(about_the_meeting)
    told = [one for one in lesson.audit() if not one["allowed"] and one["actor_id"] is None]
    assert len(told) == len(about_the_meeting), "the host reads of it"


def noted_refusals(house: House) -> list[str]:
    """What refused acts were about, as the database has them."""
    engine = open_engine(f"sqlite:///{house.product.log.parent / 'data' / 'preau.db'}")
    try:
        with DatabaseStore(engine).read() as stored:
            return [
                one.subject_id for one in stored.audit.all() if not one.allowed and not one.participant_id
            ]
    finally:
        engine.dispose()


def service_calls(room: str, teacher: str) -> dict[str, Any]:
    """Every call of LiveKit's room service, against the teacher where it is about somebody."""
    whom = api.RoomParticipantIdentity(room=room, identity=teacher)
    permission = api.ParticipantPermission(can_publish=True, can_subscribe=True, hidden=True)
    return {
        "create_room": api.CreateRoomRequest(name="another"),
        "list_rooms": api.ListRoomsRequest(),
        "delete_room": api.DeleteRoomRequest(room=room),
        "list_participants": api.ListParticipantsRequest(room=room),
        "get_participant": whom,
        "remove_participant": whom,
        "mute_published_track": api.MuteRoomTrackRequest(
            room=room, identity=teacher, track_sid="TR_any", muted=True
        ),
        "update_participant": api.UpdateParticipantRequest(
            room=room, identity=teacher, permission=permission
        ),
        "update_subscriptions": api.UpdateSubscriptionsRequest(
            room=room, identity=teacher, track_sids=["TR_any"], subscribe=False
        ),
        "send_data": api.SendDataRequest(room=room, data=b"x"),
        "update_room_metadata": api.UpdateRoomMetadataRequest(room=room, metadata="x"),
        "move_participant": api.MoveParticipantRequest(room=room, identity=teacher, destination_room="other"),
        "forward_participant": api.ForwardParticipantRequest(
            room=room, identity=teacher, destination_room="other"
        ),
    }


@dataclass(frozen=True)
class Insider:
    """A pupil in the room, who calls the media server's own interface with a token of their own."""

    admitted: dict[str, Any]
    media: MediaPerson
    http: httpx.AsyncClient

    async def call(self, method: str, request: Any) -> httpx.Response:
        """One call of RoomService."""
        path = f"/twirp/livekit.RoomService/{method}"
        return await self.http.post(path, content=request.SerializeToString())


@asynccontextmanager
async def insider(lesson: ClassInSession) -> AsyncIterator[Insider]:
    """Joins by a personal link; the second token is for the calls, since each lets in once."""
    with lesson.person() as eve:
        admitted = eve.knock("", invitation=lesson.invite("Eve"))
        token, spare = admitted["media"]["token"], eve.ask("renew-media")["media"]["token"]
        url = lesson.media_url(admitted)
        headers = {"authorization": f"Bearer {spare}", "content-type": "application/protobuf"}
        async with (
            in_media(url, token) as media,
            httpx.AsyncClient(base_url=url.replace("ws", "http", 1), headers=headers) as http,
        ):
            yield Insider(admitted, media, http)


async def test_every_call_of_the_media_server_is_refused_and_noted(lesson: ClassInSession) -> None:
    async with insider(lesson) as eve:
        calls = service_calls(eve.media.room.name, lesson.teacher_admitted["participant_id"])
        for name, request in calls.items():
            answer = await eve.call("".join(word.title() for word in name.split("_")), request)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), name
        if IS_EMBEDDED:
            wanted = {f"media-{name.replace('_', '-')}" for name in calls}
            until("all is noted", lambda: noted(lesson, eve.admitted) == wanted, NOTED_WITHIN_S)
        assert lesson.teacher_admitted["participant_id"] in eve.media.others()


async def test_a_flood_of_calls_is_refused_and_accounted_for_to_the_last_one(lesson: ClassInSession) -> None:
    async with insider(lesson) as eve:
        request = api.DeleteRoomRequest(room=eve.media.room.name)
        answers = [await eve.call("DeleteRoom", request) for _ in range(CALLS)]
        assert {answer.status_code for answer in answers} == {401}
        if IS_EMBEDDED:
            until("all is noted", lambda: accounted(lesson, eve.admitted) >= CALLS, NOTED_WITHIN_S)
        assert lesson.teacher_admitted["participant_id"] in eve.media.others()
    if IS_EMBEDDED:
        assert accounted(lesson, eve.admitted) == CALLS


def accounted(lesson: ClassInSession, admitted: dict[str, Any]) -> int:
    own = [one for one in lesson.audit() if one["participant_id"] == admitted["participant_id"]]
    return sum(one["times"] for one in own if not one["allowed"])


def noted(lesson: ClassInSession, admitted: dict[str, Any]) -> set[str]:
    own_id = admitted["participant_id"]
    return {one["action"] for one in lesson.audit() if one["participant_id"] == own_id and not one["allowed"]}


async def test_what_may_not_be_published_is_not(lesson: ClassInSession) -> None:
    """A class lets only its teacher share; a client that shares anyway is not listened to."""
    with lesson.person() as eve:
        admitted = eve.knock("", invitation=lesson.invite("Eve"))
        async with in_media(lesson.media_url(admitted), admitted["media"]["token"]) as media:
            share = rtc.TrackSource.SOURCE_SCREENSHARE_AUDIO
            with pytest.raises((rtc.participant.PublishTrackError, TimeoutError)):
                async with speaking(media, share):
                    pass
            assert lesson.teacher_media.published_by(admitted["participant_id"]) == []
            if IS_EMBEDDED:
                tried = "media-add-track"
                until("it is noted", lambda: tried in noted(lesson, admitted), NOTED_WITHIN_S)
