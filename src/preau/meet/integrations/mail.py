"""Mail over SMTP, and the twin for servers without it. aiosmtplib is imported with the first letter."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from importlib import import_module
from typing import Any

from preau.meet.domain.letters import Letter
from preau.meet.domain.text import clean_line
from preau.meet.log import LogEvent, log_event
from preau.meet.services.ports import MailOutcome, MailResult
from preau.meet.settings import MailSecurity, MailSettings

_STEP_TIMEOUT_S = 15.0
_TIMEOUT_S = 60.0
_MAX_REPLY_CHARACTERS = 300
_OUR_NAME = "Préau"


class NoMail:
    """The `Mail` port of a server that is told of no mail server."""

    sender: str | None = None

    async def send(self, _letter: Letter) -> MailResult:
        """Nothing is sent."""
        return MailResult(MailOutcome.OFF)


class SmtpMail:
    """The `Mail` port over one SMTP server; a connection for each letter."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    @property
    def sender(self) -> str | None:
        """The address our mail comes from."""
        return self._settings.sender

    async def send(self, letter: Letter) -> MailResult:
        """Hand one letter over. Whatever goes wrong is the result."""
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                result = await self._hand_over(letter)
        except Exception as error:  # A letter that cannot be sent must not end the sending of the others.
            result = _failure(error)
        if result.outcome is not MailOutcome.SENT:
            log_event(LogEvent.MAIL_FAILED, error=result.outcome.value)
        return result

    async def _hand_over(self, letter: Letter) -> MailResult:
        settings = self._settings
        library: Any = await asyncio.to_thread(import_module, "aiosmtplib")
        is_open = settings.security is MailSecurity.NONE
        _, reply = await library.send(
            on_the_wire(letter, settings.sender, datetime.now(UTC)),
            sender=settings.sender,
            recipients=[letter.to],
            hostname=settings.host,
            port=settings.port,
            username=settings.username,
            password=settings.password,
            use_tls=settings.security is MailSecurity.TLS,
            start_tls=settings.security is MailSecurity.STARTTLS,
            tls_context=None if is_open else ssl.create_default_context(),
            timeout=_STEP_TIMEOUT_S,
            local_hostname=settings.sender.rpartition("@")[2],
        )
        return MailResult(MailOutcome.SENT, _shown(reply))


def on_the_wire(letter: Letter, sender: str, now: datetime) -> EmailMessage:
    """A letter as RFC 5322 has it: plain text, no pictures, nothing that reports its opening."""
    message = EmailMessage(policy=SMTP)
    # A value with a line break is refused by the library; ours are one line before they get there.
    name = clean_line(letter.sender_name) or _OUR_NAME
    message["From"] = Address(display_name=name, addr_spec=sender)
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = clean_line(letter.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    # Seven bits carry it past any server, however old.
    message.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    return message


def _failure(error: BaseException) -> MailResult:
    """What an error of the library, or of the network under it, means to an administrator."""
    refusals = getattr(error, "recipients", None)
    told: Any = refusals[0] if isinstance(refusals, list) and refusals else error
    reply = _shown(f"{told.code} {told.message}") if hasattr(told, "code") else ""
    if _has_cause(error, ssl.SSLError) or "STARTTLS extension not supported" in str(error):
        return MailResult(MailOutcome.NOT_ENCRYPTED, reply)
    if "AUTH extension is not supported" in str(error):
        return MailResult(MailOutcome.SIGN_IN_REFUSED, reply)
    names = {kind.__name__ for kind in type(error).__mro__}
    outcome = next((meant for name, meant in _MEANINGS.items() if name in names), MailOutcome.REFUSED)
    return MailResult(outcome, reply)


#: By the names of aiosmtplib's errors, the special ones first.
_MEANINGS: Mapping[str, MailOutcome] = {
    "SMTPConnectError": MailOutcome.UNREACHABLE,
    "SMTPServerDisconnected": MailOutcome.UNREACHABLE,
    "SMTPTimeoutError": MailOutcome.UNREACHABLE,
    "SMTPAuthenticationError": MailOutcome.SIGN_IN_REFUSED,
    "TimeoutError": MailOutcome.UNREACHABLE,
    "OSError": MailOutcome.UNREACHABLE,
}


def _has_cause(error: BaseException | None, kind: type[BaseException]) -> bool:
    while error is not None:
        if isinstance(error, kind):
            return True
        error = error.__cause__ or error.__context__
    return False


def _shown(reply: Any) -> str:
    return clean_line(str(reply))[:_MAX_REPLY_CHARACTERS]
