"""Letters through Debian's mail server: over kill -9, while it is away, put off, refused, encrypted."""

from __future__ import annotations

import re
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from urllib.parse import quote

import httpx

from tests.kit.control_client import ControlClient
from tests.kit.mail_server import LOGIN, UNKNOWN, MailServer, text_of
from tests.kit.meet_server import MeetServer, invite, running_meet, started_meet
from tests.kit.waiting import until

ARRIVES_WITHIN_S = 30.0
CONTACT = "safe@example.org"
SCHOOL = "Collège Émile Zola"
TITLE = "Réunion d'équipe – œuvres « Été », préparation de l'après-midi"
INVITED = f"Votre lien pour « {TITLE} »"
HARM = "He said that he would hurt Zebulon"


def settings_for(url: str) -> dict[str, str]:
    return {"PREAU_SMTP_URL": url, "PREAU_MAIL_FROM": "preau@example.org"}


def reported(server: MeetServer, admin: httpx.Client) -> str:
    """The number of a report out of a class that runs."""
    made = admin.post("/api/v1/meetings", json={"title": TITLE, "kind": "class"}).raise_for_status()
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


def invited(admin: httpx.Client, *people: tuple[str, str | None]) -> str:
    """The path of the invitations of a new meeting, whose links are on their way by mail in French."""
    admin.patch("/api/v1/me", json={"language": "fr"}).raise_for_status()
    meeting = admin.post("/api/v1/meetings", json={"title": TITLE, "kind": "meeting"}).json()
    path = f"/api/v1/meetings/{meeting['id']}/invitations"
    listed = [{"name": name, "email": email} for name, email in people]
    admin.post(path, json={"people": listed, "send": True}).raise_for_status()
    return path


def are_mailed(admin: httpx.Client, path: str, expected: list[str]) -> bool:
    return [one["mail"] for one in admin.get(path).json()["invitations"]] == expected


def test_no_report_is_lost_or_sent_twice_while_the_mail_server_is_away_and_we_are_killed(
    tmp_path: Path, mail_server: MailServer
) -> None:
    settings = settings_for(f"smtp://{mail_server.open_way}")
    with running_meet(tmp_path, settings) as server, closing(server.administrator()) as admin:
        admin.patch("/api/v1/organization", json={"safeguarding_contact": CONTACT}).raise_for_status()
        mail_server.stop()
        try:
            killed = reported(server, admin)
            lost = invited(admin, ("Ann", "ann@example.org"))
            assert are_mailed(admin, lost, ["waiting"])
            server.kill()
            server.start()
            server.wait()
            assert mail_of(admin, killed) == "waiting"
            until("a lost link shows", partial(are_mailed, admin, lost, ["failed"]), ARRIVES_WITHIN_S)
            until(
                "a letter was tried in vain",
                lambda: "mail-failed" in server.log.read_text(),
                ARRIVES_WITHIN_S,
            )
            away = reported(server, admin)
            assert admin.get("/api/v1/organization").json()["mail"]["waiting"] == 2
        finally:
            mail_server.start()
        mail_server.put_off("zoe")
        links = invited(admin, ("Zoé Lefèvre", "zoe@example.org"))
        until("it was put off", lambda: '"refused"' in server.log.read_text(), ARRIVES_WITHIN_S)
        assert are_mailed(admin, links, ["waiting"])
        mail_server.take("zoe")
        until("it is taken", partial(are_mailed, admin, links, ["sent"]), ARRIVES_WITHIN_S)
        for number in (killed, away):
            until("it is known", partial(is_sent, admin, number), ARRIVES_WITHIN_S)
        logged = server.log.read_text()
    by_subject = {str(letter["Subject"]): letter for letter in mail_server.letters()}
    about = {number: f"Signalement {number} / Report {number}" for number in (killed, away)}
    assert sorted(str(letter["Subject"]) for letter in mail_server.letters()) == sorted(
        [*about.values(), INVITED]
    )
    for number in (killed, away):
        letter = by_subject[about[number]]
        assert letter["To"] == letter["Envelope-to"] == CONTACT
        text = text_of(letter)
        assert f"{server.url}/cases#{number}" in text
        for kept_back in ("Annabelle", "Zebulon", HARM, TITLE):
            assert kept_back not in text
    for kept_back in (HARM, CONTACT, "zoe@example.org"):
        assert kept_back not in logged


