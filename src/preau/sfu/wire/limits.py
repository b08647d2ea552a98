"""What a client's frame may hold: counted on its bytes, before anything is made of them.

A frame of two bytes for each value becomes a hundred times as much memory once it is decoded, so nothing is
decoded of a frame that holds more than its kind may. Looking costs as much as the values that are allowed:
levels are counted before what lies within them, and the first value too many ends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from livekit.protocol import rtc

from preau.sfu.signalling.sdp import MAX_SDP_BYTES, MAX_SECTIONS
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
#: Most values of any kind in one frame; most in one message that this version of the protocol does not know.
MAX_FIELDS = 8192
MAX_UNKNOWN = 64

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


class Limit(NamedTuple):
    """How often a value comes in one message, and how long each is in bytes where its length is its own."""

    most: int = 1
    longest: int = MAX_BYTES


def _words(most: int = 1) -> Limit:
    return Limit(most, _WORD_BYTES)


def _sids(most: int = 1) -> Limit:
    return Limit(most, _SID_BYTES)


_NAME = Limit(1, _NAME_BYTES)
_ENTRY: Mapping[str, Limit] = {"key": _words(), "value": _NAME}
#: What a room answers in words when it is too long (cid, name and stream of a track, what is updated of a
#: participant) is bounded by its frame alone.
LIMITS: Mapping[str, Mapping[str, Limit]] = {
    "SessionDescription": {
        "type": _words(),
        "sdp": Limit(1, MAX_SDP_BYTES),
        "mid_to_track_id": Limit(MAX_SECTIONS),
    },
    "SessionDescription.MidToTrackIdEntry": _ENTRY,
    "TrickleRequest": {"candidateInit": Limit(1, _CANDIDATE_BYTES)},
    "AddTrackRequest": {
        "cid": Limit(),
        "name": Limit(),
        "stream": Limit(),
        "sid": _sids(),
        "layers": Limit(MAX_LAYERS),
        "simulcast_codecs": Limit(MAX_CODECS),
        "audio_features": Limit(MAX_FEATURES),
        "packet_trailer_features": Limit(MAX_FEATURES),
    },
    "VideoLayer": {"rid": _words()},
    "SimulcastCodec": {"codec": _words(), "cid": _NAME, "layers": Limit(MAX_LAYERS)},
    "MuteTrackRequest": {"sid": _sids()},
    "UpdateSubscription": {"track_sids": _sids(MAX_SIDS), "participant_tracks": Limit(MAX_SIDS)},
    "ParticipantTracks": {"participant_sid": _sids(), "track_sids": _sids(MAX_SIDS)},
    "UpdateTrackSettings": {"track_sids": _sids(MAX_SIDS)},
    "RegionSettings": {"regions": Limit(MAX_TRACKS)},
    "RegionInfo": {"region": _NAME, "url": Limit(1, _ADDRESS_BYTES)},
    "UpdateVideoLayers": {"track_sid": _sids(), "layers": Limit(MAX_LAYERS)},
    "SubscriptionPermission": {"track_permissions": Limit(MAX_RULES)},
    "TrackPermission": {
        "participant_sid": _sids(),
        "participant_identity": _NAME,
        "track_sids": _sids(MAX_TRACKS),
    },
    "SyncState": {
        "publish_tracks": Limit(MAX_TRACKS),
        "data_channels": Limit(MAX_FEATURES),
        "track_sids_disabled": _sids(MAX_SIDS),
        "datachannel_receive_states": Limit(MAX_SENDERS),
        "publish_data_tracks": Limit(MAX_TRACKS),
    },
    "TrackPublishedResponse": {"cid": _NAME},
    "TrackInfo": {
        "sid": _sids(),
        "name": _NAME,
        "mime_type": _words(),
        "mid": _words(),
        "stream": _NAME,
        "layers": Limit(MAX_LAYERS),
        "codecs": Limit(MAX_CODECS),
        "audio_features": Limit(MAX_FEATURES),
        "packet_trailer_features": Limit(MAX_FEATURES),
    },
    "SimulcastCodecInfo": {
        "mime_type": _words(),
        "mid": _words(),
        "cid": _NAME,
        "sdp_cid": _NAME,
        "layers": Limit(MAX_LAYERS),
    },
    "DataChannelInfo": {"label": _NAME},
    "DataChannelReceiveState": {"publisher_sid": _sids()},
    "DataTrackInfo": {"sid": _sids(), "name": _NAME},
    "DataTrackFrameEncoding": {"custom": _words()},
    "DataTrackSchemaId": {"name": _NAME},
    "DataTrackSchemaEncoding": {"custom": _words()},
    "UpdateDataSubscription": {"updates": Limit(MAX_SIDS)},
    "UpdateDataSubscription.Update": {"track_sid": _sids()},
    "UpdateParticipantMetadata": {
        "metadata": Limit(1, MAX_FRAME_BYTES),
        "name": Limit(1, MAX_FRAME_BYTES),
        "attributes": Limit(MAX_SIDS, MAX_FRAME_BYTES),
    },
    "UpdateParticipantMetadata.AttributesEntry": {
        "key": Limit(1, MAX_FRAME_BYTES),
        "value": Limit(1, MAX_FRAME_BYTES),
    },
    "UpdateLocalAudioTrack": {"track_sid": _sids(), "features": Limit(MAX_FEATURES)},
    "UpdateLocalVideoTrack": {"track_sid": _sids()},
    "PublishDataTrackRequest": {"name": _NAME},
    "DataBlob": {"contents": Limit(1, _BLOB_BYTES)},
    "DataBlobKey": {"generic": _NAME},
    "GetDataBlobRequest": {"participant_identity": _NAME},
}
#: For values of a newer protocol, until they have a line above.
_UNLISTED = Limit(MAX_FEATURES, _NAME_BYTES)


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of a message: its name for people, its limit, and what is within."""

    number: int
    name: str
    most: int
    longest: int
    within: _Plan | None
    is_packed: bool


