"""The control channel against a running server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import jwt
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.api.conftest import School
from tests.kit.control_client import SUBPROTOCOL, ControlClient, Frame
from tests.kit.meet_server import MEDIA_SECRET


def until_closed(person: ControlClient) -> Frame:
    """The last frame before the server hung up."""
    last: Frame = {}
    while True:
        try:
            last = person.receive()
        except ConnectionClosed:
            return last


def event_of(person: ControlClient, type_: str) -> dict[str, Any]:
    """The next event of that type."""
    while True:
        frame = person.receive()
        if frame["type"] == "event" and frame["event"]["type"] == type_:
            event: dict[str, Any] = frame["event"]
            return event


def enter(school: School, person: ControlClient, meeting: dict[str, Any], name: str) -> Frame:
    """Come in by a personal link made for that name."""
    answer = person.knock("", invitation=school.invite(meeting, name))
    assert answer["type"] == "admitted", answer
    return answer


def host_of(school: School, meeting: dict[str, Any]) -> ControlClient:
    """The owner's control connection, not knocked yet."""
    sign_in = school.admin.cookies["preau_signin"]
    return ControlClient(school.server.socket_url, meeting["code"], sign_in=sign_in)


def claim(admitted: Frame, last_sequence: int) -> Frame:
    return {name: admitted[name] for name in ("participant_id", "secret")} | {"last_sequence": last_sequence}


def test_admission_brings_a_snapshot_and_the_least_media_grant(school: School) -> None:
    meeting = school.new_meeting("Latin")
    with school.person(meeting["code"]) as person:
        admitted = enter(school, person, meeting, " Eve\u202e ")
        snapshot = admitted["snapshot"]
        assert snapshot["meeting"]["title"] == "Latin"
        assert snapshot["you"] == admitted["participant_id"]
        assert [(one["name"], one["role"]) for one in snapshot["participants"]] == [("Eve", "participant")]
        media = jwt.decode(admitted["media"]["token"], MEDIA_SECRET, algorithms=["HS256"])
        assert media["sub"] == admitted["participant_id"]
        assert media["video"] == {
            "roomJoin": True,
            "room": media["video"]["room"],
            "canPublish": True,
            "canPublishSources": ["camera", "microphone"],
            "canSubscribe": True,
            "canPublishData": False,
            "canUpdateOwnMetadata": False,
        }
        assert media["video"]["room"].startswith("occ_")
        assert 30 < media["exp"] - datetime.now(UTC).timestamp() <= 60
        running = school.admin.get(f"/api/v1/meetings/{meeting['id']}").json()
        assert (running["is_running"], running["participant_count"]) == (True, 1)
        assert running["last_started_at"] is not None


def test_the_owner_is_host_by_the_cookie(school: School) -> None:
    meeting = school.new_meeting()
    with host_of(school, meeting) as host:
        (ada,) = host.knock("Ada")["snapshot"]["participants"]
        assert (ada["role"], ada["provenance"]) == ("host", "owner")


def test_two_people_talk_and_one_leaves(school: School) -> None:
    meeting = school.new_meeting()
    code = meeting["code"]
    with school.person(code) as ann, school.person(code) as bob:
        enter(school, ann, meeting, "Ann")
        bob_id = enter(school, bob, meeting, "Bob")["participant_id"]
        assert event_of(ann, "participant-joined")["participant"]["id"] == bob_id
        done = bob.say("hello", "message-1")
        assert event_of(ann, "chat-posted")["message"] == {
            "message_id": "message-1",
            "sequence": done["sequence"],
            "at": bob.unread[-1]["at"],
            "participant_id": bob_id,
            "name": "Bob",
            "text": "hello",
            "to": "all",
        }
        assert bob.say("hello again", "message-1")["sequence"] == done["sequence"]
        assert bob.ask("raise-hand")["type"] == "done"
        assert event_of(ann, "hand-raised")["participant_id"] == bob_id
        assert bob.ask("lower-hand")["type"] == "done"
        assert bob.ask("renew-media")["media"]["token"]
        assert bob.ask("leave")["type"] == "done"
        assert until_closed(bob)["code"] == "left"
        assert event_of(ann, "participant-left") == {
            "type": "participant-left",
            "participant_id": bob_id,
            "reason": "left",
        }


def test_a_broken_connection_is_told_and_resumed_without_a_hole(school: School) -> None:
    meeting = school.new_meeting()
    code = meeting["code"]
    with school.person(code) as ann:
        enter(school, ann, meeting, "Ann")
        with school.person(code) as bob:
            admitted = enter(school, bob, meeting, "Bob")
            seen = admitted["snapshot"]["sequence"]
        assert event_of(ann, "participant-disconnected")["participant_id"] == admitted["participant_id"]
        ann.say("while you were away", "message-9")
        with school.person(code, bob.device) as bob:
            again = bob.knock("ignored", claim(admitted, seen))
            assert (again["resumed"], again["snapshot"]) == (True, None)
            assert again["participant_id"] == admitted["participant_id"]
            missed = [bob.receive() for _ in range(3)]
            assert [frame["sequence"] for frame in missed] == [seen + 1, seen + 2, seen + 3]
            kinds = [frame["event"]["type"] for frame in missed]
            assert kinds == ["participant-disconnected", "chat-posted", "participant-connected"]


def test_the_same_participant_elsewhere_replaces_the_first(school: School) -> None:
    meeting = school.new_meeting()
    code = meeting["code"]
    with school.person(code) as first, school.person(code, first.device) as second:
        admitted = enter(school, first, meeting, "Ann")
        assert second.knock("Ann", claim(admitted, 1))["resumed"]
        assert until_closed(first)["code"] == "replaced"
        assert second.ask("ping")["type"] == "pong"


