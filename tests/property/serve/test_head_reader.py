"""Any bytes, in any pieces: one verdict, and nothing passes that a strict reader would refuse."""

from __future__ import annotations

import h11
from hypothesis import example, given
from hypothesis import strategies as some

from preau.serve import heads
from preau.serve.head_reader import BadHead, HeadReader

MOST_BYTES = 200
_LINE = some.sampled_from(
    [
        *(
            b"GET / HTTP/1.1",
            b"POST /a HTTP/1.0",
            b"OPTIONS * HTTP/1.1",
            b"CONNECT a:1 HTTP/1.1",
            b"GET //a HTTP/9.9",
        ),
        *(
            b"GET http://a/%00 HTTP/1.1",
            b"\x16\x03",
            b"Host: a",
            b"Host: a:b@c",
            b"Host:",
            b" folded",
            b"\tfolded",
        ),
        *(
            b"Content-Length: 1",
            b"Content-Length: 1,1",
            b"Transfer-Encoding: chunked",
            b"Connection: upgrade, host",
        ),
        *(
            b"Upgrade: websocket",
            b"Expect: 100-continue",
            b"Expect: x",
            b"X-Forwarded-For: 1.2.3.4, 5",
            b"",
            b"A\x00: b",
        ),
        *(b"Connection: content-length", b"\xff: x", b"A: \xff", b"A : b", b": b", b"A" * 150 + b": b"),
    ]
)
_END = some.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\r"])
_HEAD = some.lists(some.tuples(_LINE, _END), max_size=8).map(lambda lines: b"".join(a + b for a, b in lines))
_BYTES = some.one_of(
    _HEAD, _HEAD.map(lambda head: head + b"\r\n\r\nrest"), some.binary(max_size=2 * MOST_BYTES)
)


def _verdict(data: bytes, cuts: list[int]) -> tuple[bytes, bytes] | str | None:
    reader = HeadReader(MOST_BYTES)
    pieces = sorted({cut % (len(data) + 1) for cut in cuts} | {len(data)})
    start = 0
    try:
        for end in pieces:
            reader.receive(data[start:end])
            start = end
            if (taken := reader.take()) is not None:
                return taken[0], taken[1] + data[end:]
    except BadHead as bad:
        return bad.answer.code
    return None


@given(_BYTES, some.lists(some.integers(0, 500), max_size=6))
@example(b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", [0, 1, 2, 3])
def test_it_does_not_matter_in_which_pieces_a_head_comes(data: bytes, cuts: list[int]) -> None:
    whole, pieces = _verdict(data, []), _verdict(data, cuts)
    if isinstance(whole, str) and isinstance(pieces, str):
        # Two things can be wrong with it; which is seen first is all that pieces may change.
        assert {whole, pieces} <= {"bad-request", "head-too-large"}
    else:
        assert pieces == whole


@given(_BYTES)
def test_what_is_passed_on_has_one_meaning(data: bytes) -> None:
    taken = _verdict(data, [])
    if not isinstance(taken, tuple):
        return
    head = taken[0]
    assert len(head) <= MOST_BYTES
    assert head.endswith(b"\r\n\r\n")
    assert not set(head.replace(b"\r\n", b"")) & {0, 10, 13}
    machine = h11.Connection(h11.SERVER)
    machine.receive_data(head)
    try:
        request = machine.next_event()
    except h11.RemoteProtocolError:
        return
    assert isinstance(request, h11.Request)
    if heads.refusal_of(request) is not None:
        return
    sent = heads.request_for_backend(request, heads.Caller("192.0.2.1", "http"))
    names = [name for name, _ in sent.headers]
    assert names.count(b"host") == names.count(b"x-forwarded-for") == 1
    assert not {b"transfer-encoding", b"content-length"} <= set(names)
    assert sent.target == b"*" or sent.target.startswith(b"/")
    assert heads.has_body(sent) == heads.has_body(request)
