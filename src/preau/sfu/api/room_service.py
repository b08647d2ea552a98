"""RoomService over Twirp: who may call what, and what went wrong in Twirp's words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeGuard

from preau.sfu.api import tokens
from preau.sfu.model import RoomInfo, RoomOptions
from preau.sfu.rooms import commands
from preau.sfu.rooms.moderating import over_limits
from preau.sfu.rooms.state import MAX_ATTRIBUTES_BYTES, MAX_METADATA_BYTES
from preau.sfu.wire import room_service as wire
from preau.sfu.wire.data import MAX_PACKET_BYTES, NONCE_BYTES
from preau.sfu.wire.errors import WireError

#: Twirp's error codes and the HTTP status of each.
_STATUS = {
    "bad_route": 404,
    "failed_precondition": 412,
    "internal": 500,
    "invalid_argument": 400,
    "malformed": 400,
    "not_found": 404,
    "resource_exhausted": 429,
    "unauthenticated": 401,
    "unimplemented": 501,
}
_REFUSALS = {
    "participant-unknown": "not_found",
    "remote-unmute": "failed_precondition",
    "room-closed": "not_found",
    "room-full": "resource_exhausted",
    "room-unknown": "not_found",
    "track-unknown": "not_found",
}


#: The grant that a method needs, where it is not `roomAdmin`.
_NEEDED = {"CreateRoom": "roomCreate", "DeleteRoom": "roomCreate", "ListRooms": "roomList"}
_SMALL_BODY_BYTES = 64 * 1024
#: Metadata, attributes and data, as long as they may be, with what JSON and base64 add.
_METADATA_BODY_BYTES = 3 * (MAX_METADATA_BYTES + MAX_ATTRIBUTES_BYTES) + _SMALL_BODY_BYTES
_BODY_BYTES = {
    "CreateRoom": _METADATA_BODY_BYTES,
    "UpdateParticipant": _METADATA_BODY_BYTES,
    "UpdateRoomMetadata": _METADATA_BODY_BYTES,
    "SendData": 4 * MAX_PACKET_BYTES // 3 + _SMALL_BODY_BYTES,
}


class TwirpError(Exception):
    """An error of the protocol; `code` is one of Twirp's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def http_status(self) -> int:
        """The HTTP status that goes with the code."""
        return _STATUS[self.code]

    def body(self) -> bytes:
        """The JSON body."""
        return json.dumps({"code": self.code, "msg": self.message}).encode()


class Directory(Protocol):
    """The rooms of the server."""

    def rooms(self) -> tuple[RoomInfo, ...]:
        """All rooms."""

    def create_room(self, name: str, options: RoomOptions) -> RoomInfo:
        """The room of this name, made if need be."""

    def revoke(self, room: str, identity: str, before_s: float) -> None:
        """Refuses an identity's tokens for a room that begin before a moment."""

    def note_refusal(self, room: str, identity: str, method: str) -> None:
        """Somebody who may be in that room called what its credential does not allow."""

    async def ask(self, room: str, command: object) -> object:
        """Asks a room. Raises RoomRefusal, also room-unknown."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the token and the keys it is checked against."""

    token: str
    secrets: Mapping[str, str]
    now: float


def permit(directory: Directory, caller: Caller, method: str) -> tokens.Grants:
    """What the token of a call says, if it allows the method at all. Raises TwirpError.

    Needs no body: whoever may not call costs nothing more than a look at the head.
    """
    if method not in wire.METHODS:
        raise TwirpError("bad_route", f"no handler for path /twirp/livekit.RoomService/{method}")
    try:
        grants = tokens.verify(caller.token, caller.secrets, caller.now)
    except tokens.TokenError as error:
        raise TwirpError("unauthenticated", error.message) from error
    if grants.video.get(_NEEDED.get(method, "roomAdmin")) is not True:
        raise _refused(directory, grants, method)
    return grants


def most_body_bytes(method: str) -> int:
    """How long the body of a call may be."""
    return _BODY_BYTES.get(method, _SMALL_BODY_BYTES)


