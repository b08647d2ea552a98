"""Offers to subscribers, one at a time, and what the engine says to them."""

from __future__ import annotations

from preau.sfu.rooms import media
from preau.sfu.rooms.state import Member, RoomState
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say
from preau.sfu.signalling.sdp import only_tcp


def changed(
    room: RoomState, member: Member, now: float, *, restart: bool = False, at_once: bool = False
) -> None:
    """What the participant is to receive changed; it will be offered."""
    if member.subscriber is None:
        return
    member.queue.change(now, restart=restart, at_once=at_once)
    pump(room, member, now)


def pump(room: RoomState, member: Member, now: float) -> None:
    """Begins the offer that is due, or asks to be woken when it is."""
    if member.subscriber is None:
        return
    restart = member.queue.begin(now)
    if restart is not None:
        request = media.RequestId(room.ids.number())
        room.emit(media.Negotiate(peer=member.subscriber, request=request, ice_restart=restart))
    elif (deadline := member.queue.deadline_s()) is not None:
        room.wake(deadline)


def offered(room: RoomState, event: media.Offered, now: float) -> None:
    """The engine wrote an offer."""
    member = room.by_peer.get(event.peer)
    if member is not None and member.queue.made(event.sdp, now):
        send_offer(room, member, event.sdp)
        pump(room, member, now)


def send_offer(room: RoomState, member: Member, sdp: str) -> None:
    """Sends the outstanding offer."""
    room.send(member, say.SendOffer(sdp=carriers(member, sdp), number=member.queue.number))


def carriers(member: Member, sdp: str) -> str:
    """The description with the candidates the participant shall use."""
    return only_tcp(sdp) if member.tcp_only else sdp


def answer(room: RoomState, member: Member, request: ask.Answer, _now: float) -> None:
    """The client answered our offer; an answer to an older one is dropped."""
    if member.subscriber is not None and member.queue.answered(request.number):
        room.emit(
            media.AcceptAnswer(
                peer=member.subscriber, request=media.RequestId(room.ids.number()), sdp=request.sdp
            )
        )


def agreed(room: RoomState, event: media.Agreed, now: float) -> None:
    """The engine took the answer: publishers learn of their first subscriber, and the queue goes on."""
    member = room.by_peer.get(event.peer)
    if member is None:
        return
    member.queue.settled(now)
    served = {down for down, _mid in event.downs}
    for down in member.downs.values():
        owner = room.owners.get(down.track_sid)
        track = owner.tracks.get(down.track_sid) if owner else None
        if owner and track and not track.heard and down.down in served:
            track.heard = True
            room.send(owner, say.TrackHeard(track.info.sid))
    pump(room, member, now)


def trickle(room: RoomState, member: Member, request: ask.Trickle, _now: float) -> None:
    """A candidate of the client, for one of its peers."""
    peer = member.publisher if request.target is ask.Target.PUBLISHER else member.subscriber
    if peer is not None and request.candidate:
        room.emit(media.AddCandidate(peer=peer, candidate=request.candidate))
