"""Meeting codes and ids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.meet.domain.codes import ALPHABET, CODE_BYTES, code_from, parse_code
from preau.meet.domain.ids import ID_BYTES, account_id, meeting_id, occurrence_id, participant_id

ENTROPY = st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES)


@given(ENTROPY)
def test_a_code_is_read_back_however_it_is_written(entropy: bytes) -> None:
    code = code_from(entropy)
    assert parse_code(code) == code
    assert parse_code(code.upper()) == code
    assert parse_code(code.replace("0", "O").replace("1", "l")) == code


@given(ENTROPY, ENTROPY)
def test_different_bits_make_different_codes(one: bytes, other: bytes) -> None:
    used = (1 << 100) - 1
    same_bits = int.from_bytes(one, "big") & used == int.from_bytes(other, "big") & used
    assert (code_from(one) == code_from(other)) == same_bits


def test_a_code_carries_a_hundred_bits() -> None:
    assert len(set(ALPHABET)) == 32
    assert len(code_from(b"\xff" * CODE_BYTES).replace("-", "")) == 20


@pytest.mark.parametrize("text", ["", "abcde", "abcde-fghjk-mnpqr-stuvw", "é" * 23, "a" * 5000, "x-y-z-w"])
def test_what_is_no_code(text: str) -> None:
    assert parse_code(text) is None


def test_too_few_random_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="13 random bytes"):
        code_from(b"short")


def test_ids_say_what_they_name() -> None:
    entropy = bytes(range(ID_BYTES))
    made = [account_id(entropy), meeting_id(entropy), occurrence_id(entropy), participant_id(entropy)]
    assert [one.partition("_")[0] for one in made] == ["acc", "mtg", "occ", "par"]
    assert len({one.partition("_")[2] for one in made}) == 1
