"""Meeting codes: what a link carries. 100 random bits in four groups of five letters and digits."""

from __future__ import annotations

import re
from typing import NewType

MeetingCode = NewType("MeetingCode", str)

# Crockford's 32: without i, l, o (read as 1, 1, 0) and u (makes words).
ALPHABET = "abcdefghjkmnpqrstvwxyz0123456789"
CODE_BYTES = 13
_GROUPS = 4
_GROUP_LENGTH = 5
_MISREAD = str.maketrans("ilo", "110")
_SHAPE = re.compile(rf"(?:[{ALPHABET}]{{{_GROUP_LENGTH}}}-){{{_GROUPS - 1}}}[{ALPHABET}]{{{_GROUP_LENGTH}}}")


def code_from(entropy: bytes) -> MeetingCode:
    """The code that `CODE_BYTES` random bytes make; 100 of the 104 bits are used."""
    if len(entropy) != CODE_BYTES:
        raise ValueError(f"a meeting code takes {CODE_BYTES} random bytes")
    number = int.from_bytes(entropy, "big")
    letters = [ALPHABET[(number >> (5 * index)) & 31] for index in range(_GROUPS * _GROUP_LENGTH)]
    groups = ["".join(letters[at : at + _GROUP_LENGTH]) for at in range(0, len(letters), _GROUP_LENGTH)]
    return MeetingCode("-".join(groups))


def parse_code(text: str) -> MeetingCode | None:
    """The code in `text`, however it was capitalised and read, or None when it cannot be one."""
    lowered = text.lower().translate(_MISREAD) if len(text) <= 64 else ""
    return MeetingCode(lowered) if _SHAPE.fullmatch(lowered) else None
