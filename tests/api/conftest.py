"""One running platform that is set up, for the tests that only use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.kit.control_client import ControlClient
from tests.kit.meet_server import MeetServer, invite, running_meet


@dataclass(frozen=True)
class School:
    """The server, its administrator's HTTP connection."""

    server: MeetServer
    admin: httpx.Client

    def new_meeting(self, title: str = "Staff", kind: str = "meeting", **rules: Any) -> dict[str, Any]:
        """A meeting of the administrator, by default not supervised."""
        made = self.admin.post("/api/v1/meetings", json={"title": title, "kind": kind}).raise_for_status()
        if rules:
            path = f"/api/v1/meetings/{made.json()['id']}"
            made = self.admin.patch(path, json={"rules": rules}).raise_for_status()
        meeting: dict[str, Any] = made.json()
        return meeting

    def invite(self, meeting: dict[str, Any], name: str, role: str = "participant") -> str:
        """The secret of a personal link."""
        return invite(self.admin, meeting["id"], name, role)

    def person(self, code: str, device: str | None = None) -> ControlClient:
        """A guest's control connection, not knocked yet; `device`: the browser, by default a new one."""
        return ControlClient(self.server.socket_url, code, device=device)


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    folder = tmp_path_factory.mktemp("meet")
    with running_meet(folder, {"PREAU_ROOM_LIMIT": "5"}) as server, closing(server.administrator()) as admin:
        yield School(server, admin)


@pytest.fixture
def visitor(school: School) -> Iterator[httpx.Client]:
    with closing(school.server.visitor()) as client:
        yield client


def error_code(answer: httpx.Response) -> str:
    """The stable code, once the answer has the one form of errors."""
    error = answer.json()["error"]
    assert set(error) <= {"code", "message", "fields"}
    assert error["message"].endswith(".")
    return str(error["code"])
