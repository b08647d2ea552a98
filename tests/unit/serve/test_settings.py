from pathlib import Path

import pytest

from preau.serve.problems import BadSetting
from preau.serve.settings import ServeSettings


def test_defaults_need_no_environment() -> None:
    settings = ServeSettings.from_environment({})
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 8000, Path("data"))
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.has_sfu
    assert (settings.media_udp_port, settings.media_tcp_port) == (7882, 7881)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PREAU_PORT", "0"),
        ("PREAU_PORT", "65536"),
        ("PREAU_PORT", "http"),
        ("PREAU_PORT", "٨٠٠٠"),
        ("PREAU_PORT", ""),
        ("PREAU_PORT", "9" * 5000),
        ("PREAU_MEDIA_UDP_PORT", "-1"),
        ("PREAU_MEDIA_TCP_PORT", "7881.0"),
        ("PREAU_HOST", " "),
        ("PREAU_DATA_DIR", ""),
        ("PREAU_PUBLIC_URL", "meet.example.org"),
        ("PREAU_PUBLIC_URL", "ftp://meet.example.org"),
        ("PREAU_PUBLIC_URL", "https://meet.example.org/preau"),
        ("PREAU_MEDIA_ADDRESSES", "192.0.2.1,meet.example.org"),
        ("PREAU_TRUSTED_PROXIES", "10.0.0.0/40"),
    ],
)
def test_wrong_value_is_named_with_what_is_allowed(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as caught:
        ServeSettings.from_environment({name: value})
    line = caught.value.line()
    assert line.startswith(f"preau: bad-setting: {name} is ")
    assert "it must be " in line
    assert "\n" not in line
    assert caught.value.exit_status == 2


def test_livekit_settings_come_all_together_or_not_at_all() -> None:
    with pytest.raises(BadSetting, match="PREAU_LIVEKIT_API_KEY"):
        ServeSettings.from_environment({"PREAU_LIVEKIT_URL": "wss://livekit.example"})


def test_livekit_elsewhere_means_no_media_server_here() -> None:
    given = {
        "PREAU_LIVEKIT_URL": "wss://l.example",
        "PREAU_LIVEKIT_API_KEY": "k",
        "PREAU_LIVEKIT_API_SECRET": "s",
    }
    assert not ServeSettings.from_environment(given).has_sfu


@pytest.mark.parametrize(
    ("environ", "media_host"),
    [
        ({}, "127.0.0.1"),
        ({"PREAU_HOST": "localhost"}, "127.0.0.1"),
        ({"PREAU_HOST": "0.0.0.0"}, "0.0.0.0"),
        ({"PREAU_MEDIA_ADDRESSES": "192.0.2.7"}, "0.0.0.0"),
    ],
)
def test_media_is_reachable_from_outside_when_something_outside_is_meant_to_reach_it(
    environ: dict[str, str], media_host: str
) -> None:
    assert ServeSettings.from_environment(environ).media_host == media_host


def test_an_ipv6_host_is_bracketed_in_the_address_of_the_page() -> None:
    assert ServeSettings.from_environment({"PREAU_HOST": "::1"}).public_url == "http://[::1]:8000"
