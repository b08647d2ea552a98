"""A report and its letter: over kill -9, while the mail server is away, and encrypted with a sign-in."""

from __future__ import annotations

import re
from contextlib import closing
from functools import partial
from pathlib import Path
from urllib.parse import quote

import httpx

from tests.kit.control_client import ControlClient
from tests.kit.free_ports import free_port
from tests.kit.mail_server import LOGIN, MailServer, make_certificate, running_mail_server, text_of
from tests.kit.meet_server import MeetServer, invite, running_meet
from tests.kit.waiting import until

ARRIVES_WITHIN_S = 30.0
CONTACT = "safe@example.org"
HARM = "He said that he would hurt Zebulon"


def settings_for(url: str) -> dict[str, str]:
    return {"PREAU_SMTP_URL": url, "PREAU_MAIL_FROM": "preau@example.org"}


def reported(server: MeetServer, admin: httpx.Client) -> str:
    """The number of a report out of a class that runs."""
    made = admin.post("/api/v1/meetings", json={"title": "6e B secret", "kind": "class"}).raise_for_status()
    meeting = made.json()
    pupil = ControlClient(server.socket_url, meeting["code"])
    with pupil:
        pupil.knock("", invitation=invite(admin, meeting["id"], "Annabelle"))
        answer = pupil.ask("report", category="threat", participant_id=None, text=HARM, message_ids=[])
    assert answer["type"] == "reported", answer
    return str(answer["case_number"])


def mail_of(admin: httpx.Client, number: str) -> str:
    cases = admin.get("/api/v1/cases").raise_for_status().json()["cases"]
    return str(next(one["mail"] for one in cases if one["number"] == number))


def is_sent(admin: httpx.Client, number: str) -> bool:
    return mail_of(admin, number) == "sent"


def test_a_report_outlives_kill_9_and_a_mail_server_that_is_away(tmp_path: Path) -> None:
    mail_server = MailServer(free_port(), tmp_path / "mail")
    settings = settings_for(f"smtp://127.0.0.1:{mail_server.port}")
    with running_meet(tmp_path, settings) as server, closing(server.administrator()) as admin:
        admin.patch("/api/v1/organization", json={"safeguarding_contact": CONTACT}).raise_for_status()
        killed = reported(server, admin)
        server.kill()
        server.start()
        server.wait()
        assert mail_of(admin, killed) == "waiting"
        until("a letter was tried in vain", lambda: "mail-failed" in server.log.read_text(), ARRIVES_WITHIN_S)
        away = reported(server, admin)
        assert admin.get("/api/v1/organization").json()["mail"]["waiting"] == 2
        mail_server.start()
        try:
            until("both are sent", lambda: len(mail_server.letters()) == 2, ARRIVES_WITHIN_S)
            for number in (killed, away):
                until("it is known", partial(is_sent, admin, number), ARRIVES_WITHIN_S)
        finally:
            mail_server.stop()
    texts = [f"{letter['Subject']}\n{text_of(letter)}" for letter in mail_server.letters()]
    assert sorted(number for number in (killed, away) for text in texts if number in text.split("\n")[0]) == [
        killed,
        away,
    ]
    for letter, text in zip(mail_server.letters(), texts, strict=True):
        assert letter["To"] == CONTACT
        assert f"{server.url}/cases#P-" in text
        for kept_back in ("Annabelle", "Zebulon", HARM, "6e B"):
            assert kept_back not in text
    assert HARM not in server.log.read_text()
    assert CONTACT not in server.log.read_text()


def test_a_trial_over_an_encrypted_way_says_what_the_mail_server_says(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    name, password = (quote(part, safe="") for part in LOGIN)
    with running_mail_server(tmp_path / "mail", *certificate.arguments, "--wants-login") as mail_server:
        way = f"127.0.0.1:{mail_server.port}?tls=starttls"
        trusting = {"SSL_CERT_FILE": str(certificate.certificate)}
        for folder, url, trust, result in (
            ("right", f"smtp://{name}:{password}@{way}", trusting, "sent"),
            ("wrong", f"smtp://{name}:guessed@{way}", trusting, "sign-in-refused"),
            ("stranger", f"smtp://{name}:{password}@{way}", {}, "not-encrypted"),
        ):
            (tmp_path / folder).mkdir()
            with running_meet(tmp_path / folder, {**settings_for(url), **trust}) as server:
                with closing(server.administrator()) as admin:
                    tried = admin.post("/api/v1/organization/test-mail").raise_for_status().json()
                assert (tried["result"], tried["to"]) == (result, "ada@example.org")
                assert password not in server.log.read_text()
        [letter] = mail_server.letters()
    assert (letter["To"], letter["From"]) == ("ada@example.org", "Préau <preau@example.org>")


def test_personal_links_arrive_and_let_their_people_in(tmp_path: Path) -> None:
    with running_mail_server(tmp_path / "mail", "--refuses", "gone") as mail_server:
        settings = settings_for(f"smtp://127.0.0.1:{mail_server.port}")
        with running_meet(tmp_path, settings) as server, closing(server.administrator()) as admin:
            meeting = admin.post("/api/v1/meetings", json={"title": "6e B", "kind": "meeting"}).json()
            path = f"/api/v1/meetings/{meeting['id']}/invitations"
            csv = "Ann,ann@example.org\nZoé,\nEve,gone@example.org"
            made = admin.post(path, json={"csv": csv, "send": True}).raise_for_status().json()
            assert [one["mail"] for one in made["invitations"]] == ["waiting", "off", "waiting"]
            expected = ["sent", "off", "failed"]
            until("all is settled", partial(are_mailed, admin, path, expected), ARRIVES_WITHIN_S)
            [letter] = mail_server.letters()
            found = re.search(rf"{server.url}/i/(\S+)", text_of(letter))
            assert found is not None
            assert found.group(1) not in server.log.read_text()
            with ControlClient(server.socket_url, meeting["code"]) as ann:
                admitted = ann.knock("", invitation=found.group(1))
            assert admitted["snapshot"]["participants"][0]["name"] == "Ann"


def are_mailed(admin: httpx.Client, path: str, expected: list[str]) -> bool:
    return [one["mail"] for one in admin.get(path).json()["invitations"]] == expected


def test_links_that_a_kill_kept_from_being_sent_show_as_failed(tmp_path: Path) -> None:
    nowhere = settings_for(f"smtp://127.0.0.1:{free_port()}")
    with running_meet(tmp_path, nowhere) as server, closing(server.administrator()) as admin:
        meeting = admin.post("/api/v1/meetings", json={"title": "6e B", "kind": "meeting"}).json()
        path = f"/api/v1/meetings/{meeting['id']}/invitations"
        admin.post(path, json={"csv": "Ann,ann@example.org", "send": True}).raise_for_status()
        assert are_mailed(admin, path, ["waiting"])
        server.kill()
        server.start()
        server.wait()
        until("it shows", partial(are_mailed, admin, path, ["failed"]), ARRIVES_WITHIN_S)
