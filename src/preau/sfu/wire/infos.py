"""Our values of rooms, participants and tracks as protobuf messages, and back where clients send them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from livekit.protocol import models

from preau.sfu import COMPATIBLE_VERSION, PROTOCOL_VERSION
from preau.sfu.model import (
    ParticipantInfo,
    Permission,
    RoomInfo,
    TrackCodec,
    TrackInfo,
    TrackSource,
    VideoLayer,
    VideoQuality,
)

_SOURCES = {source.value: source for source in TrackSource}
_QUALITIES = {quality.value: quality for quality in VideoQuality}


def enum_number(value: int) -> Any:
    """A number for an enumeration field: the stubs ask for classes that do not exist when running."""
    return int(value)


def source_of(number: int) -> TrackSource:
    """The source with this number; unknown numbers of newer clients count as UNKNOWN."""
    return _SOURCES.get(number, TrackSource.UNKNOWN)


def quality_of(number: int) -> VideoQuality:
    """The quality with this number; unknown ones count as HIGH."""
    return _QUALITIES.get(number, VideoQuality.HIGH)


def capabilities_from(text: str) -> tuple[int, ...]:
    """What a client says it can do, as numbers of the protocol: names with commas between them.

    What newer clients can do beyond that is not understood, and left out.
    """
    numbers = dict(models.ClientInfo.Capability.items())
    named = (one.strip() for one in text[:1024].split(","))
    return tuple(dict.fromkeys(int(numbers[one]) for one in named if one in numbers))


def kind_details_from(names: Iterable[str]) -> tuple[int, ...]:
    """Details of a participant's kind, as tokens name them; unknown ones are left out."""
    numbers = dict(models.ParticipantInfo.KindDetail.items())
    return tuple(int(numbers[name.upper()]) for name in names if name.upper() in numbers)


def kind_detail_names(details: Iterable[int]) -> list[str]:
    """Details of a participant's kind, as tokens name them."""
    names = {number: name for name, number in models.ParticipantInfo.KindDetail.items()}
    return [names[detail].lower() for detail in details if detail in names]


def layers_from(messages: Iterable[models.VideoLayer]) -> tuple[VideoLayer, ...]:
    """Layers as announced by a publisher, from the lowest quality to the highest."""
    layers = (
        VideoLayer(
            quality=quality_of(layer.quality),
            width=layer.width,
            height=layer.height,
            bitrate_bps=layer.bitrate,
            rid=layer.rid,
            ssrc=layer.ssrc,
        )
        for layer in messages
    )
    return tuple(sorted(layers, key=lambda layer: layer.quality))


def layer_message(layer: VideoLayer) -> models.VideoLayer:
    """A layer as protobuf."""
    return models.VideoLayer(
        quality=enum_number(layer.quality),
        width=layer.width,
        height=layer.height,
        bitrate=layer.bitrate_bps,
        spatial_layer=layer.spatial_layer,
        rid=layer.rid,
        ssrc=layer.ssrc,
    )


def _codec_message(codec: TrackCodec) -> models.SimulcastCodecInfo:
    return models.SimulcastCodecInfo(
        mime_type=codec.mime,
        mid=codec.mid,
        cid=codec.cid,
        layers=[layer_message(layer) for layer in codec.layers],
        video_layer_mode=enum_number(codec.layer_mode),
        sdp_cid=codec.sdp_cid,
    )


def track_message(track: TrackInfo) -> models.TrackInfo:
    """A track as protobuf."""
    return models.TrackInfo(
        sid=track.sid,
        type=enum_number(track.kind),
        name=track.name,
        muted=track.muted,
        width=track.width,
        height=track.height,
        simulcast=track.simulcast,
        disable_dtx=track.disable_dtx,
        source=enum_number(track.source),
        layers=[layer_message(layer) for layer in track.layers],
        mime_type=track.mime,
        mid=track.mid,
        codecs=[_codec_message(codec) for codec in track.codecs],
        stereo=track.stereo,
        disable_red=track.disable_red,
        encryption=enum_number(track.encryption),
        stream=track.media_group,
        version=models.TimedVersion(unix_micro=track.version_us),
        audio_features=[enum_number(one) for one in track.audio_features],
        backup_codec_policy=enum_number(track.backup_codec_policy),
        packet_trailer_features=[enum_number(one) for one in track.packet_trailer_features],
    )


def permission_message(permission: Permission) -> models.ParticipantPermission:
    """A permission as protobuf."""
    return models.ParticipantPermission(
        can_subscribe=permission.can_subscribe,
        can_publish=permission.can_publish,
        can_publish_data=permission.can_publish_data,
        can_publish_sources=[enum_number(source) for source in permission.can_publish_sources],
        hidden=permission.hidden,
        recorder=permission.recorder,
        can_update_metadata=permission.can_update_metadata,
        agent=permission.agent,
        can_subscribe_metrics=permission.can_subscribe_metrics,
        can_manage_agent_session=permission.can_manage_agent_session,
    )


def permission_from(message: models.ParticipantPermission) -> Permission:
    """A permission as set through the server API."""
    return Permission(
        can_subscribe=message.can_subscribe,
        can_publish=message.can_publish,
        can_publish_data=message.can_publish_data,
        can_publish_sources=tuple(source_of(number) for number in message.can_publish_sources),
        hidden=message.hidden,
        recorder=message.recorder,
        can_update_metadata=message.can_update_metadata,
        agent=message.agent,
        can_subscribe_metrics=message.can_subscribe_metrics,
        can_manage_agent_session=message.can_manage_agent_session,
    )


def participant_message(participant: ParticipantInfo) -> models.ParticipantInfo:
    """A participant as protobuf."""
    return models.ParticipantInfo(
        sid=participant.sid,
        identity=participant.identity,
        state=enum_number(participant.state),
        tracks=[track_message(track) for track in participant.tracks],
        metadata=participant.metadata,
        joined_at=participant.joined_at_ms // 1000,
        joined_at_ms=participant.joined_at_ms,
        name=participant.name,
        version=participant.version,
        permission=permission_message(participant.permission),
        is_publisher=participant.is_publisher,
        kind=enum_number(participant.kind),
        attributes=dict(participant.attributes),
        disconnect_reason=enum_number(participant.disconnect_reason),
        kind_details=[enum_number(one) for one in participant.kind_details],
        client_protocol=participant.client_protocol,
        capabilities=[enum_number(one) for one in participant.capabilities],
    )


def room_message(room: RoomInfo) -> models.Room:
    """A room as protobuf."""
    return models.Room(
        sid=room.sid,
        name=room.name,
        empty_timeout=room.options.empty_timeout_s,
        departure_timeout=room.options.departure_timeout_s,
        max_participants=room.options.max_participants,
        creation_time=room.created_at_ms // 1000,
        creation_time_ms=room.created_at_ms,
        metadata=room.options.metadata,
        num_participants=room.num_participants,
        num_publishers=room.num_publishers,
        active_recording=room.active_recording,
        enabled_codecs=enabled_codecs(),
    )


def enabled_codecs() -> list[models.Codec]:
    """Codecs that may be published, most wanted first within video, then audio."""
    return [models.Codec(mime="video/VP8"), models.Codec(mime="video/H264"), models.Codec(mime="audio/opus")]


def server_message() -> models.ServerInfo:
    """What this server says it is."""
    return models.ServerInfo(
        edition=models.ServerInfo.Standard,
        version=COMPATIBLE_VERSION,
        protocol=PROTOCOL_VERSION,
        node_id="ND_preau",
    )
