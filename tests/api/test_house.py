"""Rules, personal links, the organization, cases and the audit over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.api.conftest import School, error_code
from tests.kit.meet_server import invite, use_sign_in_link

_NUMBERS = itertools.count(1)
RULES = {
    "open_link",
    "waiting_room",
    "supervised",
    "starts_muted",
    "share",
    "chat",
    "slow_mode_s",
    "unmute",
    "camera",
    "rename",
}


@pytest.fixture
def member(school: School) -> Iterator[httpx.Client]:
    """An account that administers nothing."""
    with closing(school.server.visitor()) as client:
        secret = school.server.sign_in_secret("Mo", f"mo{next(_NUMBERS)}@example.org")
        use_sign_in_link(client, secret)
        yield client


def open_cases(client: httpx.Client) -> int | None:
    """How many reports a page says that nobody has looked into."""
    told: int | None = client.get("/api/v1/visitor").raise_for_status().json()["open_cases"]
    return told


def path_of(meeting: dict[str, Any], rest: str = "") -> str:
    return f"/api/v1/meetings/{meeting['id']}{rest}"


def test_a_class_begins_safe_and_says_what_differs(school: School) -> None:
    meeting = school.new_meeting("6e B", "class")
    assert set(meeting["rules"]) == RULES
    assert (meeting["kind"], meeting["differing"], meeting["locked_rules"]) == ("class", [], [])
    assert (meeting["rules"]["open_link"], meeting["rules"]["supervised"]) == (False, True)
    assert meeting["has_passcode"] is False
    changed = school.admin.patch(
        path_of(meeting), json={"rules": {"open_link": True, "slow_mode_s": 10}, "passcode": "open sesame"}
    ).json()
    assert changed["differing"] == ["open_link", "slow_mode_s"]
    assert (changed["title"], changed["has_passcode"]) == ("6e B", True)
    assert school.admin.get(f"/api/v1/links/{changed['code']}").json()["needs_passcode"] is False
    cleared = school.admin.patch(path_of(meeting), json={"passcode": None}).json()
    assert (cleared["has_passcode"], cleared["differing"]) == (False, ["open_link", "slow_mode_s"])


def test_a_kind_that_nobody_named_is_a_class_in_a_school(school: School) -> None:
    assert school.admin.post("/api/v1/meetings").json()["kind"] == "class"
    assert school.admin.post("/api/v1/meetings", json={"kind": "webinar"}).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {"rules": {"open_link": "true"}},
        {"rules": {"doors": True}},
        {"rules": {"slow_mode_s": -1}},
        {"rules": [1]},
        {"rules": {str(number): 1 for number in range(51)}},
        {"passcode": "short"},
        {"passcode": 12345678},
        {"title": 5},
    ],
)
def test_a_change_that_cannot_be(school: School, body: dict[str, Any]) -> None:
    meeting = school.new_meeting()
    answer = school.admin.patch(path_of(meeting), json=body)
    assert (answer.status_code, error_code(answer)) == (422, "invalid-fields")
    assert school.admin.get(path_of(meeting)).json() == meeting


def test_personal_links_are_shown_once(school: School, visitor: httpx.Client) -> None:
    meeting = school.new_meeting("6e B", "class")
    people = [{"name": "Ann", "email": "Ann@example.org"}, {"name": " Bob\u202e ", "role": "cohost"}]
    made = school.admin.post(path_of(meeting, "/invitations"), json={"people": people})
    assert made.status_code == 201
    ann, bob = made.json()["invitations"]
    assert (ann["name"], ann["email"], ann["role"], ann["source"], ann["is_bound"]) == (
        "Ann",
        "ann@example.org",
        "participant",
        "invited",
        False,
    )
    assert (bob["name"], bob["role"]) == ("Bob", "cohost")
    start = f"{school.server.url}/i#"
    assert ann["link"].startswith(start)
    assert len(ann["link"]) == len(start) + 43
    listed = school.admin.get(path_of(meeting, "/invitations")).json()["invitations"]
    assert [one["name"] for one in listed] == ["Ann", "Bob"]
    assert [one["link"] for one in listed] == [None, None]
    secret = ann["link"].partition("#")[2]
    look = {"secret": secret}
    assert visitor.post("/api/v1/invitations/look", json=look).json() == {
        "code": meeting["code"],
        "name": "Ann",
        "host": "Ada Lovelace",
        "title": "6e B",
        "begins": {"microphone": "off", "camera": "off"},
    }
    fresh = school.admin.post(path_of(meeting, f"/invitations/{ann['id']}/link")).json()
    assert fresh["link"] != ann["link"]
    gone = visitor.post("/api/v1/invitations/look", json=look)
    assert (gone.status_code, error_code(gone)) == (404, "meeting-unknown")
    assert school.admin.delete(path_of(meeting, f"/invitations/{ann['id']}")).status_code == 204
    again = school.admin.delete(path_of(meeting, f"/invitations/{ann['id']}"))
    assert (again.status_code, error_code(again)) == (404, "not-found")


def test_without_a_mail_server_links_are_not_sent(school: School) -> None:
    meeting = school.new_meeting()
    path = f"{path_of(meeting)}/invitations"
    people = {"people": [{"name": "Ann", "email": "ann@example.org"}]}
    assert error_code(school.admin.post(path, json={**people, "send": True})) == "invalid-fields"
    assert school.admin.get(path).json() == {"invitations": [], "sends_mail": False}
    made = school.admin.post(path, json=people).json()["invitations"][0]
    assert made["mail"] == "off"
    renewed = school.admin.post(f"{path}/{made['id']}/link", json={"send": True})
    assert error_code(renewed) == "invalid-fields"
    assert school.admin.post(f"{path}/{made['id']}/link", json={"send": "yes"}).status_code == 422


def test_another_link_kills_the_one_before(school: School, visitor: httpx.Client) -> None:
    meeting = school.new_meeting("Open house", open_link=True)
    before = f"/api/v1/links/{meeting['code']}"
    assert visitor.get(before).status_code == 200
    changed = school.admin.post(path_of(meeting, "/link")).json()
    assert changed["code"] != meeting["code"]
    assert error_code(visitor.get(before)) == "meeting-unknown"
    assert visitor.get(f"/api/v1/links/{changed['code']}").status_code == 200


def test_an_administrator_locks_a_rule(school: School, member: httpx.Client) -> None:
    meeting = member.post("/api/v1/meetings", json={"kind": "meeting"}).json()
    try:
        house = school.admin.patch("/api/v1/organization", json={"locked_rules": ["open_link"]}).json()
        assert house["locked_rules"] == ["open_link"]
        answer = member.patch(path_of(meeting), json={"rules": {"open_link": True}})
        assert (answer.status_code, error_code(answer)) == (409, "rule-locked")
        assert member.get(path_of(meeting)).json()["locked_rules"] == ["open_link"]
    finally:
        school.admin.patch("/api/v1/organization", json={"locked_rules": []}).raise_for_status()
    assert member.patch(path_of(meeting), json={"rules": {"open_link": True}}).status_code == 200


def test_the_organization(school: School, member: httpx.Client, visitor: httpx.Client) -> None:
    changes = {"name": "École", "safeguarding_contact": "safe@example.org"}
    changed = school.admin.patch("/api/v1/organization", json=changes).json()
    no_mail = {"sender": None, "waiting": 0, "failed": 0}
    assert changed == {"profile": "school", "locked_rules": [], "mail": no_mail, **changes}
    assert school.admin.get("/api/v1/organization").json() == changed
    for client, code in ((member, "not-allowed"), (visitor, "not-signed-in")):
        assert error_code(client.get("/api/v1/organization")) == code
        assert error_code(client.patch("/api/v1/organization", json={"profile": "work"})) == code
    wrong = school.admin.patch("/api/v1/organization", json={"profile": "army"})
    assert error_code(wrong) == "invalid-fields"


def test_without_a_mail_server_the_trial_says_so(
    school: School, member: httpx.Client, visitor: httpx.Client
) -> None:
    tried = school.admin.post("/api/v1/organization/test-mail").json()
    assert tried == {"result": "off", "to": "ada@example.org", "reply": ""}
    for client, code in ((member, "not-allowed"), (visitor, "not-signed-in")):
        assert error_code(client.post("/api/v1/organization/test-mail")) == code
    answers = [school.admin.post("/api/v1/organization/test-mail") for _ in range(5)]
    assert error_code(answers[-1]) == "rate-limited"


def test_the_register_is_for_administrators(
    school: School, member: httpx.Client, visitor: httpx.Client
) -> None:
    assert school.admin.get("/api/v1/cases").status_code == 200
    for client, code in ((member, "not-allowed"), (visitor, "not-signed-in")):
        assert error_code(client.get("/api/v1/cases")) == code
        assert error_code(client.get("/api/v1/cases/cas_x")) == code
        assert error_code(client.patch("/api/v1/cases/cas_x", json={"state": "closed"})) == code
        assert error_code(client.post("/api/v1/cases/cas_x/mail")) == code
    assert error_code(school.admin.post("/api/v1/cases/cas_x/mail")) == "not-found"
    assert error_code(school.admin.get("/api/v1/cases/cas_x")) == "not-found"
    unknown = visitor.post("/api/v1/cases/look", json={"secret": "guessed"})
    assert (unknown.status_code, error_code(unknown)) == (404, "case-unknown")


def test_a_report_goes_to_the_register_and_its_outcome_back(
    school: School, member: httpx.Client, visitor: httpx.Client
) -> None:
    meeting = school.new_meeting("6e B")
    waited = open_cases(school.admin) or 0
    with school.person(meeting["code"]) as ann:
        ann.knock("", invitation=school.invite(meeting, "Ann"))
        assert ann.say("what he said", "message-1")["type"] == "done"
        wanted = {
            "category": "insult",
            "participant_id": None,
            "text": " It hurt. ",
            "message_ids": ["message-1"],
        }
        reported = ann.ask("report", **wanted)
    case = next(
        one
        for one in school.admin.get("/api/v1/cases").json()["cases"]
        if one["number"] == reported["case_number"]
    )
    assert open_cases(school.admin) == waited + 1
    assert (open_cases(member), open_cases(visitor)) == (None, None)
    assert (case["category"], case["text"], case["reporter_name"]) == ("insult", "It hurt.", "Ann")
    assert (case["about_name"], case["state"], case["outcome"]) == (None, "open", None)
    assert (case["mail"], case["mail_problem"]) == ("off", "off")
    unmailed = school.admin.post(f"/api/v1/cases/{case['id']}/mail")
    assert (unmailed.status_code, error_code(unmailed)) == (409, "conflict")
    assert [(line["name"], line["text"]) for line in case["evidence"]] == [("Ann", "what he said")]
    path = f"/api/v1/cases/{case['id']}"
    assert school.admin.get(path).json() == case
    closed = school.admin.patch(path, json={"state": "closed", "outcome": "Spoken with him."}).json()
    assert (closed["state"], closed["outcome"]) == ("closed", "Spoken with him.")
    assert open_cases(school.admin) == waited
    seen = visitor.post("/api/v1/cases/look", json={"secret": reported["secret"]}).json()
    assert seen == {
        "number": case["number"],
        "at": case["at"],
        "category": "insult",
        "state": "closed",
        "outcome": "Spoken with him.",
        "outcome_at": closed["outcome_at"],
        "contact": school.admin.get("/api/v1/organization").json()["safeguarding_contact"],
    }


def test_acts_done_and_refused_are_in_the_audit_of_the_meeting(
    school: School, member: httpx.Client, visitor: httpx.Client
) -> None:
    meeting = school.new_meeting()
    school.admin.patch(path_of(meeting), json={"title": "Other"}).raise_for_status()
    member.delete(path_of(meeting))
    visitor.post(path_of(meeting, "/link"))
    records = school.admin.get(path_of(meeting, "/audit")).json()["records"]
    seen = [(one["action"], one["allowed"], one["actor_id"] is None) for one in records]
    assert seen == [
        ("change-link", False, True),
        ("delete-meeting", False, False),
        ("rename-meeting", True, False),
        ("create-meeting", True, False),
    ]


def test_who_was_removed_can_still_report_and_gets_nothing_else(
    school: School, visitor: httpx.Client
) -> None:
    meeting = school.new_meeting()
    with school.person(meeting["code"]) as ann, school.person(meeting["code"]) as host:
        host.knock("", invitation=school.invite(meeting, "Cleo", "cohost"))
        ann_in = ann.knock("", invitation=school.invite(meeting, "Ann"))
        assert host.ask("remove", participant_id=ann_in["participant_id"])["type"] == "done"
    told = {"ticket": ann_in["report_ticket"], "category": "insult", "text": " He shouted. "}
    opened = visitor.post("/api/v1/reports", json=told)
    assert opened.status_code == 201, opened.text
    assert opened.json().keys() == {"case_number", "secret"}
    case = school.admin.get("/api/v1/cases").json()["cases"][0]
    assert (case["number"], case["reporter_name"], case["text"], case["meeting_id"]) == (
        opened.json()["case_number"],
        "Ann",
        "He shouted.",
        meeting["id"],
    )
    for change, status, code in (
        ({"ticket": ann_in["secret"]}, 404, "too-late-to-report"),
        ({"ticket": ann_in["media"]["token"][:1000]}, 404, "too-late-to-report"),
        ({"category": "boredom"}, 422, "invalid-fields"),
        ({"text": "x" * 2001}, 422, "invalid-fields"),
    ):
        answer = visitor.post("/api/v1/reports", json={**told, **change})
        assert (answer.status_code, error_code(answer)) == (status, code)
    school.admin.delete(path_of(meeting)).raise_for_status()
    assert error_code(visitor.post("/api/v1/reports", json=told)) == "too-late-to-report"


def test_the_audit_of_a_meeting_says_for_whom_links_were_made(school: School) -> None:
    meeting = school.new_meeting()
    invite(school.admin, meeting["id"], "Léa Roux")
    made = school.admin.get(path_of(meeting, "/audit")).json()
    record = next(one for one in made["records"] if one["action"] == "invite")
    assert made["names"][record["subject_id"]] == "Léa Roux"
    house = school.admin.get("/api/v1/audit").json()
    assert "Léa Roux" not in house["names"].values(), "of a meeting's people its owner alone reads"


def test_every_browser_gets_one_device_cookie(school: School, visitor: httpx.Client) -> None:
    first = visitor.get("/m/x")
    cookie = first.headers["set-cookie"]
    assert cookie.startswith("preau_device=")
    for part in ("; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age="):
        assert part in cookie
    assert "Secure" not in cookie
    assert "set-cookie" not in visitor.get("/api/v1/instance").headers
    other = httpx.get(f"{school.server.url}/api/v1/instance")
    assert other.cookies["preau_device"] != first.cookies["preau_device"]
    for path in ("/assets/nothing.js", "/favicon.ico", "/healthz"):
        assert "set-cookie" not in httpx.get(f"{school.server.url}{path}").headers


def test_a_made_up_claim_to_a_seat_tells_nothing_about_a_link(school: School) -> None:
    closed = school.new_meeting()
    claim = {"participant_id": "par_none", "secret": "x" * 43, "last_sequence": 0}
    answers = []
    for code in (closed["code"], "abcde-fghjk-mnpqr-stvwx"):
        with school.person(code) as eve:
            answers.append(eve.knock("Eve", claim))
    assert answers[0] == answers[1]
    assert answers[0]["code"] == "resume-unknown"
    seen = school.admin.get(path_of(closed)).json()
    assert seen["last_started_at"] is None, "and it starts no room"
