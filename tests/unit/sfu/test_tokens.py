from __future__ import annotations

from typing import Any

import pytest

from preau.sfu.api import tokens
from preau.sfu.model import Admission, ParticipantKind, Permission, RoomOptions, TrackSource

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
        ({"sub": "é" * 129}, "name-too-long", 400),
        ({"video": {"roomJoin": True, "room": "é" * 129}}, "name-too-long", 400),
        ({"video": None}, "token-no-join", 401),
        ({"video": "everything"}, "token-malformed", 401),
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


def test_a_token_without_a_room_says_so_in_livekits_words() -> None:
    with pytest.raises(tokens.TokenError) as caught:
        admitted(video={"roomJoin": True})
    assert caught.value.message == "no room name"


def test_a_list_of_sources_narrows_and_never_widens() -> None:
    none = tokens.permission({"canPublish": False, "canPublishSources": ["camera", "microphone"]})
    assert not any(none.allows_source(source) for source in TrackSource)
    one = tokens.permission({"canPublishSources": ["microphone"]})
    assert [source for source in TrackSource if one.allows_source(source)] == [TrackSource.MICROPHONE]
    mistyped = tokens.permission({"canPublishSources": ["microphon"]})
    assert not any(mistyped.allows_source(source) for source in TrackSource)


WRONG_TYPES: list[dict[str, Any]] = [
    {"video": {"roomJoin": True, "room": "r", name: value}}
    for name, value in {
        "canPublish": "false",
        "CanPublish": "false",
        "canSubscribe": 0,
        "canPublishData": "no",
        "canUpdateOwnMetadata": 1,
        "canSubscribeMetrics": "x",
        "canManageAgentSession": "x",
        "hidden": "true",
        "recorder": 1,
        "agent": [],
        "roomAdmin": "x",
        "canPublishSources": "camera",
        "room": 7,
    }.items()
] + [
    {"video": {"roomJoin": True, "room": "r", "canPublishSources": [1]}},
    {"kind": 4},
    {"name": 4},
    {"metadata": {}},
    {"attributes": ["a"]},
    {"attributes": {"a": 1}},
    {"kindDetails": "forwarded"},
    {"roomConfig": {"emptyTimeout": "soon"}},
]


@pytest.mark.parametrize("claims", WRONG_TYPES)
def test_a_right_of_the_wrong_type_is_not_guessed_at(claims: dict[str, Any]) -> None:
    with pytest.raises(tokens.TokenError) as caught:
        admitted(**claims)
    assert (caught.value.code, caught.value.http_status) == ("token-malformed", 401)


def test_the_case_of_a_rights_name_does_not_matter() -> None:
    """LiveKit reads it so: what forbids there must not allow here."""
    video = {"roomjoin": True, "Room": "r", "canpublish": False, "CANSUBSCRIBE": False}
    permission = admitted(video=video).permission
    assert (permission.can_publish, permission.can_subscribe) == (False, False)


def test_a_right_that_is_null_is_not_named() -> None:
    video = {"roomJoin": True, "room": "r", "canPublish": None, "hidden": None}
    assert admitted(video=video).permission == Permission()


def test_halves_of_characters_do_not_break_a_join() -> None:
    who = admitted(name="a\ud800", attributes={"\udfff": "b"})
    assert (who.name, dict(who.attributes)) == ("a\ufffd", {"\ufffd": "b"})


def test_a_long_name_is_cut_between_characters() -> None:
    assert admitted(name="n" + "é" * 200).name == "n" + "é" * 127


def test_a_kind_may_have_details() -> None:
    who = admitted(kind="AGENT", kindDetails=["cloud_agent", "unheard_of"])
    assert (who.kind, who.kind_details) == (ParticipantKind.AGENT, (0,))


KINDS_THERE_FOR_OTHERS = {"agent": True, "egress": True, "standard": False, "sip": False, "ingress": False}


@pytest.mark.parametrize(("kind", "is_dependent"), KINDS_THERE_FOR_OTHERS.items())
def test_agents_and_recorders_are_there_for_others(kind: str, is_dependent: bool) -> None:
    assert admitted(kind=kind).is_dependent is is_dependent


@pytest.mark.parametrize("grant", ["agent", "recorder"])
def test_a_grant_makes_an_agent_or_a_recorder_too(grant: str) -> None:
    who = admitted(video={"roomJoin": True, "room": "r", grant: True})
    assert (who.is_dependent, who.is_agent, who.is_recorder) == (True, grant == "agent", grant == "recorder")


def test_a_token_may_say_how_its_room_is_made() -> None:
    config = {"emptyTimeout": 7, "max_participants": 3, "metadata": "m", "syncStreams": True, "agents": [{}]}
    options = admitted(roomConfig=config).room_options
    assert options == RoomOptions(empty_timeout_s=7, max_participants=3, metadata="m", sync_streams=True)


def test_a_renewed_token_keeps_the_rights_and_lives_ten_minutes_at_least() -> None:
    who = Admission(
        room="r",
        identity="ada",
        name="Ada",
        metadata="m",
        attributes={"hand": "up"},
        permission=Permission(
            can_publish=False,
            hidden=True,
            can_publish_sources=(TrackSource.CAMERA,),
            can_manage_agent_session=True,
        ),
        kind=ParticipantKind.SIP,
        kind_details=(1,),
        room_options=RoomOptions(departure_timeout_s=9, sync_streams=True),
        expires_at_s=NOW + 5,
    )
    grants = tokens.verify(tokens.renewed(who, "key", SECRET, NOW), SECRETS, NOW)
    again = tokens.admission(grants)
    assert grants.expires_at_s == NOW + tokens.RENEWED_S
    assert (again.permission, again.name, again.metadata) == (who.permission, "Ada", "m")
    assert dict(again.attributes) == {"hand": "up"}
    assert (again.kind, again.kind_details, again.room_options) == (
        who.kind,
        who.kind_details,
        who.room_options,
    )
