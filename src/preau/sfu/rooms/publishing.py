"""How tracks come into a room: announced, matched with an offer, agreed, muted, taken away."""

from __future__ import annotations

from dataclasses import replace

from preau.sfu.model import (
    DisconnectReason,
    TrackCodec,
    TrackInfo,
    TrackKind,
    TrackSource,
    VideoLayer,
)
from preau.sfu.rooms import leaving, media, negotiating, refusing, subscribing
from preau.sfu.rooms.effects import Notify, Remark
from preau.sfu.rooms.state import Member, Published, RoomState
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say
from preau.sfu.signalling.matching import Announced, Carried, match_sections
from preau.sfu.signalling.sdp import SdpError, Section, read_sections

#: Most tracks a participant may have announced and not yet offered; most it may publish.
MAX_ANNOUNCED = 20
MAX_TRACKS = 64
#: Longest name, stream and client's id of a track, as LiveKit's for identities.
MAX_NAME_BYTES = 256

_SOURCE_LETTER = {
    TrackSource.UNKNOWN: "U",
    TrackSource.CAMERA: "C",
    TrackSource.MICROPHONE: "M",
    TrackSource.SCREEN_SHARE: "S",
    TrackSource.SCREEN_SHARE_AUDIO: "s",
}
_KIND_LETTER = {TrackKind.AUDIO: "A", TrackKind.VIDEO: "V"}
#: Codecs forwarded, by the name clients use, as the mime they are shown with.
_MIME = {"vp8": "video/VP8", "h264": "video/H264", "opus": "audio/opus"}
#: LiveKit's number for simulcast: every layer is a flow of its own.
_ONE_LAYER_PER_FLOW = 1
_FORWARDED = {TrackKind.AUDIO: "Opus", TrackKind.VIDEO: "VP8 or H.264"}
_FALLBACK = {TrackKind.AUDIO: "audio/opus", TrackKind.VIDEO: "video/VP8"}
#: What belongs together, by LiveKit's names.
_GROUP = {
    TrackSource.UNKNOWN: "unknown",
    TrackSource.CAMERA: "camera",
    TrackSource.MICROPHONE: "camera",
    TrackSource.SCREEN_SHARE: "screen",
    TrackSource.SCREEN_SHARE_AUDIO: "screen",
}
_MAX_BPS = 2**32 - 1
_RIDS = {1: ("",), 2: ("q", "h"), 3: ("q", "h", "f")}


def add_track(room: RoomState, member: Member, request: ask.AddTrack, now: float) -> None:
    """Announces a track; answered with its sid, or with why not."""
    if problem := _problem(member, request):
        if problem[0] is say.Reason.NOT_ALLOWED:
            refusing.note(room, member.identity, "AddTrack", now)
        room.send(member, say.RequestOutcome(problem[0], problem[1], _shortened(request)))
        return
    if request.sid:
        # A second codec of a published track: one codec is forwarded, so there is nothing to add.
        room.send(
            member,
            say.RequestOutcome(say.Reason.UNSUPPORTED_TYPE, "A track has one codec here.", request),
        )
        return
    info = _info(room, request)
    cids = {request.cid, *(codec.cid for codec in request.codecs)} - {""}
    member.tracks[info.sid] = Published(
        info=info,
        track=media.TrackId(room.ids.number()),
        cids=frozenset(cids),
        mime=(info.mime or _FALLBACK[request.kind]).lower(),
        request=request,
    )
    room.owners[info.sid] = member
    room.by_track[member.tracks[info.sid].track] = member
    room.send(member, say.TrackAccepted(cid=request.cid, track=info))


def _problem(member: Member, request: ask.AddTrack) -> tuple[say.Reason, str] | None:
    if request.kind not in _KIND_LETTER:
        return say.Reason.UNSUPPORTED_TYPE, "Only audio and video tracks can be published."
    if not member.permission.allows_source(request.source):
        return say.Reason.NOT_ALLOWED, f"Publishing {request.source.name.lower()} is not allowed."
    announced = sum(1 for track in member.tracks.values() if not track.live)
    if announced >= MAX_ANNOUNCED or len(member.tracks) >= MAX_TRACKS:
        return say.Reason.LIMIT_EXCEEDED, "Too many tracks."
    if _shortened(request) != request:
        return (
            say.Reason.LIMIT_EXCEEDED,
            f"A track's id, name and stream have at most {MAX_NAME_BYTES} bytes.",
        )
    return None


def _shortened(request: ask.AddTrack) -> ask.AddTrack:
    """What everybody would be told with every change is as short as an identity."""
    cid, name, group = map(_short, (request.cid, request.name, request.media_group))
    return replace(request, cid=cid, name=name, media_group=group)


def _short(text: str) -> str:
    return text.encode()[:MAX_NAME_BYTES].decode(errors="ignore")


