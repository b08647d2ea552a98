"""Data packets between participants."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from preau.sfu.model import Audience, DisconnectReason, StampedPacket
from preau.sfu.rooms import leaving, media, refusing
from preau.sfu.rooms.commands import NoteData, Relay, SendServerData, TooMuchData
from preau.sfu.rooms.state import Kept, Member, RoomState

#: Reliable packets are kept for those who resume: this long, and at most so many bytes.
KEEP_S = 10.0
KEEP_BYTES = 512 * 1024

_AUDIENCES: dict[Audience, Callable[[Member, list[Member]], Iterable[Member]]] = {
    Audience.OTHERS: lambda sender, all_: (one for one in all_ if one is not sender),
    # Measurements come back to who made them, if it may read any.
    Audience.METRICS: lambda _sender, all_: (one for one in all_ if one.permission.can_subscribe_metrics),
    Audience.NOBODY: lambda _sender, _all: (),
}


def relay(room: RoomState, command: Relay, now: float) -> None:
    """A participant's packet, to whom it is for. Repeated reliable packets are dropped."""
    member = room.by_peer.get(command.peer)
    if member is None:
        return
    if not member.permission.can_publish_data:
        refusing.note(room, member.identity, "SendData", now)
        return
    packet = command.packet
    if command.reliable and packet.sequence:
        if packet.sequence <= member.last_sequence:
            return
        member.last_sequence = packet.sequence
    receivers = list(_AUDIENCES[packet.audience](member, _addressed(room, packet)))
    if not receivers or _is_known(room, packet):
        return
    _send(room, receivers, packet.payload, reliable=command.reliable)
    if command.reliable and packet.sequence:
        _keep(room, member, packet, receivers, now)


def note_data(room: RoomState, command: NoteData, now: float) -> None:
    """Packets of somebody who may not send any."""
    if member := room.by_peer.get(command.peer):
        refusing.note(room, member.identity, "SendData", now, command.times)


def too_much_data(room: RoomState, command: TooMuchData, now: float) -> None:
    """More of somebody's packets wait than may."""
    if member := room.by_peer.get(command.peer):
        why = "too-much-data: more data was sent than could be passed on."
        leaving.restart(room, member, now, DisconnectReason.STATE_MISMATCH, why)


def server_data(room: RoomState, command: SendServerData, _now: float) -> None:
    """A packet of the server API."""
    packet = command.packet
    if not _is_known(room, packet):
        _send(room, _addressed(room, packet), packet.payload, reliable=command.reliable)


def _is_known(room: RoomState, packet: StampedPacket) -> bool:
    """Whether the message came before: server SDKs repeat a call whose answer they missed."""
    if not packet.nonce:
        return False
    if packet.nonce in room.nonces:
        return True
    room.nonces.append(packet.nonce)
    return False


def _addressed(room: RoomState, packet: StampedPacket) -> list[Member]:
    if not packet.destination_identities and not packet.destination_sids:
        return list(room.members.values())
    return [
        member
        for member in room.members.values()
        if member.identity in packet.destination_identities or member.sid in packet.destination_sids
    ]


def _send(room: RoomState, receivers: Iterable[Member], payload: bytes, *, reliable: bool) -> None:
    for receiver in receivers:
        room.emit(media.SendPacket(peer=receiver.data_peer, reliable=reliable, payload=payload))


def _keep(
    room: RoomState, sender: Member, packet: StampedPacket, receivers: Iterable[Member], now: float
) -> None:
    room.kept.append(
        Kept(
            at_s=now,
            sender_sid=sender.sid,
            sequence=packet.sequence,
            receivers=frozenset(receiver.sid for receiver in receivers),
            payload=packet.payload,
        )
    )
    room.kept_bytes += len(packet.payload)
    while room.kept and (room.kept_bytes > KEEP_BYTES or now - room.kept[0].at_s > KEEP_S):
        room.kept_bytes -= len(room.kept.popleft().payload)
