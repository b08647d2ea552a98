"""Exim, the mail server of Debian, on loopback ports of its own: letters it took lie in a Maildir.

Configuration, queue and log are its own, and it touches nothing of the machine's. It runs as whoever runs the
tests, or as the package's account where that is root.
"""

from __future__ import annotations

import email
import email.policy
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from tests.kit.free_ports import free_port
from tests.kit.waiting import until

_STARTED_WITHIN_S = 20.0
_DELIVERED_WITHIN_S = 20.0
LOGIN = ("préau", "s:ec/ret@é")
UNKNOWN = "gone"
"""The local part for which there is no mailbox, at any domain."""

_CONFIGURATION = """
exim_user = {uid}
exim_group = {gid}
deliver_drop_privilege
primary_hostname = mail.example.org
spool_directory = {folder}/queue
log_file_path = {folder}/log/%slog
pid_file_path = {folder}/pid
keep_environment =
local_interfaces = 127.0.0.1
daemon_smtp_ports = {open} : {starttls} : {tls}
tls_on_connect_ports = {tls}
tls_certificate = {certificate}
tls_privatekey = {key}
tls_advertise_hosts = ${{if eq{{$received_port}}{{{open}}}{{}}{{*}}}}
auth_advertise_hosts = ${{if and{{{{!eq{{$received_port}}{{{open}}}}}{{eq{{$tls_in_cipher}}{{}}}}}}{{}}{{*}}}}
acl_smtp_mail = sender
acl_smtp_rcpt = recipient
acl_smtp_data = content
begin acl
sender:
  accept condition = ${{if eq{{$received_port}}{{{open}}}}}
  deny ! encrypted = *
    message = 530 5.7.0 Must issue a STARTTLS command first
  deny ! authenticated = *
    message = 530 5.7.0 Authentication required
  accept
recipient:
  require message = 550 5.1.1 no such mailbox
    verify = recipient
  deny condition = ${{if exists{{{folder}/refused/$local_part}}}}
    message = 550 5.1.1 no such mailbox
  defer condition = ${{if exists{{{folder}/put-off/$local_part}}}}
    message = 450 4.2.0 Greylisted, please come back later
  accept
content:
  deny condition = ${{if >{{$max_received_linelength}}{{998}}}}
    message = 552 5.6.0 line too long
  require verify = header_syntax
  accept
begin routers
everybody:
  driver = accept
  local_parts = ! {unknown}
  transport = maildir
begin transports
maildir:
  driver = appendfile
  maildir_format
  directory = {folder}/letters
  envelope_to_add
  return_path_add
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${{if and{{{{eq{{$auth2}}{{{name}}}}}{{eq{{$auth3}}{{{password}}}}}}}}}
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username : Password
  server_condition = ${{if and{{{{eq{{$auth1}}{{{name}}}}}{{eq{{$auth2}}{{{password}}}}}}}}}
"""


@dataclass(frozen=True)
class Certificate:
    """A key and a certificate for 127.0.0.1 that signed itself."""

    certificate: Path
    key: Path


class MailServer:
    """A mail server that can be stopped and started again with what it holds, on the same ports."""

    def __init__(self, folder: Path, certificate: Certificate) -> None:
        self.folder = folder
        self.certificate = certificate.certificate
        self._process: subprocess.Popen[bytes] | None = None
        self._account = pwd.getpwnam("Debian-exim") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self._ports = {kind: free_port() for kind in ("open", "starttls", "tls")}
        for name in ("queue", "log", "letters", "put-off", "refused"):
            self._own(folder / name)
        facts = {
            "uid": self._account.pw_uid,
            "gid": self._account.pw_gid,
            "folder": folder,
            "unknown": UNKNOWN,
        }
        facts |= {"certificate": certificate.certificate, "key": certificate.key}
        name, password = LOGIN
        written = _CONFIGURATION.format(**facts, **self._ports, name=name, password=password)
        (folder / "exim.conf").write_text(written)

    def _own(self, made: Path) -> None:
        made.mkdir()
        if os.geteuid() == 0:
            os.chown(made, self._account.pw_uid, self._account.pw_gid)

    @property
    def open_way(self) -> str:
        """Host and port that take letters without encryption, and without a sign-in too."""
        return f"127.0.0.1:{self._ports['open']}"

    @property
    def starttls_way(self) -> str:
        """Host and port that take letters after STARTTLS and a sign-in as `LOGIN`."""
        return f"127.0.0.1:{self._ports['starttls']}"

    @property
    def tls_way(self) -> str:
        """Host and port that speak TLS from the first byte, and want a sign-in as `LOGIN`."""
        return f"127.0.0.1:{self._ports['tls']}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        program = shutil.which("exim4", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or shutil.which(
            "exim"
        )
        if program is None:
            raise RuntimeError("Exim was not found; install the package exim4-daemon-light")
        command = [program, "-C", str(self.folder / "exim.conf"), "-bdf"]
        account = self._account if os.geteuid() == 0 else None
        with (self.folder / "exim.log").open("ab") as written:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=written,
                cwd="/",
                user=account and account.pw_uid,
                group=account and account.pw_gid,
                extra_groups=account and (),
            )
        until("the mail server answers", self._answers, _STARTED_WITHIN_S)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "exim.log").read_text()
        try:
            with socket.create_connection(("127.0.0.1", self._ports["open"]), timeout=5) as connection:
                return connection.recv(4) == b"220 "
        except OSError:
            return False

    def stop(self) -> None:
        """Nobody is there any more; what it holds stays."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def raw_letters(self) -> list[bytes]:
        """What it delivered, in order, once all it took is delivered."""
        queue = self.folder / "queue" / "input"
        until("all is delivered", lambda: not any(queue.glob("*-H")), _DELIVERED_WITHIN_S)
        found = (self.folder / "letters" / "new").glob("*")
        return [path.read_bytes() for path in sorted(found, key=lambda path: path.stat().st_mtime_ns)]

    def letters(self) -> list[EmailMessage]:
        """The same as a mail program reads it."""
        return [parsed(raw) for raw in self.raw_letters()]

    def put_off(self, local_part: str) -> None:
        """Answer 450 whenever a letter is for this address, as servers do that greylist."""
        (self.folder / "put-off" / local_part).touch()

    def take(self, local_part: str) -> None:
        """Answer 450 no more."""
        (self.folder / "put-off" / local_part).unlink()

    def clear(self) -> None:
        """Throw away all letters, and put nobody off."""
        self.raw_letters()
        for folder in ("letters", "put-off", "refused"):
            for path in (self.folder / folder).rglob("*"):
                if path.is_file():
                    path.unlink()


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
def running_mail_server() -> Iterator[MailServer]:
    """A mail server that answers; gone at the end with all it holds."""
    with tempfile.TemporaryDirectory(prefix="preau-mail-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = MailServer(folder, make_certificate(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def main() -> None:
    """Print where letters are taken and where the server's folder is, as JSON, and serve until SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with running_mail_server() as server:
        print(json.dumps({"way": server.open_way, "folder": str(server.folder)}), flush=True)
        while True:
            signal.pause()


def make_certificate(folder: Path) -> Certificate:
    """A new one, which the mail server's account may read."""
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
    made.key.chmod(0o644)
    return made


if __name__ == "__main__":
    main()
