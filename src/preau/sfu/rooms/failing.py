"""What cannot be mended: refused descriptions, unanswered offers, lost transports, joins that never end."""

from __future__ import annotations

from preau.sfu.model import DisconnectReason, ParticipantState
from preau.sfu.rooms import joining, leaving, media
from preau.sfu.rooms.state import Member, RoomState

#: A participant whose media does not connect within this time is removed.
JOIN_TIMEOUT_S = 60.0
#: A client that leaves may end its media a moment before its good-bye arrives by another way.
GOODBYE_S = 1.0


def refused(room: RoomState, event: media.Refused, now: float) -> None:
    """A description was no good: the client starts afresh, as LiveKit's clients expect."""
    if member := room.by_peer.get(event.peer):
        leaving.restart(room, member, now, DisconnectReason.STATE_MISMATCH, f"{event.code}: {event.detail}")


def give_up(room: RoomState, member: Member, now: float) -> None:
    """Ends what has waited too long: lost media, an unanswered offer, a join without media."""
    if member.lost_s is not None and now - member.lost_s >= GOODBYE_S:
        leaving.restart(
            room, member, now, DisconnectReason.CONNECTION_TIMEOUT, "media-lost: no media contact for 15 s."
        )
    elif member.queue.unanswered(now):
        leaving.restart(
            room, member, now, DisconnectReason.STATE_MISMATCH, "offer-unanswered: no answer for 15 s."
        )
    elif member.state is ParticipantState.JOINED and now - member.joined_s >= JOIN_TIMEOUT_S:
        leaving.dismiss(
            room, member, now, DisconnectReason.JOIN_FAILURE, "join-timeout: no media connection within 60 s."
        )


def peer_changed(room: RoomState, event: media.PeerChanged, now: float) -> None:
    """A transport came up, or was given up."""
    member = room.by_peer.get(event.peer)
    if member is None:
        return
    if event.state is media.PeerState.CONNECTED:
        member.ever_connected = True
        if event.peer == member.primary:
            joining.activate(room, member)
    elif event.state is media.PeerState.FAILED and _needed(member, event.peer) and member.lost_s is None:
        member.lost_s = now
        room.wake(now + GOODBYE_S)


def _needed(member: Member, peer: media.PeerId) -> bool:
    return peer == member.primary or bool(member.carried)
