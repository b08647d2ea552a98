"""Tokens that let in once, and tokens that were taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from preau.sfu import credentials
from preau.sfu.api import tokens
from preau.sfu.credentials import Credentials
from preau.sfu.model import Admission, ClientDetails
from preau.sfu.rooms import commands
from preau.sfu.rooms.effects import UseToken
from preau.sfu.wire import room_service as wire
from tests.kit.sfu_room import Stage

SECRET = "a-secret-of-thirty-two-characters"
NOW = 1_000_000.0
ADA = Admission(room="r", identity="ada", expires_at_s=NOW + 60, begins_at_s=NOW, token_id="key:1")


def read(**claims: object) -> Admission:
    usual = {
        "iss": "key",
        "sub": "ada",
        "nbf": NOW,
        "exp": NOW + 60,
        "video": {"roomJoin": True, "room": "r"},
    }
    signed = tokens.sign({**usual, **claims}, SECRET)
    return tokens.admission(tokens.verify(signed, {"key": SECRET}, NOW))


def test_a_token_with_a_number_of_its_own_lets_in_once() -> None:
    assert read(jti="1") == ADA
    assert read(jti="2").token_id != ADA.token_id


@pytest.mark.parametrize("claims", [{}, {"jti": ""}, {"jti": "ada"}, {"jti": 7}])
def test_a_token_without_one_may_be_used_again(claims: dict[str, object]) -> None:
    who = read(**claims)
    assert who.token_id == ""
    used = Credentials()
    used.use(who, 60, NOW)
    assert not used.is_used(who)


def test_a_used_token_is_used_until_nobody_could_show_it_any_more() -> None:
    used = Credentials()
    used.use(ADA, 60, NOW)
    assert used.is_used(ADA)
    assert not used.is_used(replace(ADA, token_id="key:2"))
    used.forget_expired(NOW + 3601, NOW + 120)
    assert used.is_used(ADA)
    used.forget_expired(NOW + 3601, NOW + 121)
    assert not used.is_used(ADA)


def test_a_clock_that_is_set_forth_and_back_makes_no_used_token_good_again() -> None:
    used = Credentials()
    used.use(ADA, 60, 50.0)
    used.forget_expired(60.0, NOW + 86_400)
    assert used.is_used(ADA)


def test_what_began_before_a_removal_is_taken_back_and_nothing_else() -> None:
    kept = Credentials()
    kept.revoke("r", "ada", NOW + 1, NOW)
    assert kept.is_revoked(ADA, NOW)
    assert kept.is_revoked(replace(ADA, begins_at_s=0.0, token_id=""), NOW), "and what says no beginning"
    assert not kept.is_revoked(replace(ADA, begins_at_s=NOW + 1), NOW)
    assert not kept.is_revoked(replace(ADA, identity="bob"), NOW)
    assert not kept.is_revoked(replace(ADA, room="other"), NOW)
    kept.revoke("r", "ada", NOW - 5, NOW)
    assert kept.is_revoked(ADA, NOW), "an older removal takes nothing of a later one away"
    kept.forget_expired(NOW + 25 * 3600, NOW)
    assert not kept.is_revoked(ADA, NOW)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "_MAX_REMEMBERED", 3)
    kept = Credentials()
    people = [replace(ADA, identity=str(number), token_id=f"key:{number}") for number in range(5)]
    for who in people:
        kept.use(who, 60, NOW)
        kept.revoke("r", who.identity, NOW + 1, NOW)
    assert [kept.is_used(who) for who in people] == [False, False, True, True, True]
    assert [kept.is_revoked(who, NOW) for who in people] == [False, False, True, True, True]


def test_a_token_is_used_once_its_holders_media_is_there() -> None:
    stage = Stage()
    stage.join("ada")
    assert stage.found(UseToken) == []
    stage.connect_media("ada")
    assert [effect.admission.identity for effect in stage.found(UseToken)] == ["ada"]


def test_a_join_that_broke_before_its_media_may_be_tried_again() -> None:
    stage = Stage()
    who = Admission(room="school", identity="ada", token_id="key:1")
    stage.do(commands.Join(1, who, ClientDetails(protocol=16)))
    assert stage.room.holds(who), "somebody is there by this very token"
    assert not stage.room.holds(replace(who, token_id="key:2"))
    assert not stage.room.holds(replace(who, token_id=""))
    stage.do(commands.ConnectionLost(1))
    assert not stage.room.holds(who)
    assert stage.found(UseToken) == []


@pytest.mark.parametrize(("given", "read_back"), [(0, 0.0), (5, 5.0), (-5, 0.0)])
def test_a_removal_says_which_tokens_it_takes_back(given: int, read_back: float) -> None:
    body = f'{{"room": "r", "identity": "ada", "revoke_token_ts": "{given}"}}'.encode()
    call = wire.decode("RemoveParticipant", body, is_json=True)
    assert call == wire.ForRoom("r", commands.RemoveParticipant("ada", read_back))
