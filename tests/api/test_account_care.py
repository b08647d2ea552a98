"""An account taken back, over HTTP and on the control channel of a running server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from preau.meet.admin import run_account_act
from preau.meet.settings import MeetSettings
from tests.api.conftest import School, error_code
from tests.kit.ageing import age_sign_ins
from tests.kit.control_client import ControlClient, Frame
from tests.kit.meet_server import ADMIN, MeetServer, running_meet

PASSWORD = "lapin bleu table nuage"
FRESH = "quatre mots sans rapport"
FIREFOX = {"user-agent": "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0"}


@dataclass(frozen=True)
class Teacher:
    """Somebody with an account and a meeting, signed in."""

    server: MeetServer
    http: httpx.Client
    email: str

    def meeting(self) -> dict[str, str]:
        made = self.http.post("/api/v1/meetings", json={"title": "6e B", "kind": "meeting"})
        found: dict[str, str] = made.raise_for_status().json()
        return found

    def host(self, code: str) -> ControlClient:
        sign_in, device = (self.http.cookies[name] for name in ("preau_signin", "preau_device"))
        return ControlClient(self.server.socket_url, code, sign_in=sign_in, device=device)

    def elsewhere(self) -> httpx.Client:
        """The same account in another browser."""
        client = self.server.visitor()
        signing_in = {"email": self.email, "password": PASSWORD}
        client.post("/api/v1/sign-in", json=signing_in, headers=FIREFOX).raise_for_status()
        return client


@pytest.fixture
def teacher(school: School, request: pytest.FixtureRequest) -> Iterator[Teacher]:
    email = f"{abs(hash(request.node.name))}@example.org"
    secret = school.server.sign_in_secret("Claire", email)
    with closing(school.server.visitor()) as client:
        given = {"secret": secret, "password": PASSWORD}
        client.post("/api/v1/sign-in-links/use", json=given).raise_for_status()
        yield Teacher(school.server, client, email)


def id_of(school: School, email: str) -> str:
    found = school.admin.get("/api/v1/accounts", params={"search": email}).raise_for_status().json()
    account_id: str = found["accounts"][0]["id"]
    return account_id


def last_frame(person: ControlClient) -> Frame:
    last: Frame = {}
    while True:
        try:
            last = person.receive()
        except ConnectionClosed:
            return last


def claim(admitted: Frame) -> Frame:
    return {"participant_id": admitted["participant_id"], "secret": admitted["secret"], "last_sequence": 0}


@pytest.mark.parametrize(
    "act", ["sign-out", "end-from-elsewhere", "everywhere", "new-password", "disable", "erase", "shell"]
)
def test_whatever_ends_a_sign_in_ends_its_part_in_the_room(
    school: School, teacher: Teacher, act: str
) -> None:
    meeting = teacher.meeting()
    with teacher.host(meeting["code"]) as host, closing(teacher.elsewhere()) as other:
        admitted = host.knock("Claire")
        assert admitted["type"] == "admitted"
        sign_ins = other.get("/api/v1/me/sign-ins").json()["sign_ins"]
        (this,) = [one["id"] for one in sign_ins if not one["is_this"]]
        account = f"/api/v1/accounts/{id_of(school, teacher.email)}"
        new = {"present": PASSWORD, "password": FRESH}
        acts: dict[str, Callable[[], httpx.Response | None]] = {
            "sign-out": lambda: teacher.http.post("/api/v1/sign-out"),
            "end-from-elsewhere": lambda: other.delete(f"/api/v1/me/sign-ins/{this}"),
            "everywhere": lambda: other.delete("/api/v1/me/sign-ins"),
            "new-password": lambda: other.post("/api/v1/me/password", json=new),
            "disable": lambda: school.admin.patch(account, json={"is_disabled": True}),
            "erase": lambda: school.admin.delete(account),
            "shell": lambda: at_the_shell(school, "disable", teacher.email),
        }
        answer = acts[act]()
        assert answer is None or answer.is_success, answer.text
        assert last_frame(host)["code"] == "signed-out"
    assert teacher.http.get("/api/v1/me").status_code == 401
    with ControlClient(school.server.socket_url, meeting["code"]) as thief:
        assert thief.knock("", claim(admitted))["code"] == "resume-unknown"


def at_the_shell(school: School, act: str, email: str) -> None:
    """As another process does it, while the server runs."""
    run_account_act(MeetSettings.from_environment(school.server.environ), act, email)


def test_the_hosts_secret_is_worth_nothing_in_another_browser(school: School, teacher: Teacher) -> None:
    meeting = teacher.meeting()
    with teacher.host(meeting["code"]) as host:
        admitted = host.knock("Claire")
        with ControlClient(school.server.socket_url, meeting["code"]) as thief:
            assert thief.knock("", claim(admitted))["code"] == "resume-unknown"
        stranger = school.admin.cookies["preau_signin"]
        with ControlClient(school.server.socket_url, meeting["code"], sign_in=stranger) as other:
            assert other.knock("", claim(admitted))["code"] == "resume-unknown"
        assert host.ask("ping")["type"] == "pong"
    with teacher.host(meeting["code"]) as again:
        assert again.knock("", claim(admitted))["type"] == "admitted"


def test_the_list_of_sign_ins_says_what_people_know(teacher: Teacher) -> None:
    with closing(teacher.elsewhere()) as other:
        listed = other.get("/api/v1/me/sign-ins").json()["sign_ins"]
        assert [one["is_this"] for one in listed] == [True, False]
        assert (listed[0]["browser"], listed[0]["system"]) == ("firefox", "windows")
        assert listed[0]["network"] == "127.0.0.0"
        assert listed[0]["created_at"] <= listed[0]["last_used_at"] < listed[0]["expires_at"]
        secrets = {other.cookies["preau_signin"], teacher.http.cookies["preau_signin"]}
        assert not any(secret in str(listed) for secret in secrets)
        assert error_code(teacher.http.delete("/api/v1/me/sign-ins/sgn_made_up")) == "not-found"


def test_an_easy_password_is_refused_and_a_wrong_one_ten_times(teacher: Teacher) -> None:
    for easy in ("12345678", "password1", "Claire2026"):
        refused = teacher.http.post("/api/v1/me/password", json={"present": PASSWORD, "password": easy})
        assert (refused.status_code, list(refused.json()["error"]["fields"])) == (422, ["password"])
    guess = {"present": "a guess", "password": FRESH}
    codes = [error_code(teacher.http.post("/api/v1/me/password", json=guess)) for _ in range(11)]
    assert codes == ["sign-in-failed"] * 10 + ["rate-limited"]
    assert error_code(teacher.http.post("/api/v1/me/confirm", json={"password": PASSWORD})) == "rate-limited"
    with closing(teacher.elsewhere()) as other:
        assert other.get("/api/v1/me").status_code == 200, "who signs in anew is not locked out by that"


def test_forgetting_says_nothing_of_who_has_an_account(school: School, visitor: httpx.Client) -> None:
    known, unknown = ADMIN["email"], "nobody-at-all@example.org"
    answers = [
        [visitor.post("/api/v1/forgotten-password", json={"email": email}) for _ in range(4)]
        for email in (known, unknown, "no address")
    ]
    told = [[(one.status_code, one.content) for one in of_one] for of_one in answers]
    assert told[0][:3] == told[1][:3] == [(204, b"")] * 3
    assert [error_code(of_one[3]) for of_one in answers] == ["rate-limited"] * 3


def test_acts_on_accounts_need_the_password_of_a_moment_ago(tmp_path: Path) -> None:
    with running_meet(tmp_path) as server, closing(server.administrator()) as admin:
        school = School(server, admin)
        made = admin.post("/api/v1/accounts", json={"name": "Bob", "email": "bob@example.org"})
        path = f"/api/v1/accounts/{made.raise_for_status().json()['id']}"
        age_sign_ins(MeetSettings.from_environment(server.environ))
        tried = [
            admin.post("/api/v1/accounts", json={"name": "Eve", "email": "eve@example.org"}),
            admin.patch(path, json={"role": "admin"}),
            admin.post(f"{path}/link", json={}),
            admin.delete(path),
            admin.patch("/api/v1/organization", json={"name": "Elsewhere"}),
            admin.post("/api/v1/organization/test-mail"),
            admin.get("/api/v1/cases"),
            admin.get("/api/v1/cases/cas_x"),
            admin.patch("/api/v1/cases/cas_x", json={"state": "closed"}),
            admin.post("/api/v1/cases/cas_x/mail"),
            admin.delete("/api/v1/me"),
        ]
        assert {(one.status_code, error_code(one)) for one in tried} == {(403, "sign-in-again")}
        assert admin.get("/api/v1/accounts").status_code == 200
        wrong = admin.post("/api/v1/me/confirm", json={"password": "a guess"})
        assert error_code(wrong) == "sign-in-failed"
        confirmed = admin.post("/api/v1/me/confirm", json={"password": ADMIN["password"]})
        assert confirmed.status_code == 204
        assert admin.patch(path, json={"language": "fr"}).json()["language"] == "fr"
        assert school.admin.get("/api/v1/cases").status_code == 200


def test_an_administrator_invites_changes_and_lets_go(school: School, visitor: httpx.Client) -> None:
    given = {"name": "Zoé Petit", "email": "zoe@example.org", "language": "fr"}
    made = school.admin.post("/api/v1/accounts", json=given)
    assert made.status_code == 201
    zoe = made.json()
    assert (zoe["has_password"], zoe["role"], zoe["meetings"]) == (False, "member", 0)
    assert f"{school.server.url}/sign-in#" in zoe["link"]
    assert error_code(school.admin.post("/api/v1/accounts", json=given)) == "conflict"
    sent = school.admin.post("/api/v1/accounts", json={**given, "email": "z@example.org", "send": True})
    assert list(sent.json()["error"]["fields"]) == ["send"]
    secret = zoe["link"].rsplit("#", 1)[1]
    used = visitor.post("/api/v1/sign-in-links/use", json={"secret": secret, "password": PASSWORD})
    assert used.json()["language"] == "fr"
    path = f"/api/v1/accounts/{zoe['id']}"
    found = school.admin.get("/api/v1/accounts", params={"search": "zoe petit"}).json()
    assert [(one["id"], one["has_password"], one["link"]) for one in found["accounts"]] == [
        (zoe["id"], True, None)
    ]
    assert (found["total"], found["sends_mail"]) == (1, False)
    assert error_code(visitor.get("/api/v1/accounts")) == "not-allowed"
    assert error_code(visitor.patch(path, json={"role": "admin"})) == "not-allowed"
    assert school.admin.patch(path, json={"role": "admin"}).json()["role"] == "admin"
    assert visitor.get("/api/v1/accounts").status_code == 200, "the role counts from the next request on"
    assert school.admin.patch(path, json={"role": "member"}).json()["role"] == "member"
    assert error_code(visitor.get("/api/v1/accounts")) == "not-allowed", "and so does its loss"
    renewed = school.admin.post(f"{path}/link", json={}).json()
    assert renewed["link"] != zoe["link"]
    own = school.admin.get("/api/v1/me").json()["id"]
    last = school.admin.patch(f"/api/v1/accounts/{own}", json={"is_disabled": True})
    assert (last.status_code, error_code(last)) == (409, "last-administrator")
    assert school.admin.delete(path).status_code == 204
    assert error_code(school.admin.delete(path)) == "not-found"
    assert visitor.get("/api/v1/me").status_code == 401
