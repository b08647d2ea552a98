"""Bad input from end to end: a clear sentence with a stable code everywhere, and nobody else notices."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.kit.control_client import ControlClient
from tests.kit.free_ports import free_port
from tests.kit.product import COMMAND, environment
from tests.system.conftest import House

UNKNOWN_CODE = "abcde-fghjk-mnpqr-stuvw"
UNKNOWN_SECRET = "x" * 43
STARTED_WITHIN_S = 20.0
KEBAB = re.compile(r"[a-z]+(-[a-z]+)*")


def error_of(answer: httpx.Response) -> str:
    """The stable code of a refused request, once the answer has the documented form."""
    error = answer.json()["error"]
    assert KEBAB.fullmatch(error["code"])
    assert error["message"].endswith("."), error
    assert "Traceback" not in answer.text
    return str(error["code"])


# -- the shell -------------------------------------------------------------------------------------

WRONG_SETTINGS = [
    ("PREAU_PORT", "eighty"),
    ("PREAU_PORT", "70000"),
    ("PREAU_PUBLIC_URL", "meet.example.org"),
    ("PREAU_DATABASE_URL", "mysql://db/preau"),
    ("PREAU_MEDIA_UDP_PORT", "-1"),
    ("PREAU_MEDIA_ADDRESSES", "here"),
]


def run_serve(tmp_path: Path, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "serve"],
        env=environment(tmp_path / "data", settings),
        capture_output=True,
        text=True,
        timeout=STARTED_WITHIN_S,
        check=False,
    )


def assert_one_sentence(run: subprocess.CompletedProcess[str], code: str, status: int) -> None:
    assert run.returncode == status, run.stderr
    (line,) = run.stderr.strip().splitlines()
    assert line.startswith(f"preau: {code}: ")
    assert line.endswith(".")


@pytest.mark.parametrize(("name", "value"), WRONG_SETTINGS)
def test_a_wrong_setting_is_named_with_its_value(tmp_path: Path, name: str, value: str) -> None:
    run = run_serve(tmp_path, {name: value})
    assert_one_sentence(run, "bad-setting", 2)
    assert name in run.stderr
    assert value in run.stderr


def test_livekit_settings_come_all_three_or_none(tmp_path: Path) -> None:
    run = run_serve(tmp_path, {"PREAU_LIVEKIT_URL": "ws://127.0.0.1:7880"})
    assert_one_sentence(run, "bad-setting", 2)
    assert "PREAU_LIVEKIT_API_KEY" in run.stderr


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("PREAU_PORT", socket.SOCK_STREAM),
        ("PREAU_MEDIA_UDP_PORT", socket.SOCK_DGRAM),
        ("PREAU_MEDIA_TCP_PORT", socket.SOCK_STREAM),
    ],
)
def test_an_occupied_port_is_named(tmp_path: Path, name: str, kind: socket.SocketKind) -> None:
    port = free_port()
    with socket.socket(socket.AF_INET, kind) as occupant:
        occupant.bind(("127.0.0.1", port))
        if kind == socket.SOCK_STREAM:
            occupant.listen()
        run = run_serve(tmp_path, {name: str(port)})
    assert_one_sentence(run, "port-in-use", 3)
    assert str(port) in run.stderr
    assert name in run.stderr


def test_an_unknown_argument_is_refused() -> None:
    run = subprocess.run([*COMMAND, "dance"], capture_output=True, text=True, timeout=20, check=False)
    assert_one_sentence(run, "bad-argument", 2)


# -- the API ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("undisturbed")
@pytest.mark.parametrize("code", [UNKNOWN_CODE, "short", "%00", "a" * 3000, "é-è"])
def test_an_unknown_link_says_the_same_whatever_it_looks_like(house: House, code: str) -> None:
    with house.visitor() as visitor:
        answer = visitor.get(f"/api/v1/links/{code}")
    assert answer.status_code == 404
    assert error_of(answer) == "meeting-unknown"


@pytest.mark.usefixtures("undisturbed")
@pytest.mark.parametrize("path", ["/api/v1/setup/look", "/api/v1/sign-in-links/look"])
def test_an_expired_link_says_so(house: House, path: str) -> None:
    used = house.product.setup_link.partition("#")[2]
    with house.visitor() as visitor:
        for secret in (used, UNKNOWN_SECRET, "short"):
            answer = visitor.post(path, json={"secret": secret})
            assert answer.status_code == 404
            assert error_of(answer) == "link-expired"


@pytest.mark.usefixtures("undisturbed")
@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 400, "bad-request"),
        (b"\xff\xfe", 400, "bad-request"),
        (b"[]", 422, "invalid-fields"),
        (b'{"email": 1}', 422, "invalid-fields"),
        (b'{"email": "a@example.org", "password": "' + b"x" * (8 << 20) + b'"}', 413, "too-large"),
    ],
)
def test_a_garbled_request_is_refused(house: House, content: bytes, status: int, code: str) -> None:
    with house.visitor() as visitor:
        answer = visitor.post(
            "/api/v1/sign-in", content=content, headers={"content-type": "application/json"}
        )
    assert (answer.status_code, error_of(answer)) == (status, code)


@pytest.mark.usefixtures("undisturbed")
def test_a_wrong_password_and_an_unknown_address_say_the_same(house: House) -> None:
    with house.visitor() as visitor:
        known = visitor.post("/api/v1/sign-in", json={"email": "ada@example.org", "password": "wrong-wrong"})
        unknown = visitor.post("/api/v1/sign-in", json={"email": "no@example.org", "password": "wrong-wrong"})
    assert known.status_code == unknown.status_code == 401
    assert known.json() == unknown.json()
    assert error_of(known) == "sign-in-failed"


@pytest.mark.usefixtures("undisturbed")
@pytest.mark.parametrize("cookie", ["", "garbage", '",;=', "a" * 3000])
def test_a_garbled_sign_in_cookie_is_nobody(house: House, cookie: str) -> None:
    with house.visitor() as visitor:
        answer = visitor.get("/api/v1/me", headers={"cookie": f"preau_signin={cookie}"})
    assert answer.status_code == 401
    assert error_of(answer) == "not-signed-in"


@pytest.mark.usefixtures("undisturbed")
def test_a_page_of_another_origin_cannot_act(house: House) -> None:
    answer = house.admin.post(
        "/api/v1/meetings", json={"title": "x"}, headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert error_of(answer) == "not-allowed"


@pytest.mark.usefixtures("undisturbed")
def test_an_unknown_path_of_the_api_is_not_found(house: House) -> None:
    answer = house.admin.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert error_of(answer) == "not-found"


# -- the control channel ---------------------------------------------------------------------------

GARBLED: list[tuple[str | bytes, str]] = [
    ("", "bad-frame"),
    ("{", "bad-frame"),
    ("[]", "bad-frame"),
    ('{"type": "ping"}', "bad-frame"),
    ('{"type": "ping", "request": "1"}', "bad-frame"),
    ('{"type": "ping", "request": 1e400}', "bad-frame"),
    ('{"type": "dance", "request": 9}', "unknown-type"),
    (b"\x00\xff\xfe", "bad-frame"),
    ('{"type": "ping", "request": 9, "x": "' + "a" * 20_000 + '"}', "frame-too-large"),
    ("[" * 5_000, "bad-frame"),
]


@pytest.mark.usefixtures("undisturbed")
@pytest.mark.parametrize(("message", "code"), GARBLED)
def test_a_garbled_frame_is_refused_and_the_channel_lives(
    house: House, message: str | bytes, code: str
) -> None:
    with ControlClient(house.product.socket_url, house.code) as person:
        assert person.knock("", invitation=house.invite("Careless"))["type"] == "admitted"
        person.send_raw(message)
        refused = until_type(person, "refused")
        assert refused["code"] == code
        assert refused["message"].endswith(".")
        assert person.send("ping") > 0
        assert until_type(person, "pong")
        person.send("leave")


def until_type(person: ControlClient, type_: str) -> dict[str, Any]:
    """The next frame of that type; others (events of the room) are passed over."""
    while True:
        frame = person.receive()
        if frame["type"] == type_:
            return frame


@pytest.mark.usefixtures("undisturbed")
def test_a_frame_of_many_megabytes_ends_that_channel_alone(house: House) -> None:
    with ControlClient(house.product.socket_url, house.code) as person:
        assert person.knock("", invitation=house.invite("Flooder"))["type"] == "admitted"
        with pytest.raises(ConnectionClosed):
            flood(person)


def flood(person: ControlClient) -> None:
    """Sends one message far over every limit, then reads until the server hangs up."""
    person.send_raw("x" * (4 << 20))
    while True:
        assert person.receive()["type"] in {"refused", "closed", "event"}


@pytest.mark.usefixtures("undisturbed")
def test_nothing_but_knocking_before_admission(house: House) -> None:
    with ControlClient(house.product.socket_url, house.code) as person:
        assert person.say("let me in")["code"] == "not-admitted"
        assert person.knock("   ")["code"] == "name-needed"
        assert person.knock("n" * 5_000)["code"] == "name-too-long"
        wrong = {"participant_id": "nobody", "secret": "wrong", "last_sequence": 0}
        assert person.knock("Eve", resume=wrong)["code"] == "resume-unknown"


@pytest.mark.usefixtures("undisturbed")
def test_too_many_bad_frames_end_the_channel(house: House) -> None:
    with ControlClient(house.product.socket_url, house.code) as person:
        assert person.knock("", invitation=house.invite("Stubborn"))["type"] == "admitted"
        codes: list[str] = []
        with pytest.raises(ConnectionClosed):
            pester(person, codes)
        assert codes[-1] == "too-many-bad-frames"


def pester(person: ControlClient, codes: list[str]) -> None:
    """Sends bad frames until the server hangs up, noting what it answers."""
    while len(codes) < 1_000:
        person.send_raw("{")
        codes.append(next_code(person))


def next_code(person: ControlClient) -> str:
    while True:
        frame = person.receive()
        if "code" in frame:
            return str(frame["code"])


@pytest.mark.usefixtures("undisturbed")
def test_the_control_channel_of_an_unknown_meeting(house: House) -> None:
    with ControlClient(house.product.socket_url, UNKNOWN_CODE) as person:
        assert person.knock("Lost")["code"] == "meeting-unknown"


# -- the media socket ------------------------------------------------------------------------------


def token_with(**claims: Any) -> str:
    now_s = int(time.time())
    whole = {"iss": "devkey", "sub": "eve", "nbf": now_s, "exp": now_s + 60, "video": {"roomJoin": True}}
    return jwt.encode(whole | claims, "not-the-secret-of-this-server-at-all", algorithm="HS256")


BAD_TOKENS = ["", "garbage", "a.b.c", "....", "é", token_with(), token_with(exp=1), token_with(iss="nobody")]


@pytest.mark.usefixtures("undisturbed")
@pytest.mark.parametrize("token", BAD_TOKENS)
def test_the_media_server_refuses_a_malformed_token(house: House, token: str) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(signal_address(house, house.media, token)):
        pass
    assert refused.value.response.status_code == 401
    validate = (
        signal_address(house, house.media, token).replace("ws", "http", 1).replace("/rtc", "/rtc/validate")
    )
    validated = httpx.get(validate)
    assert validated.status_code == 401
    assert "Traceback" not in validated.text


def signal_address(house: House, media: dict[str, str], token: str | None = None) -> str:
    """Where a media client connects with what it was given on admission, or with `token` instead."""
    base = media["url"] or house.product.socket_url
    wanted = {"access_token": media["token"] if token is None else token, "protocol": "15"}
    return str(httpx.URL(f"{base}/rtc", params=wanted))


@pytest.mark.usefixtures("undisturbed")
@pytest.mark.parametrize("message", [b"\xff" * 64, b"", "text instead of bytes", os.urandom(5_000)])
def test_a_garbled_signal_harms_nobody(house: House, message: str | bytes) -> None:
    with ControlClient(house.product.socket_url, house.code) as person:
        media = person.knock("", invitation=house.invite("Garbler"))["media"]
        with connect(signal_address(house, media), max_size=None) as signal:
            assert signal.recv(10)
            signal.send(message)
            assert person.ask("ping")["type"] == "pong"
        person.send("leave")


@pytest.mark.usefixtures("undisturbed")
def test_an_oversized_signal_ends_that_connection_alone(house: House) -> None:
    with ControlClient(house.product.socket_url, house.code) as person:
        media = person.knock("", invitation=house.invite("Flooder"))["media"]
        with connect(signal_address(house, media), max_size=None) as signal, pytest.raises(ConnectionClosed):
            flood_signal(signal)
        assert person.ask("ping")["type"] == "pong"
        person.send("leave")


def flood_signal(signal: ClientConnection) -> None:
    signal.send(b"\x00" * (5 << 20))
    while signal.recv(10):
        pass
