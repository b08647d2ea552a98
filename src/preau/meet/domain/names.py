"""Names that could be taken for one another, by eye or by ear. Pure.

Two names look alike when what is left of them, without case, accents, spaces and punctuation and with letters
that look the same made the same, differs by no more than a slip of the pen, in any order of their words.
Compatibility forms are Unicode's NFKC; the look-alike letters are a choice from Unicode TR 39 for the scripts
that names in Latin letters are imitated with.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import permutations

_MAX_SHUFFLED_WORDS = 3
_LATIN = {
    "ı": "i",
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "þ": "p",
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
}
_CYRILLIC = dict(
    zip("абвгдезийклмнопрстуфхчьыіјѕԁԛԝһѵӏґєїё", "a6brdesuuklmhonpctyoxubbijsdqwhvlreie", strict=True)
)
_GREEK = dict(zip("αβγδεζηικλμνορςστυχωϲ", "abydeznikluvopcotuxwc", strict=True))
# Capitals that look like other Latin letters than their small forms do, so they go before case is folded.
_GREEK_CAPITALS = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True))
_FIGURES = dict(zip("0134578|!$@", "oleastbllsa", strict=True))
# Last, because what stands before may have become one of these.
_SAME_SHAPE = {"i": "l"}
_CAPITALS = str.maketrans(_GREEK_CAPITALS)
_LETTERS = str.maketrans({**_LATIN, **_CYRILLIC, **_GREEK, **_FIGURES})
_SHAPES = str.maketrans(_SAME_SHAPE)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


@lru_cache(maxsize=1024)
def skeleton(name: str) -> tuple[str, ...]:
    """The words of a name as the eye takes them: equal for names that look the same."""
    folded = unicodedata.normalize("NFKC", name).translate(_CAPITALS).casefold().translate(_LETTERS)
    plain = "".join(
        one for one in unicodedata.normalize("NFD", folded) if not unicodedata.combining(one) and _counts(one)
    ).translate(_SHAPES)
    for pair, letter in _PAIRS:
        plain = plain.replace(pair, letter)
    return tuple(plain.split())


def _counts(character: str) -> bool:
    """Letters and figures count, spaces part words; punctuation and what is not seen do neither."""
    return character.isalnum() or character.isspace()


def look_alike(name: str, other: str) -> bool:
    """Whether one of two names could be taken for the other."""
    return _alike(skeleton(name), skeleton(other))


def those_like(name: str, others: Iterable[str]) -> tuple[str, ...]:
    """Those of `others` that `name` could be taken for, each once and in their order."""
    words = skeleton(name)
    return tuple(dict.fromkeys(other for other in others if _alike(words, skeleton(other))))


def _alike(words: tuple[str, ...], others: tuple[str, ...]) -> bool:
    if not words or not others:
        return words == others
    letters = "".join(words)
    slips = _slips_allowed(min(len(letters), len("".join(others))))
    if not _could_be_within(letters, "".join(others), slips):
        return False
    fixed, shuffled = (letters, others) if len(words) <= len(others) else ("".join(others), words)
    return any(_is_within(fixed, "".join(order), slips) for order in _orders(shuffled))


def _orders(words: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    if len(words) <= _MAX_SHUFFLED_WORDS:
        return permutations(words)
    return (words, words[::-1], (*words[1:], words[0]), (words[-1], *words[:-1]))


def _slips_allowed(length: int) -> int:
    """A short name differs from another by one letter and is another name."""
    if length <= 4:
        return 0
    return 1 if length <= 8 else 2


def _could_be_within(one: str, other: str, slips: int) -> bool:
    """A quick look at the letters alone: each slip changes at most one letter into another."""
    left, right = Counter(one), Counter(other)
    return (left - right).total() <= slips and (right - left).total() <= slips


def _is_within(one: str, other: str, slips: int) -> bool:
    """Whether at most so many letters were changed, added, left out, or swapped with their neighbour."""
    if abs(len(one) - len(other)) > slips:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        following = [at]
        for position, its in enumerate(other, 1):
            cost = min(row[position] + 1, following[position - 1] + 1, row[position - 1] + (letter != its))
            is_swap = before and position > 1 and letter == other[position - 2] and its == one[at - 2]
            following.append(min(cost, before[position - 2] + 1) if is_swap else cost)
        if min(following) > slips:
            return False
        before, row = row, following
    return row[-1] <= slips
