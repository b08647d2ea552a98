"""The command line of the media server: what is wrong ends it with one sentence."""

from __future__ import annotations

import pytest

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
