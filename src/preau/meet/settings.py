"""Settings, all from PREAU_* environment variables; a wrong one is named with what is allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from preau.meet.domain.text import clean_email
from preau.problems import BadSetting

_PASSWORD = re.compile(r":[^:@/]*@")
_LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_DATABASE_SCHEMES = frozenset({"sqlite", "postgresql", "postgres"})


@dataclass(frozen=True)
class LiveKitSettings:
    """A LiveKit server: where its API is, the key pair, and the address browsers get ("" the page's own)."""

    api_url: str
    key: str
    secret: str
    browser_url: str


@dataclass(frozen=True)
class MediaPorts:
    """Where the embedded engine takes media; `addresses` are those it tells browsers."""

    udp_port: int
    tcp_port: int
    addresses: tuple[str, ...]


class MailSecurity(StrEnum):
    """How the way to a mail server is encrypted."""

    TLS = "tls"
    """From the first byte."""
    STARTTLS = "starttls"
    """Before anything is said, or not at all."""
    NONE = "none"


@dataclass(frozen=True)
class MailSettings:
    """A mail server and the address our mail comes from. `username` None: nobody signs in."""

    host: str
    port: int
    security: MailSecurity
    username: str | None
    password: str | None
    sender: str


@dataclass(frozen=True)
class MeetSettings:
    """Everything an operator can set. `livekit` None: no media server; `mail` None: nothing goes by mail."""

    host: str
    port: int
    data_dir: Path
    database_url: str
    public_url: str
    livekit: LiveKitSettings | None
    media: MediaPorts
    max_participants: int
    mail: MailSettings | None

    @property
    def is_https(self) -> bool:
        """Whether browsers come over TLS."""
        return self.public_url.startswith("https:")

    @property
    def allowed_origins(self) -> frozenset[str]:
        """The origins whose pages may act: the public one; every spelling of this machine when that is it."""
        parts = urlsplit(self.public_url)
        names = {host.strip("[]") for host in _LOOPBACK_HOSTS}
        if parts.hostname not in names:
            return frozenset({self.public_url})
        port = f":{parts.port}" if parts.port else ""
        return frozenset(f"{parts.scheme}://{host}{port}" for host in _LOOPBACK_HOSTS)

    @staticmethod
    def from_environment(environ: Mapping[str, str]) -> MeetSettings:
        """The settings in `environ`; raises `BadSetting` for the first that is wrong."""
        host = environ.get("PREAU_HOST") or "127.0.0.1"
        port = _port(environ, "PREAU_PORT", 8000)
        data_dir = Path(environ.get("PREAU_DATA_DIR") or "./data").absolute()
        return MeetSettings(
            host=host,
            port=port,
            data_dir=data_dir,
            database_url=_database_url(environ, data_dir),
            public_url=_public_url(environ, host, port),
            livekit=_livekit(environ),
            media=MediaPorts(
                udp_port=_port(environ, "PREAU_MEDIA_UDP_PORT", 7882),
                tcp_port=_port(environ, "PREAU_MEDIA_TCP_PORT", 7881),
                addresses=_addresses(environ),
            ),
            max_participants=_number(environ, "PREAU_ROOM_LIMIT", 100, 2, 1000),
            mail=_mail(environ),
        )


def _number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name) or str(default)
    allowed = f"a whole number from {least} to {most}"
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadSetting(name, text, allowed)
    number = int(text)
    if not least <= number <= most:
        raise BadSetting(name, text, allowed)
    return number


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    return _number(environ, name, default, 1, 65535)


