from __future__ import annotations

from typing import Any

import pytest

from preau.sfu.api import tokens
from preau.sfu.model import Admission, Permission, RoomOptions, TrackSource

SECRET = "a-secret-of-thirty-two-characters"
SECRETS = {"key": SECRET}
NOW = 1_000_000.0


def signed(secret: str = SECRET, **claims: Any) -> str:
    usual: dict[str, Any] = {
        "iss": "key",
        "sub": "ada",
        "exp": NOW + 60,
        "video": {"roomJoin": True, "room": "r"},
    }
    return tokens.sign({name: value for name, value in (usual | claims).items() if value is not None}, secret)


def admitted(**claims: Any) -> Admission:
    return tokens.admission(tokens.verify(signed(**claims), SECRETS, NOW))


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("", "token-missing"),
        ("x", "token-malformed"),
        (signed(iss="another"), "token-key-unknown"),
        (signed(iss=None), "token-key-unknown"),
        (signed("another-secret-of-thirty-two-chars"), "token-signature"),
        (signed(exp=None), "token-malformed"),
        (signed(exp="soon"), "token-malformed"),
        (signed(exp=NOW - 61), "token-expired"),
        (signed(nbf=NOW + 61), "token-not-valid-yet"),
    ],
)
def test_what_verifies_not(token: str, code: str) -> None:
    with pytest.raises(tokens.TokenError) as caught:
        tokens.verify(token, SECRETS, NOW)
    assert (caught.value.code, caught.value.http_status) == (code, 401)


def test_clocks_may_differ_by_a_minute() -> None:
    assert tokens.verify(signed(exp=NOW - 59, nbf=NOW + 59), SECRETS, NOW).identity == "ada"


def test_an_unsigned_token_is_no_token() -> None:
    header = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
    payload = signed().split(".")[1]
    with pytest.raises(tokens.TokenError) as caught:
        tokens.verify(f"{header}.{payload}.", SECRETS, NOW)
    assert caught.value.code == "token-signature"


@pytest.mark.parametrize(
    ("claims", "code", "status"),
    [
        ({"video": {"room": "r"}}, "token-no-join", 401),
        ({"video": {"roomJoin": True}}, "room-missing", 400),
        ({"sub": None}, "identity-missing", 400),
        ({"sub": "x" * 257}, "name-too-long", 400),
        ({"video": "everything"}, "token-no-join", 401),
    ],
)
def test_who_may_not_join(claims: dict[str, Any], code: str, status: int) -> None:
    with pytest.raises(tokens.TokenError) as caught:
        admitted(**claims)
    assert (caught.value.code, caught.value.http_status) == (code, status)


def test_rights_that_are_not_named_have_livekits_defaults() -> None:
    assert tokens.permission({}) == Permission()
    assert tokens.permission({"canPublish": False}).can_publish_data is False
    named = tokens.permission({"canPublishSources": ["camera", "screen_share", "nonsense"]})
    assert named.can_publish_sources == (TrackSource.CAMERA, TrackSource.SCREEN_SHARE)


def test_a_token_may_say_how_its_room_is_made() -> None:
    options = admitted(roomConfig={"emptyTimeout": 7, "maxParticipants": 3, "metadata": "m"}).room_options
    assert options == RoomOptions(empty_timeout_s=7, max_participants=3, metadata="m")


def test_a_renewed_token_keeps_the_rights_and_lives_ten_minutes_at_least() -> None:
    who = Admission(
        room="r",
        identity="ada",
        name="Ada",
        metadata="m",
        attributes={"hand": "up"},
        permission=Permission(can_publish=False, hidden=True, can_publish_sources=(TrackSource.CAMERA,)),
        expires_at_s=NOW + 5,
    )
    grants = tokens.verify(tokens.renewed(who, "key", SECRET, NOW), SECRETS, NOW)
    again = tokens.admission(grants)
    assert grants.expires_at_s == NOW + tokens.RENEWED_S
    assert (again.permission, again.name, again.metadata) == (who.permission, "Ada", "m")
    assert dict(again.attributes) == {"hand": "up"}
