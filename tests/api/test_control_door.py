"""The door and those who run the room, against a running server."""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from typing import Any

import jwt
import pytest
from websockets.exceptions import ConnectionClosed

from preau.meet.live.crowds import KNOCKS_PER_NEIGHBOURHOOD
from preau.meet.live.leaks import DEVICES_PER_LINK, REFUSED_AT_MOST, STRANGERS_AT_MOST
from preau.meet.services.doors import REFUSED_AFTER_S
from tests.api.conftest import School, error_code
from tests.kit.control_client import ControlClient, Frame
from tests.kit.meet_server import MEDIA_SECRET

Meeting = dict[str, Any]
DEVICE = "a-device-secret-of-more-than-forty-characters"


def host_of(school: School, meeting: Meeting) -> ControlClient:
    """The owner's control connection, not knocked yet."""
    sign_in = school.admin.cookies["preau_signin"]
    return ControlClient(school.server.socket_url, meeting["code"], sign_in=sign_in)


def person(school: School, meeting: Meeting, device: str | None = None) -> ControlClient:
    return ControlClient(school.server.socket_url, meeting["code"], device=device)


def until_closed(person: ControlClient) -> Frame:
    """The last frame before the server hung up."""
    last: Frame = {}
    while True:
        try:
            last = person.receive()
        except ConnectionClosed:
            return last


def open_meeting(school: School, **rules: Any) -> Meeting:
    return school.new_meeting(open_link=True, **rules)


def test_a_stranger_waits_leaves_a_note_and_is_admitted(school: School) -> None:
    meeting = open_meeting(school)
    with host_of(school, meeting) as host, person(school, meeting) as eve:
        host.knock("Ada")
        waiting = eve.knock("Eve")
        assert waiting == {
            "type": "waiting",
            "request": 1,
            "participant_id": waiting["participant_id"],
            "secret": waiting["secret"],
            "has_host": True,
            "host": None,
            "note_left": False,
            "is_second_device": False,
        }
        seen = host.event("person-waiting")["waiting"]
        assert (seen["name"], seen["provenance"], seen["connected"]) == ("Eve", "open-link", True)
        assert eve.ask("leave-note", text="I am new")["type"] == "done"
        assert host.event("door-note-left")["text"] == "I am new"
        assert eve.ask("leave-note", text="again")["code"] == "note-left-already"
        assert eve.say("let me in")["code"] == "not-admitted"
        assert host.ask("admit", participant_ids=[waiting["participant_id"]])["type"] == "done"
        admitted = eve.next("admitted")
        assert (admitted["request"], admitted["participant_id"]) == (0, waiting["participant_id"])
        assert admitted["secret"] == waiting["secret"]
        assert admitted["snapshot"]["waiting"] is None
        assert eve.say("thank you")["type"] == "done"


def test_somebody_who_waits_hears_nothing_of_the_room(school: School) -> None:
    meeting = open_meeting(school)
    with host_of(school, meeting) as host, person(school, meeting) as eve:
        host.knock("Ada")
        eve.knock("Eve")
        host.say("the secret of this room")
        host.ask("raise-hand")
        assert eve.ask("ping")["type"] == "pong"
        assert eve.unread == []


def test_a_place_at_the_door_is_taken_back_by_its_secret(school: School) -> None:
    meeting = open_meeting(school)
    with host_of(school, meeting) as host:
        host.knock("Ada")
        with person(school, meeting) as eve:
            waiting = eve.knock("Eve")
        assert host.event("waiting-connection")["connected"] is False
        claim = {name: waiting[name] for name in ("participant_id", "secret")} | {"last_sequence": 0}
        with person(school, meeting, eve.device) as eve:
            again = eve.knock("", claim)
            assert (again["type"], again["participant_id"]) == ("waiting", waiting["participant_id"])
            assert host.event("waiting-connection")["connected"] is True
            host.ask("admit", participant_ids=[waiting["participant_id"]])
            assert eve.next("admitted")["secret"] == waiting["secret"]


def test_a_denial_is_told_with_its_reason_and_holds_for_the_browser(school: School) -> None:
    meeting = open_meeting(school)
    with host_of(school, meeting) as host, person(school, meeting, DEVICE) as eve:
        host.knock("Ada")
        waiting = eve.knock("Eve")
        host.ask("deny", participant_id=waiting["participant_id"], reason="wrong-name")
        closed = until_closed(eve)
        assert (closed["code"], closed["reason"]) == ("denied", "wrong-name")
        with person(school, meeting, DEVICE) as again:
            assert again.knock("Evelyn")["code"] == "denied"
        assert host.event("person-stopped-waiting")["reason"] == "denied"


