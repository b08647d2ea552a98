"""Which passwords can be chosen: long enough, not known to all, not made of what is known of somebody."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MIN_PASSWORD_CHARACTERS = 8
MAX_PASSWORD_CHARACTERS = 200
EASY = (
    "This password is among the first that are tried. "
    "Take a few words that have nothing to do with each other."
)
OWN_WORDS = (
    "Your name, your address or the organization's name with a number is soon guessed. "
    "Take a few words that have nothing to do with each other."
)

_MOST_WORDS = 40
#: Shorter ones stand in most passwords by chance.
_LEAST_WORD = 3
#: What has to be left of a password once the words that everybody knows are taken out of it.
_LEAST_OWN = 4
_LEAST_DIGITS = 14
_BETWEEN_DIGITS = str.maketrans("", "", " .,-/+()")
_PARTS = re.compile(r"[^\W_]+")
_FOLDED = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"})
_PRODUCT = ("preau", "password", "motdepasse")


def length_problem(password: str) -> str | None:
    """Why a password is too short or too long, or None."""
    if len(password) < MIN_PASSWORD_CHARACTERS:
        return f"At least {MIN_PASSWORD_CHARACTERS} characters."
    if len(password) > MAX_PASSWORD_CHARACTERS:
        return f"At most {MAX_PASSWORD_CHARACTERS} characters."
    return None


def is_made_of(password: str, known: Iterable[str]) -> bool:
    """Whether hardly anything is left once words of the known texts are taken out, with numbers and signs.

    `known`: the name and address of whose password it is, and the organization's name. Case, accents, and
    digits that stand for letters make no difference. The cost is bounded, however long the texts are.
    """
    shown = _letters(password[:MAX_PASSWORD_CHARACTERS])
    read = _letters(password[:MAX_PASSWORD_CHARACTERS].translate(_FOLDED))
    words = sorted(_words(known), key=len, reverse=True)
    return any(_is_little(_without(text, words), text) for text in (shown, read))


def is_a_number(password: str) -> bool:
    """Whether it is digits alone, with signs between them, and few: a date, a telephone number."""
    digits = password.translate(_BETWEEN_DIGITS)
    return len(digits) < _LEAST_DIGITS and digits.isdecimal()


def _is_little(left: str, text: str) -> bool:
    return left != text and len(left) < _LEAST_OWN


def _letters(text: str) -> str:
    """The letters alone, small and without accents."""
    parted = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in parted if character.isalpha())


def _words(texts: Iterable[str]) -> set[str]:
    """Each word of the texts, and each text and its initials as one word, as far as they are long enough."""
    found: list[str] = list(_PRODUCT)
    for text in texts:
        parts = [_letters(part) for part in _PARTS.findall(unicodedata.normalize("NFC", text[:300]))]
        initials = "".join(part[:1] for part in parts)
        found += [*parts[:_MOST_WORDS], "".join(parts), initials]
    return {word for word in found if len(word) >= _LEAST_WORD}


def _without(text: str, words: Iterable[str]) -> str:
    for word in words:
        text = text.replace(word, "")
    return text
