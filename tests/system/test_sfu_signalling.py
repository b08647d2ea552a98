"""The signalling socket of a running media server: who is let in, bad input, resuming, starting, stopping."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import websockets
from livekit import api
from livekit.protocol import models, rtc
from websockets.asyncio.client import ClientConnection, connect

from preau.sfu.testing import RunningServer, running_server

PATIENCE_S = 20
ROOM = "school"


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with running_server() as running:
        yield running


def token(identity: str, *, wrong_key: bool = False, room_join: bool = True, room_admin: bool = False) -> str:
    grants = api.VideoGrants(room=ROOM, room_join=room_join, room_admin=room_admin)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The HMAC key is")
        access = api.AccessToken("devkey", "wrong" if wrong_key else "secret")
        return access.with_identity(identity).with_grants(grants).to_jwt()


def url(server: RunningServer, credential: str, query: str = "") -> str:
    return f"{server.url}/rtc?access_token={credential}&protocol=16{query}"


async def next_of(connection: ClientConnection, kind: str) -> rtc.SignalResponse:
    """The next message of one kind; others are passed over."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            message = rtc.SignalResponse.FromString(bytes(await connection.recv(decode=False)))
            if message.WhichOneof("message") == kind:
                return message


async def fetch(address: str, credential: str) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.get(address, params={"access_token": credential})


async def send(connection: ClientConnection, request: rtc.SignalRequest) -> None:
    await connection.send(request.SerializeToString())


async def closed(connection: ClientConnection) -> tuple[int, str]:
    """Close code and reason, after whatever else is still said."""
    async with asyncio.timeout(PATIENCE_S):
        with contextlib.suppress(websockets.ConnectionClosed):
            async for _message in connection:
                pass
    return connection.close_code or 0, connection.close_reason or ""


@pytest.mark.parametrize(
    ("credential", "status", "code"),
    [
        ("", 401, "token-missing"),
        ("nonsense", 401, "token-malformed"),
        ("a.b.c", 401, "token-malformed"),
        (token("ada", wrong_key=True), 401, "token-signature"),
        (token("ada", room_join=False), 401, "token-no-join"),
        (token("x" * 300), 400, "name-too-long"),
    ],
)
async def test_who_is_not_let_in_is_told_why(
    server: RunningServer, credential: str, status: int, code: str
) -> None:
    answer = await fetch(f"{server.http_url}/rtc/validate", credential)
    assert (answer.status_code, answer.headers["x-preau-error"]) == (status, code)
    with pytest.raises(websockets.InvalidStatus) as caught:
        await connect(url(server, credential))
    assert caught.value.response.status_code == status


async def test_the_single_connection_protocol_is_not_here(server: RunningServer) -> None:
    for path in ("/rtc/v1", "/rtc/v1/validate"):
        answer = await fetch(server.http_url + path, token("ada"))
        assert answer.status_code == 404
        assert "requested room does not exist" not in answer.text
    with pytest.raises(websockets.InvalidStatus) as caught:
        await connect(f"{server.url}/rtc/v1?access_token={token('ada')}")
    assert caught.value.response.status_code == 404


async def test_the_join_comes_first_and_pings_are_answered(server: RunningServer) -> None:
    async with connect(url(server, token("ada"))) as ada:
        first = rtc.SignalResponse.FromString(bytes(await ada.recv(decode=False)))
        assert first.join.participant.identity == "ada"
        assert (await next_of(ada, "offer")).offer.sdp.startswith("v=0")
        await send(ada, rtc.SignalRequest(ping_req=rtc.Ping(timestamp=5)))
        assert (await next_of(ada, "pong_resp")).pong_resp.last_ping_timestamp == 5


def layers_by_the_thousand(number: int) -> bytes:
    """A track that is announced with so many layers, of two bytes each."""
    layers = [models.VideoLayer() for _ in range(number)]
    return rtc.SignalRequest(
        add_track=rtc.AddTrackRequest(cid="c", type="VIDEO", layers=layers)
    ).SerializeToString()


@pytest.mark.parametrize(
    ("frame", "close_code", "code"),
    [
        (b"\xff\xff\xff\xff", 1007, "garbled-frame"),
        (b"", 1007, "empty-frame"),
        ("text", 1007, "text-frame"),
        (layers_by_the_thousand(30_000), 1007, "too-many-values"),
        (layers_by_the_thousand(300_000), 1007, "frame-too-large"),
        (b"\x00" * (2 * 1024 * 1024 + 1), 1009, ""),
    ],
)
async def test_bad_frames_end_their_own_connection_only(
    server: RunningServer, frame: bytes | str, close_code: int, code: str
) -> None:
    async with connect(url(server, token("ben"))) as ben, connect(url(server, token("mallory"))) as mallory:
        # The server need not wait for the end of a frame that is too large.
        with contextlib.suppress(websockets.ConnectionClosed):
            await mallory.send(frame)
        number, reason = await closed(mallory)
        assert number == close_code
        assert reason.startswith(code)
        await send(ben, rtc.SignalRequest(ping_req=rtc.Ping(timestamp=1)))
        await next_of(ben, "pong_resp")


async def test_a_garbled_offer_asks_its_sender_to_start_afresh(server: RunningServer) -> None:
    async with connect(url(server, token("mallory"))) as mallory:
        offer = rtc.SessionDescription(type="offer", sdp="v=0\r\nm=video 9 nonsense")
        await send(mallory, rtc.SignalRequest(offer=offer))
        leave = (await next_of(mallory, "leave")).leave
        assert leave.action == rtc.LeaveRequest.RECONNECT


