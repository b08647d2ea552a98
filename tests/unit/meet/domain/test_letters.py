"""Letters: what they say in both languages, what they never say, and how long they are tried."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from preau.meet.domain.cases import Category
from preau.meet.domain.letters import (
    TRIED_FOR,
    CaseFacts,
    LinkFacts,
    case_letter,
    link_letter,
    next_attempt,
    trial_letter,
)
from preau.meet.domain.rules import Kind
from tests.kit.world import MONDAY

LINK = "https://meet.example.org/cases#P-2026-0001"


def facts(category: Category, kind: Kind | None = Kind.CLASS) -> CaseFacts:
    return CaseFacts("P-2026-0001", category, kind, MONDAY, LINK)


@pytest.mark.parametrize("category", Category)
@pytest.mark.parametrize("kind", [*Kind, None])
def test_a_letter_about_a_report_says_number_kind_category_time_and_link(
    category: Category, kind: Kind | None
) -> None:
    french = case_letter("cas_1", "c@example.org", "École", facts(category, kind), "fr")
    english = case_letter("cas_1", "c@example.org", "École", facts(category, kind), "en")
    assert (french.subject, english.subject) == ("Signalement P-2026-0001", "Report P-2026-0001")
    for letter, moment in ((french, "23/11/2026 à 08:00 (UTC)"), (english, "2026-11-23, 08:00 UTC")):
        assert all(said in letter.text for said in ("P-2026-0001", moment, LINK))
        assert "{" not in letter.text + letter.subject
    assert "signalé" in french.text
    assert "signalé" not in english.text


@pytest.mark.parametrize("language", [None, "de"])
def test_who_may_read_either_language_gets_both(language: str | None) -> None:
    letter = case_letter("cas_1", "c@example.org", "", facts(Category.THREAT), language)
    assert letter.subject == "Signalement P-2026-0001 / Report P-2026-0001"
    assert "des menaces" in letter.text
    assert "threats" in letter.text


def test_each_category_has_words_of_its_own() -> None:
    for language in ("en", "fr"):
        texts = {case_letter("i", "c@example.org", "", facts(one), language).text for one in Category}
        assert len(texts) == len(Category)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_personal_link_in_a_letter(language: str) -> None:
    told = LinkFacts("Zoé\r\nBcc: x", "M. Roy", "6e B\n\n", "https://meet.example.org/i#secret")
    letter = link_letter("ltr_1", "zoe@example.org", "École", told, language)
    assert "6e B" in letter.subject
    assert "\n" not in letter.subject
    assert all(
        said in letter.text for said in ("Zoé Bcc: x", "M. Roy", "https://meet.example.org/i#secret\n")
    )
    assert trial_letter("ltr_2", "zoe@example.org", "", language).text != letter.text


def test_a_letter_is_tried_with_growing_pauses_and_given_up_after_days() -> None:
    now, moments = MONDAY, [MONDAY]
    for attempts in range(1, 1000):
        due_at = next_attempt(MONDAY, attempts, now)
        if due_at is None:
            break
        moments.append(due_at)
        now = due_at
    pauses = [after - before for before, after in pairwise(moments)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=15)
    assert timedelta(days=4) < moments[-1] - MONDAY < TRIED_FOR
    assert len(moments) < 50
