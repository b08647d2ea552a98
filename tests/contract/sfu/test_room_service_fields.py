"""Every field of every RoomService request: obeyed, refused in words, or without an effect anywhere."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message_factory import GetMessageClass
from livekit.protocol import models
from livekit.protocol import room as room_service

from preau.sfu.api import tokens
from preau.sfu.api.room_service import Caller, TwirpError, call, permit
from preau.sfu.model import RoomInfo, RoomOptions
from preau.sfu.rooms import commands
from preau.sfu.wire import room_service as wire
from preau.sfu.wire.infos import permission_from, permission_message

METHODS = room_service.DESCRIPTOR.services_by_name["RoomService"].methods
SECRET = "a-secret-of-thirty-two-characters"
NOW = 1_000_000.0

OBEYED, REFUSED = "obeyed", "refused in words"
#: LiveKit's own server does nothing with these either: a node to debug on, tags of its cloud, a revocation
#: that the method at hand does not make, an owner of tracks whose sids say it already.
HARMLESS = "harmless"

FIELDS: dict[str, dict[str, str]] = {
    "CreateRoomRequest": {
        "name": OBEYED,
        "room_preset": REFUSED,
        "empty_timeout": OBEYED,
        "departure_timeout": OBEYED,
        "max_participants": OBEYED,
        "node_id": HARMLESS,
        "metadata": OBEYED,
        "tags": HARMLESS,
        "egress": REFUSED,
        "min_playout_delay": REFUSED,
        "max_playout_delay": REFUSED,
        "sync_streams": OBEYED,
        "replay_enabled": REFUSED,
        "agents": REFUSED,
    },
    "ListRoomsRequest": {"names": OBEYED},
    "DeleteRoomRequest": {"room": OBEYED},
    "ListParticipantsRequest": {"room": OBEYED},
    "RoomParticipantIdentity": {"room": OBEYED, "identity": OBEYED, "revoke_token_ts": OBEYED},
    "MuteRoomTrackRequest": {"room": OBEYED, "identity": OBEYED, "track_sid": OBEYED, "muted": OBEYED},
    "UpdateParticipantRequest": {
        "room": OBEYED,
        "identity": OBEYED,
        "metadata": OBEYED,
        "permission": OBEYED,
        "name": OBEYED,
        "attributes": OBEYED,
    },
    "UpdateSubscriptionsRequest": {
        "room": OBEYED,
        "identity": OBEYED,
        "track_sids": OBEYED,
        "subscribe": OBEYED,
        "participant_tracks": OBEYED,
    },
    "SendDataRequest": {
        "room": OBEYED,
        "data": OBEYED,
        "kind": OBEYED,
        "destination_sids": OBEYED,
        "destination_identities": OBEYED,
        "topic": OBEYED,
        "nonce": OBEYED,
    },
    "UpdateRoomMetadataRequest": {"room": OBEYED, "metadata": OBEYED},
    # These methods are refused whole.
    "ForwardParticipantRequest": dict.fromkeys(("room", "identity", "destination_room"), REFUSED),
    "MoveParticipantRequest": dict.fromkeys(("room", "identity", "destination_room"), REFUSED),
    "PerformRpcRequest": dict.fromkeys(
        ("room", "destination_identity", "method", "payload", "response_timeout_ms"), REFUSED
    ),
}
UNSERVED_METHODS = ("ForwardParticipant", "MoveParticipant", "PerformRpc")


class Rooms:
    """A directory that makes every room."""

    def __init__(self) -> None:
        self.made: list[tuple[str, RoomOptions]] = []

    def rooms(self) -> tuple[RoomInfo, ...]:
        return ()

    def create_room(self, name: str, options: RoomOptions) -> RoomInfo:
        self.made.append((name, options))
        return RoomInfo("RM_1", name, options, 0)

    def revoke(self, room: str, identity: str, before_s: float) -> None:
        raise AssertionError

    def note_refusal(self, room: str, identity: str, method: str) -> None:
        raise AssertionError

    async def ask(self, room: str, command: object) -> object:
        raise commands.RoomRefusal("room-unknown", "requested room does not exist")


def some_value(field: Any) -> Any:
    """A value of that field which asks for something."""
    if field.message_type is None:
        return {"string": "x", "bytes": b"x" * 16, "bool": True}.get(field_type(field), 7)
    if field.message_type.GetOptions().map_entry:
        return {"a": "b"}
    filled: Any = GetMessageClass(field.message_type)()
    inner = field.message_type.fields[0]
    if inner.message_type is None:
        setattr(filled, inner.name, some_value(inner))
    else:
        getattr(filled, inner.name).MergeFrom(some_value(inner))
    return [filled] if field.is_repeated else filled


def field_type(field: Any) -> str:
    names = {field.TYPE_STRING: "string", field.TYPE_BYTES: "bytes", field.TYPE_BOOL: "bool"}
    return names.get(field.type, "number")


def create_with(*names: str) -> bytes:
    fields = room_service.CreateRoomRequest.DESCRIPTOR.fields_by_name
    values = {name: some_value(fields[name]) for name in names}
    return room_service.CreateRoomRequest(**({"name": "r"} | values)).SerializeToString()


async def create(rooms: Rooms, body: bytes) -> None:
    token = tokens.sign({"iss": "k", "sub": "a", "exp": NOW + 60, "video": {"roomCreate": True}}, SECRET)
    grants = permit(rooms, Caller(token, {"k": SECRET}, NOW), "CreateRoom")
    await call(rooms, grants, "CreateRoom", body, is_json=False)


def test_every_field_of_the_protocol_is_decided_on() -> None:
    of_protocol = {
        method.input_type.name: {field.name for field in method.input_type.fields} for method in METHODS
    }
    assert of_protocol == {name: set(fields) for name, fields in FIELDS.items()}


def test_what_a_token_may_ask_of_its_room_is_what_the_api_may() -> None:
    fields = {field.name for field in room_service.RoomConfiguration.DESCRIPTOR.fields}
    # The name is that of a preset, of which there are none.
    assert fields - {"name"} <= set(FIELDS["CreateRoomRequest"])
    assert {name for name, fate in FIELDS["CreateRoomRequest"].items() if fate == REFUSED} == set(
        wire.UNSERVED_OPTIONS
    )


def test_a_token_is_told_apart_from_what_its_room_cannot_do() -> None:
    config = {
        "egress": {"room": {"layout": "grid"}},
        "minPlayoutDelay": 9,
        "maxParticipants": 3,
        "tags": {"a": "b"},
    }
    options, unserved = wire.config_from(config)
    assert options == RoomOptions(max_participants=3)
    assert sorted(unserved) == ["egress", "min_playout_delay"]
    assert wire.config_from(wire.config_of(options)) == (options, ())


@pytest.mark.parametrize("name", [n for n, fate in FIELDS["CreateRoomRequest"].items() if fate == REFUSED])
async def test_what_a_room_cannot_do_is_refused_by_name(name: str) -> None:
    rooms = Rooms()
    with pytest.raises(TwirpError) as caught:
        await create(rooms, create_with(name))
    assert rooms.made == []
    if name == "room_preset":
        assert caught.value.code == "invalid_argument"
    else:
        assert (caught.value.code, name in caught.value.message) == ("unimplemented", True)


@pytest.mark.parametrize("name", [n for n, fate in FIELDS["CreateRoomRequest"].items() if fate == HARMLESS])
async def test_what_has_no_effect_anywhere_makes_the_same_room(name: str) -> None:
    rooms = Rooms()
    await create(rooms, create_with(name))
    assert rooms.made == [("r", RoomOptions())]


@pytest.mark.parametrize("name", [n for n, fate in FIELDS["CreateRoomRequest"].items() if fate == OBEYED])
async def test_what_is_obeyed_makes_another_room(name: str) -> None:
    rooms = Rooms()
    await create(rooms, create_with(name))
    assert rooms.made != [("r", RoomOptions())]


async def test_an_empty_wish_is_none() -> None:
    rooms = Rooms()
    await create(
        rooms, room_service.CreateRoomRequest(name="r", egress=room_service.RoomEgress()).SerializeToString()
    )
    assert rooms.made == [("r", RoomOptions())]


@pytest.mark.parametrize("method", [method.name for method in METHODS])
def test_every_obeyed_field_changes_what_is_done(method: str) -> None:
    kind = room_service.DESCRIPTOR.services_by_name["RoomService"].methods_by_name[method].input_type
    assert (method in UNSERVED_METHODS) == (set(FIELDS[kind.name].values()) == {REFUSED})
    nothing = wire.decode(method, b"", is_json=False)
    for name, fate in FIELDS[kind.name].items():
        if fate != OBEYED or (method, name) == ("GetParticipant", "revoke_token_ts"):
            continue
        fields: Any = {name: value_for(kind.fields_by_name[name])}
        body = GetMessageClass(kind)(**fields).SerializeToString()
        assert wire.decode(method, body, is_json=False) != nothing, name


def value_for(field: Any) -> Any:
    if field.name == "participant_tracks":
        return [models.ParticipantTracks(track_sids=["TR_1"])]
    value = some_value(field)
    if field.enum_type is not None:
        return 1
    return [value] if field.is_repeated and not isinstance(value, list | dict) else value


RIGHTS: tuple[Any, ...] = tuple(models.ParticipantPermission.DESCRIPTOR.fields)


@pytest.mark.parametrize("field", RIGHTS, ids=[field.name for field in RIGHTS])
def test_every_right_is_kept(field: Any) -> None:
    value: Any = {field.name: [1] if field.is_repeated else True}
    message = models.ParticipantPermission(**value)
    assert permission_message(permission_from(message)) == message