async def test_the_same_identity_twice_ends_the_first(server: RunningServer) -> None:
    async with connect(url(server, token("twin"))) as first, connect(url(server, token("twin"))) as second:
        leave = (await next_of(first, "leave")).leave
        assert leave.reason == models.DUPLICATE_IDENTITY
        assert (await closed(first))[0] == 1000
        assert (await next_of(second, "join")).join.participant.identity == "twin"


async def test_nothing_to_resume_means_a_fresh_start(server: RunningServer) -> None:
    async with connect(url(server, token("ada"), "&reconnect=1&sid=PA_nobody")) as ada:
        first = rtc.SignalResponse.FromString(bytes(await ada.recv(decode=False)))
        assert first.leave.action == rtc.LeaveRequest.RECONNECT
        assert first.leave.reason == models.STATE_MISMATCH


@pytest.mark.parametrize(
    "frame",
    [
        rtc.SignalRequest(ping=1),
        rtc.SignalRequest(mute=rtc.MuteTrackRequest(sid="TR_none", muted=True)),
        rtc.SignalRequest(answer=rtc.SessionDescription(sdp="v=0\r\n" * 50_000, id=99)),
        rtc.SignalRequest(
            subscription_permission=rtc.SubscriptionPermission(
                track_permissions=[rtc.TrackPermission(participant_sid=f"PA_{one}") for one in range(1000)]
            )
        ),
    ],
    ids=lambda frame: frame.WhichOneof("message"),
)
async def test_whoever_floods_is_removed_at_once_and_nobody_else_waits(
    server: RunningServer, frame: rtc.SignalRequest
) -> None:
    async with connect(url(server, token("flood"))) as flood, connect(url(server, token("ada"))) as ada:
        ended = asyncio.create_task(closed(flood))
        flooding = asyncio.create_task(send_without_end(flood, frame.SerializeToString()))
        for number in range(10):
            await send(ada, rtc.SignalRequest(ping_req=rtc.Ping(timestamp=number)))
            await next_of(ada, "pong_resp")
        assert not ended.done(), "who asks too much waits"
        removed = await remove(server, "flood")
        assert removed.status_code == 200
        # Who goes on sending is cut off, perhaps before it has read why.
        code, reason = await ended
        assert code == 1006 or reason.startswith("removed")
        await flooding
        assert await identities(server) == ["ada"]


async def send_without_end(connection: ClientConnection, frame: bytes) -> None:
    with contextlib.suppress(websockets.ConnectionClosed):
        while True:
            await connection.send(frame)
            await asyncio.sleep(0)


async def remove(server: RunningServer, identity: str) -> httpx.Response:
    """What the server's own interface is asked to take somebody out."""
    return await ask_service(server, "RemoveParticipant", {"room": ROOM, "identity": identity})


async def identities(server: RunningServer) -> list[str]:
    """Who is in the room."""
    answer = await ask_service(server, "ListParticipants", {"room": ROOM})
    return [one["identity"] for one in answer.json()["participants"]]


async def ask_service(server: RunningServer, method: str, request: dict[str, str]) -> httpx.Response:
    """One call of the server's own interface, as the room's administrator."""
    async with httpx.AsyncClient(timeout=PATIENCE_S) as http:
        return await http.post(
            f"{server.http_url}/twirp/livekit.RoomService/{method}",
            json=request,
            headers={"authorization": f"Bearer {token('', room_join=False, room_admin=True)}"},
        )


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "preau.sfu", *arguments]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--dev", "--port", "nonsense"], "a port is a number from 0 to 65535"),
        (["--dev", "--bind", "home"], "it must be an IP address"),
        (["--dev", "--webhook", "ftp://x"], "it must be an http or https URL"),
        (["--port", "0"], "--key and --secret are needed"),
        (["--dev", "--nonsense"], "unrecognized arguments"),
    ],
)
def test_a_wrong_setting_is_named(arguments: list[str], named: str) -> None:
    ended = subprocess.run(command(*arguments), capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("preau sfu: bad-setting: ")
    assert named in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("taken", ["--port", "--udp-port", "--tcp-port"])
def test_an_occupied_port_is_named(taken: str) -> None:
    kind = socket.SOCK_DGRAM if taken == "--udp-port" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as occupied:
        occupied.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            occupied.listen()
        port = str(occupied.getsockname()[1])
        ports = {"--port": "0", "--udp-port": "0", "--tcp-port": "0"} | {taken: port}
        given = [word for pair in ports.items() for word in pair]
        ended = subprocess.run(
            command("--dev", *given), capture_output=True, text=True, timeout=60, check=False
        )
    assert ended.returncode == 3
    assert ended.stderr.startswith("preau sfu: port-in-use: ")
    assert port in ended.stderr


async def test_a_stop_asks_clients_to_come_back() -> None:
    with running_server() as server:
        async with connect(url(server, token("ada"))) as ada:
            await next_of(ada, "join")
            os.kill(server.process_id, signal.SIGTERM)
            leave = (await next_of(ada, "leave")).leave
            assert (leave.reason, leave.action) == (models.SERVER_SHUTDOWN, rtc.LeaveRequest.RECONNECT)


def test_the_server_ends_with_its_parent(tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    free = ["--port", "0", "--udp-port", "0", "--tcp-port", "0", "--die-with-parent"]
    script = (
        "import subprocess, sys, pathlib\n"
        f"child = subprocess.Popen({command('--dev', *free)!r}, stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        f"pathlib.Path({str(marker)!r}).write_text(str(child.pid))\n"
        "import os; os._exit(0)\n"
    )
    subprocess.run([sys.executable, "-c", script], timeout=60, check=True)
    pid = int(marker.read_text())
    deadline = time.monotonic() + PATIENCE_S
    while _runs(pid):
        assert time.monotonic() < deadline, "the server outlived its parent"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return state.rsplit(")", 1)[1].split()[0] != "Z"
