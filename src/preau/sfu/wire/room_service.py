"""RoomService requests and answers, in protobuf and in JSON, to and from our values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import DecodeError, Message
from livekit.protocol import room as room_service

from preau.sfu.model import ParticipantInfo, RoomInfo, RoomOptions, TrackInfo
from preau.sfu.rooms import commands
from preau.sfu.wire.data import server_packet
from preau.sfu.wire.errors import WireError
from preau.sfu.wire.infos import participant_message, permission_from, room_message, track_message
from preau.sfu.wire.requests import subscription_from


@dataclass(frozen=True, slots=True)
class CreateRoom:
    """Makes a room, or gives the one of that name. `unserved` names what was asked for and cannot be had."""

    room: str
    options: RoomOptions
    unserved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListRooms:
    """Lists rooms; no names means all."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForRoom:
    """A command for a room that exists."""

    room: str
    command: object


@dataclass(frozen=True, slots=True)
class Unserved:
    """A method of the protocol that this server does not serve."""


#: Options of rooms that ask for something which is not done here; whoever creates a room by them is told.
UNSERVED_OPTIONS = frozenset(
    {"agents", "egress", "max_playout_delay", "min_playout_delay", "replay_enabled", "room_preset"}
)

ServiceCall = CreateRoom | ListRooms | ForRoom | Unserved


def decode(method: str, body: bytes, *, is_json: bool) -> ServiceCall:
    """The call in a body; `method` is one of METHODS. Raises WireError (malformed)."""
    message_type, convert = _METHODS[method]
    message = message_type()
    try:
        if is_json:
            # Twirp accepts both spellings of field names and ignores what it does not know.
            values = json.loads(body or b"{}")
            if not isinstance(values, dict):
                raise ValueError("it is not a JSON object")
            json_format.ParseDict(values, message, ignore_unknown_fields=True)
        else:
            message.ParseFromString(body)
    except (DecodeError, json_format.ParseError, ValueError, RecursionError) as error:
        raise WireError("malformed", f"the body is not a {method} request: {error}") from error
    return convert(message)


def encode(method: str, value: object, *, is_json: bool) -> bytes:
    """The answer to a call."""
    message = _ANSWERS[method](value)
    if not is_json:
        return message.SerializeToString()
    text = json_format.MessageToJson(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True, indent=None
    )
    return text.encode()


def _create(request: room_service.CreateRoomRequest) -> ServiceCall:
    return CreateRoom(room=request.name, options=_options(request), unserved=_unserved_options(request))


def config_from(values: Mapping[str, Any]) -> tuple[RoomOptions, tuple[str, ...]]:
    """How a token wants its room made, and what of it cannot be had. Raises WireError (malformed)."""
    message = room_service.RoomConfiguration()
    try:
        json_format.ParseDict(dict(values), message, ignore_unknown_fields=True)
    except (json_format.ParseError, ValueError, RecursionError) as error:
        raise WireError("malformed", "its roomConfig is not LiveKit's RoomConfiguration.") from error
    return _options(message), _unserved_options(message)


def config_of(options: RoomOptions) -> dict[str, Any]:
    """What `config_from` reads as these options."""
    message = room_service.RoomConfiguration(
        empty_timeout=options.empty_timeout_s,
        departure_timeout=options.departure_timeout_s,
        max_participants=options.max_participants,
        metadata=options.metadata,
        sync_streams=options.sync_streams,
    )
    return json_format.MessageToDict(message)


def _options(message: Any) -> RoomOptions:
    return RoomOptions(
        empty_timeout_s=message.empty_timeout,
        departure_timeout_s=message.departure_timeout,
        max_participants=message.max_participants,
        metadata=message.metadata,
        sync_streams=message.sync_streams,
    )


def _unserved_options(message: Message) -> tuple[str, ...]:
    """Fields that ask for something which is not done here. An empty message asks for nothing."""
    given = {field.name: value for field, value in message.ListFields()}
    return tuple(name for name in given if name in UNSERVED_OPTIONS and _asks(given[name]))


def _asks(value: Any) -> bool:
    return bool(value.ByteSize()) if isinstance(value, Message) else bool(value)


def _list_rooms(request: room_service.ListRoomsRequest) -> ServiceCall:
    return ListRooms(names=tuple(request.names))


def _delete(request: room_service.DeleteRoomRequest) -> ServiceCall:
    return ForRoom(request.room, commands.DeleteRoom())


def _list_participants(request: room_service.ListParticipantsRequest) -> ServiceCall:
    return ForRoom(request.room, commands.ListParticipants())


def _get_participant(request: room_service.RoomParticipantIdentity) -> ServiceCall:
    return ForRoom(request.room, commands.GetParticipant(request.identity))