def _info(room: RoomState, request: ask.AddTrack) -> TrackInfo:
    kind = request.kind
    codecs = _codecs(request)
    return TrackInfo(
        sid=room.ids.sid(f"TR_{_KIND_LETTER[kind]}{_SOURCE_LETTER[request.source]}"),
        kind=kind,
        source=request.source,
        name=request.name,
        muted=request.muted,
        width=request.width,
        height=request.height,
        simulcast=kind is TrackKind.VIDEO and len(codecs[0].layers) > 1,
        disable_dtx=request.disable_dtx,
        disable_red=request.disable_red,
        stereo=request.stereo,
        mime=codecs[0].mime,
        layers=codecs[0].layers,
        codecs=codecs,
        encryption=request.encryption,
        media_group=request.media_group or _GROUP[request.source],
        audio_features=request.audio_features,
        backup_codec_policy=request.backup_codec_policy,
        packet_trailer_features=request.packet_trailer_features,
    )


def _codecs(request: ask.AddTrack) -> tuple[TrackCodec, ...]:
    """The one codec the track will have: the first wanted that is forwarded, else the usual one. Who names
    none has what it offers first, which is seen then."""
    wanted = next((codec for codec in request.codecs if _codec_name(codec.codec) in _MIME), None)
    first = wanted or (request.codecs[0] if request.codecs else None)
    layers = (first.layers if first else ()) or request.layers
    mime = _MIME[_codec_name(wanted.codec)] if wanted else _FALLBACK[request.kind] if first else ""
    return (
        TrackCodec(
            mime=mime,
            cid=first.cid if first and first.cid else request.cid,
            layers=_named(layers),
            layer_mode=_ONE_LAYER_PER_FLOW if request.kind is TrackKind.VIDEO else 0,
        ),
    )


def _codec_name(codec: str) -> str:
    """Some clients say `video/H264`, others `h264`."""
    return codec.lower().rpartition("/")[2]


def _named(layers: tuple[VideoLayer, ...]) -> tuple[VideoLayer, ...]:
    rids = _RIDS.get(len(layers), ())
    return tuple(
        replace(layer, spatial_layer=index, rid=rids[index] if index < len(rids) else layer.rid)
        for index, layer in enumerate(layers)
    )


def offer(room: RoomState, member: Member, request: ask.Offer, now: float) -> None:
    """The publisher's offer: which sections carry which tracks goes with it to the engine.

    The engine has one of a participant at a time; of those that come meanwhile the newest counts, as for the
    client, which waits for the answer to its last one alone.
    """
    if member.offers:
        member.next_offer = request
        return
    try:
        sections = read_sections(request.sdp)
    except SdpError as error:
        leaving.restart(room, member, now, DisconnectReason.STATE_MISMATCH, f"bad-sdp: {error}")
        return
    bound_sids = {carried.sid for carried in member.carried.values()}
    announced = [
        Announced(sid=track.info.sid, kind=track.info.kind, cids=track.cids)
        for track in member.tracks.values()
        if track.info.sid not in bound_sids
    ]
    match = match_sections(sections, member.carried, announced)
    for mid in match.ended:
        leaving.forget_track(room, member, member.carried[mid].sid, now)
    ended = bool(match.ended)
    member.carried = {mid: member.carried[mid] for mid in match.kept}
    for section, sid in match.bound:
        member.carried[section.mid] = Carried(sid=sid, track_id=section.track_id)
        member.tracks[sid].mime = _agreeable(member.tracks[sid], section)
    if ended:
        room.tell_changed(member, at_once=True)
        leaving.count(room, now)
    request_id = media.RequestId(room.ids.number())
    member.offers[request_id] = request.number
    room.emit(
        media.AcceptOffer(
            peer=member.publisher, request=request_id, sdp=request.sdp, receive=_receive(member)
        )
    )


def _agreeable(published: Published, section: Section) -> str:
    """The codec to answer with: the announced one, or else the first of the offer that is forwarded."""
    offered = [_MIME[codec].lower() for codec in section.codecs if codec in _MIME]
    is_announced = bool(published.info.codecs[0].mime)
    if not offered or (is_announced and published.mime in offered):
        return published.mime
    return offered[0]


def _receive(member: Member) -> tuple[media.Receive, ...]:
    # A track that was revoked stays carried until the client stops sending it, but is not received.
    return tuple(
        media.Receive(
            mid=mid,
            track=published.track,
            mime=published.mime,
            stereo=published.info.stereo,
            announced_bps=_announced_bps(published.info),
        )
        for mid, carried in member.carried.items()
        if (published := member.tracks.get(carried.sid)) is not None
    )


def _announced_bps(info: TrackInfo) -> int:
    """What all layers together were announced with; 0 if one of them was not."""
    rates = [layer.bitrate_bps for layer in info.layers]
    return min(sum(rates), _MAX_BPS) if all(rates) else 0


def answered(room: RoomState, event: media.Answered, now: float) -> None:
    """The engine's answer: sent to the publisher, and new tracks become visible to all."""
    member = room.by_peer.get(event.peer)
    number = member.offers.pop(event.request, None) if member else None
    if member is None or number is None:
        return
    room.send(member, say.SendAnswer(sdp=negotiating.carriers(member, event.sdp), number=number))
    _go_public(room, member, event, now)
    if (waiting := member.next_offer) is not None:
        member.next_offer = None
        offer(room, member, waiting, now)


