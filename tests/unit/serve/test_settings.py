from ipaddress import ip_network
from pathlib import Path

import pytest

from preau.problems import BadSetting
from preau.serve.settings import (
    ServeSettings,
    has_standby,
    is_loopback,
    media_segmentation,
    media_srtp,
    trusted_proxies,
)


def _settings(host: str, *media_addresses: str) -> ServeSettings:
    return ServeSettings(host, 8000, "http://a", Path("data"), True, 7882, 7881, media_addresses)


@pytest.mark.parametrize(
    ("settings", "media_host"),
    [
        (_settings("127.0.0.1"), "127.0.0.1"),
        (_settings("localhost"), "127.0.0.1"),
        (_settings("0.0.0.0"), "0.0.0.0"),
        (_settings("192.0.2.7"), "0.0.0.0"),
        (_settings("127.0.0.1", "192.0.2.7"), "0.0.0.0"),
        (_settings("127.0.0.1", "2001:db8::7"), "::"),
        (_settings("127.0.0.1", "192.0.2.7", "2001:db8::7"), "::"),
        (_settings("::"), "::"),
        (_settings("2001:db8::7"), "::"),
        (_settings("2001:db8::7", "192.0.2.7"), "0.0.0.0"),
    ],
)
def test_media_is_reachable_from_outside_when_something_outside_is_meant_to_reach_it(
    settings: ServeSettings, media_host: str
) -> None:
    assert settings.media_host == media_host


def test_nobody_is_trusted_by_default() -> None:
    assert trusted_proxies({}) == ()


def test_trusted_proxies_are_addresses_and_networks() -> None:
    given = {"PREAU_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,2001:db8::/32"}
    assert trusted_proxies(given) == tuple(map(ip_network, ("127.0.0.1", "10.0.0.0/8", "2001:db8::/32")))


@pytest.mark.parametrize("value", ["caddy", "10.0.0.0/40", "10.0.0.1/8", "*"])
def test_wrong_proxy_is_named_with_what_is_allowed(value: str) -> None:
    with pytest.raises(BadSetting) as caught:
        trusted_proxies({"PREAU_TRUSTED_PROXIES": f"127.0.0.1,{value}"})
    line = caught.value.line()
    assert line.startswith(
        f"preau: bad-setting: PREAU_TRUSTED_PROXIES='{value}' cannot be used: IP addresses"
    )
    assert line.endswith("is allowed.")
    assert "\n" not in line


@pytest.mark.parametrize(("host", "expected"), [("::1", True), ("127.8.0.1", True), ("preau.example", False)])
def test_loopback_is_known_in_every_spelling(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_a_standby_waits_unless_that_is_switched_off() -> None:
    assert [has_standby({"PREAU_STANDBY": text}) for text in ("", "on", "off")] == [True, True, False]
    with pytest.raises(BadSetting, match="on or off"):
        has_standby({"PREAU_STANDBY": "no"})


def test_how_media_is_protected_is_the_media_servers_to_decide_unless_it_is_told() -> None:
    assert media_srtp({}) == media_srtp({"PREAU_MEDIA_SRTP": ""}) == ()
    given = {"PREAU_MEDIA_SRTP": "aes-256-gcm, aes-128-cm-sha1"}
    assert media_srtp(given) == ("aes-256-gcm", "aes-128-cm-sha1")


@pytest.mark.parametrize("value", ["aes", "aes-128-gcm,", ",", "aes-128-gcm,aes-128-gcm", "AES-128-GCM"])
def test_wrong_protection_is_named_with_what_is_allowed(value: str) -> None:
    with pytest.raises(BadSetting) as caught:
        media_srtp({"PREAU_MEDIA_SRTP": value})
    assert "PREAU_MEDIA_SRTP" in caught.value.line()
    assert "aes-128-gcm, aes-256-gcm, aes-128-cm-sha1" in caught.value.line()


def test_datagrams_leave_as_one_unless_that_is_off() -> None:
    assert media_segmentation({}) is media_segmentation({"PREAU_MEDIA_SEGMENTATION": "on"}) is True
    assert media_segmentation({"PREAU_MEDIA_SEGMENTATION": "off"}) is False
    with pytest.raises(BadSetting, match="on or off"):
        media_segmentation({"PREAU_MEDIA_SEGMENTATION": "no"})
