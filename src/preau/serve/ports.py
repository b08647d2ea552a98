"""Sockets before anything starts: the public one is bound and kept, the media ones are tried and let go."""

from __future__ import annotations

import contextlib
import errno
import random
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from preau.problems import BadSetting, PortInUse
from preau.serve.settings import EVERY_ADDRESS_OF_BOTH, ServeSettings, is_loopback

_EPHEMERAL_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
#: Addresses of documents, where nobody is: the way there is the way out.
_SOMEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
_LOWEST_PRIVATE_PORT = 15000
_BACKLOG = 512


@dataclass(frozen=True)
class Want:
    """A port somebody asked for, and the setting that named it."""

    host: str
    port: int
    setting: str
    kind: socket.SocketKind = socket.SOCK_STREAM


def bind_public(settings: ServeSettings) -> socket.socket:
    """The listening public socket. Raises PortInUse, or BadSetting for a host this machine does not have."""
    listener = _bind(Want(settings.host, settings.port, "PREAU_PORT"))
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener


def check_media(settings: ServeSettings) -> None:
    """Raises PortInUse when the embedded media server could not bind its ports, BadSetting when what is set
    cannot work."""
    host = settings.media_host
    if settings.media_tcp_port == settings.port:
        taken = "a port other than that of PREAU_PORT"
        raise BadSetting("PREAU_MEDIA_TCP_PORT", str(settings.media_tcp_port), taken)
    if host == EVERY_ADDRESS_OF_BOTH:
        _check_both_families(settings)
    for want in (
        Want(host, settings.media_udp_port, "PREAU_MEDIA_UDP_PORT", socket.SOCK_DGRAM),
        Want(host, settings.media_tcp_port, "PREAU_MEDIA_TCP_PORT"),
    ):
        _bind(want).close()


def _check_both_families(settings: ServeSettings) -> None:
    """Media listens in both families by one socket, where the machine has both."""
    told = ",".join(settings.media_addresses) or settings.host
    name = "PREAU_MEDIA_ADDRESSES" if settings.media_addresses else "PREAU_HOST"
    with contextlib.ExitStack() as opened:
        try:
            probe = opened.enter_context(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
            probe.bind((EVERY_ADDRESS_OF_BOTH, 0))
        except OSError:
            raise BadSetting(name, told, "IPv4 alone, because this machine has no IPv6,") from None
        is_v6_alone = probe.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    if is_v6_alone and any(_is_v4(one) for one in advertised(settings)):
        raise BadSetting(name, told, "one kind of address alone, or net.ipv6.bindv6only=0,")


def _is_v4(told: str) -> bool:
    try:
        return ip_address(told).version == 4
    except ValueError:  # Of a name only the media server knows, when it has asked.
        return False


def names(settings: ServeSettings) -> list[str]:
    """What a run with these settings listens on."""
    public = [f"TCP {settings.port}"]
    if not settings.has_sfu:
        return public
    return [*public, f"UDP {settings.media_udp_port}", f"TCP {settings.media_tcp_port}"]


def advertised(settings: ServeSettings) -> tuple[str, ...]:
    """The addresses browsers are told to send media to; none when this machine alone is to reach it.

    Not told otherwise, that is the address bound; when that is every address, the one the machine sends from.
    """
    if settings.media_addresses or is_loopback(settings.host):
        return settings.media_addresses
    try:
        host = ip_address(settings.host)
    except ValueError:
        return _resolved(settings.host)
    if not host.is_unspecified:
        return (settings.host,)
    elsewhere = _SOMEWHERE if host.version == 6 else _SOMEWHERE[:1]
    return tuple(found for target in elsewhere for found in _outward_address(*target))


def _resolved(host: str) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
    except OSError:
        raise BadSetting("PREAU_HOST", host, "an address of this machine, 127.0.0.1 or 0.0.0.0") from None
    return (str(found[0][4][0]),)


def _outward_address(family: socket.AddressFamily, elsewhere: str) -> tuple[str, ...]:
    # Connecting a UDP socket sends nothing; the kernel only chooses the address it would send from.
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))
            found = str(probe.getsockname()[0])
    except OSError:
        return ()
    return () if ip_address(found).is_link_local else (found,)


def private_ports(count: int) -> list[int]:
    """Free loopback ports below the range from which the kernel takes ports of outgoing connections.

    A child keeps its port over restarts; inside that range an outgoing connection could sit on it meanwhile.
    """
    found: list[int] = []
    candidates = random.sample(range(_LOWEST_PRIVATE_PORT, _ephemeral_start()), k=200)
    for port in candidates:
        if len(found) == count:
            break
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    return found


def _ephemeral_start() -> int:
    try:
        start = int(_EPHEMERAL_RANGE.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        start = 32768
    return max(start, _LOWEST_PRIVATE_PORT + 1000)


def _bind(want: Want) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(
            want.host, want.port, type=want.kind, flags=socket.AI_PASSIVE
        )[0]
    except OSError:
        raise BadSetting(
            "PREAU_HOST", want.host, "an address of this machine, 127.0.0.1 or 0.0.0.0"
        ) from None
    bound = socket.socket(family, want.kind)
    try:
        if want.kind is socket.SOCK_STREAM:
            # A restart must not wait for TIME_WAIT of the last run; a live listener is refused all the same.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        if want.kind is socket.SOCK_STREAM:
            bound.listen(1)
    except OSError as failure:
        bound.close()
        raise _bind_problem(want, failure) from None
    return bound


def _bind_problem(want: Want, failure: OSError) -> BadSetting | PortInUse:
    if failure.errno == errno.EADDRNOTAVAIL:
        return BadSetting("PREAU_HOST", want.host, "an address of this machine, 127.0.0.1 or 0.0.0.0")
    if failure.errno == errno.EACCES:
        return BadSetting(want.setting, str(want.port), "a port this account may open, 1024 or higher,")
    kind = "UDP" if want.kind is socket.SOCK_DGRAM else "TCP"
    return PortInUse(want.host, want.port, kind, want.setting)
