"""What a client's frame may hold: counted on its bytes, before anything is made of them."""

from __future__ import annotations

from collections.abc import Mapping

from livekit.protocol import rtc

from preau.sfu.signalling.sdp import MAX_SDP_BYTES, MAX_SECTIONS
from preau.sfu.wire import counting
from preau.sfu.wire.counting import Rules
from preau.sfu.wire.errors import WireError

#: Longest frame of most kinds, in bytes, and of those that carry descriptions, metadata or long lists.
MAX_BYTES = 64 * 1024
MAX_BYTES_OF: Mapping[str, int] = {
    "offer": MAX_SDP_BYTES + MAX_BYTES,
    "answer": MAX_SDP_BYTES + MAX_BYTES,
    "sync_state": 2 * MAX_SDP_BYTES + 4 * MAX_BYTES,
    "subscription_permission": 4 * MAX_BYTES,
    # LiveKit's 512 KiB of metadata and 64 KiB of attributes.
    "update_metadata": 10 * MAX_BYTES,
}
#: Longest frame of any kind, in bytes.
MAX_FRAME_BYTES = max(MAX_BYTES_OF.values())

MAX_LAYERS = 3
MAX_CODECS = 8
MAX_FEATURES = 16
MAX_TRACKS = 64
MAX_SIDS = 2048
MAX_RULES = 1000
MAX_SENDERS = 1024
_SID_BYTES = 128
_WORD_BYTES = 64
_NAME_BYTES = 256
_CANDIDATE_BYTES = 4096
_ADDRESS_BYTES = 2048
_BLOB_BYTES = 64_000


def _limit(most: int = 1, longest: int = MAX_BYTES) -> counting.Limit:
    return counting.Limit(most, longest)


def _words(most: int = 1) -> counting.Limit:
    return _limit(most, _WORD_BYTES)


def _sids(most: int = 1) -> counting.Limit:
    return _limit(most, _SID_BYTES)


