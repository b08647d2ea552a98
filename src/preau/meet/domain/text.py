"""What people type, made safe to show: names, titles, chat lines, e-mail addresses."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME_CHARACTERS = 64
MAX_TITLE_CHARACTERS = 120
MAX_CHAT_CHARACTERS = 2000
MAX_EMAIL_CHARACTERS = 254

# Joiners are format characters too, but scripts and emoji need them.
_KEPT_FORMATS = frozenset("\u200c\u200d")
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_SPACES = re.compile(r"\s+")
_EMAIL = re.compile(r"[^\s@<>\"'(),:;\\\[\]]{1,64}@[^\s@<>\"'(),:;\\\[\]]{1,189}")


def _is_shown(character: str) -> bool:
    return character in _KEPT_FORMATS or unicodedata.category(character) not in _DROPPED_CATEGORIES


def _is_blank(text: str) -> bool:
    return all(character in _KEPT_FORMATS or character.isspace() for character in text)


def clean_line(text: str) -> str:
    """One line: composed (NFC), spaces joined and trimmed, control characters and bidi overrides removed."""
    # Spaces first, because some are control characters; again, because a removed one may have parted two.
    shown = "".join(character for character in _SPACES.sub(" ", text) if _is_shown(character))
    composed = unicodedata.normalize("NFC", _SPACES.sub(" ", shown)).strip()
    return "" if _is_blank(composed) else composed


def clean_chat(text: str) -> str:
    """A chat line: as `clean_line`, but its own line breaks and tabs stay."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    shown = "".join(character for character in unified if character in "\n\t" or _is_shown(character))
    composed = unicodedata.normalize("NFC", shown).strip()
    return "" if _is_blank(composed) else composed


def clean_email(text: str) -> str | None:
    """The address in the one form it is stored and compared in, or None when it cannot be one."""
    address = unicodedata.normalize("NFC", text.strip()).lower()
    if len(address) > MAX_EMAIL_CHARACTERS or not all(_is_shown(character) for character in address):
        return None
    return address if _EMAIL.fullmatch(address) else None
