"""Sending again what was given up, over HTTP and a real mail server: one letter, one record, a reason."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any

import pytest

from preau.meet.app import open_world
from preau.meet.services.ports import Store
from preau.meet.settings import MeetSettings
from tests.api.conftest import School, error_code
from tests.kit.giving_up import give_up_mail
from tests.kit.mail_server import UNKNOWN, MailServer, text_of
from tests.kit.meet_server import running_meet, use_sign_in_link
from tests.kit.waiting import until

ARRIVES_WITHIN_S = 30.0
CONTACT = "safe@example.org"


@pytest.fixture(scope="module")
def mailing(tmp_path_factory: pytest.TempPathFactory, one_mail_server: MailServer) -> Iterator[School]:
    """A school that sends mail."""
    settings = {
        "PREAU_SMTP_URL": f"smtp://{one_mail_server.open_way}",
        "PREAU_MAIL_FROM": "preau@example.org",
    }
    with (
        running_meet(tmp_path_factory.mktemp("mailing"), settings) as server,
        closing(server.administrator()) as admin,
    ):
        yield School(server, admin)


def store_of(school: School) -> Store:
    """The database under the running server, to see the audit in and to let five days go by."""
    return open_world(MeetSettings.from_environment(school.server.environ)).store


def name_contact(school: School, address: str | None) -> None:
    school.admin.patch("/api/v1/organization", json={"safeguarding_contact": address}).raise_for_status()


def report(school: School) -> str:
    """Somebody reports something; the number of the case."""
    meeting = school.new_meeting("6e B")
    with school.person(meeting["code"]) as ann:
        ann.knock("", invitation=school.invite(meeting, "Ann"))
        reported = ann.ask("report", category="insult", participant_id=None, text="It hurt.", message_ids=[])
    number: str = reported["case_number"]
    return number


def given_up_report(school: School) -> dict[str, Any]:
    """A report whose mail the mail server refused, five days later."""
    name_contact(school, f"{UNKNOWN}@example.org")
    number = report(school)
    until("it was refused", lambda: case(school, number)["mail_problem"] == "refused", ARRIVES_WITHIN_S)
    assert case(school, number)["mail"] == "waiting"
    assert give_up_mail(store_of(school)) == 1
    return case(school, number)


def case(school: School, number: str) -> dict[str, Any]:
    cases = school.admin.get("/api/v1/cases").raise_for_status().json()["cases"]
    found: dict[str, Any] = next(one for one in cases if one["number"] == number)
    return found


def acts(school: School, action: str) -> int:
    with store_of(school).read() as stored:
        return [one.action for one in stored.audit.all() if one.allowed].count(action)


def test_a_report_from_before_there_was_a_contact_is_sent_once(
    mailing: School, mail_server: MailServer
) -> None:
    name_contact(mailing, None)
    early = case(mailing, report(mailing))
    assert (early["mail"], early["mail_problem"]) == ("off", "no-contact")
    path, before = f"/api/v1/cases/{early['id']}/mail", acts(mailing, "mail-case")
    assert error_code(mailing.admin.post(path)) == "conflict"
    name_contact(mailing, CONTACT)
    assert case(mailing, early["number"])["mail_problem"] is None
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: mailing.admin.post(path), range(4)))
    assert [one.status_code for one in answers] == [200] * 4
    sent = case(mailing, early["number"])
    assert (sent["mail"], acts(mailing, "mail-case") - before) == ("sent", 1)
    assert [letter["Message-ID"] for letter in mail_server.letters()] == [f"<{early['id']}@example.org>"]


def test_a_report_that_was_given_up_is_sent_again(mailing: School, mail_server: MailServer) -> None:
    given_up = given_up_report(mailing)
    assert (given_up["mail"], given_up["mail_problem"]) == ("failed", "refused")
    assert mailing.admin.get("/api/v1/organization").json()["mail"]["failed"] == 1
    path, before = f"/api/v1/cases/{given_up['id']}/mail", acts(mailing, "mail-case")
    name_contact(mailing, None)
    missing = mailing.admin.post(path)
    assert (missing.status_code, error_code(missing)) == (409, "conflict")
    assert case(mailing, given_up["number"])["mail_problem"] == "no-contact"
    name_contact(mailing, CONTACT)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: mailing.admin.post(path), range(4)))
    assert [one.status_code for one in answers] == [200] * 4
    assert "sent" in {one.json()["mail"] for one in answers}
    sent = mailing.admin.post(path).json()
    assert (sent["mail"], sent["mail_problem"], sent["number"]) == ("sent", None, given_up["number"])
    [letter] = mail_server.letters()
    assert letter["To"] == CONTACT
    assert letter["Message-ID"] == f"<{given_up['id']}@example.org>"
    assert given_up["number"] in letter["Subject"]
    assert acts(mailing, "mail-case") == before + 1


def people(school: School, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = school.admin.get(path).raise_for_status().json()["invitations"]
    return found


def is_settled(school: School, path: str) -> bool:
    return all(one["mail"] != "waiting" for one in people(school, path))


def test_a_personal_link_that_was_given_up_is_sent_again(mailing: School, mail_server: MailServer) -> None:
    meeting = mailing.new_meeting("6e B")
    path = f"/api/v1/meetings/{meeting['id']}/invitations"
    invited = {"people": [{"name": "Ann", "email": f"{UNKNOWN}@example.org"}], "send": True}
    made = mailing.admin.post(path, json=invited).raise_for_status().json()["invitations"][0]
    again, settled = f"{path}/{made['id']}/mail", partial(is_settled, mailing, path)
    with closing(mailing.server.visitor()) as visitor:
        assert error_code(visitor.post(again)) == "not-signed-in"
    until("it was refused", settled, ARRIVES_WITHIN_S)
    assert (people(mailing, path)[0]["mail"], people(mailing, path)[0]["mail_problem"]) == (
        "failed",
        "refused",
    )
    before = acts(mailing, "mail-invitation")
    asked = mailing.admin.post(again).raise_for_status().json()
    assert (asked["mail"], asked["mail_problem"], asked["link"]) == ("waiting", None, None)
    until("it was refused again", settled, ARRIVES_WITHIN_S)
    assert acts(mailing, "mail-invitation") == before + 1
    assert people(mailing, path)[0]["mail_problem"] == "refused"
    secret = made["link"].partition("#")[2]
    dead = mailing.admin.post("/api/v1/invitations/look", json={"secret": secret})
    assert error_code(dead) == "meeting-unknown"
    assert error_code(mailing.admin.post(f"{path}/inv_none/mail")) == "not-found"


def test_a_personal_link_lost_by_a_restart_arrives_when_sent_again(
    mailing: School, mail_server: MailServer
) -> None:
    mail_server.put_off("zoe")
    meeting = mailing.new_meeting("6e B")
    path = f"/api/v1/meetings/{meeting['id']}/invitations"
    invited = {"people": [{"name": "Zoé", "email": "zoe@example.org"}], "send": True}
    made = mailing.admin.post(path, json=invited).raise_for_status().json()["invitations"][0]
    mailing.server.kill()
    mailing.server.start()
    mailing.server.wait()
    settled = partial(is_settled, mailing, path)
    until("it shows as lost", settled, ARRIVES_WITHIN_S)
    assert people(mailing, path)[0]["mail_problem"] == "lost"
    mail_server.take("zoe")
    for _ in range(2):
        mailing.admin.post(f"{path}/{made['id']}/mail").raise_for_status()
    until("it is sent", settled, ARRIVES_WITHIN_S)
    [letter] = mail_server.letters()
    assert people(mailing, path)[0]["mail"] == "sent"
    secret = text_of(letter).partition("/i#")[2].split()[0]
    assert secret not in made["link"]
    with mailing.person(meeting["code"]) as zoe:
        assert zoe.knock("", invitation=secret)["type"] == "admitted"


def test_whose_meeting_it_is_not_sends_nothing(mailing: School, mail_server: MailServer) -> None:
    meeting = mailing.new_meeting("6e B")
    path = f"/api/v1/meetings/{meeting['id']}/invitations"
    invited = {"people": [{"name": "Ann", "email": f"{UNKNOWN}@example.org"}], "send": True}
    made = mailing.admin.post(path, json=invited).raise_for_status().json()["invitations"][0]
    until("it was refused", partial(is_settled, mailing, path), ARRIVES_WITHIN_S)
    secret = mailing.server.sign_in_secret("Mo", "mo@example.org")
    with closing(mailing.server.visitor()) as other:
        use_sign_in_link(other, secret)
        assert error_code(other.post(f"{path}/{made['id']}/mail")) == "not-found"
        assert error_code(other.post("/api/v1/cases/cas_none/mail")) == "not-allowed"
    assert people(mailing, path)[0]["mail"] == "failed"
    # Mo alone is written to: about the password that was just chosen.
    assert {str(letter["To"]) for letter in mail_server.letters()} <= {"mo@example.org"}


def test_a_report_sent_again_in_vain_says_why_and_is_tried_again(
    mailing: School, mail_server: MailServer
) -> None:
    given_up = given_up_report(mailing)
    name_contact(mailing, CONTACT)
    mail_server.stop()
    try:
        answer = mailing.admin.post(f"/api/v1/cases/{given_up['id']}/mail").raise_for_status().json()
    finally:
        mail_server.start()
    assert (answer["mail"], answer["mail_problem"]) == ("waiting", "unreachable")
    assert mailing.admin.get("/api/v1/organization").json()["mail"] == {
        "sender": "preau@example.org",
        "waiting": 1,
        "failed": 0,
    }
