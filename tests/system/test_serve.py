"""`preau serve` as an operator sees it: started, its servers killed, stopped.

Wrong settings and occupied ports are in test_bad_input. The media server here is always the embedded one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.kit.product import COMMAND, Product, environment, running_product
from tests.kit.waiting import until

BACK_WITHIN_S = 15.0
STOPPED_WITHIN_S = 5.0
SERVERS = ("preau.meet", "preau.sfu")


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    monkeypatch.setenv("PREAU_TEST_ENGINE", "embedded")
    with running_product(tmp_path) as running:
        until("both servers run", lambda: all(running.child(server) for server in SERVERS), BACK_WITHIN_S)
        yield running


def _is_healthy(product: Product, path: str) -> bool:
    return httpx.get(product.url + path).status_code == 200


def _is_replaced(product: Product, server: str) -> None:
    killed = product.kill(server)
    until(f"{server} is back", lambda: product.child(server) not in {None, killed}, BACK_WITHIN_S)


def _signalling(product: Product, data_dir: Path) -> ClientConnection:
    """A LiveKit connection through the front door, as a client library would open it."""
    engine = json.loads((data_dir / "engine.key").read_text())
    now_s = int(time.time())
    grants = {"roomJoin": True, "room": "hall"}
    claims = {"iss": engine["key"], "sub": "alice", "nbf": now_s - 5, "exp": now_s + 600, "video": grants}
    token = jwt.encode(claims, engine["secret"], algorithm="HS256")
    return connect(f"{product.socket_url}/rtc?access_token={token}&protocol=9&auto_subscribe=1")


def _is_answered(signalling: ClientConnection) -> bool:
    """Whether the connection is open and the server behind it answers a WebSocket ping."""
    return signalling.ping().wait(BACK_WITHIN_S)


def _read_to_the_end(signalling: ClientConnection) -> None:
    while True:
        signalling.recv(BACK_WITHIN_S)


def test_the_page_and_both_servers_answer_at_one_address(product: Product) -> None:
    page = httpx.get(product.url, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert httpx.get(f"{product.url}/api/v1/instance").json()["set_up"] is False
    assert httpx.get(f"{product.url}/rtc/validate?access_token=bad").status_code == 401


def test_the_set_up_link_is_printed_and_works(product: Product) -> None:
    assert product.setup_link.startswith(f"{product.url}/setup#")
    secret = product.setup_link.partition("#")[2]
    assert httpx.post(f"{product.url}/api/v1/setup/look", json={"secret": secret}).status_code == 204
    assert f"Open: {product.url}\n" in product.log.read_text()


@pytest.mark.parametrize(("server", "path"), [("preau.meet", "/healthz"), ("preau.sfu", "/rtc/validate")])
def test_a_killed_server_comes_back_and_the_other_keeps_its_process(
    product: Product, server: str, path: str
) -> None:
    (other,) = set(SERVERS) - {server}
    other_pid = product.child(other)
    for _ in range(3):
        _is_replaced(product, server)
    until(f"{path} is answered", lambda: httpx.get(product.url + path).status_code != 503, BACK_WITHIN_S)
    assert product.child(other) == other_pid


def test_a_standby_takes_over_from_a_killed_platform_and_gets_a_successor(product: Product) -> None:
    waiting = until("a standby waits", product.standby, BACK_WITHIN_S)
    product.kill("preau.meet")
    until("it serves", lambda: product.child("preau.meet") == waiting, BACK_WITHIN_S)
    until("the platform is back", lambda: _is_healthy(product, "/healthz"), BACK_WITHIN_S)
    assert httpx.get(f"{product.url}/api/v1/instance").json()["set_up"] is False
    following = until("another waits", product.standby, BACK_WITHIN_S)
    assert following != waiting
    os.kill(following, signal.SIGKILL)
    until("it is gone", lambda: product.standby() is None, BACK_WITHIN_S)
    _is_replaced(product, "preau.meet")
    until("the platform is back", lambda: _is_healthy(product, "/healthz"), BACK_WITHIN_S)


def test_requests_wait_for_the_platform_while_it_restarts(product: Product) -> None:
    product.kill("preau.meet")
    until("the platform is back", lambda: _is_healthy(product, "/healthz"), BACK_WITHIN_S)


def test_media_connections_outlive_the_platform(product: Product, tmp_path: Path) -> None:
    with _signalling(product, tmp_path / "data") as signalling:
        assert signalling.recv()
        product.kill("preau.meet")
        assert _is_answered(signalling)
        until("the platform is back", lambda: _is_healthy(product, "/healthz"), BACK_WITHIN_S)
        assert _is_answered(signalling)


def test_a_media_connection_ends_with_the_media_server(product: Product, tmp_path: Path) -> None:
    with _signalling(product, tmp_path / "data") as signalling:
        product.kill("preau.sfu")
        with pytest.raises(ConnectionClosed):
            _read_to_the_end(signalling)
    with _signalling(product, tmp_path / "data") as again:
        assert again.recv(BACK_WITHIN_S)


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_everything_within_five_seconds(product: Product, stop_signal: int) -> None:
    children = [until("a standby waits", product.standby, BACK_WITHIN_S)]
    children += [pid for server in SERVERS if (pid := product.child(server))]
    began = time.monotonic()
    product.process.send_signal(stop_signal)
    assert product.process.wait(STOPPED_WITHIN_S) == 0
    assert time.monotonic() - began < STOPPED_WITHIN_S
    assert not any(_runs(pid) for pid in children)
    assert "Traceback" not in product.log.read_text()


def test_the_servers_end_with_a_supervisor_that_is_killed(product: Product) -> None:
    children = [until("a standby waits", product.standby, BACK_WITHIN_S)]
    children += [pid for server in SERVERS if (pid := product.child(server))]
    product.process.kill()
    product.process.wait(STOPPED_WITHIN_S)
    until("no server is left", lambda: not any(_runs(pid) for pid in children), STOPPED_WITHIN_S)


def test_a_second_run_on_the_same_data_is_refused(product: Product, tmp_path: Path) -> None:
    run = subprocess.run(
        [*COMMAND, "serve"],
        env=environment(tmp_path / "data", {}),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert run.returncode == 3
    assert run.stderr.startswith("preau: data-dir-in-use: ")


def test_the_key_between_the_servers_is_private_and_kept(product: Product, tmp_path: Path) -> None:
    key_file = tmp_path / "data" / "engine.key"
    assert key_file.stat().st_mode & 0o777 == 0o600
    written = key_file.read_bytes()
    product.process.terminate()
    product.process.wait(STOPPED_WITHIN_S)
    folder = tmp_path / "again"
    folder.mkdir()
    (tmp_path / "data").rename(folder / "data")
    with running_product(folder):
        assert (folder / "data" / "engine.key").read_bytes() == written


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_password_is_in_the_environment_of_the_process_that_needs_it_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREAU_TEST_ENGINE", "embedded")
    monkeypatch.setenv("BACKUP_PASSPHRASE", "nobodys-secret")
    mail = {"PREAU_SMTP_URL": "smtp://me:mail-secret@127.0.0.1:1", "PREAU_MAIL_FROM": "a@example.org"}
    with running_product(tmp_path, mail) as product:
        meet = until("the platform runs", lambda: product.child("preau.meet"), BACK_WITHIN_S)
        standby = until("a standby waits", product.standby, BACK_WITHIN_S)
        until("the media server runs", lambda: product.child("preau.sfu"), BACK_WITHIN_S)
        found = product.environments()
    # The standby's title stands where its environment was.
    assert {meet} <= {pid for pid, text in found.items() if "mail-secret" in text} <= {meet, standby}
    assert not [pid for pid, text in found.items() if "nobodys-secret" in text]
    assert {pid for pid, text in found.items() if "PREAU_SFU_SECRET" in text}.isdisjoint({meet, standby})
