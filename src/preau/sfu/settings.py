"""What the media server can be told: on its command line, and some of it by the environment as well."""

from __future__ import annotations

import argparse
import ipaddress
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

#: Exit status of a wrong setting.
BAD_SETTING_EXIT = 2
#: LiveKit's ports and development key pair.
HTTP_PORT, UDP_PORT, TCP_PORT = 7880, 7882, 7881
DEV_PAIR = ("devkey", "secret")
#: SRTP profiles by which media can be protected, in the order in which they are agreed on.
SRTP_PROFILES = ("aes-128-gcm", "aes-256-gcm", "aes-128-cm-sha1")
#: Environment variables in place of `--key` and `--secret`, which every account of the machine can read.
KEY_VARIABLE, SECRET_VARIABLE = "PREAU_SFU_KEY", "PREAU_SFU_SECRET"
#: And in place of `--srtp` and `--no-segmentation`.
SRTP_VARIABLE, SEGMENTATION_VARIABLE = "PREAU_MEDIA_SRTP", "PREAU_MEDIA_SEGMENTATION"
T = TypeVar("T")
_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
#: Names have a letter in their last part, addresses none.
_NAME = re.compile(rf"(?:{_LABEL}\.)+(?=[0-9-]*[A-Za-z]){_LABEL}\.?")
_NAME_CHARACTERS = 253
_EVERYWHERE, _EVERYWHERE_IN_BOTH = str(ipaddress.IPv4Address(0)), str(ipaddress.IPv6Address(0))
#: Whether sockets for IPv6 take IPv6 alone, on this machine.
_V6_ONLY = Path("/proc/sys/net/ipv6/bindv6only")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the server is started with. Port 0 takes any free one; `tcp_port` None offers no TCP."""

    key: str
    secret: str
    bind: str = "127.0.0.1"
    port: int = HTTP_PORT
    udp_port: int = UDP_PORT
    tcp_port: int | None = TCP_PORT
    webhooks: tuple[str, ...] = ()
    advertise: tuple[str, ...] = ()
    srtp: tuple[str, ...] = SRTP_PROFILES
    segmentation: bool = True
    auto_create: bool = True
    die_with_parent: bool = False
    #: Clients may have troubles feigned (`simulate`): for tests of clients, never among people.
    feigns: bool = False

    @property
    def media_host(self) -> str:
        """Media listens everywhere once addresses are advertised, in every family that they are of; otherwise
        where signalling does (on a loopback address the engine then serves this machine alone, by any of its
        addresses)."""
        if not self.advertise:
            return self.bind
        return _EVERYWHERE_IN_BOTH if 6 in _families(self.advertise) else _EVERYWHERE


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"preau sfu: bad-setting: {message}.", file=sys.stderr)
        raise SystemExit(BAD_SETTING_EXIT)


def parse(arguments: Sequence[str], environ: Mapping[str, str]) -> Settings:
    """The settings of a command line and an environment; the command line wins.

    Ends the process with status 2 and one sentence when one is wrong.
    """
    parser = _parser()
    given = parser.parse_args(arguments)
    key, secret = given.key, given.secret
    if given.dev and not key and not secret:
        key, secret = DEV_PAIR
    key = key or environ.get(KEY_VARIABLE, "")
    secret = secret or environ.get(SECRET_VARIABLE, "")
    if not key or not secret:
        parser.error(
            f"--key and --secret are needed (or {KEY_VARIABLE} and {SECRET_VARIABLE} in the environment), "
            "or --dev for LiveKit's development pair"
        )
    if problem := _conflict(given):
        parser.error(problem)
    return Settings(
        key=key,
        secret=secret,
        bind=given.bind,
        port=given.port,
        udp_port=given.udp_port,
        tcp_port=given.tcp_port,
        webhooks=tuple(given.webhook),
        advertise=tuple(given.advertise),
        srtp=given.srtp or _from(environ, parser, SRTP_VARIABLE, _profiles) or SRTP_PROFILES,
        segmentation=not given.no_segmentation
        and _from(environ, parser, SEGMENTATION_VARIABLE, _switch) is not False,
        auto_create=not given.no_auto_create,
        die_with_parent=given.die_with_parent,
        feigns=given.dev,
    )


def _families(addresses: Sequence[str]) -> set[int]:
    return {ipaddress.ip_address(address).version for address in addresses if not is_name(address)}


def _conflict(given: argparse.Namespace) -> str:
    """Why settings that are each allowed cannot work together; empty when they can."""
    if given.port and given.port == given.tcp_port:
        return f"--port and --tcp-port are both {given.port}, and one port cannot serve both"
    return conflict_of_families(given.advertise)


def conflict_of_families(addresses: Sequence[str]) -> str:
    """Why this machine cannot be reached at these addresses; empty when it can."""
    if _families(addresses) == {4, 6} and _is_v6_alone():
        return (
            "--advertise names addresses of IPv4 and of IPv6, and this machine opens sockets for IPv6 alone "
            "(net.ipv6.bindv6only is 1); set that to 0 or advertise one kind"
        )
    return ""


def _is_v6_alone() -> bool:
    try:
        return _V6_ONLY.read_text().strip() == "1"
    except OSError:
        return False


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="preau sfu", description="LiveKit-compatible media server.", allow_abbrev=False)
    add = parser.add_argument
    add("--dev", action="store_true", help="for tests: LiveKit's development key pair, and `simulate`")
    add("--bind", type=_checked(_address), default="127.0.0.1", help="IP address to listen on (127.0.0.1)")
    add("--port", type=_checked(_port), default=HTTP_PORT, help=f"signalling and API ({HTTP_PORT})")
    add("--udp-port", type=_checked(_port), default=UDP_PORT, help=f"media over UDP ({UDP_PORT})")
    add(
        "--tcp-port", type=_checked(_tcp_port), default=TCP_PORT, help=f"media over TCP, or none ({TCP_PORT})"
    )
    add("--key", default="", help=f"name of the key pair that signs access tokens ({KEY_VARIABLE})")
    add("--secret", default="", help=f"its secret; better by the environment ({SECRET_VARIABLE})")
    add("--webhook", type=_checked(_url), action="append", default=[], help="URL told of events; repeatable")
    add(
        "--advertise",
        type=_checked(_reachable),
        action="append",
        default=[],
        help="IP address clients are told to send media to, or a name that is followed; repeatable",
    )
    add(
        "--srtp",
        type=_checked(_profiles),
        help=f"how media may be protected, the best first ({','.join(SRTP_PROFILES)}; {SRTP_VARIABLE})",
    )
    add(
        "--no-segmentation",
        action="store_true",
        help=f"never give the kernel several datagrams as one ({SEGMENTATION_VARIABLE}=off)",
    )
    add("--no-auto-create", action="store_true", help="only rooms made by the API can be joined")
    add("--die-with-parent", action="store_true", help="end when the starting process ends (Linux)")
    return parser


def _checked(read: Callable[[str], T]) -> Callable[[str], T]:
    def convert(text: str) -> T:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} is not allowed: {error}") from error

    return convert


def _from(
    environ: Mapping[str, str], parser: argparse.ArgumentParser, name: str, read: Callable[[str], T]
) -> T | None:
    """What a variable says; None when it is not set. Ends the process when it is wrong."""
    text = environ.get(name)
    if not text:
        return None
    try:
        return read(text)
    except ValueError as error:
        parser.error(f"{name}: {text!r} is not allowed: {error}")


def _switch(text: str) -> bool:
    if text not in ("on", "off"):
        raise ValueError("it must be on or off")
    return text == "on"


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else -1
    if not 0 <= port <= 65535:
        raise ValueError("a port is a number from 0 to 65535")
    return port


def _tcp_port(text: str) -> int | None:
    return None if text == "none" else _port(text)


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise ValueError("it must be an IP address") from error


def _reachable(text: str) -> str:
    """An address that somebody else can send to, or a name of such."""
    if is_name(text):
        return text
    address = _address(text)
    if not can_be_sent_to(address):
        raise ValueError("clients cannot send to such an address")
    return address


def can_be_sent_to(address: str) -> bool:
    """Whether an IP address can be somebody else's way here."""
    ip = ipaddress.ip_address(address)
    mapped = isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped
    return not (ip.is_unspecified or ip.is_multicast or ip.is_link_local or mapped)


def is_name(text: str) -> bool:
    """Whether it has the form of a host's full name (RFC 1123, 2.1), which no IP address has."""
    return len(text) <= _NAME_CHARACTERS and _NAME.fullmatch(text) is not None


def _profiles(text: str) -> tuple[str, ...]:
    profiles = tuple(part.strip() for part in text.split(","))
    if not set(profiles) <= set(SRTP_PROFILES) or len(set(profiles)) < len(profiles):
        raise ValueError(
            f"it must be one or more of {', '.join(SRTP_PROFILES)}, each once, separated by commas"
        )
    return profiles


def _url(text: str) -> str:
    parts = urlsplit(text)
    # Reading the port finds one that is none.
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("it must be an http or https URL")
    return text
