"""A teacher's line that goes dead without a word, and a class that notices in time."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.api.conftest import School
from tests.kit.control_client import ControlClient

QUIET_WITHIN_S = 15.0
BACK_WITHIN_S = 5.0


class Line:
    """A TCP relay to the server that can go dead: it stays open, and nothing comes through any more."""

    def __init__(self, port: int) -> None:
        self._to = ("127.0.0.1", port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._is_dead = threading.Event()
        self._open: list[socket.socket] = []
        self.url = f"ws://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._is_dead.set()

    def close(self) -> None:
        for one in (self._listening, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(self._to)
                self._open += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not self._is_dead.is_set():
                    target.sendall(data)


@pytest.fixture
def line(school: School) -> Iterator[Line]:
    carried = Line(school.server.port)
    yield carried
    carried.close()


def until_event(person: ControlClient, type_: str, within_s: float) -> float:
    """How long it takes until that happens."""
    started = time.monotonic()
    while time.monotonic() - started < within_s:
        with suppress(TimeoutError):
            person.event(type_)
            return time.monotonic() - started
    raise AssertionError(f"{type_}: not within {within_s} s")


def test_a_class_whose_teachers_line_is_cut_is_quiet_in_time_and_back_at_once(
    school: School, line: Line
) -> None:
    meeting = school.new_meeting(kind="class")
    sign_in = school.admin.cookies["preau_signin"]
    teacher = ControlClient(line.url, meeting["code"], sign_in=sign_in)
    teacher.__enter__()
    with ControlClient(school.server.socket_url, meeting["code"]) as pupil:
        admitted = teacher.knock("Ada")
        pupil.knock("", invitation=school.invite(meeting, "Ann"))
        assert pupil.say("good morning")["type"] == "done"
        line.cut()
        assert until_event(pupil, "room-paused", QUIET_WITHIN_S) <= QUIET_WITHIN_S
        assert pupil.say("is anybody there?")["code"] == "paused"
        claim = {name: admitted[name] for name in ("participant_id", "secret")} | {"last_sequence": 0}
        with ControlClient(
            school.server.socket_url, meeting["code"], sign_in=sign_in, device=teacher.device
        ) as again:
            assert again.knock("", claim)["resumed"]
            assert until_event(pupil, "room-resumed", BACK_WITHIN_S) <= BACK_WITHIN_S
            assert pupil.say("good morning again")["type"] == "done"
    line.close()
    teacher.__exit__(None, None, None)
