"""Data packets on their way through: read where they go, stamp who sent them. Contents stay opaque."""

from __future__ import annotations

from google.protobuf.message import DecodeError
from livekit.protocol import models

from preau.sfu.model import StampedPacket
from preau.sfu.wire.errors import WireError

#: Longest data packet relayed, in bytes: what clients agree on for their channels.
MAX_PACKET_BYTES = 262_144


def stamp_packet(payload: bytes, *, sid: str, identity: str, reliable: bool, hidden: bool) -> StampedPacket:
    """Overwrites the sender with the truth, whatever the client wrote. Raises WireError (garbled-data)."""
    if len(payload) > MAX_PACKET_BYTES:
        raise WireError("garbled-data", f"A data packet has at most {MAX_PACKET_BYTES} bytes.")
    try:
        packet = models.DataPacket.FromString(payload)
    except (DecodeError, UnicodeDecodeError) as error:
        raise WireError(
            "garbled-data", "The data packet is not a DataPacket of LiveKit's protocol."
        ) from error
    value = packet.WhichOneof("value")
    if value is None or value == "speaker":
        raise WireError("garbled-data", "The data packet has no content that may be relayed.")
    identities, sids = set(packet.destination_identities), set[str]()
    if value == "user":
        # Before destinations moved to the packet they were part of its content.
        identities.update(packet.user.destination_identities)
        sids.update(packet.user.destination_sids)
        packet.user.participant_sid = "" if hidden else sid
        packet.user.participant_identity = "" if hidden else identity
    packet.kind = models.DataPacket.RELIABLE if reliable else models.DataPacket.LOSSY
    packet.participant_identity = "" if hidden else identity
    packet.participant_sid = "" if hidden else sid
    return StampedPacket(
        payload=packet.SerializeToString(),
        sequence=packet.sequence,
        destination_identities=frozenset(identities),
        destination_sids=frozenset(sids),
        is_metrics=value == "metrics",
    )


def server_packet(
    data: bytes, *, reliable: bool, topic: str | None, identities: frozenset[str], nonce: bytes
) -> bytes:
    """A packet sent by the server API: without a sender."""
    content = models.UserPacket(payload=data, nonce=nonce)
    if topic is not None:
        content.topic = topic
    return models.DataPacket(
        kind=models.DataPacket.RELIABLE if reliable else models.DataPacket.LOSSY,
        destination_identities=sorted(identities),
        user=content,
    ).SerializeToString()