def _go_public(room: RoomState, member: Member, event: media.Answered, now: float) -> None:
    by_track = {published.track: published for published in member.tracks.values()}
    date_s = room.date_s
    for track in event.refused:
        if track in by_track:
            _refuse(room, member, by_track[track], now)
    fresh = [
        published
        for received in event.tracks
        if (published := by_track.get(received.track)) is not None and _go_live(published, received, date_s)
    ]
    if not fresh:
        return
    # Before its media comes, everybody knows the track.
    room.tell_changed(member, at_once=True)
    leaving.count(room, now)
    for published in fresh:
        _introduce(room, member, published, now)


def _refuse(room: RoomState, member: Member, published: Published, now: float) -> None:
    """A track in no codec that is forwarded: its publisher is told, and everything else goes on."""
    sid, kind = published.info.sid, published.info.kind
    member.carried = {mid: carried for mid, carried in member.carried.items() if carried.sid != sid}
    was_live = published.live
    leaving.forget_track(room, member, sid, now)
    sentence = f"No codec of this {kind.name.lower()} track is forwarded; publish {_FORWARDED[kind]}."
    room.send(member, say.RequestOutcome(say.Reason.UNSUPPORTED_TYPE, sentence, published.request))
    room.send(member, say.TrackRevoked(sid))
    room.emit(Remark("no-common-codec", f"{sid} of {member.sid} is in no codec that is forwarded."))
    if was_live:
        room.tell_changed(member)
        leaving.count(room, now)


def _go_live(published: Published, received: media.ReceivedTrack, date_s: float) -> bool:
    if published.live:
        return False
    mime = _MIME.get(received.mime.partition("/")[2].lower(), published.info.mime)
    info = published.info
    codec = replace(info.codecs[0], mime=mime, mid=received.mid)
    published.live = True
    published.info = replace(
        info,
        mid=received.mid,
        mime=mime,
        codecs=(codec,),
        simulcast=len(received.rids) > 1 or info.simulcast,
        version_us=int(date_s * 1_000_000),
    )
    return True


def _introduce(room: RoomState, member: Member, published: Published, now: float) -> None:
    info = published.info
    if info.muted:
        room.emit(media.SetTrackMuted(track=published.track, muted=True))
    room.emit(Notify("track_published", room.info(), member.info(), info))
    subscribing.reconcile_track(room, member, published, now)
    for other in room.others(member):
        if member.rule is not None and not subscribing.allowed(member, other, info.sid):
            room.send(other, say.SubscriptionAllowed(member.sid, info.sid, allowed=False))


def mute(room: RoomState, member: Member, request: ask.Mute, _now: float) -> None:
    """The publisher muted or unmuted a track of its own."""
    published = member.tracks.get(request.sid)
    if published is None:
        _not_found(room, member, request)
    elif published.info.muted != request.muted:
        set_muted(room, member, published, muted=request.muted)


def set_muted(room: RoomState, member: Member, published: Published, *, muted: bool) -> None:
    """Withholds a track from everybody, or lets it flow again, and says so."""
    published.info = replace(published.info, muted=muted)
    room.emit(media.SetTrackMuted(track=published.track, muted=muted))
    if published.live:
        room.tell_changed(member)


def update_audio(room: RoomState, member: Member, request: ask.UpdateAudioTrack, _now: float) -> None:
    """New features of an audio track."""
    published = member.tracks.get(request.sid)
    if published is None or published.info.kind is not TrackKind.AUDIO:
        _not_found(room, member, request)
        return
    _change(room, member, published, replace(published.info, audio_features=request.features))


def update_video(room: RoomState, member: Member, request: ask.UpdateVideoTrack, _now: float) -> None:
    """New dimensions of a video track."""
    published = member.tracks.get(request.sid)
    if published is None or published.info.kind is not TrackKind.VIDEO:
        _not_found(room, member, request)
        return
    _change(room, member, published, replace(published.info, width=request.width, height=request.height))


def _change(room: RoomState, member: Member, published: Published, info: TrackInfo) -> None:
    if info != published.info:
        published.info = info
        room.tell_changed(member)


def _not_found(room: RoomState, member: Member, request: say.Echo) -> None:
    room.send(member, say.RequestOutcome(say.Reason.NOT_FOUND, "No such track.", request))


def unsupported(room: RoomState, member: Member, request: ask.Unsupported, _now: float) -> None:
    """A request of the protocol that is not served."""
    message = f"{request.name} is not served by this server."
    room.send(member, say.RequestOutcome(say.Reason.UNSUPPORTED_TYPE, message, request))


def revoke_forbidden(room: RoomState, member: Member, now: float) -> None:
    """After a change of permission: tracks that may no longer be published end."""
    forbidden = [
        track for track in member.tracks.values() if not member.permission.allows_source(track.info.source)
    ]
    for published in forbidden:
        leaving.forget_track(room, member, published.info.sid, now)
        room.emit(media.SetTrackMuted(track=published.track, muted=True))
        room.send(member, say.TrackRevoked(published.info.sid))
    if forbidden:
        leaving.count(room, now)