def _remove_participant(request: room_service.RoomParticipantIdentity) -> ServiceCall:
    command = commands.RemoveParticipant(request.identity, float(max(0, request.revoke_token_ts)))
    return ForRoom(request.room, command)


def _mute_track(request: room_service.MuteRoomTrackRequest) -> ServiceCall:
    return ForRoom(request.room, commands.MuteTrack(request.identity, request.track_sid, request.muted))


def _update_participant(request: room_service.UpdateParticipantRequest) -> ServiceCall:
    return ForRoom(
        request.room,
        commands.UpdateParticipant(
            identity=request.identity,
            metadata=request.metadata,
            name=request.name,
            attributes=dict(request.attributes),
            permission=permission_from(request.permission) if request.HasField("permission") else None,
        ),
    )


def _update_subscriptions(request: room_service.UpdateSubscriptionsRequest) -> ServiceCall:
    wanted = subscription_from(request)
    return ForRoom(
        request.room, commands.ChangeSubscriptions(request.identity, wanted.track_sids, wanted.subscribe)
    )


def _send_data(request: room_service.SendDataRequest) -> ServiceCall:
    reliable = int(request.kind) == 0
    packet = server_packet(
        request.data,
        reliable=reliable,
        topic=request.topic if request.HasField("topic") else None,
        identities=frozenset(request.destination_identities),
        sids=frozenset(request.destination_sids),
        nonce=request.nonce,
    )
    return ForRoom(request.room, commands.SendServerData(packet, reliable))


def _update_metadata(request: room_service.UpdateRoomMetadataRequest) -> ServiceCall:
    return ForRoom(request.room, commands.SetRoomMetadata(request.metadata))


def _unserved(_request: Message) -> ServiceCall:
    return Unserved()


def _as_room(value: object) -> Message:
    if not isinstance(value, RoomInfo):
        raise TypeError("a room is expected")
    return room_message(value)


def _as_rooms(value: object) -> Message:
    rooms = value if isinstance(value, tuple) else ()
    return room_service.ListRoomsResponse(rooms=[room_message(room) for room in rooms])


def _as_participant(value: object) -> Message:
    if not isinstance(value, ParticipantInfo):
        raise TypeError("a participant is expected")
    return participant_message(value)


def _as_participants(value: object) -> Message:
    participants = value if isinstance(value, tuple) else ()
    return room_service.ListParticipantsResponse(
        participants=[participant_message(participant) for participant in participants]
    )


def _as_track(value: object) -> Message:
    if not isinstance(value, TrackInfo):
        raise TypeError("a track is expected")
    return room_service.MuteRoomTrackResponse(track=track_message(value))


_METHODS: dict[str, tuple[type[Any], Callable[[Any], ServiceCall]]] = {
    "CreateRoom": (room_service.CreateRoomRequest, _create),
    "ListRooms": (room_service.ListRoomsRequest, _list_rooms),
    "DeleteRoom": (room_service.DeleteRoomRequest, _delete),
    "ListParticipants": (room_service.ListParticipantsRequest, _list_participants),
    "GetParticipant": (room_service.RoomParticipantIdentity, _get_participant),
    "RemoveParticipant": (room_service.RoomParticipantIdentity, _remove_participant),
    "MutePublishedTrack": (room_service.MuteRoomTrackRequest, _mute_track),
    "UpdateParticipant": (room_service.UpdateParticipantRequest, _update_participant),
    "UpdateSubscriptions": (room_service.UpdateSubscriptionsRequest, _update_subscriptions),
    "SendData": (room_service.SendDataRequest, _send_data),
    "UpdateRoomMetadata": (room_service.UpdateRoomMetadataRequest, _update_metadata),
    "ForwardParticipant": (room_service.ForwardParticipantRequest, _unserved),
    "MoveParticipant": (room_service.MoveParticipantRequest, _unserved),
    "PerformRpc": (room_service.PerformRpcRequest, _unserved),
}

#: Every method of the protocol, served or not.
METHODS = frozenset(_METHODS)

_ANSWERS: dict[str, Callable[[object], Message]] = {
    "CreateRoom": _as_room,
    "ListRooms": _as_rooms,
    "DeleteRoom": lambda _value: room_service.DeleteRoomResponse(),
    "ListParticipants": _as_participants,
    "GetParticipant": _as_participant,
    "RemoveParticipant": lambda _value: room_service.RemoveParticipantResponse(),
    "MutePublishedTrack": _as_track,
    "UpdateParticipant": _as_participant,
    "UpdateSubscriptions": lambda _value: room_service.UpdateSubscriptionsResponse(),
    "SendData": lambda _value: room_service.SendDataResponse(),
    "UpdateRoomMetadata": _as_room,
}
