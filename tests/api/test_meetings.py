"""Meetings, their links, the pages around them."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import httpx
import jwt
import pytest

from tests.api.conftest import School, error_code
from tests.kit.meet_server import MEDIA_SECRET, use_sign_in_link


def test_the_life_of_a_meeting(school: School) -> None:
    made = school.new_meeting("  Conseil\u202e de classe ")
    assert made["title"] == "Conseil de classe"
    assert made["link"] == f"{school.server.url}/m/{made['code']}"
    assert (made["last_started_at"], made["is_running"], made["participant_count"]) == (None, False, 0)
    path = f"/api/v1/meetings/{made['id']}"
    assert school.admin.get(path).json() == made
    assert school.admin.get("/api/v1/meetings").json()["meetings"][0]["id"] == made["id"]
    assert school.admin.patch(path, json={"title": "Café"}).json()["title"] == "Café"
    assert school.admin.patch(path, json={"title": "x" * 121}).status_code == 422
    assert school.admin.delete(path).status_code == 204
    for answer in (
        school.admin.get(path),
        school.admin.delete(path),
        school.admin.patch(path, json={"title": "x"}),
    ):
        assert (answer.status_code, error_code(answer)) == (404, "not-found")


def test_somebody_elses_meeting_does_not_exist(school: School, visitor: httpx.Client) -> None:
    meeting = school.new_meeting()
    path = f"/api/v1/meetings/{meeting['id']}"
    assert error_code(visitor.get(path)) == "not-signed-in"
    secret = school.server.sign_in_secret("Dan", "dan@example.org", "admin")
    use_sign_in_link(visitor, secret)
    for answer in (visitor.get(path), visitor.delete(path), visitor.patch(path, json={"title": "x"})):
        assert error_code(answer) == "not-found"
    assert visitor.get("/api/v1/meetings").json()["meetings"] == []


def test_a_link_tells_its_title_to_the_host_alone(school: School, visitor: httpx.Client) -> None:
    meeting = school.new_meeting("Secret plans", open_link=True)
    path = f"/api/v1/links/{meeting['code'].upper()}"
    assert visitor.get(path).json() == {
        "code": meeting["code"],
        "is_host": False,
        "title": None,
        "name": None,
        "needs_passcode": False,
        "begins": {"microphone": "off", "camera": "off"},
    }
    seen = school.admin.get(path).json()
    assert (seen["is_host"], seen["title"], seen["name"]) == (True, "Secret plans", "Ada Lovelace")


def test_unknown_and_deleted_links_say_the_same(school: School, visitor: httpx.Client) -> None:
    meeting = school.new_meeting()
    school.admin.delete(f"/api/v1/meetings/{meeting['id']}").raise_for_status()
    deleted = visitor.get(f"/api/v1/links/{meeting['code']}")
    unknown = visitor.get("/api/v1/links/abcde-fghjk-mnpqr-stvwx")
    assert deleted.status_code == unknown.status_code == 404
    assert deleted.content == unknown.content
    assert error_code(unknown) == "meeting-unknown"


def test_what_a_guest_may_not_enter_says_what_is_not_there_says(
    school: School, visitor: httpx.Client
) -> None:
    closed = school.new_meeting()
    answers = [
        visitor.get(f"/api/v1/links/{closed['code']}"),
        visitor.get("/api/v1/links/nothing"),
        visitor.post("/api/v1/invitations/look", json={"secret": "guessed"}),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    names = {tuple(sorted(set(answer.headers) - {"set-cookie"})) for answer in answers}
    assert len(names) == 1


def test_every_answer_carries_the_security_headers(school: School, visitor: httpx.Client) -> None:
    for path in ("/", "/api/v1/instance", "/api/v1/nothing", "/m/x", "/healthz"):
        headers = visitor.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers
    refused = school.admin.post("/api/v1/meetings", headers={"origin": "https://evil.example"})
    assert "content-security-policy" in refused.headers


@pytest.mark.parametrize(
    "path", ["/api", "/api/v1/nothing", "/assets/nothing.js", "/assets/..%2f..%2fapp.py"]
)
def test_what_is_not_there_is_not_found(visitor: httpx.Client, path: str) -> None:
    answer = visitor.get(path, headers={"accept": "text/html"})
    assert (answer.status_code, error_code(answer)) == (404, "not-found")


@pytest.mark.parametrize("path", ["/..%2fapp.py", "/%2e%2e/app.py", "/..\\app.py", "/%00", "/etc/passwd"])
def test_no_file_outside_the_client_is_served(visitor: httpx.Client, path: str) -> None:
    answer = visitor.get(path, headers={"accept": "text/html"})
    assert "import" not in answer.text
    assert "root:" not in answer.text
    assert answer.status_code < 500 or "not built" in answer.text


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/v1/%00", "not-found"),
        ("/api/v1/meetings/mtg_a%00b", "not-found"),
        ("/api/v1/cases/c%00", "not-found"),
        ("/api/v1/links/a%00", "meeting-unknown"),
    ],
)
def test_nothing_has_a_name_with_a_nul_in_it(school: School, path: str, code: str) -> None:
    answer = school.admin.get(path)
    assert (answer.status_code, error_code(answer)) == (404, code)


def test_what_is_looked_for_is_looked_for_without_nuls(school: School) -> None:
    found = school.admin.get("/api/v1/accounts?search=A%00d%00a").raise_for_status().json()["accounts"]
    assert found == school.admin.get("/api/v1/accounts?search=Ada").raise_for_status().json()["accounts"]
    assert found


def test_a_wrong_method_has_the_form_of_every_error(visitor: httpx.Client) -> None:
    answer = visitor.put("/api/v1/meetings", json={})
    assert (answer.status_code, error_code(answer)) == (405, "bad-request")


def signed(body: bytes, secret: str) -> dict[str, str]:
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    claims = {"iss": "devkey", "sha256": digest, "nbf": 0, "exp": 4_000_000_000}
    return {
        "authorization": jwt.encode(claims, secret, algorithm="HS256"),
        "content-type": "application/webhook+json",
    }


def test_a_webhook_is_believed_by_its_signature_alone(school: School, visitor: httpx.Client) -> None:
    path = "/api/v1/webhooks/livekit"
    told = {"event": "participant_joined", "room": {"name": "occ_x"}, "participant": {"identity": "par_x"}}
    body = json.dumps(told).encode()
    assert visitor.post(path, content=body, headers=signed(body, MEDIA_SECRET)).status_code == 204
    for headers in ({}, signed(body, MEDIA_SECRET[::-1]), signed(b"other", MEDIA_SECRET)):
        refused = visitor.post(path, content=body, headers=headers)
        assert (refused.status_code, error_code(refused)) == (403, "not-allowed")
    log = Path(school.server.log).read_text()
    assert '"event": "media-stranger-removed"' in log, "nobody hears a meeting without a seat in it"


def test_a_page_can_be_asked_for_its_head_alone(visitor: httpx.Client) -> None:
    asked, got = visitor.head("/m/x"), visitor.get("/m/x")
    assert asked.status_code == got.status_code
    assert asked.content == b""


def test_a_meeting_without_a_name_is_called_what_it_is(school: School) -> None:
    admin = school.admin
    assert admin.get("/api/v1/meetings").json()["usual_kind"] == "class"
    for body, language, title in (
        ({}, "fr", "Cours"),
        ({"title": " "}, "en", "Class"),
        ({"kind": "meeting"}, "fr", "Réunion"),
        ({"kind": "friends"}, "en", "Among friends"),
    ):
        admin.patch("/api/v1/me", json={"language": language}).raise_for_status()
        assert admin.post("/api/v1/meetings", json=body).json()["title"] == title
    admin.patch("/api/v1/me", json={"language": "en"}).raise_for_status()