_NAME = _limit(1, _NAME_BYTES)
_ENTRY: Mapping[str, counting.Limit] = {"key": _words(), "value": _NAME}
#: What a room answers in words when it is too long (cid, name and stream of a track, what is updated of a
#: participant) is bounded by its frame alone.
LIMITS: Mapping[str, Mapping[str, counting.Limit]] = {
    "SessionDescription": {
        "type": _words(),
        "sdp": _limit(1, MAX_SDP_BYTES),
        "mid_to_track_id": _limit(MAX_SECTIONS),
    },
    "SessionDescription.MidToTrackIdEntry": _ENTRY,
    "TrickleRequest": {"candidateInit": _limit(1, _CANDIDATE_BYTES)},
    "AddTrackRequest": {
        "cid": _limit(),
        "name": _limit(),
        "stream": _limit(),
        "sid": _sids(),
        "layers": _limit(MAX_LAYERS),
        "simulcast_codecs": _limit(MAX_CODECS),
        "audio_features": _limit(MAX_FEATURES),
        "packet_trailer_features": _limit(MAX_FEATURES),
    },
    "VideoLayer": {"rid": _words()},
    "SimulcastCodec": {"codec": _words(), "cid": _NAME, "layers": _limit(MAX_LAYERS)},
    "MuteTrackRequest": {"sid": _sids()},
    "UpdateSubscription": {"track_sids": _sids(MAX_SIDS), "participant_tracks": _limit(MAX_SIDS)},
    "ParticipantTracks": {"participant_sid": _sids(), "track_sids": _sids(MAX_SIDS)},
    "UpdateTrackSettings": {"track_sids": _sids(MAX_SIDS)},
    "RegionSettings": {"regions": _limit(MAX_TRACKS)},
    "RegionInfo": {"region": _NAME, "url": _limit(1, _ADDRESS_BYTES)},
    "UpdateVideoLayers": {"track_sid": _sids(), "layers": _limit(MAX_LAYERS)},
    "SubscriptionPermission": {"track_permissions": _limit(MAX_RULES)},
    "TrackPermission": {
        "participant_sid": _sids(),
        "participant_identity": _NAME,
        "track_sids": _sids(MAX_TRACKS),
    },
    "SyncState": {
        "publish_tracks": _limit(MAX_TRACKS),
        "data_channels": _limit(MAX_FEATURES),
        "track_sids_disabled": _sids(MAX_SIDS),
        "datachannel_receive_states": _limit(MAX_SENDERS),
        "publish_data_tracks": _limit(MAX_TRACKS),
    },
    "TrackPublishedResponse": {"cid": _NAME},
    "TrackInfo": {
        "sid": _sids(),
        "name": _NAME,
        "mime_type": _words(),
        "mid": _words(),
        "stream": _NAME,
        "layers": _limit(MAX_LAYERS),
        "codecs": _limit(MAX_CODECS),
        "audio_features": _limit(MAX_FEATURES),
        "packet_trailer_features": _limit(MAX_FEATURES),
    },
    "SimulcastCodecInfo": {
        "mime_type": _words(),
        "mid": _words(),
        "cid": _NAME,
        "sdp_cid": _NAME,
        "layers": _limit(MAX_LAYERS),
    },
    "DataChannelInfo": {"label": _NAME},
    "DataChannelReceiveState": {"publisher_sid": _sids()},
    "DataTrackInfo": {"sid": _sids(), "name": _NAME},
    "DataTrackFrameEncoding": {"custom": _words()},
    "DataTrackSchemaId": {"name": _NAME},
    "DataTrackSchemaEncoding": {"custom": _words()},
    "UpdateDataSubscription": {"updates": _limit(MAX_SIDS)},
    "UpdateDataSubscription.Update": {"track_sid": _sids()},
    "UpdateParticipantMetadata": {
        "metadata": _limit(1, MAX_FRAME_BYTES),
        "name": _limit(1, MAX_FRAME_BYTES),
        "attributes": _limit(MAX_SIDS, MAX_FRAME_BYTES),
    },
    "UpdateParticipantMetadata.AttributesEntry": {
        "key": _limit(1, MAX_FRAME_BYTES),
        "value": _limit(1, MAX_FRAME_BYTES),
    },
    "UpdateLocalAudioTrack": {"track_sid": _sids(), "features": _limit(MAX_FEATURES)},
    "UpdateLocalVideoTrack": {"track_sid": _sids()},
    "PublishDataTrackRequest": {"name": _NAME},
    "DataBlob": {"contents": _limit(1, _BLOB_BYTES)},
    "DataBlobKey": {"generic": _NAME},
    "GetDataBlobRequest": {"participant_identity": _NAME},
}
#: For values of a newer protocol, until they have a line above.
_UNLISTED = _limit(MAX_FEATURES, _NAME_BYTES)
_RULES = Rules(
    LIMITS,
    _UNLISTED,
    MAX_FRAME_BYTES,
    "garbled-frame",
    "The frame is not a SignalRequest of LiveKit's protocol.",
)
_REQUEST = rtc.SignalRequest.DESCRIPTOR
_REQUEST_PLAN = _RULES.plan(_REQUEST)
_LONGEST = {field.number: MAX_BYTES_OF.get(field.name, MAX_BYTES) for field in _REQUEST.fields}


def check_frame(frame: bytes) -> None:
    """Raises WireError for what no client sends.

    Codes: frame-too-large, too-many-values, value-too-long, garbled-frame.
    """
    if not frame:
        return
    _check_size(frame)
    _RULES.check(frame, _REQUEST_PLAN, is_one_of=True)


def _check_size(frame: bytes) -> None:
    try:
        kind = _RULES.varint(frame, 0)[0] >> 3
    except IndexError as error:
        raise _RULES.garbled() from error
    longest = _LONGEST.get(kind, MAX_BYTES)
    if len(frame) > longest:
        name = _REQUEST.fields_by_number[kind].name if kind in _LONGEST else "unknown"
        raise WireError("frame-too-large", f"A frame of the kind {name} has at most {longest} bytes.")
