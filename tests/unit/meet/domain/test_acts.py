"""Whoever reads the audit has words for every act in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from preau.meet.api.app import build_interface
from preau.meet.api.refused import _HARMLESS, _PRIVILEGED_TAGS
from preau.meet.domain.acts import ACTS, KINDS
from preau.meet.domain.policy import Action

WEB = Path(__file__).parents[4] / "web/src"


def test_every_act_of_the_policy_has_a_kind_and_one_alone() -> None:
    assert {action.value for action in Action} <= ACTS
    assert sum(len(acts) for acts in KINDS.values()) == len(ACTS)


def test_what_is_refused_over_http_has_a_kind() -> None:
    routes = build_interface().openapi()["paths"].values()
    operations = [one for path in routes for one in path.values()]
    named = {
        re.sub(r"_api_v1_.*", "", one["operationId"])
        for one in operations
        if _PRIVILEGED_TAGS & set(one.get("tags", ()))
    }
    assert {name.replace("_", "-") for name in named - _HARMLESS} <= ACTS


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_act_has_words_and_nothing_else_has(language: str) -> None:
    messages = (WEB / f"i18n/messages/audit.{language}.ts").read_text()
    assert set(re.findall(r'^  "act\.([a-z-]+)":', messages, re.M)) == ACTS
    known = (WEB / "audit/acts.ts").read_text().split("ACT_KINDS")
    assert set(re.findall(r'"([a-z-]+)"', known[0])) == ACTS
    assert set(re.findall(r'"([a-z-]+)"', known[1])) == set(KINDS)
