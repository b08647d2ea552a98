"""`preau doctor`: looks at this machine and says, in one line each, what is right and what to mend.

It starts nothing and changes nothing but for making the data directory, as `preau serve` would.
"""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

from preau.problems import DataDirOpen, PortInUse, Problem
from preau.serve import data_dir, ports
from preau.serve.probes import answers
from preau.serve.reach import live_connections
from preau.serve.settings import ServeSettings, is_loopback

_FILES_WANTED = 4096
_EVERYWHERE = frozenset({str(IPv4Address(0)), str(IPv6Address(0))})


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    subject: str
    is_good: bool
    sentence: str

    def line(self) -> str:
        """As printed."""
        return f"{'ok  ' if self.is_good else 'MEND'}  {self.subject}: {self.sentence}"


Check = Callable[[ServeSettings], str]


def examine(settings: ServeSettings, reach_database: Callable[[], str]) -> list[Finding]:
    """Every finding; `reach_database` returns what it reached and raises any exception when it cannot."""
    findings = [Finding("settings", True, f"the page is {settings.public_url}")]
    findings += [_finding(subject, check, settings) for subject, check in _CHECKS]
    findings.append(_finding("database", lambda _: reach_database(), settings))
    return findings


def report(findings: Iterable[Finding]) -> int:
    """Prints the findings; the exit status is 1 when one of them is bad."""
    status = 0
    for finding in findings:
        print(finding.line())
        status = status if finding.is_good else 1
    return status


def _finding(subject: str, check: Check, settings: ServeSettings) -> Finding:
    try:
        return Finding(subject, True, check(settings))
    except Exception as failure:  # a broken part must not hide the findings after it
        return Finding(subject, False, f"{failure}")


def _python(_: ServeSettings) -> str:
    return f"Python {sys.version.split()[0]}"


def _engine(settings: ServeSettings) -> str:
    if not settings.has_sfu:
        return "not needed, LiveKit is configured"
    import_module("preau._media")
    return "the native module loads"


def _web(_: ServeSettings) -> str:
    index = Path(__file__).parent.parent / "meet" / "static" / "index.html"
    if not index.is_file():
        raise Problem("the web client is not built; run `make build`.")
    return "the web client is built"


def _data_dir(settings: ServeSettings) -> str:
    data_dir.make_private(settings.data_dir)
    if not os.access(settings.data_dir, os.W_OK | os.X_OK):
        raise Problem(f"{settings.data_dir} is not writable by this account.")
    if data_dir.open_to_others(settings.data_dir):
        raise DataDirOpen(str(settings.data_dir))
    return f"{settings.data_dir} is writable, by this account alone"


def _public_port(settings: ServeSettings) -> str:
    try:
        ports.bind_public(settings).close()
    except PortInUse:
        if not _is_ours(settings, f"TCP {settings.port}"):
            raise
        host = "127.0.0.1" if settings.host in _EVERYWHERE else settings.host
        if asyncio.run(answers(settings.port, "/healthz", host)):
            return f"Préau runs on it: TCP {settings.port} on {settings.host}, and answers"
        raise Problem(
            f"Préau holds TCP {settings.port} on {settings.host} and does not answer; look at its output."
        ) from None
    return f"TCP {settings.port} on {settings.host} is free"


def _media_ports(settings: ServeSettings) -> str:
    if not settings.has_sfu:
        return "not needed, LiveKit is configured"
    numbers = f"UDP {settings.media_udp_port} and TCP {settings.media_tcp_port} on {settings.media_host}"
    try:
        ports.check_media(settings)
    except PortInUse:
        if not _is_ours(settings, f"UDP {settings.media_udp_port}"):
            raise
        return f"Préau runs on them: {numbers}"
    return f"{numbers} are free"


def _is_ours(settings: ServeSettings, port: str) -> bool:
    return port in (data_dir.ports_of_run(settings.data_dir) or ())


def _live(settings: ServeSettings) -> str:
    if data_dir.ports_of_run(settings.data_dir) is None:
        return "not looked at, Préau does not run; `preau doctor` looks at them once it does"
    return live_connections(settings.public_url, has_media_server=settings.has_sfu)


def from_outside(url: str) -> Finding:
    """Whether live connections get through to a Préau at some address."""
    try:
        return Finding("live connections", True, live_connections(url, has_media_server=None))
    except Problem as problem:
        return Finding("live connections", False, f"{problem}")


def _reach(settings: ServeSettings) -> str:
    host = settings.public_url.partition("://")[2].partition(":")[0]
    if settings.public_url.startswith("https://"):
        return "browsers allow camera and microphone on this address"
    if is_loopback(host):
        return "this machine alone can open the page; set PREAU_PUBLIC_URL to an https address for others"
    raise Problem(
        "browsers refuse camera and microphone on http; put a TLS proxy in front and set PREAU_PUBLIC_URL."
    )


def _files(_: ServeSettings) -> str:
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if allowed != resource.RLIM_INFINITY and allowed < _FILES_WANTED:
        raise Problem(f"only {allowed} open files are allowed; raise the limit to {_FILES_WANTED} or more.")
    return "the limit of open files is high enough"


_CHECKS: tuple[tuple[str, Check], ...] = (
    ("python", _python),
    ("media engine", _engine),
    ("web client", _web),
    ("data directory", _data_dir),
    ("public port", _public_port),
    ("media ports", _media_ports),
    ("public address", _reach),
    ("live connections", _live),
    ("open files", _files),
)
