"""Set-up, sign-in, one-time links, the own account."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from preau.meet.admin import create_account
from preau.meet.services.secrets import secret_link
from preau.meet.settings import MeetSettings
from tests.api.conftest import School, error_code
from tests.kit.meet_server import ADMIN, running_meet, use_sign_in_link

ACCOUNT_FIELDS = {"id", "name", "email", "role", "language"}


def test_set_up_works_once_and_with_its_newest_link_alone(tmp_path: Path) -> None:
    with running_meet(tmp_path) as server, server.visitor() as visitor:
        first, second = server.setup_secret(), server.setup_secret()
        assert visitor.get("/api/v1/instance").json()["set_up"] is False
        assert error_code(visitor.post("/api/v1/setup", json={"secret": first, **ADMIN})) == "link-expired"
        assert visitor.post("/api/v1/setup/look", json={"secret": second}).status_code == 204
        short = visitor.post("/api/v1/setup", json={"secret": second, **ADMIN, "password": "short"})
        assert (short.status_code, set(short.json()["error"]["fields"])) == (422, {"password"})
        made = visitor.post("/api/v1/setup", json={"secret": second, **ADMIN})
        assert made.status_code == 201
        assert made.json()["role"] == "admin"
        assert visitor.get("/api/v1/me").json() == made.json()
        again = visitor.post("/api/v1/setup", json={"secret": second, **ADMIN})
        assert (again.status_code, error_code(again)) == (409, "already-set-up")
        assert visitor.post("/api/v1/setup/look", json={"secret": second}).status_code == 404
        assert visitor.get("/api/v1/instance").json()["set_up"] is True


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(school: School, visitor: httpx.Client) -> None:
    answer = visitor.post(
        "/api/v1/sign-in", json={"email": "ADA@example.org ", "password": ADMIN["password"]}
    )
    cookie = answer.headers["set-cookie"]
    assert set(answer.json()) == ACCOUNT_FIELDS
    name, secret = cookie.split(";")[0].split("=")
    assert name == "preau_signin"
    assert len(secret) == 43
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/"} <= parts
    assert "secure" not in parts
    assert secret.encode() not in Path(school.server.environ["PREAU_DATA_DIR"], "preau.db").read_bytes()


def test_no_other_host_and_no_plain_page_can_plant_a_cookie_behind_https(tmp_path: Path) -> None:
    with running_meet(tmp_path, {"PREAU_PUBLIC_URL": "https://meet.example.org"}) as server:
        with server.visitor() as visitor:
            made = visitor.post("/api/v1/setup", json={"secret": server.setup_secret(), **ADMIN})
            set_cookies = made.headers.get_list("set-cookie")
            secrets = {one.partition("=")[0]: one.partition("=")[2].partition(";")[0] for one in set_cookies}
            assert set(secrets) == {"__Host-preau_signin", "__Host-preau_device"}
            for one in set_cookies:
                parts = {part.strip().lower() for part in one.split(";")[1:]}
                assert {"secure", "httponly", "path=/", "samesite=lax"} <= parts
                assert not any(part.startswith("domain") for part in parts)
            signed_in = secrets["__Host-preau_signin"]
            for name, status in (("__Host-preau_signin", 200), ("preau_signin", 401)):
                answer = httpx.get(f"{server.url}/api/v1/me", headers={"cookie": f"{name}={signed_in}"})
                assert answer.status_code == status
        assert made.headers["strict-transport-security"] == "max-age=31536000"


def test_no_secret_of_a_link_stands_in_what_a_browser_sends_to_find_a_page(school: School) -> None:
    """Paths and queries are written into logs, histories and referrers on the way; fragments are not."""
    settings = MeetSettings.from_environment(school.server.environ)
    made = create_account(settings, "Eve", "eve@example.org", "member")
    setting_up = secret_link(settings.public_url, "setup", "x" * 43)
    meeting = school.new_meeting()
    path = f"/api/v1/meetings/{meeting['id']}/invitations"
    invited = school.admin.post(path, json={"people": [{"name": "Ann"}]}).json()["invitations"][0]["link"]
    for link in (made, setting_up, invited):
        parts = urlsplit(link)
        assert parts.path in {"/sign-in", "/setup", "/i"}
        assert (parts.query, len(parts.fragment)) == ("", 43)
    documented = school.admin.get("/api/v1/openapi.json").json()["paths"]
    assert [path for path in documented if "{secret}" in path] == []


def test_signing_out_ends_the_sign_in_on_the_server(visitor: httpx.Client, school: School) -> None:
    signed_in = {"email": ADMIN["email"], "password": ADMIN["password"]}
    visitor.post("/api/v1/sign-in", json=signed_in).raise_for_status()
    kept = {"cookie": f"preau_signin={visitor.cookies['preau_signin']}"}
    assert visitor.post("/api/v1/sign-out").status_code == 204
    assert visitor.get("/api/v1/me").status_code == 401
    assert error_code(httpx.get(f"{school.server.url}/api/v1/me", headers=kept)) == "not-signed-in"


def test_a_sign_in_link_works_once_and_sets_the_password(school: School, visitor: httpx.Client) -> None:
    secret = school.server.sign_in_secret("Bob", "bob@example.org")
    link, path = {"secret": secret}, "/api/v1/sign-in-links/use"
    greeted = visitor.post("/api/v1/sign-in-links/look", json=link)
    assert greeted.json() == {"name": "Bob", "email": "bob@example.org", "has_password": False}
    for body in ({}, {"password": "short"}):
        refused = visitor.post(path, json={**link, **body})
        assert (refused.status_code, list(refused.json()["error"]["fields"])) == (422, ["password"])
    used = visitor.post(path, json={**link, "password": "a long enough one"})
    assert used.json()["role"] == "member"
    assert visitor.get("/api/v1/me").json()["name"] == "Bob"
    assert error_code(visitor.post(path, json={**link, "password": "a long enough one"})) == "link-expired"
    assert error_code(visitor.post("/api/v1/sign-in-links/look", json=link)) == "link-expired"
    right = {"email": "bob@example.org", "password": "a long enough one"}
    assert visitor.post("/api/v1/sign-in", json=right).status_code == 200


def test_the_own_name_and_language_change(visitor: httpx.Client, school: School) -> None:
    secret = school.server.sign_in_secret("Carol", "carol@example.org")
    use_sign_in_link(visitor, secret)
    assert visitor.patch("/api/v1/me", json={"language": "fr"}).json()["language"] == "fr"
    assert visitor.patch("/api/v1/me", json={"name": "Car\u202eol "}).json()["name"] == "Carol"
    wrong = visitor.patch("/api/v1/me", json={"name": " ", "language": "xx"})
    assert set(wrong.json()["error"]["fields"]) == {"name", "language"}
    assert visitor.post("/api/v1/meetings").json()["title"] == "Cours"


def wrong_passwords(school: School, email: str, times: int) -> list[int]:
    """Sign-ins that fail, each from a browser that was never seen; the statuses of the answers."""
    statuses = []
    for number in range(times):
        headers = {"cookie": f"preau_device={number:050}"}
        wrong = {"email": email, "password": "wrong-wrong"}
        answer = httpx.post(f"{school.server.url}/api/v1/sign-in", json=wrong, headers=headers)
        statuses.append(answer.status_code)
    return statuses


def test_wrong_passwords_of_others_do_not_keep_the_owner_out(tmp_path: Path) -> None:
    with running_meet(tmp_path) as server, closing(server.administrator()) as admin:
        school = School(server, admin)
        right = {"email": ADMIN["email"], "password": ADMIN["password"]}
        admin.post("/api/v1/sign-in", json=right).raise_for_status()
        statuses = wrong_passwords(school, ADMIN["email"], 60)
        assert 429 in statuses, "they are slowed down"
        with server.visitor() as stranger:
            slowed = stranger.post("/api/v1/sign-in", json=right)
            assert (slowed.status_code, error_code(slowed)) == (429, "rate-limited")
            assert 0 < int(slowed.headers["retry-after"]) <= 100
        assert admin.post("/api/v1/sign-in", json=right).status_code == 200, "the browser of before is known"


def test_who_mistypes_the_own_password_waits_longer_each_time(visitor: httpx.Client) -> None:
    visitor.get("/api/v1/instance")
    wrong = {"email": "nobody@example.org", "password": "wrong-wrong"}
    answers = [visitor.post("/api/v1/sign-in", json=wrong) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 10
    right = {"email": ADMIN["email"], "password": ADMIN["password"]}
    assert visitor.post("/api/v1/sign-in", json=right).status_code == 200, (
        "at another account it does not count"
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 201),
        ({}, 201),
    ],
)
def test_only_pages_of_this_origin_act(school: School, headers: dict[str, str], status: int) -> None:
    answer = school.admin.post("/api/v1/meetings", json={}, headers=headers)
    assert answer.status_code == status


def test_the_own_origin_acts_in_every_spelling_of_this_machine(school: School) -> None:
    for origin in (school.server.url, f"http://localhost:{school.server.port}"):
        assert school.admin.post("/api/v1/meetings", headers={"origin": origin}).status_code == 201


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "bad-request"),
        (b"\xff", 400, "bad-request"),
        (b"[]", 422, "invalid-fields"),
        (b'{"email": 1, "password": "x"}', 422, "invalid-fields"),
        (b'{"email": "\\ud800", "password": "x"}', 422, "invalid-fields"),
        (b"[" * 60_000, 400, "bad-request"),
        (b"x" * 70_000, 413, "too-large"),
    ],
)
def test_bodies_that_are_not_right(visitor: httpx.Client, body: bytes, status: int, code: str) -> None:
    headers = {"content-type": "application/json"}
    answer = visitor.post("/api/v1/sign-in", content=body, headers=headers)
    assert (answer.status_code, error_code(answer)) == (status, code)


def test_a_body_without_an_announced_length_is_limited_too(visitor: httpx.Client) -> None:
    answer = visitor.post("/api/v1/sign-in", content=(b"x" * 1024 for _ in range(100)))
    assert (answer.status_code, error_code(answer)) == (413, "too-large")