def encrypted_settings(mail_server: MailServer, password: str = LOGIN[1]) -> dict[str, str]:
    sign_in = f"{quote(LOGIN[0], safe='')}:{quote(password, safe='')}"
    trusting = {"SSL_CERT_FILE": str(mail_server.certificate)}
    return settings_for(f"smtp://{sign_in}@{mail_server.starttls_way}?tls=starttls") | trusting


def tried_mail(admin: httpx.Client) -> tuple[str, str]:
    """What became of a trial letter to the administrator, and what the mail server said."""
    tried = admin.post("/api/v1/organization/test-mail").raise_for_status().json()
    assert tried["to"] == "ada@example.org"
    return tried["result"], tried["reply"]


def test_without_the_password_or_a_certificate_to_trust_nothing_leaves(
    tmp_path: Path, mail_server: MailServer
) -> None:
    trials = {
        ("sign-in-refused", "535 Incorrect authentication data"): encrypted_settings(mail_server, "guessed"),
        ("not-encrypted", ""): encrypted_settings(mail_server) | {"SSL_CERT_FILE": ""},
    }
    with ExitStack() as running:
        servers = {
            expected: running.enter_context(started_meet(tmp_path / expected[0], settings))
            for expected, settings in trials.items()
        }
        for expected, server in servers.items():
            server.wait()
            with closing(server.administrator()) as admin:
                assert tried_mail(admin) == expected
            assert LOGIN[1] not in server.log.read_text()
    assert mail_server.letters() == []


def test_personal_links_arrive_encrypted_and_let_their_people_in(
    tmp_path: Path, mail_server: MailServer
) -> None:
    with (
        running_meet(tmp_path, encrypted_settings(mail_server)) as server,
        closing(server.administrator()) as admin,
    ):
        admin.patch("/api/v1/organization", json={"name": SCHOOL}).raise_for_status()
        result, reply = tried_mail(admin)
        eve = ("Eve", f"{UNKNOWN}@example.org")
        path = invited(admin, ("Zoé Lefèvre-Ôtard", "zoe@example.org"), ("Anaïs", None), eve)
        expected = ["sent", "off", "failed"]
        until("all is settled", partial(are_mailed, admin, path, expected), ARRIVES_WITHIN_S)
        [trial, letter], [_, raw] = mail_server.letters(), mail_server.raw_letters()
        found = re.search(rf"{server.url}/i#(\S+)", text_of(letter))
        assert found is not None
        code = admin.get(path.removesuffix("/invitations")).raise_for_status().json()["code"]
        with ControlClient(server.socket_url, code) as zoe:
            admitted = zoe.knock("", invitation=found.group(1))
        logged = server.log.read_text()
    assert (result, reply[:6]) == ("sent", "OK id=")
    for one in (trial, letter):
        # With TLS, and signed in: the mail server's own words.
        assert "with esmtpsa" in one["Received"]
        assert one["From"] == f"{SCHOOL} <preau@example.org>"
    assert admitted["snapshot"]["participants"][0]["name"] == "Zoé Lefèvre-Ôtard"
    assert letter["Subject"] == INVITED
    assert text_of(letter).startswith("Bonjour Zoé Lefèvre-Ôtard,\n")
    assert TITLE in text_of(letter)
    assert (letter.get_content_type(), letter["MIME-Version"]) == ("text/plain", "1.0")
    assert raw.isascii()
    assert max(len(line) for line in raw[raw.index(b"\nFrom: ") :].splitlines()) <= 78
    for kept_back in (found.group(1), LOGIN[1], "zoe@example.org"):
        assert kept_back not in logged