def test_a_secret_is_worth_nothing_in_another_browser(school: School) -> None:
    meeting = school.new_meeting()
    with school.person(meeting["code"]) as ann, school.person(meeting["code"]) as eve:
        admitted = enter(school, ann, meeting, "Ann")
        assert eve.knock("Eve", claim(admitted, 1))["code"] == "resume-unknown"
        assert ann.ask("ping")["type"] == "pong"


def test_who_left_is_back_without_the_door_under_the_same_id(school: School) -> None:
    meeting = school.new_meeting()
    with school.person(meeting["code"]) as ann, school.person(meeting["code"]) as bob:
        enter(school, ann, meeting, "Ann")
        admitted = enter(school, bob, meeting, "Bob")
        bob.ask("leave")
        with school.person(meeting["code"], bob.device) as again:
            back = again.knock("ignored", claim(admitted, 0))
            assert (back["type"], back["resumed"]) == ("admitted", False)
            assert back["participant_id"] == admitted["participant_id"]


def test_a_wrong_secret_resumes_nothing(school: School) -> None:
    meeting = school.new_meeting()
    code = meeting["code"]
    with school.person(code) as ann, school.person(code) as eve:
        stolen = claim(enter(school, ann, meeting, "Ann"), 1) | {"secret": "guessed"}
        assert eve.knock("Eve", stolen)["code"] == "resume-unknown"
        enter(school, eve, meeting, "Eve")


def test_deleting_the_meeting_ends_it_for_everybody(school: School) -> None:
    meeting = school.new_meeting()
    with school.person(meeting["code"]) as ann:
        enter(school, ann, meeting, "Ann")
        school.admin.delete(f"/api/v1/meetings/{meeting['id']}").raise_for_status()
        assert until_closed(ann)["code"] == "meeting-ended"
    with school.person(meeting["code"]) as late:
        assert late.knock("Late")["code"] == "meeting-unknown"
        assert until_closed(late)["code"] == "meeting-unknown"


def test_a_full_room(school: School) -> None:
    meeting = school.new_meeting()
    links = [school.invite(meeting, f"Pupil {number}") for number in range(6)]
    people = [school.person(meeting["code"]) for _ in links]
    try:
        answers = [
            person.__enter__().knock("", invitation=link) for person, link in zip(people, links, strict=True)
        ]
    finally:
        for person in people:
            person.__exit__(None, None, None)
    assert [answer["type"] for answer in answers[:5]] == ["admitted"] * 5
    assert answers[5]["code"] == "room-full"


def test_refusals_before_and_after_admission(school: School) -> None:
    meeting = school.new_meeting()
    link = school.invite(meeting, "Pupil")
    with school.person(meeting["code"]) as person:
        for type_ in ("raise-hand", "lower-hand", "renew-media", "leave", "ping", "lock", "end"):
            assert person.ask(type_)["code"] == "not-admitted"
        assert person.say("x")["code"] == "not-admitted"
        assert person.knock(" \u200b ")["code"] == "name-needed"
        assert person.knock("n" * 65)["code"] == "name-too-long"
        assert person.knock("", invitation=link)["type"] == "admitted"
        assert person.knock("again")["code"] == "already-admitted"
        assert person.say(" \n ")["code"] == "text-empty"
        assert person.say("x" * 2001)["code"] == "text-too-long"
        assert person.say("x" * 2000)["type"] == "done"


def test_five_bad_frames_end_the_connection_and_no_other(school: School) -> None:
    meeting = school.new_meeting()
    code = meeting["code"]
    with school.person(code) as careless, school.person(code) as other:
        enter(school, careless, meeting, "Careless")
        enter(school, other, meeting, "Other")
        for message in ("{", b"\x00", "x" * 20_000, '{"type":"dance","request":1}', "[]"):
            careless.send_raw(message)
        assert until_closed(careless)["code"] == "too-many-bad-frames"
        assert other.ask("ping")["type"] == "pong"


def test_a_flood_is_slowed_down_and_harms_nobody(school: School) -> None:
    meeting = school.new_meeting()
    code = meeting["code"]
    with school.person(code) as flooder, school.person(code) as other:
        enter(school, flooder, meeting, "Flooder")
        enter(school, other, meeting, "Other")
        requests = [flooder.send("ping") for _ in range(300)]
        answers = [flooder.answer_to(request) for request in requests]
        assert {answer.get("code", "pong") for answer in answers} == {"pong", "rate-limited"}
        assert other.ask("ping")["type"] == "pong"


@pytest.mark.parametrize(
    ("headers", "subprotocols"),
    [({"Origin": "https://evil.example"}, [SUBPROTOCOL]), ({}, None), ({}, ["other.v1"])],
)
def test_who_may_not_open_a_connection(
    school: School, headers: dict[str, str], subprotocols: list[Any] | None
) -> None:
    address = f"{school.server.socket_url}/api/v1/meetings/{school.new_meeting()['code']}/control"
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(address, additional_headers=headers, subprotocols=subprotocols),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_nothing_of_a_secret_is_in_the_database(school: School) -> None:
    meeting = school.new_meeting()
    with school.person(meeting["code"]) as person:
        secret = enter(school, person, meeting, "Ann")["secret"].encode()
        folder = school.server.environ["PREAU_DATA_DIR"]
        for name in ("preau.db", "preau.db-wal"):
            with open(f"{folder}/{name}", "rb") as stored:
                assert secret not in stored.read()


def test_a_plain_request_for_the_channel_is_not_found(visitor: httpx.Client) -> None:
    assert visitor.get("/api/v1/meetings/x/control").status_code == 404
