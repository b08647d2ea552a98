"""The command line of the media server: what is wrong ends it with one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from preau.sfu import settings
from preau.sfu.settings import SRTP_PROFILES, parse


def test_the_cheapest_protection_comes_first() -> None:
    assert parse(["--dev"], {}).srtp == SRTP_PROFILES
    assert SRTP_PROFILES[0] == "aes-128-gcm"
    chosen = parse(["--dev", "--srtp", "aes-128-cm-sha1,aes-256-gcm"], {})
    assert chosen.srtp == ("aes-128-cm-sha1", "aes-256-gcm")


@pytest.mark.parametrize("value", ["", "none", "aes-128-gcm,aes-128-gcm", "aes-128-gcm,des"])
def test_unknown_protection_ends_the_start(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["--dev", "--srtp", value], {})
    assert ended.value.code == 2
    line = capsys.readouterr().err
    assert line.startswith("preau sfu: bad-setting: argument --srtp:")
    assert "aes-128-gcm, aes-256-gcm, aes-128-cm-sha1" in line
    assert line.count("\n") == 1


def test_segmented_sends_can_be_turned_off() -> None:
    assert parse(["--dev"], {}).segmentation
    assert not parse(["--dev", "--no-segmentation"], {}).segmentation


def test_the_environment_says_the_same_and_the_command_line_wins() -> None:
    environ = {"PREAU_MEDIA_SRTP": "aes-256-gcm", "PREAU_MEDIA_SEGMENTATION": "off"}
    told = parse(["--dev"], environ)
    assert (told.srtp, told.segmentation) == (("aes-256-gcm",), False)
    assert parse(["--dev", "--srtp", "aes-128-gcm"], environ).srtp == ("aes-128-gcm",)
    assert parse(["--dev"], {"PREAU_MEDIA_SRTP": "", "PREAU_MEDIA_SEGMENTATION": "on"}).segmentation


@pytest.mark.parametrize(("name", "value"), [("PREAU_MEDIA_SRTP", "des"), ("PREAU_MEDIA_SEGMENTATION", "no")])
def test_a_wrong_variable_is_named(name: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--dev"], {name: value})
    assert capsys.readouterr().err.startswith(f"preau sfu: bad-setting: {name}: '{value}' is not allowed: it")


def test_media_listens_in_every_family_it_is_advertised_in() -> None:
    def host(*addresses: str) -> str:
        return parse(["--dev", *(part for one in addresses for part in ("--advertise", one))], {}).media_host

    assert host("192.0.2.7") == "0.0.0.0"
    assert host("2001:db8::7") == host("192.0.2.7", "2001:db8::7") == "::"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--advertise", "0.0.0.0"],
        ["--advertise", "::"],
        ["--advertise", "fe80::1"],
        ["--advertise", "224.0.0.1"],
        ["--advertise", "::ffff:192.0.2.7"],
        ["--port", "7000", "--tcp-port", "7000"],
        ["--webhook", "http://example.org:99999/x"],
        ["--webhook", "http://example.org:0/x"],
    ],
    ids=" ".join,
)
def test_what_is_set_and_cannot_work_ends_the_start(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        parse(["--dev", *arguments], {})
    line = capsys.readouterr().err
    assert line.startswith("preau sfu: bad-setting:")
    assert arguments[0] in line


def test_a_machine_that_keeps_the_families_apart_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bindv6only").write_text("1\n")
    monkeypatch.setattr(settings, "_V6_ONLY", tmp_path / "bindv6only")
    assert parse(["--dev", "--advertise", "2001:db8::7"], {}).media_host == "::"
    with pytest.raises(SystemExit):
        parse(["--dev", "--advertise", "2001:db8::7", "--advertise", "192.0.2.7"], {})
    assert "net.ipv6.bindv6only" in capsys.readouterr().err
