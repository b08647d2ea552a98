"""Everything a hostile client tries is refused, and the audit accounts for every single attempt."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import httpx

from tests.kit.control_client import ControlClient
from tests.kit.meet_server import invite, running_meet, whole_audit
from tests.kit.waiting import until

ACTS = 1500
CALLS = 400
NOTED_WITHIN_S = 20.0


def refused(admin: httpx.Client, meeting_id: str) -> list[dict[str, object]]:
    return [one for one in whole_audit(admin, meeting_id) if not one["allowed"]]


def accounted(admin: httpx.Client, meeting_id: str) -> int:
    return sum(int(str(one["times"])) for one in refused(admin, meeting_id))


def test_a_flood_of_attempts_is_accounted_for_to_the_last_one(tmp_path: Path) -> None:
    with running_meet(tmp_path) as server, closing(server.administrator()) as admin:
        made = admin.post("/api/v1/meetings", json={"title": "6e B", "kind": "meeting"}).json()
        link = invite(admin, made["id"], "Eve")
        with ControlClient(server.socket_url, made["code"]) as eve, closing(server.visitor()) as visitor:
            own_id = eve.knock("", invitation=link)["participant_id"]
            for _ in range(ACTS):
                eve.send("freeze")
            codes = {eve.next("refused")["code"] for _ in range(ACTS)}
            assert codes == {"not-allowed", "rate-limited"}
            calls = [visitor.delete(f"/api/v1/meetings/{made['id']}") for _ in range(CALLS)]
            assert {answer.status_code for answer in calls} == {401}
            foreign = {"origin": "https://elsewhere.example.org"}
            for path in (f"/api/v1/meetings/{made['id']}/link", f"/api/v1/meetings/{made['id']}"):
                # The owner's own browser, led by a page of somebody else's.
                answer = admin.post(path, headers=foreign)
                assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not-allowed")
            expected = ACTS + CALLS + 2
            until("all is noted", lambda: accounted(admin, made["id"]) >= expected, NOTED_WITHIN_S)
        assert accounted(admin, made["id"]) == expected
        by_eve = [one for one in refused(admin, made["id"]) if one["participant_id"] == own_id]
        assert {one["action"] for one in by_eve} == {"freeze", "more-refused"}
        assert sum(int(str(one["times"])) for one in by_eve) == ACTS
        assert server.stop() == 0
