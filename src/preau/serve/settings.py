"""What `preau serve` itself needs of the environment; the rest is read by the servers it starts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from preau.serve.heads import Network
from preau.serve.problems import BadSetting

_PORT_RULE = "a whole number from 1 to 65535"
_EVERY_ADDRESS = str(IPv4Address(0))
_LIVEKIT_NAMES = ("PREAU_LIVEKIT_URL", "PREAU_LIVEKIT_API_KEY", "PREAU_LIVEKIT_API_SECRET")


@dataclass(frozen=True)
class ServeSettings:
    """Settings of the front door and of the embedded media server."""

    host: str
    port: int
    public_url: str
    data_dir: Path
    has_sfu: bool
    media_udp_port: int
    media_tcp_port: int
    media_addresses: tuple[str, ...]
    trusted_proxies: tuple[Network, ...]

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> ServeSettings:
        """Raises BadSetting, which names the variable, its value and what is allowed."""
        host = _text(environ, "PREAU_HOST", "127.0.0.1")
        port = _port(environ, "PREAU_PORT", 8000)
        return cls(
            host=host,
            port=port,
            public_url=_public_url(environ, host, port),
            data_dir=Path(_text(environ, "PREAU_DATA_DIR", "./data")),
            has_sfu=not _is_livekit_configured(environ),
            media_udp_port=_port(environ, "PREAU_MEDIA_UDP_PORT", 7882),
            media_tcp_port=_port(environ, "PREAU_MEDIA_TCP_PORT", 7881),
            media_addresses=_addresses(environ, "PREAU_MEDIA_ADDRESSES"),
            trusted_proxies=_networks(environ, "PREAU_TRUSTED_PROXIES"),
        )

    @property
    def media_host(self) -> str:
        """Where media sockets bind: this machine alone unless something outside is meant to reach it."""
        if is_loopback(self.host) and not self.media_addresses:
            return self.host if self.host != "localhost" else "127.0.0.1"
        return _EVERY_ADDRESS


def is_loopback(host: str) -> bool:
    """Whether a bind address is reachable from this machine only."""
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _text(environ: Mapping[str, str], name: str, default: str) -> str:
    value = environ.get(name, default).strip()
    if not value:
        raise BadSetting(name, environ.get(name, ""), f"left out (then it is {default}) or not empty")
    return value


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name, str(default)).strip()
    # isdecimal() alone lets other alphabets' digits through.
    if not (value.isascii() and value.isdecimal() and 1 <= int(value[:6]) <= 65535):
        raise BadSetting(name, value, _PORT_RULE)
    return int(value)


def _public_url(environ: Mapping[str, str], host: str, port: int) -> str:
    name = "PREAU_PUBLIC_URL"
    value = environ.get(name, "").strip().rstrip("/")
    if not value:
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{port}"
    parts = urlsplit(value)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.path
        or parts.query
        or parts.fragment
    ):
        raise BadSetting(name, value, "an address such as https://meet.example.org, without a path")
    return value


def _is_livekit_configured(environ: Mapping[str, str]) -> bool:
    given = [name for name in _LIVEKIT_NAMES if environ.get(name, "").strip()]
    missing = [name for name in _LIVEKIT_NAMES if name not in given]
    if given and missing:
        raise BadSetting(missing[0], "", f"set too, because {given[0]} is: all three of them or none")
    return bool(given)


def _addresses(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    parts = _parts(environ, name)
    for part in parts:
        if _address(part) is None:
            raise BadSetting(name, part, "a list of IP addresses with commas between them")
    return parts


def _networks(environ: Mapping[str, str], name: str) -> tuple[Network, ...]:
    networks: list[Network] = []
    for part in _parts(environ, name):
        try:
            networks.append(ip_network(part))
        except ValueError:
            raise BadSetting(
                name, part, "a list of IP addresses or networks (10.0.0.0/8) with commas between them"
            ) from None
    return tuple(networks)


def _parts(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in environ.get(name, "").split(",") if part.strip())


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
