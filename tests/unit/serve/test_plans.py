from dataclasses import replace
from pathlib import Path

import pytest

from preau.serve.data_dir import EngineKey
from preau.serve.ports import advertised
from preau.serve.settings import ServeSettings
from preau.serve.supervisor import Layout, child_plans
from preau.sfu.settings import parse

SFU_KEYS = {"PREAU_SFU_KEY": "k", "PREAU_SFU_SECRET": "s"}


def _settings(host: str = "127.0.0.1", *addresses: str) -> ServeSettings:
    return ServeSettings(host, 8000, "http://a", Path("data"), True, 7882, 7881, addresses)


def test_the_media_server_reports_to_meet_and_meet_knows_its_address_and_key() -> None:
    meet, sfu = child_plans(_settings(), {"PATH": "/bin"}, Layout(20001, 20002, EngineKey("k", "s")))
    assert meet.environment["PREAU_ENGINE_URL"] == "http://127.0.0.1:20002"
    assert (meet.environment["PREAU_ENGINE_KEY"], meet.environment["PREAU_ENGINE_SECRET"]) == ("k", "s")
    assert list(meet.arguments[1:]) == ["-m", "preau.meet", "--port", "20001"]
    assert meet.standby_arguments == [*meet.arguments, "--standby"]
    assert "http://127.0.0.1:20001/api/v1/webhooks/livekit" in sfu.arguments
    assert sfu.arguments[sfu.arguments.index("--udp-port") + 1] == "7882"
    assert "--advertise" not in sfu.arguments


def test_the_platform_alone_has_a_standby_and_only_if_wanted() -> None:
    layout = Layout(20001, 20002, EngineKey("k", "s"))
    with_one = child_plans(_settings(), {}, layout)
    without = child_plans(replace(_settings(), has_standby=False), {}, layout)
    assert [plan.standby_arguments is not None for plan in with_one] == [True, False]
    assert [plan.standby_arguments is not None for plan in without] == [False, False]


def test_the_media_server_takes_its_key_pair_where_other_accounts_cannot_read_it() -> None:
    layout = Layout(20001, 20002, EngineKey("-made-key", "-made-secret"))
    plans = child_plans(_settings(), {}, layout)
    sfu = plans[1]
    given = parse(sfu.arguments[3:], sfu.environment)
    assert (given.key, given.secret) == ("-made-key", "-made-secret")
    for plan in plans:
        assert not any("-made-" in argument for argument in plan.arguments)


def test_the_media_server_is_told_how_to_protect_and_send_media() -> None:
    layout = Layout(20001, 20002, EngineKey("k", "s"))
    usual = parse(child_plans(_settings(), {}, layout)[1].arguments[3:], SFU_KEYS)
    assert usual.srtp == ("aes-128-gcm", "aes-256-gcm", "aes-128-cm-sha1")
    assert usual.segmentation
    rare = replace(_settings(), media_srtp=("aes-128-cm-sha1",), media_segmentation=False)
    given = parse(child_plans(rare, {}, layout)[1].arguments[3:], SFU_KEYS)
    assert given.srtp == ("aes-128-cm-sha1",)
    assert not given.segmentation


def test_with_a_livekit_elsewhere_meet_runs_alone() -> None:
    (meet,) = child_plans(_settings(), {"PREAU_LIVEKIT_URL": "wss://l"}, Layout(20001, None, None))
    assert meet.environment == {"PREAU_LIVEKIT_URL": "wss://l"}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (_settings("127.0.0.1"), ()),
        (_settings("localhost"), ()),
        (_settings("127.0.0.1", "203.0.113.7"), ("203.0.113.7",)),
        (_settings("192.0.2.4"), ("192.0.2.4",)),
        (_settings("0.0.0.0", "203.0.113.7", "10.0.0.7"), ("203.0.113.7", "10.0.0.7")),
    ],
)
def test_browsers_are_told_the_addresses_that_reach_this_machine(
    settings: ServeSettings, expected: tuple[str, ...]
) -> None:
    assert advertised(settings) == expected