async def call(
    directory: Directory, grants: tokens.Grants, method: str, body: bytes, *, is_json: bool
) -> bytes:
    """One permitted call from bytes to bytes. Raises TwirpError."""
    try:
        request = wire.decode(method, body, is_json=is_json)
    except WireError as error:
        raise TwirpError("malformed", error.message) from error
    if _is_for_a_room(request) and grants.video.get("room") != request.room:
        raise _refused(directory, grants, method)
    if isinstance(request, wire.Unserved):
        raise TwirpError("unimplemented", f"{method} is not served by this server")
    _check_options(request)
    _check_limits(request)
    try:
        answer = await _perform(directory, request)
    except commands.RoomRefusal as refusal:
        raise TwirpError(_REFUSALS.get(refusal.code, "internal"), refusal.message) from refusal
    return wire.encode(method, answer, is_json=is_json)


def _is_for_a_room(request: wire.ServiceCall) -> TypeGuard[wire.ForRoom]:
    """Whether the token has to name the room; who may make rooms may end any."""
    return isinstance(request, wire.ForRoom) and not isinstance(request.command, commands.DeleteRoom)


def _refused(directory: Directory, grants: tokens.Grants, method: str) -> TwirpError:
    directory.note_refusal(str(grants.video.get("room", "")), grants.identity, method)
    return TwirpError("unauthenticated", f"permissions denied: the token does not allow {method}")


def _check_options(request: wire.ServiceCall) -> None:
    """What a room is asked to do and cannot do is refused, rather than left undone in silence."""
    if not isinstance(request, wire.CreateRoom) or not request.unserved:
        return
    if "room_preset" in request.unserved:
        raise TwirpError("invalid_argument", "unknown room configuration in create room request")
    named = ", ".join(request.unserved)
    raise TwirpError("unimplemented", f"not served by this server: {named}; create the room without")


def _check_limits(request: wire.ServiceCall) -> None:
    match request:
        case wire.CreateRoom(room=name, options=options):
            if not name:
                raise TwirpError("invalid_argument", "no room name")
            if len(name.encode()) > tokens.MAX_NAME_BYTES:
                limit = tokens.MAX_NAME_BYTES
                raise TwirpError("invalid_argument", f"room name length exceeds limits: max length {limit}")
            problem = over_limits("", options.metadata, {})
        case wire.ForRoom(command=commands.SetRoomMetadata(metadata=metadata)):
            problem = over_limits("", metadata, {})
        case wire.ForRoom(command=commands.UpdateParticipant() as update):
            problem = over_limits(update.name, update.metadata, update.attributes or {})
        case wire.ForRoom(command=commands.SendServerData(packet=packet)):
            problem = ""
            if len(packet.nonce) not in (0, NONCE_BYTES):
                problem = (
                    f"nonce should be {NONCE_BYTES}-bytes or not present, got: {len(packet.nonce)} bytes"
                )
        case _:
            return
    if problem:
        raise TwirpError("invalid_argument", problem)


async def _perform(directory: Directory, request: wire.ServiceCall) -> object:
    match request:
        case wire.CreateRoom():
            return directory.create_room(request.room, request.options)
        case wire.ListRooms():
            wanted = set(request.names)
            return tuple(room for room in directory.rooms() if not wanted or room.name in wanted)
        case wire.ForRoom():
            _revoke(directory, request)
            return await _ask(directory, request)
        case _:
            return None


def _revoke(directory: Directory, request: wire.ForRoom) -> None:
    """Before the participant is sought: one that is not there yet may come with a credential."""
    command = request.command
    if isinstance(command, commands.RemoveParticipant) and command.revoke_before_s:
        directory.revoke(request.room, command.identity, command.revoke_before_s)


async def _ask(directory: Directory, request: wire.ForRoom) -> object:
    try:
        return await directory.ask(request.room, request.command)
    except commands.RoomRefusal as refusal:
        # LiveKit answers an empty list for a room that is not there.
        if refusal.code == "room-unknown" and isinstance(request.command, commands.ListParticipants):
            return ()
        raise
