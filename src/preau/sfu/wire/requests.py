"""Bytes of a client's signalling frame to our requests."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from google.protobuf.message import DecodeError
from livekit.protocol import rtc

from preau.sfu.model import DisconnectReason, TrackKind
from preau.sfu.signalling import requests as ask
from preau.sfu.wire.errors import WireError
from preau.sfu.wire.infos import layers_from, quality_of, source_of
from preau.sfu.wire.limits import check_frame

#: Longest list of sids in one request.
MAX_SIDS = 4096

_KINDS = {kind.value: kind for kind in TrackKind}
_REASONS = {reason.value: reason for reason in DisconnectReason}


def decode_request(frame: bytes) -> ask.Request:
    """The request in a frame. Raises WireError (empty-frame, and what `check_frame` raises)."""
    check_frame(frame)
    try:
        message = rtc.SignalRequest.FromString(frame)
    except (DecodeError, UnicodeDecodeError) as error:
        raise WireError("garbled-frame", "The frame is not a SignalRequest of LiveKit's protocol.") from error
    name = message.WhichOneof("message")
    if name is None:
        if frame:
            # A request of a newer protocol: protobuf keeps it as an unknown field.
            return ask.Ignored(name="unknown")
        raise WireError("empty-frame", "The frame is empty.")
    return _DECODERS[name](getattr(message, name))


def _sids(values: Any) -> tuple[str, ...]:
    if len(values) > MAX_SIDS:
        raise WireError("garbled-frame", f"A request names at most {MAX_SIDS} tracks.")
    return tuple(values)


def _offer(message: rtc.SessionDescription) -> ask.Request:
    return ask.Offer(sdp=message.sdp, number=message.id)


def _answer(message: rtc.SessionDescription) -> ask.Request:
    return ask.Answer(sdp=message.sdp, number=message.id)


def _trickle(message: rtc.TrickleRequest) -> ask.Request:
    try:
        candidate = json.loads(message.candidateInit)
    except (ValueError, RecursionError) as error:
        raise WireError("garbled-frame", "A candidate is a JSON object.") from error
    line = candidate.get("candidate", "") if isinstance(candidate, dict) else ""
    target = ask.Target.SUBSCRIBER if message.target == rtc.SignalTarget.SUBSCRIBER else ask.Target.PUBLISHER
    return ask.Trickle(candidate=line if isinstance(line, str) else "", target=target)


def _add_track(message: rtc.AddTrackRequest) -> ask.Request:
    return ask.AddTrack(
        cid=message.cid,
        kind=_KINDS.get(int(message.type), TrackKind.DATA),
        source=source_of(message.source),
        name=message.name,
        muted=message.muted,
        width=message.width,
        height=message.height,
        disable_dtx=message.disable_dtx,
        disable_red=message.disable_red,
        stereo=message.stereo,
        encryption=message.encryption,
        media_group=message.stream,
        sid=message.sid,
        layers=layers_from(message.layers),
        codecs=tuple(
            ask.RequestedCodec(
                codec=codec.codec,
                cid=codec.cid,
                layers=layers_from(codec.layers),
                layer_mode=codec.video_layer_mode,
            )
            for codec in message.simulcast_codecs
        ),
        audio_features=tuple(message.audio_features),
        backup_codec_policy=message.backup_codec_policy,
        packet_trailer_features=tuple(message.packet_trailer_features),
    )


def _mute(message: rtc.MuteTrackRequest) -> ask.Request:
    return ask.Mute(sid=message.sid, muted=message.muted)


def subscription_from(message: Any) -> ask.UpdateSubscription:
    """Desired subscriptions; tracks grouped by participant are flattened, since sids are unique."""
    grouped = (sid for group in message.participant_tracks for sid in group.track_sids)
    return ask.UpdateSubscription(
        track_sids=_sids([*message.track_sids, *grouped]), subscribe=message.subscribe
    )


def _track_setting(message: rtc.UpdateTrackSettings) -> ask.Request:
    return ask.TrackSetting(
        track_sids=_sids(message.track_sids),
        disabled=message.disabled,
        quality=quality_of(message.quality),
        width=message.width,
        height=message.height,
    )


def _leave(message: rtc.LeaveRequest) -> ask.Request:
    reason = _REASONS.get(int(message.reason), DisconnectReason.UNKNOWN)
    return ask.Leave(reason=reason or DisconnectReason.CLIENT_INITIATED)


def _subscription_permission(message: rtc.SubscriptionPermission) -> ask.Request:
    return ask.SubscriptionPermission(
        all_participants=message.all_participants,
        rules=tuple(
            ask.TrackPermission(
                participant_sid=rule.participant_sid,
                participant_identity=rule.participant_identity,
                all_tracks=rule.all_tracks,
                track_sids=_sids(rule.track_sids),
            )
            for rule in message.track_permissions
        ),
    )


def _sync_state(message: rtc.SyncState) -> ask.Request:
    return ask.SyncState(
        published_sids=tuple(published.track.sid for published in message.publish_tracks),
        subscription=subscription_from(message.subscription) if message.HasField("subscription") else None,
        disabled_sids=_sids(message.track_sids_disabled),
        received={state.publisher_sid: state.last_seq for state in message.datachannel_receive_states},
    )


def _simulate(message: rtc.SimulateScenario) -> ask.Request:
    name = message.WhichOneof("scenario")
    if name is None:
        return ask.Ignored(name="simulate")
    return ask.Simulate(scenario=ask.Scenario(name), amount=int(getattr(message, name)))


def _ping(message: int) -> ask.Request:
    return ask.Ping(timestamp_ms=message)


def _ping_request(message: rtc.Ping) -> ask.Request:
    return ask.PingRequest(timestamp_ms=message.timestamp)


def _update_metadata(message: rtc.UpdateParticipantMetadata) -> ask.Request:
    return ask.UpdateMetadata(
        metadata=message.metadata,
        name=message.name,
        attributes=dict(message.attributes),
        request_id=message.request_id,
    )


def _update_audio(message: rtc.UpdateLocalAudioTrack) -> ask.Request:
    return ask.UpdateAudioTrack(sid=message.track_sid, features=tuple(message.features))


def _update_video(message: rtc.UpdateLocalVideoTrack) -> ask.Request:
    return ask.UpdateVideoTrack(sid=message.track_sid, width=message.width, height=message.height)


def _ignored(name: str) -> Callable[[Any], ask.Request]:
    return lambda _message: ask.Ignored(name=name)


def _unsupported(name: str) -> Callable[[Any], ask.Request]:
    return lambda message: ask.Unsupported(name=name, body=message.SerializeToString())


_DECODERS: dict[str, Callable[[Any], ask.Request]] = {
    "offer": _offer,
    "answer": _answer,
    "trickle": _trickle,
    "add_track": _add_track,
    "mute": _mute,
    "subscription": subscription_from,
    "track_setting": _track_setting,
    "leave": _leave,
    "update_layers": _ignored("update_layers"),
    "subscription_permission": _subscription_permission,
    "sync_state": _sync_state,
    "simulate": _simulate,
    "ping": _ping,
    "ping_req": _ping_request,
    "update_metadata": _update_metadata,
    "update_audio_track": _update_audio,
    "update_video_track": _update_video,
    "publish_data_track_request": _unsupported("publish_data_track"),
    "unpublish_data_track_request": _unsupported("unpublish_data_track"),
    "update_data_subscription": _ignored("update_data_subscription"),
    "store_data_blob_request": _ignored("store_data_blob_request"),
    "get_data_blob_request": _ignored("get_data_blob_request"),
}
