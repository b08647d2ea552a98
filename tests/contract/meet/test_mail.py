"""Mail over a real mail server: letters as they arrive, encryption that is not given up, what went wrong."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import pytest

from preau.meet.domain.letters import Letter
from preau.meet.integrations import mail as mail_module
from preau.meet.integrations.mail import NoMail, SmtpMail
from preau.meet.services.ports import Mail, MailOutcome, MailResult
from preau.meet.settings import MailSettings, MeetSettings
from tests.kit.free_ports import free_port
from tests.kit.mail_server import (
    LOGIN,
    Certificate,
    make_certificate,
    running_mail_server,
    text_of,
)

LETTER = Letter(
    id="cas_1",
    to="ecole@example.org",
    sender_name="Collège Émile Zola",
    subject="Signalement P-2026-0001 – été",
    text="Numéro : 1\nhttps://meet.example.org/cases#" + "x" * 200 + "\n.\n",
)
SIGN_IN = f"{quote(LOGIN[0], safe='')}:{quote(LOGIN[1], safe='')}@"


def settings_for(url: str) -> MailSettings:
    read = MeetSettings.from_environment({"PREAU_SMTP_URL": url, "PREAU_MAIL_FROM": "preau@example.org"})
    assert read.mail is not None
    return read.mail


async def sent(url: str, letter: Letter = LETTER) -> MailResult:
    mail: Mail = SmtpMail(settings_for(url))
    return await mail.send(letter)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def trusted(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    return certificate


async def test_a_letter_arrives_as_it_was_written(tmp_path: Path) -> None:
    with running_mail_server(tmp_path) as server:
        result = await sent(f"smtp://127.0.0.1:{server.port}")
        [arrived] = server.letters()
        raw = next(server.letters_folder.glob("*.eml")).read_bytes()
    assert result.outcome is MailOutcome.SENT
    assert arrived["From"] == "Collège Émile Zola <preau@example.org>"
    assert arrived["To"] == LETTER.to
    assert arrived["Subject"] == LETTER.subject
    assert arrived["Message-ID"] == "<cas_1@example.org>"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert text_of(arrived).replace("\r\n", "\n") == LETTER.text
    assert arrived.get_content_type() == "text/plain"
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\u2028", "\u0085", "\x0b", "\x00\r\n"])
async def test_a_name_cannot_write_headers(tmp_path: Path, line_break: str) -> None:
    hostile = f"Ann{line_break}Bcc: everybody@example.org{line_break}{line_break}body"
    letter = Letter("ltr_1", "ann@example.org", hostile, f"Votre lien pour {hostile}", "x\n.\r\nQUIT\r\n")
    with running_mail_server(tmp_path) as server:
        result = await sent(f"smtp://127.0.0.1:{server.port}", letter)
        [arrived] = server.letters()
    assert result.outcome is MailOutcome.SENT
    names = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"}
    assert set(arrived.keys()) == names | {"Content-Type", "Content-Transfer-Encoding"}
    assert [one.addr_spec for one in arrived["To"].addresses] == ["ann@example.org"]
    assert "QUIT" in text_of(arrived)


async def test_an_encrypted_way_with_a_sign_in(tmp_path: Path, trusted: Certificate) -> None:
    with running_mail_server(tmp_path, *trusted.arguments, "--wants-login") as server:
        url = f"smtp://{SIGN_IN}127.0.0.1:{server.port}?tls=starttls"
        assert (await sent(url)).outcome is MailOutcome.SENT
        wrong = await sent(url.replace(SIGN_IN, "somebody:else@"))
        assert wrong.outcome is MailOutcome.SIGN_IN_REFUSED
        assert wrong.reply.startswith("535")
        assert (await sent(f"smtp://127.0.0.1:{server.port}?tls=starttls")).outcome is MailOutcome.REFUSED
        assert len(server.letters()) == 1


async def test_nothing_is_said_to_a_server_whose_certificate_nobody_vouches_for(
    tmp_path: Path, certificate: Certificate
) -> None:
    with running_mail_server(tmp_path, *certificate.arguments) as server:
        result = await sent(f"smtp://127.0.0.1:{server.port}?tls=starttls")
        assert result.outcome is MailOutcome.NOT_ENCRYPTED
        assert server.letters() == []


async def test_a_server_without_encryption_gets_nothing_when_encryption_is_asked_for(tmp_path: Path) -> None:
    with running_mail_server(tmp_path) as server:
        result = await sent(f"smtp://127.0.0.1:{server.port}?tls=starttls")
        assert result.outcome is MailOutcome.NOT_ENCRYPTED
        assert server.letters() == []


async def test_an_address_that_is_refused(tmp_path: Path) -> None:
    with running_mail_server(tmp_path, "--refuses", "ecole") as server:
        result = await sent(f"smtp://127.0.0.1:{server.port}")
        assert result == MailResult(MailOutcome.REFUSED, "550 5.1.1 no such mailbox")
        assert server.letters() == []


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
