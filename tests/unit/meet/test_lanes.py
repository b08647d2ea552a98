"""The lanes to the media server: order for each person, the latest rights, patience."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable

import pytest

from preau.meet.integrations import lanes as lanes_module
from preau.meet.integrations.lanes import Call, Key, Lanes, Outcome

ANN: Key = ("occ_1", "par_ann")
BOB: Key = ("occ_1", "par_bob")
RIGHTS = frozenset({"rights"})


class AbsentError(Exception):
    """As livekit-api says that somebody is not there."""

    code = "not_found"


class Server:
    """A media server that does what a test says, in the order of the calls."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.failures: dict[str, list[Exception]] = {}
        self.gates: dict[str, asyncio.Event] = {}
        self.begun: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def call(self, name: str) -> Callable[[], Awaitable[Outcome]]:
        async def attempt() -> Outcome:
            self.begun[name].set()
            if gate := self.gates.get(name):
                await gate.wait()
            if left := self.failures.get(name):
                raise left.pop(0)
            self.done.append(name)
            return Outcome.DONE

        return attempt

    def rights(self, name: str, patience_s: float = 0.0) -> Call:
        return Call("rights", self.call(name), RIGHTS, patience_s)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def lanes(monkeypatch: pytest.MonkeyPatch) -> Lanes:
    monkeypatch.setattr(lanes_module, "RETRY_AFTER_S", (0.001, 0.001))
    return Lanes(1.0, absent_every_s=0.001)


async def test_calls_of_one_person_are_made_in_order(lanes: Lanes, server: Server) -> None:
    for number in range(20):
        lanes.put(ANN, Call(f"kind-{number}", server.call(str(number))))
    await lanes.drained()
    assert server.done == [str(number) for number in range(20)]


async def test_the_latest_rights_replace_those_that_wait(lanes: Lanes, server: Server) -> None:
    gate = server.gates["mute"] = asyncio.Event()
    lanes.put(ANN, Call("mute", server.call("mute")))
    for name in ("first", "second", "last"):
        lanes.put(ANN, server.rights(name))
    gate.set()
    await lanes.drained()
    assert server.done == ["mute", "last"]


async def test_rights_that_fail_give_way_to_later_ones(lanes: Lanes, server: Server) -> None:
    server.failures["old"] = [OSError()] * 100
    lanes.put(ANN, server.rights("old"))
    await server.begun["old"].wait()
    lanes.put(ANN, server.rights("new"))
    await lanes.drained()
    assert server.done == ["new"]


async def test_what_fails_is_tried_again_and_given_up_in_the_end(
    lanes: Lanes, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.failures = {"twice": [OSError(), OSError()], "always": [OSError()] * 9}
    lanes.put(ANN, Call("a", server.call("twice")))
    lanes.put(ANN, Call("b", server.call("always")))
    lanes.put(ANN, Call("c", server.call("after")))
    await lanes.drained()
    assert server.done == ["twice", "after"]
    assert len(server.failures["always"]) == 6
    assert capsys.readouterr().err.count("media-call-failed") == 5


async def test_who_is_not_there_needs_nothing(
    lanes: Lanes, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.failures["gone"] = [AbsentError()] * 9
    lanes.put(ANN, Call("remove", server.call("gone")))
    await lanes.drained()
    assert len(server.failures["gone"]) == 8
    assert capsys.readouterr().err == ""


async def test_who_may_be_about_to_come_is_waited_for(lanes: Lanes, server: Server) -> None:
    server.failures["late"] = [AbsentError()] * 5
    lanes.put(ANN, server.rights("late", patience_s=30.0))
    await lanes.drained()
    assert server.done == ["late"]


async def test_patience_ends(lanes: Lanes, server: Server) -> None:
    server.failures["never"] = [AbsentError()] * 100_000
    lanes.put(ANN, server.rights("never", patience_s=0.02))
    await lanes.drained()
    assert server.done == []
    assert len(server.failures["never"]) < 100_000


async def test_a_slow_person_delays_nobody_else(lanes: Lanes, server: Server) -> None:
    gate = server.gates["slow"] = asyncio.Event()
    lanes.put(ANN, Call("a", server.call("slow")))
    lanes.put(BOB, Call("b", server.call("quick")))
    await server.begun["quick"].wait()
    gate.set()
    await lanes.drained()
    assert server.done == ["quick", "slow"]


async def test_a_removal_makes_the_rest_pointless(lanes: Lanes, server: Server) -> None:
    gate = server.gates["mute"] = asyncio.Event()
    lanes.put(ANN, Call("mute", server.call("mute")))
    await server.begun["mute"].wait()
    lanes.put(ANN, server.rights("rights"))
    lanes.put(ANN, Call("remove", server.call("remove"), frozenset({"rights", "mute"})))
    gate.set()
    await lanes.drained()
    assert server.done == ["mute", "remove"]


async def test_a_flood_is_dropped_with_a_word(
    lanes: Lanes, server: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes_module, "_MAX_WAITING_CALLS", 3)
    for number in range(5):
        lanes.put(("occ_1", str(number)), Call("mute", server.call(str(number))))
    await lanes.drained()
    assert sorted(server.done) == ["0", "1", "2"]
    assert capsys.readouterr().err.count("too-many-waiting") == 2


async def test_stopping_gives_up_what_waits(lanes: Lanes, server: Server) -> None:
    server.gates["never"] = asyncio.Event()
    lanes.put(ANN, Call("a", server.call("never")))
    lanes.put(ANN, Call("b", server.call("after")))
    await lanes.stop()
    await lanes.drained()
    assert server.done == []