_Plan = dict[int, _Field]
#: Where a message begins and ends in its frame, and what it is.
_Span = tuple[int, int, _Plan]
_UNKNOWN = _Field(0, "A message of a newer protocol", MAX_UNKNOWN, MAX_FRAME_BYTES, None, is_packed=False)
_PLANS: dict[str, _Plan] = {}


def _plan(message: Any) -> _Plan:
    known = _PLANS.get(message.full_name)
    if known is None:
        known = _PLANS[message.full_name] = {}
        limits = LIMITS.get(message.full_name.removeprefix("livekit."), {})
        for field in message.fields:
            known[field.number] = _field(field, message.name, limits.get(field.name))
    return known


def _field(field: Any, message: str, limit: Limit | None) -> _Field:
    is_text = field.cpp_type == field.CPPTYPE_STRING
    if limit is None:
        limit = _UNLISTED if field.is_repeated or is_text else Limit(1, MAX_FRAME_BYTES)
    return _Field(
        number=field.number,
        name=f"{message}.{field.name}",
        most=limit.most,
        longest=limit.longest if is_text else MAX_FRAME_BYTES,
        within=_plan(field.message_type) if field.message_type else None,
        is_packed=bool(field.is_repeated and not is_text and field.message_type is None),
    )


_REQUEST = rtc.SignalRequest.DESCRIPTOR
_REQUEST_PLAN = _plan(_REQUEST)
_LONGEST = {field.number: MAX_BYTES_OF.get(field.name, MAX_BYTES) for field in _REQUEST.fields}
_VARINT, _EIGHT_BYTES, _COUNTED, _FOUR_BYTES = 0, 1, 2, 5
_FIXED = {_EIGHT_BYTES: 8, _FOUR_BYTES: 4}
_MAX_VARINT_BYTES = 10


def check_frame(frame: bytes) -> None:
    """Raises WireError for what no client sends.

    Codes: frame-too-large, too-many-values, value-too-long, garbled-frame.
    """
    if not frame:
        return
    try:
        _check_size(frame)
        _check_values(frame)
    except IndexError as error:
        raise _garbled() from error


def _garbled() -> WireError:
    return WireError("garbled-frame", "The frame is not a SignalRequest of LiveKit's protocol.")


def _check_size(frame: bytes) -> None:
    kind = _varint(frame, 0)[0] >> 3
    longest = _LONGEST.get(kind, MAX_BYTES)
    if len(frame) > longest:
        name = _REQUEST.fields_by_number[kind].name if kind in _LONGEST else "unknown"
        raise WireError("frame-too-large", f"A frame of the kind {name} has at most {longest} bytes.")


def _check_values(frame: bytes) -> None:
    waiting: list[_Span] = [(0, len(frame), _REQUEST_PLAN)]
    left = MAX_FIELDS
    # Whole levels come first: what is within too many values is not looked at.
    for span in waiting:
        within, fields = _check_message(frame, span, left)
        waiting += within
        left -= fields
        if span[2] is _REQUEST_PLAN and len(within) > 1:
            raise _garbled()


def _check_message(frame: bytes, span: _Span, left: int) -> tuple[list[_Span], int]:
    """The messages within one, and how many values it has."""
    at, end, plan = span
    within: list[_Span] = []
    counts: dict[int, int] = {}
    fields = 0
    while at < end:
        key = frame[at]
        at += 1
        if key >= 128:
            key, at = _varint(frame, at - 1)
        begin, at = _value(frame, at, key & 7)
        fields += 1
        field = plan.get(key >> 3, _UNKNOWN)
        is_counted = key & 7 == _COUNTED
        more = _packed(frame, begin, at, field.most) if field.is_packed and is_counted else 1
        counts[field.number] = seen = counts.get(field.number, 0) + more
        if seen > field.most or fields > left:
            raise WireError("too-many-values", f"{field.name} has at most {field.most} values.")
        if is_counted:
            if at - begin > field.longest:
                raise WireError("value-too-long", f"{field.name} has at most {field.longest} bytes.")
            if field.within is not None:
                within.append((begin, at, field.within))
    if at != end:
        raise _garbled()
    return within, fields


def _value(frame: bytes, at: int, form: int) -> tuple[int, int]:
    """Where a value begins and ends; it may end behind its message."""
    if form == _COUNTED:
        size = frame[at]
        at += 1
        if size >= 128:
            size, at = _varint(frame, at - 1)
        return at, at + size
    if form == _VARINT:
        return at, _varint(frame, at)[1]
    if form in _FIXED:
        return at, at + _FIXED[form]
    raise _garbled()


def _varint(frame: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    for place in range(at, at + _MAX_VARINT_BYTES):
        byte = frame[place]
        value |= (byte & 127) << shift
        if byte < 128:
            return value, place + 1
        shift += 7
    raise _garbled()


def _packed(frame: bytes, begin: int, end: int, most: int) -> int:
    """How many numbers a packed list has; many more than allowed are not counted to the end."""
    if end - begin > most * _MAX_VARINT_BYTES:
        return most + 1
    return sum(1 for byte in frame[begin:end] if byte < 128)
