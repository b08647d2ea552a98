"""What `preau serve` needs to know; most of it `preau.cli` takes over from meet's settings. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
from pathlib import Path

from preau.problems import BadSetting
from preau.serve.heads import Network

_EVERY_ADDRESS = str(IPv4Address(0))


@dataclass(frozen=True)
class ServeSettings:
    """Settings of the front door and of the embedded media server; `has_sfu` False: LiveKit is elsewhere."""

    host: str
    port: int
    public_url: str
    data_dir: Path
    has_sfu: bool
    media_udp_port: int
    media_tcp_port: int
    media_addresses: tuple[str, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    #: Whether a second process of the platform waits to take over from one that ends.
    has_standby: bool = True

    @property
    def media_host(self) -> str:
        """Where media sockets bind: this machine alone unless something outside is meant to reach it."""
        if is_loopback(self.host) and not self.media_addresses:
            return "127.0.0.1"
        return _EVERY_ADDRESS


def is_loopback(host: str) -> bool:
    """Whether a bind address is reachable from this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def trusted_proxies(environ: Mapping[str, str]) -> tuple[Network, ...]:
    """PREAU_TRUSTED_PROXIES: whose X-Forwarded-For is believed. Raises BadSetting."""
    networks: list[Network] = []
    text = environ.get("PREAU_TRUSTED_PROXIES", "")
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            networks.append(ip_network(part))
        except ValueError:
            raise BadSetting(
                "PREAU_TRUSTED_PROXIES", part, "IP addresses or networks (10.0.0.0/8), separated by commas"
            ) from None
    return tuple(networks)


def has_standby(environ: Mapping[str, str]) -> bool:
    """PREAU_STANDBY: `on` or `off`. Raises BadSetting."""
    text = environ.get("PREAU_STANDBY") or "on"
    if text not in {"on", "off"}:
        raise BadSetting("PREAU_STANDBY", text, "on or off")
    return text == "on"