def test_a_copied_personal_link_waits_and_the_host_is_told(school: School) -> None:
    meeting = school.new_meeting()
    link = school.invite(meeting, "Ann")
    with (
        host_of(school, meeting) as host,
        person(school, meeting) as ann,
        person(school, meeting) as thief,
    ):
        host.knock("Ada")
        assert ann.knock("not read", invitation=link)["type"] == "admitted"
        held = thief.knock("not read", invitation=link)
        assert (held["type"], held["host"]) == ("waiting", "Ada")
        assert held["is_second_device"], "who waits is told why"
        waiting = host.event("person-waiting")["waiting"]
        assert (waiting["is_second_device"], waiting["looks_like"]) == (True, ["Ann"])
        told = host.event("host-told")
        assert (told["what"], told["name"]) == ("second-device", "Ann")
        assert ann.ask("ping")["type"] == "pong"


def test_removal_leaves_no_way_back_but_the_door(school: School) -> None:
    meeting = school.new_meeting()
    link = school.invite(meeting, "Ann")
    with host_of(school, meeting) as host, person(school, meeting, DEVICE) as ann:
        host.knock("Ada")
        admitted = ann.knock("", invitation=link)
        host.ask("remove", participant_id=admitted["participant_id"])
        assert until_closed(ann)["code"] == "removed"
        claim = {name: admitted[name] for name in ("participant_id", "secret")} | {"last_sequence": 1}
        with person(school, meeting, DEVICE) as again:
            assert again.knock("", claim)["code"] == "resume-unknown"
            assert again.knock("", invitation=link)["type"] == "waiting"
        assert host.event("participant-left")["reason"] == "removed"
        assert host.event("person-waiting")["waiting"]["was_removed_before"]


def answer_times(school: School, meeting: Meeting, rounds: int, **knock: Any) -> list[float]:
    """How long `meeting-unknown` takes, and that it is hung up on."""
    times: list[float] = []
    for _ in range(rounds):
        with person(school, meeting) as eve:
            started = time.perf_counter()
            assert eve.knock("Eve", **knock)["code"] == "meeting-unknown"
            times.append(time.perf_counter() - started)
            assert until_closed(eve)["code"] == "meeting-unknown"
    return times


def test_whatever_leads_nowhere_is_one_answer_after_one_time(school: School) -> None:
    shut, locked, banned = school.new_meeting(), open_meeting(school), open_meeting(school)
    unknown = {**shut, "code": "00000-00000-00000-00000"}
    with host_of(school, locked) as host, host_of(school, banned) as other:
        host.knock("Ada")
        host.ask("lock")
        other.knock("Ada")
        with person(school, banned, DEVICE) as eve:
            other.ask("ban", participant_id=eve.knock("Eve")["participant_id"])
            assert until_closed(eve)["code"] == "banned"
        for meeting in (shut, locked, unknown):
            assert min(answer_times(school, meeting, 2)) >= REFUSED_AFTER_S
        assert min(answer_times(school, shut, 2, invitation="guessed")) >= REFUSED_AFTER_S
        started = time.perf_counter()
        with person(school, banned, DEVICE) as eve:
            assert eve.knock("Eve")["code"] == "meeting-unknown"
        assert time.perf_counter() - started >= REFUSED_AFTER_S


def test_a_passcode_is_asked_of_the_open_link(school: School) -> None:
    meeting = open_meeting(school)
    path = f"/api/v1/meetings/{meeting['id']}"
    school.admin.patch(path, json={"passcode": "correct horse"}).raise_for_status()
    with person(school, meeting) as eve:
        assert eve.knock("Eve")["code"] == "passcode-needed"
        assert eve.knock("Eve", passcode="wrong horse")["code"] == "passcode-wrong"
        assert eve.knock("Eve", passcode="correct horse")["type"] == "waiting"


def test_a_banned_holder_of_a_personal_link_sees_neither_title_nor_host(school: School) -> None:
    meeting = school.new_meeting("Form 6B")
    secret = school.invite(meeting, "Eve")
    with (
        host_of(school, meeting) as host,
        person(school, meeting, DEVICE) as eve,
        school.server.visitor() as web,
    ):
        host.knock("Ada")
        eve_id = eve.knock("", invitation=secret)["participant_id"]
        assert web.post("/api/v1/invitations/look", json={"secret": secret}).json()["title"] == "Form 6B"
        host.ask("ban", participant_id=eve_id)
        assert until_closed(eve)["code"] == "banned"
        answer = web.post("/api/v1/invitations/look", json={"secret": secret})
    assert (answer.status_code, error_code(answer)) == (404, "meeting-unknown")
    assert "6B" not in answer.text


