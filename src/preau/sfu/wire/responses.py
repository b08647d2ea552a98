"""Our responses to the bytes of a signalling frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from livekit.protocol import models, rtc

from preau.sfu import COMPATIBLE_VERSION
from preau.sfu.model import LeaveAction
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say
from preau.sfu.wire.infos import (
    enabled_codecs,
    enum_number,
    participant_message,
    room_message,
    server_message,
    track_message,
)

#: What clients are told of the keep-alive, in seconds.
PING_INTERVAL_S = 5
PING_TIMEOUT_S = 15


def encode_response(response: say.Response) -> bytes:
    """One signalling frame."""
    field, value = _ENCODERS[type(response)](response)
    return rtc.SignalResponse(**{field: value}).SerializeToString()


def _joined(joined: say.Joined) -> tuple[str, Any]:
    return "join", rtc.JoinResponse(
        room=room_message(joined.room),
        participant=participant_message(joined.participant),
        other_participants=[participant_message(other) for other in joined.others],
        server_version=COMPATIBLE_VERSION,
        subscriber_primary=joined.subscriber_primary,
        client_configuration=_configuration(),
        ping_timeout=PING_TIMEOUT_S,
        ping_interval=PING_INTERVAL_S,
        server_info=server_message(),
        sif_trailer=joined.trailer,
        enabled_publish_codecs=enabled_codecs(),
        fast_publish=joined.fast_publish,
    )


def _configuration() -> models.ClientConfiguration:
    return models.ClientConfiguration(resume_connection=models.ClientConfigSetting.ENABLED)


def _resumed(resumed: say.Resumed) -> tuple[str, Any]:
    return "reconnect", rtc.ReconnectResponse(
        client_configuration=_configuration(),
        server_info=server_message(),
        last_message_seq=resumed.last_sequence,
    )


def _offer(offer: say.SendOffer) -> tuple[str, Any]:
    return "offer", rtc.SessionDescription(type="offer", sdp=offer.sdp, id=offer.number)


def _answer(answer: say.SendAnswer) -> tuple[str, Any]:
    return "answer", rtc.SessionDescription(type="answer", sdp=answer.sdp, id=answer.number)


def _participants(changed: say.ParticipantsChanged) -> tuple[str, Any]:
    return "update", rtc.ParticipantUpdate(
        participants=[participant_message(participant) for participant in changed.participants]
    )


def _track_accepted(accepted: say.TrackAccepted) -> tuple[str, Any]:
    return "track_published", rtc.TrackPublishedResponse(
        cid=accepted.cid, track=track_message(accepted.track)
    )


def _track_revoked(revoked: say.TrackRevoked) -> tuple[str, Any]:
    return "track_unpublished", rtc.TrackUnpublishedResponse(track_sid=revoked.sid)


def _leave(notice: say.LeaveNotice) -> tuple[str, Any]:
    return "leave", rtc.LeaveRequest(
        # Clients older than protocol 13 know only this flag.
        can_reconnect=notice.action != LeaveAction.DISCONNECT,
        reason=enum_number(notice.reason),
        action=enum_number(notice.action),
    )


def _mute(notice: say.MuteNotice) -> tuple[str, Any]:
    return "mute", rtc.MuteTrackRequest(sid=notice.sid, muted=notice.muted)


def _speakers(changed: say.SpeakersChanged) -> tuple[str, Any]:
    return "speakers_changed", rtc.SpeakersChanged(
        speakers=[
            models.SpeakerInfo(sid=speaker.sid, level=speaker.level, active=speaker.active)
            for speaker in changed.speakers
        ]
    )


def _room(changed: say.RoomChanged) -> tuple[str, Any]:
    return "room_update", rtc.RoomUpdate(room=room_message(changed.room))


def _quality(changed: say.QualityChanged) -> tuple[str, Any]:
    return "connection_quality", rtc.ConnectionQualityUpdate(
        updates=[
            rtc.ConnectionQualityInfo(participant_sid=sid, quality=enum_number(quality), score=5.0)
            for sid, quality in changed.qualities
        ]
    )


def _allowed(allowed: say.SubscriptionAllowed) -> tuple[str, Any]:
    return "subscription_permission_update", rtc.SubscriptionPermissionUpdate(
        participant_sid=allowed.participant_sid, track_sid=allowed.track_sid, allowed=allowed.allowed
    )


def _credential(fresh: say.FreshCredential) -> tuple[str, Any]:
    return "refresh_token", fresh.jwt


def _pong(pong: say.Pong) -> tuple[str, Any]:
    return "pong", pong.timestamp_ms


def _pong_response(pong: say.PongResponse) -> tuple[str, Any]:
    return "pong_resp", rtc.Pong(last_ping_timestamp=pong.last_ping_timestamp_ms, timestamp=pong.timestamp_ms)


def _subscription_failed(failed: say.SubscriptionFailed) -> tuple[str, Any]:
    return "subscription_response", rtc.SubscriptionResponse(
        track_sid=failed.track_sid, err=enum_number(failed.problem)
    )


def _heard(heard: say.TrackHeard) -> tuple[str, Any]:
    return "track_subscribed", rtc.TrackSubscribed(track_sid=heard.sid)


def _outcome(outcome: say.RequestOutcome) -> tuple[str, Any]:
    field, echo = _echo(outcome.request)
    return "request_response", rtc.RequestResponse(
        request_id=outcome.request_id,
        reason=enum_number(outcome.reason),
        message=outcome.message,
        **{field: echo},
    )


def _echo(request: say.Echo) -> tuple[str, Any]:
    match request:
        case ask.AddTrack():
            return "add_track", rtc.AddTrackRequest(
                cid=request.cid,
                name=request.name,
                type=enum_number(request.kind),
                source=enum_number(request.source),
            )
        case ask.Mute():
            return "mute", rtc.MuteTrackRequest(sid=request.sid, muted=request.muted)
        case ask.UpdateMetadata():
            return "update_metadata", rtc.UpdateParticipantMetadata(
                metadata=request.metadata,
                name=request.name,
                attributes=dict(request.attributes),
                request_id=request.request_id,
            )
        case ask.UpdateAudioTrack():
            return "update_audio_track", rtc.UpdateLocalAudioTrack(track_sid=request.sid)
        case ask.UpdateVideoTrack():
            return "update_video_track", rtc.UpdateLocalVideoTrack(track_sid=request.sid)
        case ask.Unsupported():
            return request.name, _UNSUPPORTED[request.name].FromString(request.body)


_UNSUPPORTED: dict[str, Any] = {
    "publish_data_track": rtc.PublishDataTrackRequest,
    "unpublish_data_track": rtc.UnpublishDataTrackRequest,
}

_ENCODERS: dict[type, Callable[[Any], tuple[str, Any]]] = {
    say.Joined: _joined,
    say.Resumed: _resumed,
    say.SendOffer: _offer,
    say.SendAnswer: _answer,
    say.ParticipantsChanged: _participants,
    say.TrackAccepted: _track_accepted,
    say.TrackRevoked: _track_revoked,
    say.LeaveNotice: _leave,
    say.MuteNotice: _mute,
    say.SpeakersChanged: _speakers,
    say.RoomChanged: _room,
    say.QualityChanged: _quality,
    say.SubscriptionAllowed: _allowed,
    say.FreshCredential: _credential,
    say.Pong: _pong,
    say.PongResponse: _pong_response,
    say.SubscriptionFailed: _subscription_failed,
    say.RequestOutcome: _outcome,
    say.TrackHeard: _heard,
}
