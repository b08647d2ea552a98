"""Who receives which track, and how much of it."""

from __future__ import annotations

from preau.sfu.model import TrackInfo, TrackKind, VideoQuality
from preau.sfu.rooms import media, negotiating
from preau.sfu.rooms.state import Down, Member, Published, RoomState, Rule, Wish
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say

#: Heights that stand for the three qualities when a publisher names no layers.
_USUAL_HEIGHTS = (180, 360)
_TOP_LAYER = 2
#: Of so many tracks that are not there one request is told.
MAX_MISSING = 64
#: From this signalling protocol on clients take the track from its own id rather than its stream's.
_SYNC_PROTOCOL = 10


def reconcile_member(room: RoomState, member: Member, now: float) -> None:
    """Brings all subscriptions of one participant to their desired state."""
    for owner in list(room.members.values()):
        for published in list(owner.tracks.values()):
            reconcile(room, member, owner, published, now)


def reconcile_track(room: RoomState, owner: Member, published: Published, now: float) -> None:
    """Brings all subscriptions to one track to their desired state."""
    for member in list(room.members.values()):
        reconcile(room, member, owner, published, now)


def reconcile(room: RoomState, member: Member, owner: Member, published: Published, now: float) -> None:
    """Serves or ends one subscription, as desired and allowed."""
    sid = published.info.sid
    down = member.downs.get(sid)
    wanted = _wanted(member, owner, published)
    if wanted and down is None and member.subscriber is not None:
        down = Down(down=media.DownId(room.ids.number()), track_sid=sid, owner_sid=owner.sid)
        member.downs[sid] = down
        room.emit(
            media.AddDown(
                peer=member.subscriber,
                down=down.down,
                track=published.track,
                group=_group(room, member, owner, published.info),
                track_sid=sid,
            )
        )
        _set(room, member, down, published.info)
        negotiating.changed(room, member, now)
    elif not wanted and down is not None and member.subscriber is not None:
        del member.downs[sid]
        room.emit(media.RemoveDown(peer=member.subscriber, down=down.down))
        negotiating.changed(room, member, now)


def _group(room: RoomState, member: Member, owner: Member, info: TrackInfo) -> str:
    """The media stream a track comes in: one of its own, so that nothing waits for anything, or the stream of
    what belongs together, where the room asks for it and the client can do it."""
    details = member.client_details
    synced = (
        room.options.sync_streams
        and details.protocol >= _SYNC_PROTOCOL
        and "firefox" not in details.browser.lower()
    )
    return f"{owner.sid}|{info.media_group if synced else info.sid}"


def _wanted(member: Member, owner: Member, published: Published) -> bool:
    if member is owner or not published.live or not member.permission.can_subscribe:
        return False
    if not member.subscriptions.get(published.info.sid, member.auto_subscribe):
        return False
    return allowed(owner, member, published.info.sid)


def allowed(owner: Member, member: Member, track_sid: str) -> bool:
    """Whether the publisher lets a participant have its track. Recorders are exempt."""
    rule = owner.rule
    if rule is None or member.admission.is_recorder:
        return True
    return rule.allows(member.sid, member.identity, track_sid)


def _set(room: RoomState, member: Member, down: Down, info: TrackInfo) -> None:
    wish = member.wishes.get(info.sid) or _first_wish(member, info)
    room.emit(media.SetDown(down=down.down, enabled=wish.enabled, max_layer=wish.max_layer))


def _first_wish(member: Member, info: TrackInfo) -> Wish:
    """Until an adaptive client says what it shows, the lowest layer: a small picture at once."""
    adaptive = member.adaptive and info.kind is TrackKind.VIDEO
    return Wish(enabled=True, max_layer=0 if adaptive else _TOP_LAYER)


def update(room: RoomState, member: Member, request: ask.UpdateSubscription, now: float) -> None:
    """The participant (or the server API) wants tracks, or wants them no more."""
    missing = 0
    for sid in dict.fromkeys(request.track_sids):
        owner = room.owners.get(sid)
        published = owner.tracks.get(sid) if owner else None
        if owner and published:
            member.subscriptions[sid] = request.subscribe
            reconcile(room, member, owner, published, now)
            if request.subscribe and published.live and not allowed(owner, member, sid):
                room.send(member, say.SubscriptionAllowed(owner.sid, sid, allowed=False))
        elif request.subscribe and missing < MAX_MISSING:
            missing += 1
            room.send(member, say.SubscriptionFailed(sid, say.SubscriptionProblem.TRACK_NOT_FOUND))


def setting(room: RoomState, member: Member, request: ask.TrackSetting, _now: float) -> None:
    """What a participant shows of tracks: nothing, or a picture of some size."""
    off = request.disabled or request.quality is VideoQuality.OFF
    for sid in dict.fromkeys(request.track_sids):
        owner = room.owners.get(sid)
        if owner is None:
            continue
        info = owner.tracks[sid].info
        wish(room, member, sid, enabled=not off, max_layer=layer_for(request, info))


def wish(room: RoomState, member: Member, sid: str, *, enabled: bool, max_layer: int | None) -> None:
    """Remembers what is shown of a track and tells the engine."""
    owner = room.owners.get(sid)
    if owner is None:
        return
    info = owner.tracks[sid].info
    before = member.wishes.get(sid) or _first_wish(member, info)
    wanted = member.wishes[sid] = Wish(enabled, before.max_layer if max_layer is None else max_layer)
    if wanted != before and (down := member.downs.get(sid)):
        _set(room, member, down, info)


def layer_for(request: ask.TrackSetting, info: TrackInfo) -> int:
    """The layer that fills the wanted picture; the wanted quality when no size is given."""
    if not (request.width and request.height):
        return min(int(request.quality), _TOP_LAYER)
    wanted = min(request.width, request.height)
    heights = [min(layer.width, layer.height) for layer in info.layers if layer.width and layer.height]
    for layer, height in enumerate(heights or _USUAL_HEIGHTS):
        if height >= wanted:
            return min(layer, _TOP_LAYER)
    return _TOP_LAYER


def set_rule(room: RoomState, owner: Member, request: ask.SubscriptionPermission, now: float) -> None:
    """A publisher decides who may have its tracks."""
    if owner.rule is not None and owner.rule.asked == request:
        return
    before, owner.rule = owner.rule, Rule.of(request)
    tracks = list(owner.live_tracks())
    for member in room.others(owner) if tracks else ():
        for track in tracks:
            sid = track.info.sid
            may = allowed(owner, member, sid)
            was_allowed = before is None or member.permission.recorder
            if may != (
                was_allowed or (before is not None and before.allows(member.sid, member.identity, sid))
            ):
                room.send(member, say.SubscriptionAllowed(owner.sid, sid, allowed=may))
                reconcile(room, member, owner, track, now)
