"""Letters as they stand on the wire, whatever people call themselves and wherever they say they live."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from email.errors import HeaderParseError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.meet.domain.letters import LinkFacts, link_letter
from preau.meet.domain.text import clean_email
from preau.meet.integrations.mail import on_the_wire
from tests.kit.mail_server import parsed

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
OURS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"} | {
    "Content-Type",
    "Content-Transfer-Encoding",
}
CORPUS = Path(__file__).parents[2] / "fixtures/hostile/strings.json"
HOSTILE: list[str] = [case["text"] for case in json.loads(CORPUS.read_text())]


def assert_harmless(text: str, address: str = "ann@example.org") -> None:
    """Nothing of `text` became a header, another address, or the end of the letter."""
    facts = LinkFacts(text, text, text, "https://meet.example.org/i#secret")
    for language in ("en", "fr"):
        raw = on_the_wire(link_letter("ltr_1", address, text, facts, language), "p@example.org", NOW)
        letter = parsed(raw.as_bytes())
        assert set(letter.keys()) == OURS
        assert len(letter["To"].addresses) == len(letter["From"].addresses) == 1
        assert letter["From"].addresses[0].addr_spec == "p@example.org"
        assert "https://meet.example.org/i#secret" in letter.get_content()
        assert not letter.is_multipart()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_strings_as_names_and_titles(text: str) -> None:
    assert_harmless(text)


@given(st.text())
def test_any_string_as_names_and_titles(text: str) -> None:
    assert_harmless(text)


@given(st.text(), st.text())
def test_an_address_is_one_address_or_none_at_all(local: str, domain: str) -> None:
    address = clean_email(f"{local}@{domain}")
    if address is None or not address.isascii():
        return
    # The library refuses more than our form does; such a letter counts as one that could not be sent.
    with suppress(ValueError, IndexError, HeaderParseError):
        assert_harmless("Ann", address)
