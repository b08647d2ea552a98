"""Every value of LiveKit's requests at nothing, at its limit, beyond it, and at two million: generated."""

from __future__ import annotations

import contextlib
from typing import SupportsIndex, overload

import pytest
from hypothesis import given
from hypothesis import strategies as st
from livekit.protocol import rtc

from preau.sfu.signalling import requests as ask
from preau.sfu.wire.counting import MAX_FIELDS, MAX_UNKNOWN, Limit
from preau.sfu.wire.errors import WireError
from preau.sfu.wire.limits import (
    MAX_BYTES,
    MAX_BYTES_OF,
    MAX_FRAME_BYTES,
    check_frame,
)
from preau.sfu.wire.requests import decode_request
from tests.kit.request_frames import Place, counted, is_text, places, varint

HUGE = 2_000_000
ALL = list(places())
#: Bytes that are looked at for one value: its key, its length, and once more what is within.
LOOKS_PER_VALUE = 6


class Watched(bytes):
    """Bytes that count how many of them were looked at."""

    looked = 0

    @overload
    def __getitem__(self, place: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> bytes: ...
    def __getitem__(self, place: SupportsIndex | slice) -> int | bytes:
        found = super().__getitem__(place)
        self.looked += len(found) if isinstance(found, bytes) else 1
        return found


def refused(frame: bytes) -> str:
    """The code by which a frame is refused, before anything was decoded and after few looks."""
    watched = Watched(frame)
    with pytest.raises(WireError) as caught:
        check_frame(watched)
    assert watched.looked <= LOOKS_PER_VALUE * MAX_FIELDS
    with pytest.raises(WireError) as decoding:
        decode_request(frame)
    assert (decoding.value.code, decoding.value.message) == (caught.value.code, caught.value.message)
    assert caught.value.message.endswith(".")
    return caught.value.code


def limit_of(place: Place) -> Limit:
    assert place.limit is not None, f"{place} needs a line in the table"
    return place.limit


@pytest.mark.parametrize("place", ALL, ids=str)
def test_every_value_of_the_protocol_has_a_limit(place: Place) -> None:
    assert limit_of(place).most >= 1


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("place", [place for place in ALL if place.field.is_repeated], ids=str)
def test_more_values_than_allowed_are_refused_and_as_many_are_taken(place: Place, packed: bool) -> None:
    if packed and (is_text(place.field) or place.field.message_type is not None):
        return
    most = limit_of(place).most
    for number in (0, 1, most):
        check_frame(place.with_values(number, packed=packed))
        decode_request(place.with_values(number, packed=packed))
    assert refused(place.with_values(most + 1, packed=packed)) == "too-many-values"
    assert refused(place.with_values(HUGE, packed=packed)) == "frame-too-large"
    fitting = place.longest_frame // 4
    if fitting > most:
        assert refused(place.with_values(fitting, packed=packed)) == "too-many-values"


@pytest.mark.parametrize("place", [place for place in ALL if is_text(place.field)], ids=str)
def test_longer_values_than_allowed_are_refused_and_as_long_are_taken(place: Place) -> None:
    longest = limit_of(place).longest
    with contextlib.suppress(WireError):
        # Nothing at all is no candidate.
        decode_request(place.with_length(0))
    longest_fitting = min(longest, place.longest_frame - 64)
    decode_request(place.with_length(longest_fitting))
    beyond = place.with_length(longest + 1)
    is_frame_full = len(beyond) > place.longest_frame
    assert refused(beyond) == ("frame-too-large" if is_frame_full else "value-too-long")
    assert refused(place.with_length(HUGE)) == "frame-too-large"


@pytest.mark.parametrize("kind", [field.name for field in rtc.SignalRequest.DESCRIPTOR.fields])
def test_a_frame_is_as_long_as_its_kind_may_be(kind: str) -> None:
    field = rtc.SignalRequest.DESCRIPTOR.fields_by_name[kind]
    longest = MAX_BYTES_OF.get(kind, MAX_BYTES)
    assert longest <= MAX_FRAME_BYTES
    assert refused(counted(field.number, bytes(longest))) == "frame-too-large"


def test_every_kind_with_a_length_of_its_own_exists() -> None:
    assert set(MAX_BYTES_OF) <= set(rtc.SignalRequest.DESCRIPTOR.fields_by_name)


def test_values_of_a_newer_protocol_are_taken_unless_they_are_many() -> None:
    newer = varint(900 << 3) + b"\1"
    mute = counted(1, b"TR_1") + newer * MAX_UNKNOWN
    assert decode_request(counted(5, mute)) == ask.Mute("TR_1", muted=False)
    assert refused(counted(5, mute + newer)) == "too-many-values"
    assert decode_request(newer) == ask.Ignored("unknown")
    assert refused(newer * (MAX_UNKNOWN + 1)) == "too-many-values"
    assert refused(counted(900, bytes(MAX_BYTES))) == "frame-too-large"


def test_limits_that_are_kept_one_by_one_do_not_add_up_without_end() -> None:
    sids = counted(1, b"TR") * 2000
    groups = counted(3, counted(2, b"TR") * 2000) * 4
    assert refused(counted(6, sids + groups)) == "too-many-values"


@pytest.mark.parametrize(
    "frame",
    [
        counted(5, counted(1, b"a")) * 2,
        counted(5, counted(1, b"a")) + counted(1, b""),
        counted(5, counted(1, b"a") * 2),
        counted(5, b"\x0a\x05a"),
        b"\x2a\x7f",
        b"\xff" * 20,
        varint(5 << 3 | 3) + varint(5 << 3 | 4),
    ],
    ids=["twice", "two-kinds", "value-twice", "inner-too-short", "too-short", "no-number", "group"],
)
def test_what_no_client_writes_is_refused(frame: bytes) -> None:
    assert refused(frame) in ("garbled-frame", "too-many-values")


def shaped(children: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.lists(st.builds(counted, st.integers(1, 24), children), max_size=40).map(b"".join)


NUMBERS = st.builds(
    lambda number, value: varint(number << 3) + varint(value), st.integers(1, 24), st.integers(0)
)
SHAPED = st.recursive(st.binary(max_size=20) | NUMBERS, shaped, max_leaves=60)


@given(st.builds(counted, st.integers(1, 24), SHAPED))
def test_no_frame_of_a_likely_shape_breaks_the_decoder(frame: bytes) -> None:
    watched = Watched(frame)
    with contextlib.suppress(WireError):
        check_frame(watched)
    assert watched.looked <= LOOKS_PER_VALUE * max(MAX_FIELDS, len(frame))
    try:
        request = decode_request(frame)
    except WireError:
        return
    # What was taken is within the limits, whatever the decoder made of it.
    if isinstance(request, ask.AddTrack):
        assert len(request.layers) <= 3
        assert len(request.codecs) <= 8
        assert all(len(codec.layers) <= 3 for codec in request.codecs)
