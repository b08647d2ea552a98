"""What `preau serve` needs to know; most of it `preau.cli` takes over from meet's settings. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from preau.problems import BadSetting
from preau.serve.heads import Network

_EVERY_ADDRESS, EVERY_ADDRESS_OF_BOTH = str(IPv4Address(0)), str(IPv6Address(0))
#: How media can be protected; what `preau.sfu` takes.
_SRTP_PROFILES = ("aes-128-gcm", "aes-256-gcm", "aes-128-cm-sha1")


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
    #: Empty: the media server's own order.
    media_srtp: tuple[str, ...] = ()
    media_segmentation: bool = True
    trusted_proxies: tuple[Network, ...] = ()
    #: Whether a second process of the platform waits to take over from one that ends.
    has_standby: bool = True
    #: Whether programs may call LiveKit's RoomService at the public port.
    is_room_service_public: bool = False

    @property
    def media_host(self) -> str:
        """Where media sockets bind: this machine alone unless something outside is meant to reach it, then
        everywhere, in every family of the addresses told."""
        if is_loopback(self.host) and not self.media_addresses:
            return "127.0.0.1"
        told = self.media_addresses or (self.host,)
        return EVERY_ADDRESS_OF_BOTH if any(_is_v6(address) for address in told) else _EVERY_ADDRESS


def _is_v6(host: str) -> bool:
    try:
        return ip_address(host).version == 6
    except ValueError:
        return False


def is_loopback(host: str) -> bool:
    """Whether a bind address is reachable from this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def media_srtp(environ: Mapping[str, str]) -> tuple[str, ...]:
    """PREAU_MEDIA_SRTP: the SRTP profiles that may be agreed on, the best first. Raises BadSetting."""
    text = environ.get("PREAU_MEDIA_SRTP", "")
    profiles = tuple(part.strip() for part in text.split(",")) if text else ()
    if not set(profiles) <= set(_SRTP_PROFILES) or len(set(profiles)) < len(profiles):
        allowed = f"one or more of {', '.join(_SRTP_PROFILES)}, each once, separated by commas"
        raise BadSetting("PREAU_MEDIA_SRTP", text, allowed)
    return profiles


def media_segmentation(environ: Mapping[str, str]) -> bool:
    """PREAU_MEDIA_SEGMENTATION: whether the kernel may be given datagrams together. Raises BadSetting."""
    return _switch(environ, "PREAU_MEDIA_SEGMENTATION")


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
    """PREAU_STANDBY: whether a second process of the platform waits. Raises BadSetting."""
    return _switch(environ, "PREAU_STANDBY")


def is_room_service_public(environ: Mapping[str, str]) -> bool:
    """PREAU_ROOM_SERVICE: whether `/twirp` is passed to the media server. Raises BadSetting."""
    return _switch(environ, "PREAU_ROOM_SERVICE", "off")


def _switch(environ: Mapping[str, str], name: str, default: str = "on") -> bool:
    """A setting that is on or off."""
    text = environ.get(name) or default
    if text not in {"on", "off"}:
        raise BadSetting(name, text, "on or off")
    return text == "on"
