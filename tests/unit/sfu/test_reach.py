"""Names whose addresses clients are told, and descriptions that tell them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.sfu import following
from preau.sfu.following import NameUnknown, first_found, follow
from preau.sfu.reach import Reach
from preau.sfu.signalling.candidates import told_as

NAME = "media.example.org"
SDP = (
    "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
    "a=candidate:1 1 udp 2130706431 192.0.2.7 7882 typ host\r\n"
    "a=candidate:2 1 udp 2130706431 192.0.2.8 7882 typ host\r\n"
    "a=candidate:3 1 udp 2130706175 2001:db8::7 7882 typ host\r\n"
    "a=candidate:4 1 tcp 1671430143 192.0.2.7 7881 typ host tcptype passive\r\n"
    "a=mid:0\r\n"
)


def addresses_in(sdp: str) -> list[tuple[str, str]]:
    fields = [line.split(" ") for line in sdp.splitlines() if line.startswith("a=candidate:")]
    return [(one[2], one[4]) for one in fields]


def test_a_description_tells_each_address_once_by_each_transport() -> None:
    told = told_as(SDP, ["203.0.113.1", "203.0.113.2", "203.0.113.3", "2001:db8::9"])
    assert addresses_in(told) == [
        ("udp", "203.0.113.1"),
        ("udp", "203.0.113.2"),
        ("udp", "203.0.113.3"),
        ("udp", "2001:db8::9"),
        ("tcp", "203.0.113.1"),
        ("tcp", "203.0.113.2"),
        ("tcp", "203.0.113.3"),
    ]
    assert told.endswith("tcptype passive\r\na=mid:0\r\n")
    assert len({line.split(" ")[0] for line in told.splitlines() if line.startswith("a=cand")}) == 7


def test_a_family_that_is_no_more_leaves_and_one_that_is_not_listened_in_never_comes() -> None:
    assert addresses_in(told_as(SDP, ["2001:db8::9"])) == [("udp", "2001:db8::9")]
    without_v6 = SDP.replace("a=candidate:3 1 udp 2130706175 2001:db8::7 7882 typ host\r\n", "")
    assert "2001" not in told_as(without_v6, ["203.0.113.1", "2001:db8::9"])


@given(st.lists(st.ip_addresses(v=4).map(str), min_size=1, unique=True))
def test_telling_twice_is_telling_once(addresses: list[str]) -> None:
    assert addresses_in(told_as(told_as(SDP, addresses), addresses)) == addresses_in(told_as(SDP, addresses))


def test_without_anything_new_a_description_stays() -> None:
    assert told_as(SDP, []) == SDP
    assert told_as("v=0\r\n", ["203.0.113.1"]) == "v=0\r\n"


def test_a_name_is_followed_among_fixed_addresses() -> None:
    reach = Reach(["192.0.2.1", NAME])
    assert (reach.names, reach.missing, reach.addresses) == ((NAME,), (NAME,), ("192.0.2.1",))
    reach.learn({NAME: ["192.0.2.9", "192.0.2.1", "fe80::1"]})
    assert (reach.missing, reach.addresses) == ((), ("192.0.2.1", "192.0.2.9"))
    assert reach.learn({NAME: ["192.0.2.1", "192.0.2.9"]}) == []
    assert reach.learn({NAME: ["192.0.2.5"]}) == ["clients that come now are told 192.0.2.1, 192.0.2.5"]


def test_a_name_that_is_lost_keeps_its_addresses_and_is_logged_once() -> None:
    reach = Reach([NAME])
    reach.learn({NAME: ["192.0.2.9"]})
    assert reach.learn({}) == [f"{NAME} is not found; clients are told its last addresses"]
    assert reach.learn({NAME: ["0.0.0.0"]}) == []
    assert reach.addresses == ("192.0.2.9",)
    assert reach.learn({NAME: ["192.0.2.9"]}) == [f"{NAME} is found again"]


def answering(monkeypatch: pytest.MonkeyPatch, answers: Sequence[Sequence[str]]) -> None:
    """The resolver gives these, one after the other, and the last for ever."""
    left = list(answers)

    def resolved(names: Sequence[str]) -> dict[str, Sequence[str]]:
        found = left.pop(0) if len(left) > 1 else left[0]
        return dict.fromkeys(names, found) if found else {}

    monkeypatch.setattr(following, "resolved", resolved)
    monkeypatch.setattr(following, "_ASK_SOON_S", 0.001)
    monkeypatch.setattr(following, "ASK_EVERY_S", 0.001)


async def test_a_resolver_that_comes_late_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, [[], [], ["192.0.2.9"]])
    assert (await first_found([NAME])).addresses == ("192.0.2.9",)


async def test_a_name_that_nobody_knows_ends_the_start_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, [[]])
    with pytest.raises(NameUnknown, match=f"{NAME} has no address"):
        await first_found([NAME], 0.01)


async def test_a_resolver_that_hangs_holds_up_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    monkeypatch.setattr(following, "resolved", lambda _names: never.wait() and {})
    with pytest.raises(NameUnknown):
        await first_found([NAME], 0.01)
    never.set()


async def test_only_another_address_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, [["192.0.2.9"], ["192.0.2.9"], [], ["192.0.2.5"]])
    announced: list[Sequence[str]] = []
    told = asyncio.Event()

    def announce(addresses: Sequence[str]) -> None:
        announced.append(addresses)
        told.set()

    stop = follow(await first_found([NAME]), announce)
    await told.wait()
    stop.set()
    assert announced == [("192.0.2.5",)]
