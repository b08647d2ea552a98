"""Names as lists write them, put into the order in which people are addressed. Letters stay. Pure."""

from __future__ import annotations

import re
import unicodedata

from preau.meet.domain.roster_columns import Order, plain
from preau.meet.domain.roster_words import PARTICLES, PARTICLES_BEFORE_CAPITALS

_NUMBERED = re.compile(r"^(?:[-–•*·▪►]+\s*|\(?\d{1,3}\s*[.):°/-]+\s*|\d{1,3}\s+(?=\D))")
_EDGES = ' \t,;:|<>"“”«»()[]*•·–-_/\\='
_AS_COMMA = str.maketrans(";|", ",,")
_EMPTY_PAIR = re.compile(r"\(\s*\)|\[\s*\]|<\s*>")
#: What no name has: it comes from the form of a list, or from somebody who tries something.
FOREIGN = frozenset('@;|\t<>,"')


def tidy_name(text: str) -> str:
    """Without a number in front and without what is left of an address or a form around it."""
    bare = _EMPTY_PAIR.sub(" ", text.replace('"', "")).translate(_AS_COMMA).strip()
    return _NUMBERED.sub("", bare, count=1).strip(_EDGES).replace("  ", " ")


def joined(given: str, family: str) -> str:
    """Given names first."""
    return f"{given} {family}".strip()


def in_order(name: str, order: Order) -> str:
    """The whole name with the given names first."""
    if name.count(",") == 1:
        family, given = (part.strip() for part in name.split(","))
        if family and given:
            return joined(given, family)
    words = name.split()
    if order is Order.GIVEN_FIRST or len(words) < 2:
        return name
    cut = _end_of_capitals(words)
    if cut is None and order is Order.FAMILY_FIRST:
        cut = _end_of_family(words)
    return name if cut is None else joined(" ".join(words[cut:]), " ".join(words[:cut]))


def is_order_open(name: str) -> bool:
    """Whether, family first, more than one way to cut the name is left."""
    words = name.split()
    return (
        len(words) > 2
        and "," not in name
        and _end_of_capitals(words) is None
        and words[0].lower() not in PARTICLES
    )


def same_key(name: str) -> tuple[str, ...]:
    """Equal for the same name however it is written: case, accents, hyphens and the order of words aside."""
    bare = "".join(one for one in unicodedata.normalize("NFKD", name) if one not in "'’ʼ`´")
    return tuple(sorted(plain(bare).split())) or (name,)


def _is_capital(word: str) -> bool:
    letters = [one for one in word if one.isalpha()]
    return len(letters) > 1 and all(one.isupper() for one in letters)


def _end_of_capitals(words: list[str]) -> int | None:
    """Where a family's name in capitals ends that stands first; None: none does, or all is in capitals."""
    at = 0
    # "de LA TOUR Anne", "d'ARTAGNAN Jean", "Le GOFF Yann": small words belong to the capitals behind them.
    while (
        at < len(words) - 1 and words[at].lower() in PARTICLES_BEFORE_CAPITALS and not _is_capital(words[at])
    ):
        at += 1
    if not (_is_capital(words[at]) or _is_capital_behind_apostrophe(words[at])):
        return None
    while at < len(words) and _is_capital_or_small(words, at):
        at += 1
    return at if at < len(words) else None


def _is_capital_behind_apostrophe(word: str) -> bool:
    head, _, rest = word.replace("’", "'").partition("'")
    return head.lower() in {"d", "l", "o", "m", "n"} and _is_capital(rest)


def _is_capital_or_small(words: list[str], at: int) -> bool:
    word = words[at]
    if _is_capital(word) or _is_capital_behind_apostrophe(word):
        return True
    return (
        word.lower() in PARTICLES_BEFORE_CAPITALS and at + 1 < len(words) - 1 and _is_capital(words[at + 1])
    )


def _end_of_family(words: list[str]) -> int:
    at = 0
    while at < len(words) - 2 and words[at].lower() in PARTICLES:
        at += 1
    return at + 1