def test_what_the_owners_page_changes_reaches_the_room(school: School) -> None:
    meeting = school.new_meeting()
    path = f"/api/v1/meetings/{meeting['id']}"
    invited = school.admin.post(f"{path}/invitations", json={"people": [{"name": "Ann"}]}).json()
    (ann_link,) = invited["invitations"]
    with host_of(school, meeting) as host, person(school, meeting) as ann:
        host.knock("Ada")
        ann.knock("", invitation=ann_link["link"].partition("#")[2])
        school.admin.patch(path, json={"rules": {"chat": "off", "camera": False}}).raise_for_status()
        changed = ann.event("rules-changed")
        assert (changed["rules"]["chat"], changed["differing"]) == ("off", ["chat", "camera"])
        assert ann.say("hello")["code"] == "chat-off"
        token = ann.ask("renew-media")["media"]["token"]
        video = jwt.decode(token, MEDIA_SECRET, algorithms=["HS256"])["video"]
        assert video["canPublishSources"] == ["microphone"]
        code = school.admin.post(f"{path}/link").raise_for_status().json()["code"]
        assert ann.event("link-changed")["code"] == code
        school.admin.delete(f"{path}/invitations/{ann_link['id']}").raise_for_status()
        assert until_closed(ann)["code"] == "removed"
        assert host.event("participant-left")["reason"] == "revoked"


def test_a_new_co_host_sees_the_door_and_a_demoted_one_no_longer(school: School) -> None:
    meeting = open_meeting(school)
    with (
        host_of(school, meeting) as host,
        person(school, meeting) as ann,
        person(school, meeting) as eve,
    ):
        host.knock("Ada")
        ann_id = ann.knock("", invitation=school.invite(meeting, "Ann"))["participant_id"]
        eve.knock("Eve")
        assert ann.event("withheld") == {"type": "withheld"}
        host.ask("set-role", participant_id=ann_id, role="cohost")
        assert [one["name"] for one in ann.next("snapshot")["snapshot"]["waiting"]] == ["Eve"]
        host.ask("set-role", participant_id=ann_id, role="participant")
        assert ann.next("snapshot")["snapshot"]["waiting"] is None


def test_a_class_is_paused_until_its_teacher_comes(school: School) -> None:
    meeting = school.new_meeting(kind="class")
    with person(school, meeting) as ann, host_of(school, meeting) as host:
        admitted = ann.knock("", invitation=school.invite(meeting, "Ann"))
        assert admitted["snapshot"]["is_paused"]
        video = jwt.decode(admitted["media"]["token"], MEDIA_SECRET, algorithms=["HS256"])["video"]
        assert video["canSubscribe"] is False
        assert ann.say("psst")["code"] == "paused"
        host.knock("Ada")
        ann.event("room-resumed")
        assert ann.say("good morning")["type"] == "done"


def test_asking_to_unmute_reaches_the_one_who_is_asked(school: School) -> None:
    meeting = school.new_meeting()
    with host_of(school, meeting) as host, person(school, meeting) as ann:
        host.knock("Ada")
        ann_id = ann.knock("", invitation=school.invite(meeting, "Ann"))["participant_id"]
        host.ask("ask-to-unmute", participant_id=ann_id)
        assert ann.next("asked-to-unmute")["by"] == "Ada"


def test_every_act_and_every_attempt_is_in_the_audit(school: School) -> None:
    meeting = school.new_meeting()
    with host_of(school, meeting) as host, person(school, meeting) as ann:
        host_id = host.knock("Ada")["participant_id"]
        ann_id = ann.knock("", invitation=school.invite(meeting, "Ann"))["participant_id"]
        host.ask("mute", participant_id=ann_id)
        assert ann.ask("remove", participant_id=host_id)["code"] == "not-allowed"
    records = school.admin.get(f"/api/v1/meetings/{meeting['id']}/audit").raise_for_status().json()
    acts = [
        (one["action"], one["participant_id"], one["subject_id"], one["allowed"])
        for one in records["records"]
        if one["participant_id"] is not None
    ]
    assert ("mute", host_id, ann_id, True) in acts
    assert ("remove", ann_id, host_id, False) in acts


def test_a_report_shows_the_rooms_own_lines_and_brings_a_case_number(school: School) -> None:
    meeting = school.new_meeting()
    with host_of(school, meeting) as host, person(school, meeting) as ann:
        host_id = host.knock("Ada")["participant_id"]
        ann.knock("", invitation=school.invite(meeting, "Ann"))
        host.say("something bad", "message-1")
        host.ask("delete-message", message_id="message-1")
        report = {"participant_id": host_id, "text": "she said it", "message_ids": ["message-1"]}
        filed = ann.ask("report", category="insult", **report)
        assert filed["type"] == "reported"
        assert filed["case_number"].startswith("P-")
        for change, code in (
            ({"category": "weather"}, "bad-category"),
            ({"participant_id": "par_nobody"}, "participant-unknown"),
            ({"message_ids": ["message-9"]}, "message-unknown"),
            ({"text": "x" * 2001}, "text-too-long"),
        ):
            assert ann.ask("report", **{"category": "insult", **report, **change})["code"] == code
    cases = school.admin.get("/api/v1/cases").raise_for_status().json()["cases"]
    (case,) = [one for one in cases if one["number"] == filed["case_number"]]
    assert (case["reporter_name"], case["about_name"]) == ("Ann", "Ada")
    assert [line["text"] for line in case["evidence"]] == ["something bad"]


