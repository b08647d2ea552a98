"""Every grant that LiveKit's own SDK can sign is known here, and means what it means there."""

from __future__ import annotations

import dataclasses
from typing import Any

import jwt
import pytest
from livekit import api

from preau.sfu.api import tokens
from preau.sfu.model import Permission, TrackSource

SECRET = "a-secret-of-thirty-two-characters"
#: A grant of the SDK, what it is set to, and what a participant may do by it then.
MEANING: dict[str, tuple[Any, Permission]] = {
    "can_publish": (False, Permission(can_publish=False)),
    "can_subscribe": (False, Permission(can_subscribe=False)),
    "can_publish_data": (False, Permission(can_publish_data=False)),
    "can_publish_sources": (["camera"], Permission(can_publish_sources=(TrackSource.CAMERA,))),
    "can_update_own_metadata": (True, Permission(can_update_metadata=True)),
    "hidden": (True, Permission(hidden=True)),
    "recorder": (True, Permission(recorder=True)),
    "agent": (True, Permission(agent=True)),
    "can_subscribe_metrics": (True, Permission(can_subscribe_metrics=True)),
    "can_manage_agent_session": (True, Permission(can_manage_agent_session=True)),
}
#: Of the server API, or of the join itself: nothing somebody may do within a room.
NOT_WITHIN_A_ROOM = {
    "room_create": True,
    "room_list": True,
    "room_record": True,
    "room_admin": True,
    "room_join": True,
    "room": "r",
    "ingress_admin": True,
    "destination_room": "r2",
}
NAMES = [field.name for field in dataclasses.fields(api.VideoGrants)]


def granted(**grants: Any) -> tokens.Grants:
    named: Any = {"room_join": True, "room": "r"} | grants
    video = api.VideoGrants(**named)
    token = api.AccessToken("key", SECRET).with_identity("ada").with_grants(video).to_jwt()
    claims = jwt.decode(token, options={"verify_signature": False})
    return tokens.verify(token, {"key": SECRET}, claims["nbf"])


def test_every_grant_of_the_sdk_is_decided_on() -> None:
    assert set(NAMES) <= set(MEANING) | set(NOT_WITHIN_A_ROOM)


@pytest.mark.parametrize("name", [name for name in NAMES if name in MEANING])
def test_a_grant_means_what_it_says(name: str) -> None:
    value, permission = MEANING[name]
    assert tokens.admission(granted(**{name: value})).permission == permission


@pytest.mark.parametrize("name", [name for name in NAMES if name in NOT_WITHIN_A_ROOM])
def test_rights_to_the_server_are_kept_apart(name: str) -> None:
    grants = granted(**{name: NOT_WITHIN_A_ROOM[name]})
    assert tokens.admission(grants).permission == Permission()
    first, *rest = name.split("_")
    assert grants.video[first + "".join(word.capitalize() for word in rest)] == NOT_WITHIN_A_ROOM[name]
