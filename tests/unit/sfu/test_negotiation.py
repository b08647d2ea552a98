from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.sfu.model import TrackKind
from preau.sfu.signalling.matching import Announced, Carried, match_sections
from preau.sfu.signalling.negotiation import ANSWER_TIMEOUT_S, GATHER_S, QUICK_S, OfferQueue, Phase
from preau.sfu.signalling.sdp import (
    MAX_LINES,
    MAX_SDP_BYTES,
    MAX_SECTIONS,
    SdpError,
    Section,
    SectionKind,
    only_tcp,
    read_sections,
)
from tests.kit.sfu_room import offer_sdp

CHROME_OFFER = """v=0
o=- 4611 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1 2
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
a=mid:0
a=sctp-port:5000
m=audio 9 UDP/TLS/RTP/SAVPF 111
a=mid:1
a=msid:- 6f1c
a=sendonly
a=rtpmap:111 opus/48000/2
m=video 0 UDP/TLS/RTP/SAVPF 96
a=bundle-only
a=mid:2
a=msid:{stream} {8a5d}
a=sendonly
a=rid:q send
a=rid:h send
a=rid:f send
a=simulcast:send q;h;f
"""


def test_sections_of_a_chromium_offer() -> None:
    assert read_sections(CHROME_OFFER) == (
        Section("0", SectionKind.OTHER, True, "", ()),
        Section("1", SectionKind.AUDIO, True, "6f1c", (), ("opus",)),
        Section("2", SectionKind.VIDEO, True, "8a5d", ("q", "h", "f")),
    )


def test_a_track_id_may_stand_with_the_ssrc_only() -> None:
    sdp = "v=0\nm=video 9 X 96\na=mid:a\na=ssrc:1 cname:x\na=ssrc:1 msid:s t1\na=sendonly\n"
    assert read_sections(sdp)[0].track_id == "t1"


def test_a_refused_section_sends_nothing() -> None:
    assert not read_sections("v=0\nm=video 0 X 96\na=mid:a\na=sendonly\n")[0].sends


@pytest.mark.parametrize(
    "sdp",
    [
        "",
        "hello",
        "m=audio 9 X 1",
        "v=0\nm=audio",
        "v=0\n" + "m=audio 9 X 1\n" * (MAX_SECTIONS + 1),
        "v=0\n" + "a=x\n" * MAX_LINES,
        "v=0\n" + "a" * MAX_SDP_BYTES,
    ],
    ids=["empty", "words", "late", "cut", "sections", "lines", "bytes"],
)
def test_what_is_no_description(sdp: str) -> None:
    with pytest.raises(SdpError):
        read_sections(sdp)


def test_lines_end_where_the_format_says() -> None:
    sdp = "v=0\r\nm=audio 9 X 1\r\na=mid:a\x0bm=video 9 X 1\r\x85m=video 9 X 1\r\na=sendonly\r\n"
    assert [section.kind for section in read_sections(sdp)] == [SectionKind.AUDIO]


_LINES = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            ["m=audio 9 X 1", "m=", "a=mid:", "a=msid:", "a=rid:q", "a=ssrc:", "a=sendonly", "v=0"]
        ),
    ),
    max_size=30,
)


@given(_LINES)
def test_no_text_breaks_the_section_reader(lines: list[str]) -> None:
    try:
        sections = read_sections("v=0\n" + "\n".join(lines))
    except SdpError:
        return
    assert all(isinstance(section, Section) for section in sections)


@given(st.text(max_size=200))
def test_no_text_breaks_the_candidate_filter(text: str) -> None:
    assert "a=candidate:1 1 udp" not in only_tcp(text + "\na=candidate:1 1 udp 1\n")


def announced(sid: str, *cids: str, kind: TrackKind = TrackKind.VIDEO) -> Announced:
    return Announced(sid, kind, frozenset(cids))


def test_tracks_are_matched_by_id_before_kind() -> None:
    sections = read_sections(offer_sdp(("0", "video", "sendonly", "x"), ("1", "video", "sendonly", "b")))
    match = match_sections(sections, {}, [announced("A", "a"), announced("B", "b")])
    assert {section.mid: sid for section, sid in match.bound} == {"0": "A", "1": "B"}


def test_a_kind_is_never_mixed_up() -> None:
    sections = read_sections(offer_sdp(("0", "audio", "sendonly", "a")))
    assert match_sections(sections, {}, [announced("A", "a")]).bound == ()


def test_a_carried_section_goes_on_until_it_stops_sending() -> None:
    carried = {"0": Carried("A", "a"), "1": Carried("B", "b")}
    sections = read_sections(offer_sdp(("0", "video", "sendonly", "renamed"), ("1", "video", "recvonly", "")))
    match = match_sections(sections, carried, [])
    assert (match.kept, match.ended) == (("0",), ("1",))


def test_a_section_that_takes_up_another_track_ends_its_first() -> None:
    sections = read_sections(offer_sdp(("0", "video", "sendonly", "b")))
    match = match_sections(sections, {"0": Carried("A", "a")}, [announced("B", "b")])
    assert [sid for _section, sid in match.bound] == ["B"]
    assert match.ended == ("0",)


def settled(now: float = 0.0) -> OfferQueue:
    queue = OfferQueue()
    queue.change(now, at_once=True)
    assert queue.begin(now) is False
    assert queue.made("sdp", now)
    assert queue.answered(queue.number)
    queue.settled(now)
    return queue


def test_after_a_quiet_second_an_offer_goes_almost_at_once() -> None:
    queue = settled()
    queue.change(5.0)
    assert queue.begin(5.0) is None
    assert queue.begin(5.0 + QUICK_S) is False


def test_in_a_burst_changes_are_gathered() -> None:
    queue = settled()
    queue.change(0.01)
    queue.change(0.05)
    assert queue.begin(0.01 + QUICK_S) is None
    assert queue.begin(0.01 + GATHER_S) is False
    assert queue.phase is Phase.MAKING


def test_a_change_while_an_offer_is_out_waits_for_its_answer() -> None:
    queue = settled()
    queue.change(2.0, at_once=True)
    queue.begin(2.0)
    queue.change(2.0)
    assert queue.begin(99.0) is None
    queue.made("sdp", 2.0)
    assert not queue.answered(queue.number - 1)
    assert queue.answered(0)
    queue.settled(2.1)
    assert queue.phase is Phase.GATHERING


def test_a_restart_is_not_lost_while_an_offer_is_out() -> None:
    queue = settled()
    queue.change(2.0, at_once=True)
    queue.begin(2.0)
    queue.made("sdp", 2.0)
    assert queue.resume(3.0) == "sdp"
    assert queue.answered(queue.number)
    queue.settled(3.1)
    assert queue.begin(3.1) is True


def test_an_offer_without_an_answer_times_out() -> None:
    queue = OfferQueue()
    queue.change(0.0, at_once=True)
    queue.begin(0.0)
    queue.made("sdp", 0.0)
    assert not queue.unanswered(ANSWER_TIMEOUT_S - 0.1)
    assert queue.deadline_s() == ANSWER_TIMEOUT_S
    assert queue.unanswered(ANSWER_TIMEOUT_S)
