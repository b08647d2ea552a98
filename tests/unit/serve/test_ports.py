"""What is found out about sockets before anything starts."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from preau.problems import BadSetting
from preau.serve import ports
from preau.serve.settings import ServeSettings

LOCAL = "127.0.0.1"


def _settings(host: str = LOCAL, *addresses: str, tcp: int = 7881) -> ServeSettings:
    return ServeSettings(host, 8000, "http://a", Path("data"), True, 7882, tcp, addresses)


class NoIPv6:
    """A machine without IPv6."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = socket.socket

        def opened(family: Any = socket.AF_INET, *rest: Any) -> Any:
            if family == socket.AF_INET6:
                raise OSError("no such family")
            return real(family, *rest)

        monkeypatch.setattr(socket, "socket", opened)


def test_one_port_for_pages_and_media_is_a_wrong_setting_and_not_another_program() -> None:
    with pytest.raises(BadSetting, match="PREAU_MEDIA_TCP_PORT"):
        ports.check_media(_settings(tcp=8000))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (_settings(LOCAL, "192.0.2.7", "2001:db8::7"), "PREAU_MEDIA_ADDRESSES"),
        (_settings("::"), "PREAU_HOST"),
    ],
)
def test_an_ipv6_address_that_nobody_could_listen_on_ends_the_start(
    settings: ServeSettings, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    NoIPv6(monkeypatch)
    with pytest.raises(BadSetting, match=f"{named}.*no IPv6"):
        ports.check_media(settings)


def test_a_name_that_nobody_knows_is_a_wrong_setting() -> None:
    with pytest.raises(BadSetting, match="PREAU_HOST"):
        ports.advertised(_settings("no-such-name.invalid"))


def test_what_was_set_is_told_as_it_is() -> None:
    assert ports.advertised(_settings(LOCAL)) == ()
    assert ports.advertised(_settings("2001:db8::7")) == ("2001:db8::7",)
    assert ports.advertised(_settings(LOCAL, "192.0.2.7")) == ("192.0.2.7",)
