"""Lists of people over HTTP: shown as understood, made into links once, refused in words."""

from __future__ import annotations

import io
from typing import Any

import httpx
import openpyxl
import pytest

from tests.api.conftest import School, error_code

PASTED = "Nom;Prénom;Courriel\nMartin;Léa;lea@example.org\nPetit;Tom;\n12345;;\nMARTIN;Lea;\n"


def path_of(meeting: dict[str, Any], rest: str = "") -> str:
    return f"/api/v1/meetings/{meeting['id']}/invitations{rest}"


def preview(school: School, meeting: dict[str, Any], content: bytes | str, **choices: object) -> Any:
    body = content.encode() if isinstance(content, str) else content
    params = {name: str(value).lower() for name, value in choices.items()}
    answer = school.admin.post(path_of(meeting, "/preview"), content=body, params=params, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_pasted_list_is_shown_as_understood_and_makes_the_roster(school: School) -> None:
    meeting = school.new_meeting("6e B", "class")
    shown = preview(school, meeting, PASTED)
    assert [one["use"] for one in shown["columns"]] == ["family", "given", "email"]
    assert (shown["head_line"], shown["sheets"], shown["places_left"]) == (1, [], 500)
    assert [(one["line"], one["name"], one["email"], one["twice_of"]) for one in shown["people"]] == [
        (2, "Léa Martin", "lea@example.org", None),
        (3, "Tom Petit", None, None),
        (5, "Lea MARTIN", None, 2),
    ]
    assert [(one["line"], one["column"], one["reason"]) for one in shown["refused"]] == [(4, 1, "not-a-name")]
    assert school.admin.get(path_of(meeting)).json()["invitations"] == []
    people = [
        {"name": one["name"], "email": one["email"]} for one in shown["people"] if one["twice_of"] is None
    ]
    for times in (1, 0):
        made = school.admin.post(path_of(meeting), json={"people": people, "from_list": True})
        assert made.status_code == 201
        answer = made.json()
        assert [one["source"] for one in answer["invitations"]] == ["roster", "roster"] * times
        assert len(answer["kept"]) == 2 * (1 - times)
    again = preview(school, meeting, PASTED.replace(";Tom;", ";Tom;tom@example.org"))
    assert [one["known"] and one["known"]["how"] for one in again["people"]] == [
        "same",
        "address-new",
        "same",
    ]
    assert again["places_left"] == 498


def test_choices_change_what_is_understood(school: School) -> None:
    meeting = school.new_meeting()
    text = "Martin,Léa\nPetit,Tom\n"
    assert [one["name"] for one in preview(school, meeting, text)["people"]] == ["Léa Martin", "Tom Petit"]
    swapped = preview(school, meeting, text, columns="given,family")
    assert [one["name"] for one in swapped["people"]] == ["Martin Léa", "Petit Tom"]
    ordered = preview(school, meeting, "Martin Léa", order="family-first", head=False)
    assert [one["name"] for one in ordered["people"]] == ["Léa Martin"]


def test_a_spreadsheet_asks_which_sheet_and_tells_of_hidden_lines(school: School) -> None:
    meeting = school.new_meeting()
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first["C3"], first["D3"] = "Nom", "Prénom"
    for row in (4, 5):
        first.cell(row, 3, f"Martin{'x' * row}")
        first.cell(row, 4, "Léa")
    first.row_dimensions[5].hidden = True
    book.create_sheet("6C")["A1"] = "Zoé Durand"
    book["6C"].sheet_state = "hidden"
    kept = io.BytesIO()
    book.save(kept)
    asked = preview(school, meeting, kept.getvalue())
    assert (asked["sheet"], asked["people"]) == (None, [])
    assert [(one["name"], one["is_concealed"]) for one in asked["sheets"]] == [("Sheet", False), ("6C", True)]
    shown = preview(school, meeting, kept.getvalue(), sheet=0)
    assert ([one["line"] for one in shown["people"]], shown["concealed_count"]) == ([4], 1)
    assert [one["name"] for one in shown["columns"]] == ["C", "D"]
    assert [(one["line"], one["reason"]) for one in shown["refused"]] == [(5, "concealed")]
    taken = preview(school, meeting, kept.getvalue(), sheet=0, concealed=True)
    assert [one["line"] for one in taken["people"]] == [4, 5]


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7", b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0", b"\x01\x02" * 50]
)
def test_what_is_no_list_is_refused_in_words(school: School, content: bytes) -> None:
    meeting = school.new_meeting()
    answer = school.admin.post(path_of(meeting, "/preview"), content=content, timeout=60)
    assert (answer.status_code, error_code(answer)) == (422, "file-unreadable")
    assert "XLSX, ODS or CSV" in answer.json()["error"]["message"]


def test_a_list_is_read_only_for_who_may_invite(school: School, visitor: httpx.Client) -> None:
    meeting = school.new_meeting()
    large = b"x" * (2 * 2**20)
    stranger = visitor.post(path_of(meeting, "/preview"), content=large)
    assert (stranger.status_code, error_code(stranger)) == (401, "not-signed-in")
    none = school.admin.post(path_of({"id": "mtg_none"}, "/preview"), content=b"Ann")
    assert (none.status_code, error_code(none)) == (404, "not-found")
    huge = school.admin.post(path_of(meeting, "/preview"), content=large + b"x")
    assert (huge.status_code, error_code(huge)) == (413, "too-large")
    text = school.admin.post(path_of(meeting, "/preview"), content=large)
    assert error_code(text) == "file-unreadable"


def test_a_whole_school_year_fits_into_one_request(school: School) -> None:
    meeting = school.new_meeting()
    people = [
        {"name": f"Prénom Nom-Composé {number}", "email": f"prenom.nom-compose.{number}@college.example.org"}
        for number in range(500)
    ]
    made = school.admin.post(path_of(meeting), json={"people": people, "from_list": True})
    assert (made.status_code, len(made.json()["invitations"])) == (201, 500)
    more = school.admin.post(path_of(meeting), json={"people": [{"name": "One more"}]})
    assert (more.status_code, error_code(more)) == (409, "conflict")


def test_a_wrong_person_is_named_by_place_and_field(school: School) -> None:
    meeting = school.new_meeting()
    people = [{"name": "Ann"}, {"name": "Bob", "email": "nobody"}, {"name": " "}]
    answer = school.admin.post(path_of(meeting), json={"people": people})
    assert (answer.status_code, error_code(answer)) == (422, "invalid-fields")
    assert set(answer.json()["error"]["fields"]) == {"people.1.email", "people.2.name"}
    for body in ({}, {"people": "Ann"}, {"people": [{"name": "Ann", "others": -1}]}):
        assert error_code(school.admin.post(path_of(meeting), json=body)) == "invalid-fields"
    assert school.admin.get(path_of(meeting)).json()["invitations"] == []


def test_both_parents_are_kept_with_the_link(school: School) -> None:
    meeting = school.new_meeting()
    person = {"name": "Léa", "email": "Mother@example.org", "more_emails": ["father@example.org"]}
    made = school.admin.post(path_of(meeting), json={"people": [person]}).json()["invitations"][0]
    assert (made["email"], made["more_emails"]) == ("mother@example.org", ["father@example.org"])