def _url_with(environ: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    """The URL in a setting, without a slash at its end."""
    text = environ[name]
    shown = ", ".join(f"{scheme}://" for scheme in schemes)
    problem = BadSetting(name, text, f"an address that starts with {shown} and names a host")
    try:
        parts = urlsplit(text)
        has_host = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise problem from None
    if parts.scheme not in schemes or not has_host or parts.query or parts.fragment or parts.username:
        raise problem
    return text.rstrip("/")


def _public_url(environ: Mapping[str, str], host: str, port: int) -> str:
    if not environ.get("PREAU_PUBLIC_URL"):
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"
    url = _url_with(environ, "PREAU_PUBLIC_URL", ("https", "http"))
    parts = urlsplit(url)
    if parts.path:
        raise BadSetting("PREAU_PUBLIC_URL", url, "an address without a path")
    default_port = {"https": 443, "http": 80}[parts.scheme]
    shown_host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port_part = "" if parts.port in {None, default_port} else f":{parts.port}"
    # The form browsers send as Origin: lower case, and without the scheme's own port.
    return f"{parts.scheme}://{shown_host}{port_part}"


def _database_url(environ: Mapping[str, str], data_dir: Path) -> str:
    text = environ.get("PREAU_DATABASE_URL")
    if not text:
        return f"sqlite:///{data_dir / 'preau.db'}"
    scheme, found, rest = text.partition("://")
    if scheme not in _DATABASE_SCHEMES or not found or not rest or (scheme == "sqlite" and rest == "/"):
        allowed = "sqlite:///<file> or postgresql://<name>:<password>@<host>/<database>"
        raise BadSetting("PREAU_DATABASE_URL", _PASSWORD.sub(":…@", text), allowed)
    return text


def _livekit(environ: Mapping[str, str]) -> LiveKitSettings | None:
    names = ("PREAU_LIVEKIT_URL", "PREAU_LIVEKIT_API_KEY", "PREAU_LIVEKIT_API_SECRET")
    given = [name for name in names if environ.get(name)]
    if 0 < len(given) < len(names):
        missing = next(name for name in names if name not in given)
        raise BadSetting(missing, "", f"a value, because {given[0]} has one (all three or none)")
    if given:
        url = _url_with(environ, names[0], ("wss", "ws", "https", "http"))
        rest = url.partition(":")[2]
        is_secure = url.startswith(("wss:", "https:"))
        return LiveKitSettings(
            api_url=f"{'https' if is_secure else 'http'}:{rest}",
            key=environ[names[1]],
            secret=environ[names[2]],
            browser_url=f"{'wss' if is_secure else 'ws'}:{rest}",
        )
    if environ.get("PREAU_ENGINE_URL"):
        url = _url_with(environ, "PREAU_ENGINE_URL", ("http",))
        key, secret = environ.get("PREAU_ENGINE_KEY", ""), environ.get("PREAU_ENGINE_SECRET", "")
        if not key or not secret:
            name = "PREAU_ENGINE_SECRET" if key else "PREAU_ENGINE_KEY"
            raise BadSetting(name, "", "a value, because PREAU_ENGINE_URL has one")
        return LiveKitSettings(api_url=url, key=key, secret=secret, browser_url="")
    return None


def _addresses(environ: Mapping[str, str]) -> tuple[str, ...]:
    text = environ.get("PREAU_MEDIA_ADDRESSES", "")
    addresses = tuple(part.strip() for part in text.split(",") if part.strip())
    for address in addresses:
        if not _can_be_sent_to(address):
            allowed = (
                "a list of IP addresses (or full host names) that browsers can send to, with commas between,"
            )
            raise BadSetting("PREAU_MEDIA_ADDRESSES", text, allowed)
    return addresses


_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#: A full host name (RFC 1123, 2.1): its last part has a letter, and so it is no address.
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?=[0-9-]*[A-Za-z]){_LABEL}\.?")
_NAME_CHARACTERS = 253


def _can_be_sent_to(text: str) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return len(text) <= _NAME_CHARACTERS and _NAME.fullmatch(text) is not None
    is_mapped = isinstance(address, IPv6Address) and address.ipv4_mapped is not None
    return not (address.is_unspecified or address.is_multicast or address.is_link_local or is_mapped)


_MAIL_PORTS = {"smtps": 465, "smtp": 587}
_MAIL_URL = (
    "smtp://<name>:<password>@<host>:<port> (encrypted by STARTTLS, but on this machine or with ?tls=none "
    "not) or smtps://…"
)


def _mail(environ: Mapping[str, str]) -> MailSettings | None:
    url, sender = environ.get("PREAU_SMTP_URL"), environ.get("PREAU_MAIL_FROM")
    if not url and not sender:
        return None
    if not url or not sender:
        names = ("PREAU_MAIL_FROM", "PREAU_SMTP_URL")
        missing, given = names if url else reversed(names)
        raise BadSetting(missing, "", f"a value, because {given} has one")
    address = clean_email(sender)
    if address is None or not address.isascii():
        raise BadSetting("PREAU_MAIL_FROM", sender, "an e-mail address such as preau@example.org")
    problem = BadSetting("PREAU_SMTP_URL", _without_credentials(url), _MAIL_URL)
    try:
        parts = urlsplit(url)
        port = parts.port or _MAIL_PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise problem from None
    security = _mail_security(parts)
    if not parts.hostname or parts.path.strip("/") or parts.fragment or security is None:
        raise problem
    name = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    if (name is None) != (password is None):
        raise problem
    return MailSettings(parts.hostname, port, security, name, password, address)


def _mail_security(parts: SplitResult) -> MailSecurity | None:
    """What the URL asks for, or None when that makes no sense."""
    asked = parse_qsl(parts.query, keep_blank_values=True)
    if parts.scheme == "smtps":
        return None if asked else MailSecurity.TLS
    if not asked:
        is_here = parts.hostname in {host.strip("[]") for host in _LOOPBACK_HOSTS}
        return MailSecurity.NONE if is_here else MailSecurity.STARTTLS
    choices = {("tls", "starttls"): MailSecurity.STARTTLS, ("tls", "none"): MailSecurity.NONE}
    return choices.get(asked[0]) if len(asked) == 1 else None


def _without_credentials(url: str) -> str:
    """A URL as it may be printed, however wrong it is: nothing that stands before the last @."""
    before, at, after = url.rpartition("@")
    scheme, found, _ = before.partition("://")
    return f"{scheme + found if found else ''}…@{after}" if at else url
