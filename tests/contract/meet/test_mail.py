"""Mail over a real mail server: letters as they arrive, encryption that is not given up, what went wrong."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote

import pytest

from preau.meet.domain.letters import Letter
from preau.meet.integrations import mail as mail_module
from preau.meet.integrations.mail import NoMail, SmtpMail
from preau.meet.services.ports import Mail, MailOutcome, MailResult
from preau.meet.settings import MailSettings, MeetSettings
from tests.kit.free_ports import free_port
from tests.kit.mail_server import LOGIN, UNKNOWN, MailServer, text_of

LETTER = Letter(
    id="cas_1",
    to="ecole@example.org",
    sender_name="Collège Émile Zola",
    subject="Signalement P-2026-0001 – été",
    text="Numéro : 1\nhttps://meet.example.org/cases#" + "x" * 200 + "\n.\n",
)
ADDED_BY_SERVERS = {"Received", "Return-path", "Envelope-to"}
SIGN_IN = f"{quote(LOGIN[0], safe='')}:{quote(LOGIN[1], safe='')}@"


def settings_for(url: str) -> MailSettings:
    read = MeetSettings.from_environment({"PREAU_SMTP_URL": url, "PREAU_MAIL_FROM": "preau@example.org"})
    assert read.mail is not None
    return read.mail


async def sent(url: str, letter: Letter = LETTER) -> MailResult:
    mail: Mail = SmtpMail(settings_for(url))
    return await mail.send(letter)


@pytest.fixture
def trusted(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_server.certificate))
    return mail_server


async def test_a_letter_arrives_as_it_was_written(mail_server: MailServer) -> None:
    result = await sent(f"smtp://{mail_server.open_way}")
    [raw], [arrived] = mail_server.raw_letters(), mail_server.letters()
    assert result.outcome is MailOutcome.SENT
    assert arrived["From"] == "Collège Émile Zola <preau@example.org>"
    assert arrived["To"] == arrived["Envelope-to"] == LETTER.to
    assert arrived["Return-path"] == "<preau@example.org>"
    assert arrived["Subject"] == LETTER.subject
    assert arrived["Message-ID"] == "<cas_1@example.org>"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert arrived["MIME-Version"] == "1.0"
    assert text_of(arrived) == LETTER.text
    assert arrived.get_content_type() == "text/plain"
    assert raw.isascii()
    assert max(len(line) for line in raw.splitlines()) <= 78


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\u2028", "\u0085", "\x0b", "\x00\r\n"])
async def test_a_name_cannot_write_headers(mail_server: MailServer, line_break: str) -> None:
    hostile = f"Ann{line_break}Bcc: everybody@example.org{line_break}{line_break}body"
    letter = Letter("ltr_1", "ann@example.org", hostile, f"Votre lien pour {hostile}", "x\n.\r\nQUIT\r\n")
    result = await sent(f"smtp://{mail_server.open_way}", letter)
    [arrived] = mail_server.letters()
    assert result.outcome is MailOutcome.SENT
    names = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"}
    assert set(arrived.keys()) == names | {"Content-Type", "Content-Transfer-Encoding"} | ADDED_BY_SERVERS
    assert [one.addr_spec for one in arrived["To"].addresses] == ["ann@example.org"]
    assert arrived["Envelope-to"] == "ann@example.org"
    assert "QUIT" in text_of(arrived)


@pytest.mark.parametrize("is_from_the_first_byte", [False, True])
async def test_an_encrypted_way_with_a_sign_in(trusted: MailServer, is_from_the_first_byte: bool) -> None:
    started = f"smtp://{SIGN_IN}{trusted.starttls_way}?tls=starttls"
    url = f"smtps://{SIGN_IN}{trusted.tls_way}" if is_from_the_first_byte else started
    assert (await sent(url)).outcome is MailOutcome.SENT
    unsigned = await sent(url.replace(SIGN_IN, ""))
    assert unsigned == MailResult(MailOutcome.REFUSED, "530 5.7.0 Authentication required")
    [arrived] = trusted.letters()
    assert "with esmtpsa" in arrived["Received"]


async def test_a_password_that_is_wrong(mail_server: MailServer) -> None:
    assert (await sent(f"smtp://{SIGN_IN}{mail_server.open_way}")).outcome is MailOutcome.SENT
    wrong = await sent(f"smtp://{quote(LOGIN[0])}:guessed@{mail_server.open_way}")
    assert wrong == MailResult(MailOutcome.SIGN_IN_REFUSED, "535 Incorrect authentication data")
    assert len(mail_server.letters()) == 1


async def test_nothing_is_said_to_a_server_whose_certificate_nobody_vouches_for(
    mail_server: MailServer,
) -> None:
    started = f"smtp://{SIGN_IN}{mail_server.starttls_way}?tls=starttls"
    for url in (started, f"smtps://{SIGN_IN}{mail_server.tls_way}"):
        assert (await sent(url)).outcome is MailOutcome.NOT_ENCRYPTED
    assert mail_server.letters() == []


async def test_nothing_is_said_to_a_server_whose_certificate_is_for_another_name(trusted: MailServer) -> None:
    way = trusted.starttls_way.replace("127.0.0.1", "localhost")
    url = f"smtp://{SIGN_IN}{way}?tls=starttls"
    assert (await sent(url)).outcome is MailOutcome.NOT_ENCRYPTED
    assert trusted.letters() == []


async def test_a_server_without_encryption_gets_nothing_when_encryption_is_asked_for(
    mail_server: MailServer,
) -> None:
    result = await sent(f"smtp://{mail_server.open_way}?tls=starttls")
    assert result.outcome is MailOutcome.NOT_ENCRYPTED
    assert mail_server.letters() == []


async def test_an_address_that_is_refused(mail_server: MailServer) -> None:
    result = await sent(f"smtp://{mail_server.open_way}", replace(LETTER, to=f"{UNKNOWN}@example.org"))
    assert result == MailResult(MailOutcome.REFUSED, "550 5.1.1 no such mailbox")
    assert result.is_final
    assert mail_server.letters() == []


async def test_a_server_that_puts_strangers_off_takes_the_letter_later(mail_server: MailServer) -> None:
    mail_server.put_off("ecole")
    result = await sent(f"smtp://{mail_server.open_way}")
    assert result == MailResult(MailOutcome.REFUSED, "450 4.2.0 Greylisted, please come back later")
    assert not result.is_final
    mail_server.take("ecole")
    assert (await sent(f"smtp://{mail_server.open_way}")).outcome is MailOutcome.SENT
    assert len(mail_server.letters()) == 1


async def test_a_server_that_lost_its_power_is_there_again_with_what_it_took(mail_server: MailServer) -> None:
    url = f"smtp://{mail_server.open_way}"
    assert (await sent(url)).outcome is MailOutcome.SENT
    mail_server.stop()
    try:
        assert (await sent(url)).outcome is MailOutcome.UNREACHABLE
    finally:
        mail_server.start()
    assert (await sent(url)).outcome is MailOutcome.SENT
    assert len(mail_server.letters()) == 2


async def test_a_server_that_is_not_there() -> None:
    assert (await sent(f"smtp://127.0.0.1:{free_port()}")).outcome is MailOutcome.UNREACHABLE


async def test_without_a_mail_server_nothing_is_sent() -> None:
    mail: Mail = NoMail()
    assert mail.sender is None
    assert await mail.send(LETTER) == MailResult(MailOutcome.OFF)


@pytest.mark.parametrize(
    ("greeting", "outcome"),
    [
        (None, MailOutcome.UNREACHABLE),
        (b"", MailOutcome.UNREACHABLE),
        (b"554 5.7.1 go \x1b[31maway\x00\xff\r\n", MailOutcome.UNREACHABLE),
        (b"\x00\xff\xfe not SMTP at all\r\n" * 50, MailOutcome.REFUSED),
        (b"220-" + b"x" * 300_000, MailOutcome.REFUSED),
        (b"220-more\r\n" * 50_000, MailOutcome.REFUSED),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", MailOutcome.REFUSED),
    ],
    ids=["silent", "hangs up", "refuses", "binary", "endless line", "endless greeting", "http"],
)
async def test_a_server_that_is_no_mail_server_is_given_up_on(
    greeting: bytes | None, outcome: MailOutcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_module, "_STEP_TIMEOUT_S", 1.0)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.CancelledError):
            if greeting is not None:
                writer.write(greeting)
                await writer.drain()
            if greeting != b"":
                await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        result = await sent(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert result.outcome is outcome
    assert len(result.reply) <= 300
    assert result.reply.isprintable()


POLITE = {
    b"EHLO": b"250-mail.example.org\r\n250 8BITMIME\r\n",
    b"MAIL": b"250 OK\r\n",
    b"RCPT": b"250 OK\r\n",
    b"DATA": b"354 go on\r\n",
    b".": b"250 taken\r\n",
}
MID_DIALOGUE = [
    *(
        (step, answer)
        for step in POLITE
        for answer in (None, b"", b"\x00\xff\xfe\r\n", b"250-" + b"x" * 300_000)
    ),
    (b"RCPT", b"421 4.3.2 closing\r\n"),
    (b".", b"452 4.3.1 full\r\n"),
]


@pytest.mark.parametrize(("step", "answer"), MID_DIALOGUE)
async def test_a_server_that_loses_its_wits_midway_has_not_taken_the_letter(
    step: bytes, answer: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None: it says no more; empty: it breaks the line."""
    monkeypatch.setattr(mail_module, "_STEP_TIMEOUT_S", 0.3)

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_letter = False
        with suppress(ConnectionError, asyncio.CancelledError):
            writer.write(b"220 mail.example.org\r\n")
            while line := await reader.readline():
                said = b"." if line == b".\r\n" else line[:4].rstrip()
                if is_letter and said != b".":
                    continue
                is_letter = said == b"DATA"
                reply = answer if said == step else POLITE.get(said, b"500 what\r\n")
                if reply == b"":
                    break
                writer.write(reply or b"")
        writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0)
    async with server:
        result = await sent(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert result.outcome in {MailOutcome.UNREACHABLE, MailOutcome.REFUSED}
    assert len(result.reply) <= 300
    assert result.reply.isprintable()