@pytest.mark.parametrize(
    ("knocks", "device", "most_a_minute"), [(60, DEVICE, 2), (1000, None, KNOCKS_PER_NEIGHBOURHOOD)]
)
def test_a_flood_of_knocks_hardly_reaches_the_host(
    school: School, knocks: int, device: str | None, most_a_minute: int
) -> None:
    """From one browser, and from as many browsers as there are knocks."""
    meeting = open_meeting(school)
    with host_of(school, meeting) as host:
        host.knock("Ada")
        answers: list[str] = []
        started = time.monotonic()
        for _ in range(knocks):
            with person(school, meeting, device) as eve:
                answer = eve.knock("Eve")
                answers.append(str(answer.get("code", answer["type"])))
        minutes = math.ceil((time.monotonic() - started) / 60)
        host.ask("ping")
        came = [one for one in host.unread if one.get("event", {}).get("type") == "person-waiting"]
    assert set(answers) == {"waiting", "rate-limited"}
    assert 1 <= len(came) <= most_a_minute * minutes
    assert len(came) == answers.count("waiting")


def test_a_class_behind_one_address_is_at_the_door_at_once(school: School) -> None:
    meeting = open_meeting(school)
    with host_of(school, meeting) as host, ExitStack() as pupils:
        host.knock("Ada")
        lines = [pupils.enter_context(person(school, meeting)) for _ in range(35)]
        answers = [line.knock(f"Pupil {number}") for number, line in enumerate(lines)]
        assert [answer["type"] for answer in answers] == ["waiting"] * 35


def test_who_comes_too_often_is_told_when_to_come_again(school: School) -> None:
    meeting = open_meeting(school)
    with person(school, meeting, DEVICE) as eve:
        assert eve.knock("Eve")["type"] == "waiting"
    with person(school, meeting, DEVICE) as eve:
        answer = eve.knock("Eve")
    assert answer["code"] == "rate-limited"
    assert 0 < answer["retry_after_s"] <= 30


def test_a_leaked_open_link_is_told_to_the_host(school: School) -> None:
    meeting = open_meeting(school)
    with host_of(school, meeting) as host:
        host.knock("Ada")
        for number in range(STRANGERS_AT_MOST + 1):
            with person(school, meeting) as stranger:
                answer = stranger.knock(f"Stranger {number}")
                assert answer["type"] == "waiting" or answer["code"] == "rate-limited", answer
        told = host.event("host-told")
        assert (told["what"], told["name"]) == ("leak-suspected", "")
        assert host.ask("lock")["type"] == "done"
    records = school.admin.get(f"/api/v1/meetings/{meeting['id']}/audit").json()["records"]
    noticed = [one for one in records if one["action"] == "leak-suspected"]
    assert [(one["allowed"], one["participant_id"]) for one in noticed] == [(False, None)]


def test_a_personal_link_in_many_browsers_is_told_with_its_name(school: School) -> None:
    meeting = school.new_meeting()
    link = school.invite(meeting, "Ann")
    with host_of(school, meeting) as host:
        host.knock("Ada")
        for _ in range(DEVICES_PER_LINK + 1):
            with person(school, meeting) as somebody:
                somebody.knock("", invitation=link)
        told = [host.event("host-told") for _ in range(DEVICES_PER_LINK + 1)]
    assert [one["what"] for one in told] == ["second-device"] * DEVICES_PER_LINK + ["leak-suspected"]
    assert {one["name"] for one in told} == {"Ann"}


def test_a_shut_link_that_many_try_is_told_to_the_host(school: School) -> None:
    meeting = school.new_meeting()
    path = f"/api/v1/links/{meeting['code']}"
    with host_of(school, meeting) as host, school.server.visitor() as visitor:
        host.knock("Ada")
        # From far away: wrong links from here are limited, and other tests need theirs.
        look = partial(visitor.get, headers={"x-forwarded-for": "198.51.100.1"})
        with ThreadPoolExecutor(8) as pool:
            looks = list(pool.map(look, [path] * REFUSED_AT_MOST))
        assert {answer.status_code for answer in looks} <= {404, 429}
        assert host.ask("ping")["type"] == "pong"
        assert [one for one in host.unread if one.get("event", {}).get("type") == "host-told"] == []
        with person(school, meeting) as stranger:
            assert stranger.knock("Eve")["code"] in {"meeting-unknown", "rate-limited"}
        assert host.event("host-told")["what"] == "leak-suspected"
