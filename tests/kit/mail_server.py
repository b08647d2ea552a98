"""A mail server as a process of its own: real SMTP on loopback, letters as files, STARTTLS and sign-in.

`python -m tests.kit.mail_server --port N --folder DIR …` is the process; `running_mail_server` starts it.
"""

from __future__ import annotations

import argparse
import asyncio
import email
import email.policy
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from tests.kit.free_ports import free_port
from tests.kit.waiting import until

_STARTED_WITHIN_S = 20.0
LOGIN = ("préau", "s:ec/ret@é")


@dataclass
class MailServer:
    """A mail server that can be killed and started again on the same port."""

    port: int
    folder: Path
    arguments: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def letters_folder(self) -> Path:
        return self.folder / "letters"

    def start(self) -> None:
        """Start it and wait until it says that it listens."""
        self.letters_folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "mail.log"
        log.write_bytes(b"")
        command = [sys.executable, "-m", "tests.kit.mail_server", "--port", str(self.port)]
        with log.open("ab") as written:
            self.process = subprocess.Popen(
                [*command, "--folder", str(self.letters_folder), *self.arguments],
                stdout=written,
                stderr=written,
                cwd=Path(__file__).parents[2],
            )
        until("the mail server listens", lambda: "listening" in log.read_text(), _STARTED_WITHIN_S)

    def stop(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def letters(self) -> list[EmailMessage]:
        """What arrived, in order."""
        return [parsed(path.read_bytes()) for path in sorted(self.letters_folder.glob("*.eml"))]


def parsed(raw: bytes) -> EmailMessage:
    """A letter as a mail program reads it."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(letter: EmailMessage) -> str:
    """The words of a letter."""
    content: str = letter.get_content()
    return content


@contextmanager
def running_mail_server(folder: Path, *arguments: str) -> Iterator[MailServer]:
    """A mail server that listens; killed at the end."""
    server = MailServer(free_port(), folder, arguments)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@dataclass(frozen=True)
class Certificate:
    """A key and a certificate for 127.0.0.1 that signed itself."""

    certificate: Path
    key: Path

    @property
    def arguments(self) -> tuple[str, ...]:
        return ("--certificate", str(self.certificate), "--key", str(self.key))


def make_certificate(folder: Path) -> Certificate:
    """A new one."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(made.key), "-out", str(made.certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return made


def main(given: Sequence[str]) -> None:
    """Serve until the process is killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    parser.add_argument("--wants-login", action="store_true")
    parser.add_argument("--refuses", help="the local part of an address that is refused")
    asyncio.run(_serve(parser.parse_args(given)))


async def _serve(options: argparse.Namespace) -> None:
    from aiosmtpd.smtp import SMTP, AuthResult

    async def take_address(
        _self: Any, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if options.refuses and address.startswith(f"{options.refuses}@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def take_letter(_self: Any, _server: Any, _session: Any, envelope: Any) -> str:
        """Written whole before the server says that it has it."""
        number = len(list(options.folder.glob("*.eml")))
        part = options.folder / f"{number:04d}.part"
        part.write_bytes(envelope.content)
        os.replace(part, part.with_suffix(".eml"))
        return "250 2.0.0 kept"

    # aiosmtpd finds its hooks by these names.
    handler = type("Keep", (), {"handle_RCPT": take_address, "handle_DATA": take_letter})()

    def knows(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        is_right = (data.login.decode(), data.password.decode()) == LOGIN
        return AuthResult(success=is_right, handled=False)

    context = None
    if options.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.certificate, options.key)

    def connection() -> SMTP:
        return SMTP(
            handler,
            tls_context=context,
            require_starttls=context is not None,
            auth_required=options.wants_login,
            auth_require_tls=context is not None,
            authenticator=knows,
        )

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", options.port)
    print("listening", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
