"""What the server API does to a room, and participants to themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from preau.sfu.model import (
    Admission,
    DisconnectReason,
    LeaveAction,
    ParticipantInfo,
    Permission,
    RoomInfo,
    TrackInfo,
)
from preau.sfu.rooms import commands, joining, leaving, media, negotiating, publishing, refusing, subscribing
from preau.sfu.rooms.effects import Finished, Notify
from preau.sfu.rooms.state import (
    MAX_ATTRIBUTES_BYTES,
    MAX_METADATA_BYTES,
    MAX_NAME_BYTES,
    Member,
    RoomState,
)
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say


def _member(room: RoomState, identity: str) -> Member:
    member = room.by_identity.get(identity)
    if member is None:
        raise commands.RoomRefusal("participant-unknown", "participant does not exist")
    return member


def list_participants(
    room: RoomState, _command: commands.ListParticipants, _now: float
) -> tuple[ParticipantInfo, ...]:
    """Everybody, hidden ones too."""
    return tuple(member.info() for member in room.members.values())


def get_participant(room: RoomState, command: commands.GetParticipant, _now: float) -> ParticipantInfo:
    """One participant."""
    return _member(room, command.identity).info()


def remove_participant(room: RoomState, command: commands.RemoveParticipant, now: float) -> None:
    """Sends one away."""
    leaving.dismiss(
        room,
        _member(room, command.identity),
        now,
        DisconnectReason.PARTICIPANT_REMOVED,
        "removed: removed from the room.",
    )


def mute_track(room: RoomState, command: commands.MuteTrack, _now: float) -> TrackInfo:
    """Mutes one's track; the participant is told and may unmute by itself."""
    member = _member(room, command.identity)
    if not command.muted:
        raise commands.RoomRefusal("remote-unmute", "remote unmute not enabled")
    published = member.tracks.get(command.track_sid)
    if published is None:
        raise commands.RoomRefusal("track-unknown", "track is not found")
    if not published.info.muted:
        room.send(member, say.MuteNotice(sid=command.track_sid, muted=True))
        publishing.set_muted(room, member, published, muted=True)
    return published.info


def update_participant(room: RoomState, command: commands.UpdateParticipant, now: float) -> ParticipantInfo:
    """Changes name, metadata, attributes, permission."""
    member = _member(room, command.identity)
    before = member.admission
    member.admission = _changed(before, command.name, command.metadata, command.attributes or {})
    if command.permission is not None and command.permission != before.permission:
        _permit(room, member, command.permission, now)
    _tell_claims(room, member, before, now)
    return member.info()


def _tell_claims(room: RoomState, member: Member, before: Admission, now: float) -> None:
    """What the credential says of a participant changed: everybody is told, and the credential follows."""
    if member.admission == before:
        return
    room.tell_changed(member, also_self=True)
    joining.renew_soon(room, member, now, at_once=member.permission != before.permission)


def _changed(admission: Admission, name: str, metadata: str, attributes: Mapping[str, str]) -> Admission:
    merged = {**admission.attributes, **attributes}
    return replace(
        admission,
        name=name or admission.name,
        metadata=metadata or admission.metadata,
        attributes={key: value for key, value in merged.items() if value},
    )


def _permit(room: RoomState, member: Member, permission: Permission, now: float) -> None:
    member.admission = replace(member.admission, permission=permission)
    if permission.can_subscribe and member.subscriber is None:
        member.subscriber = media.PeerId(room.ids.number())
        room.by_peer[member.subscriber] = member
        room.emit(media.OpenPeer(member.subscriber, publishes=False))
        negotiating.changed(room, member, now)
    publishing.revoke_forbidden(room, member, now)
    subscribing.reconcile_member(room, member, now)


def change_subscriptions(room: RoomState, command: commands.ChangeSubscriptions, now: float) -> None:
    """Subscribes or unsubscribes one, as if it had asked."""
    request = ask.UpdateSubscription(track_sids=command.track_sids, subscribe=command.subscribe)
    subscribing.update(room, _member(room, command.identity), request, now)


def set_metadata(room: RoomState, command: commands.SetRoomMetadata, now: float) -> RoomInfo:
    """Changes the room's metadata and says so at once."""
    room.options = replace(room.options, metadata=command.metadata)
    leaving.tell(room, now)
    return room.info()


def delete(room: RoomState, _command: commands.DeleteRoom, now: float) -> None:
    """Ends the room for everybody."""
    for member in list(room.members.values()):
        leaving.dismiss(
            room, member, now, DisconnectReason.ROOM_DELETED, "room-deleted: the room was deleted."
        )
    finish(room)


def close(room: RoomState, now: float) -> None:
    """Nobody is left for whom the room is: agents and recorders go too."""
    for member in list(room.members.values()):
        leaving.dismiss(
            room, member, now, DisconnectReason.ROOM_CLOSED, "room-closed: the room was left by everybody."
        )
    finish(room)


def finish(room: RoomState) -> None:
    """The room is over."""
    if not room.finished:
        room.finished = True
        refusing.tell_rest(room)
        room.emit(Notify("room_finished", room.info()))
        room.emit(Finished())


def shut_down(room: RoomState, _command: commands.ShutDown, _now: float) -> None:
    """The server stops: clients come back when it does, or to another one."""
    notice = say.LeaveNotice(reason=DisconnectReason.SERVER_SHUTDOWN, action=LeaveAction.RECONNECT)
    room.tell(room.members.values(), notice)
    refusing.tell_rest(room)


def update_metadata(room: RoomState, member: Member, request: ask.UpdateMetadata, now: float) -> None:
    """A participant changes its own name, metadata or attributes. What is refused is not echoed in full."""
    changed = _changed(member.admission, request.name, request.metadata, request.attributes)
    if not member.permission.can_update_metadata:
        reason, message = say.Reason.NOT_ALLOWED, "Changing own metadata is not allowed."
        refusing.note(room, member.identity, "UpdateMetadata", now)
    elif problem := over_limits(changed.name, changed.metadata, changed.attributes):
        reason, message = say.Reason.LIMIT_EXCEEDED, problem
    else:
        reason, message = say.Reason.OK, ""
        before, member.admission = member.admission, changed
        _tell_claims(room, member, before, now)
    # What was too long is not sent back.
    echo = request if reason is say.Reason.OK else replace(request, name="", metadata="", attributes={})
    room.send(member, say.RequestOutcome(reason, message, echo, request.request_id))


def over_limits(name: str, metadata: str, attributes: Mapping[str, str]) -> str:
    """Which of LiveKit's limits these exceed, in LiveKit's words; empty when none."""
    attributes_bytes = sum(len(key.encode()) + len(value.encode()) for key, value in attributes.items())
    if len(name.encode()) > MAX_NAME_BYTES:
        return f"name length exceeds limits {MAX_NAME_BYTES}"
    if len(metadata.encode()) > MAX_METADATA_BYTES:
        return f"metadata size exceeds limits {MAX_METADATA_BYTES}"
    if attributes_bytes > MAX_ATTRIBUTES_BYTES:
        return f"attribute size exceeds limits {MAX_ATTRIBUTES_BYTES}"
    return ""
