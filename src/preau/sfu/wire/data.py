"""Data packets on their way through: read where they go, stamp who sent them. Contents stay opaque.

What happens to each kind is what LiveKit does, with one exception: packets that only a server may send, and
kinds this version of the protocol does not know, are dropped, because programs may end by them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from google.protobuf.message import DecodeError
from livekit.protocol import models

from preau.sfu.model import Audience, Sender, StampedPacket
from preau.sfu.wire.counting import Limit, Rules, Table
from preau.sfu.wire.errors import WireError

#: Longest data packet relayed, in bytes: what clients agree on for their channels.
MAX_PACKET_BYTES = 262_144
#: Most participants one packet may name.
MAX_DESTINATIONS = 1000
#: Length of a nonce that names a message, in bytes.
NONCE_BYTES = 16
_GARBLED = ("garbled-data", "The data packet is not a DataPacket of LiveKit's protocol.")


def _most(values: int) -> Limit:
    return Limit(values, MAX_PACKET_BYTES)


#: How many values a packet may hold; how long each may be is bounded by the packet.
DATA_LIMITS: Table = {
    "DataPacket": {"destination_identities": _most(MAX_DESTINATIONS)},
    "UserPacket": {
        "destination_identities": _most(MAX_DESTINATIONS),
        "destination_sids": _most(MAX_DESTINATIONS),
    },
    "Transcription": {"segments": _most(256)},
    "MetricsBatch": {"str_data": _most(1024), "time_series": _most(256), "events": _most(256)},
    "TimeSeriesMetric": {"samples": _most(1024)},
    "DataStream.Header": {"attributes": _most(256)},
    "DataStream.Trailer": {"attributes": _most(256)},
    "DataStream.TextHeader": {"attached_stream_ids": _most(256)},
}
_RULES = Rules(DATA_LIMITS, _most(16), MAX_PACKET_BYTES, *_GARBLED)
_PLAN = _RULES.plan(models.DataPacket.DESCRIPTOR)


@dataclass(frozen=True, slots=True)
class _Treatment:
    """What becomes of a packet."""

    audience: Audience = Audience.OTHERS
    keeps_author: bool = False
    nonce: bytes = b""


def stamp_packet(payload: bytes, sender: Sender, *, reliable: bool) -> StampedPacket:
    """Overwrites the sender with the truth, whatever the client wrote.

    Raises WireError (garbled-data, too-many-values).
    """
    if len(payload) > MAX_PACKET_BYTES:
        raise WireError("garbled-data", f"A data packet has at most {MAX_PACKET_BYTES} bytes.")
    _RULES.check(payload, _PLAN, is_one_of=False)
    try:
        packet = models.DataPacket.FromString(payload)
    except (DecodeError, UnicodeDecodeError) as error:
        raise _RULES.garbled() from error
    treat = _KINDS.get(packet.WhichOneof("value") or "")
    if treat is None:
        raise WireError("garbled-data", "The data packet has no content that may be relayed.")
    treatment = treat(packet, sender)
    packet.kind = models.DataPacket.RELIABLE if reliable else models.DataPacket.LOSSY
    # A hidden sender's sid stays: receivers tell repeated packets by it, and it names nobody.
    packet.participant_sid = sender.sid
    if not treatment.keeps_author:
        packet.participant_identity = "" if sender.is_hidden else sender.identity
    return StampedPacket(
        payload=packet.SerializeToString(),
        sequence=packet.sequence,
        destination_identities=frozenset(packet.destination_identities),
        destination_sids=frozenset(packet.user.destination_sids),
        audience=treatment.audience,
        nonce=treatment.nonce,
    )


def _plain(_packet: models.DataPacket, _sender: Sender) -> _Treatment:
    return _Treatment()


def _user(packet: models.DataPacket, sender: Sender) -> _Treatment:
    """Before sender and destinations moved to the packet they were part of this content."""
    user = packet.user
    user.participant_sid = "" if sender.is_hidden else sender.sid
    user.participant_identity = "" if sender.is_hidden else sender.identity
    given, other = packet.destination_identities, user.destination_identities
    if not given:
        given, other = other, given
    other[:] = given
    return _Treatment(nonce=user.nonce if len(user.nonce) == NONCE_BYTES else b"")


def _transcription(_packet: models.DataPacket, sender: Sender) -> _Treatment:
    return _Treatment(audience=Audience.OTHERS if sender.speaks_for_others else Audience.NOBODY)


def _metrics(_packet: models.DataPacket, _sender: Sender) -> _Treatment:
    return _Treatment(audience=Audience.METRICS)


def _chat_message(packet: models.DataPacket, sender: Sender) -> _Treatment:
    if not _names_another(packet, sender):
        return _Treatment()
    packet.chat_message.generated = True
    return _Treatment(keeps_author=True)


def _stream_header(packet: models.DataPacket, sender: Sender) -> _Treatment:
    if not _names_another(packet, sender) or not packet.stream_header.HasField("text_header"):
        return _Treatment()
    packet.stream_header.text_header.generated = True
    return _Treatment(keeps_author=True)


def _names_another(packet: models.DataPacket, sender: Sender) -> bool:
    return sender.speaks_for_others and packet.participant_identity not in ("", sender.identity)


_KINDS: dict[str, Callable[[models.DataPacket, Sender], _Treatment]] = {
    "user": _user,
    "sip_dtmf": _plain,
    "transcription": _transcription,
    "metrics": _metrics,
    "chat_message": _chat_message,
    "rpc_request": _plain,
    "rpc_ack": _plain,
    "rpc_response": _plain,
    "stream_header": _stream_header,
    "stream_chunk": _plain,
    "stream_trailer": _plain,
    "encrypted_packet": _plain,
}


def server_packet(
    data: bytes,
    *,
    reliable: bool,
    topic: str | None,
    identities: frozenset[str],
    sids: frozenset[str],
    nonce: bytes,
) -> StampedPacket:
    """A packet sent by the server API: without a sender."""
    content = models.UserPacket(
        payload=data,
        nonce=nonce,
        destination_identities=sorted(identities),
        destination_sids=sorted(sids),
    )
    if topic is not None:
        content.topic = topic
    packet = models.DataPacket(
        kind=models.DataPacket.RELIABLE if reliable else models.DataPacket.LOSSY,
        destination_identities=sorted(identities),
        user=content,
    )
    return StampedPacket(
        payload=packet.SerializeToString(),
        sequence=0,
        destination_identities=identities,
        destination_sids=sids,
        nonce=nonce,
    )
