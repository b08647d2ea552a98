"""Every kind of data packet: who gets it, and whose name it bears, as on LiveKit's own server."""

from __future__ import annotations

from typing import Any

import pytest
from livekit.protocol import models

from preau.sfu.model import Audience, Sender, StampedPacket
from preau.sfu.wire.data import MAX_DESTINATIONS, stamp_packet
from preau.sfu.wire.errors import WireError

PUPIL = Sender("PA_1", "pupil")
AGENT = Sender("PA_2", "agent", speaks_for_others=True)
KINDS = [field.name for field in models.DataPacket.DESCRIPTOR.oneofs_by_name["value"].fields]

#: Who gets what a pupil sends, and what an agent sends. None: it is no packet for clients to send.
EXPECTED: dict[str, tuple[Audience, Audience] | None] = {
    "user": (Audience.OTHERS, Audience.OTHERS),
    "speaker": None,
    "sip_dtmf": (Audience.OTHERS, Audience.OTHERS),
    "transcription": (Audience.NOBODY, Audience.OTHERS),
    "metrics": (Audience.METRICS, Audience.METRICS),
    "chat_message": (Audience.OTHERS, Audience.OTHERS),
    "rpc_request": (Audience.OTHERS, Audience.OTHERS),
    "rpc_ack": (Audience.OTHERS, Audience.OTHERS),
    "rpc_response": (Audience.OTHERS, Audience.OTHERS),
    "stream_header": (Audience.OTHERS, Audience.OTHERS),
    "stream_chunk": (Audience.OTHERS, Audience.OTHERS),
    "stream_trailer": (Audience.OTHERS, Audience.OTHERS),
    "encrypted_packet": (Audience.OTHERS, Audience.OTHERS),
}


def packet_of(kind: str, **more: Any) -> models.DataPacket:
    packet = models.DataPacket(**more)
    getattr(packet, kind).SetInParent()
    return packet


def stamped(packet: models.DataPacket, sender: Sender = PUPIL) -> StampedPacket:
    return stamp_packet(packet.SerializeToString(), sender, reliable=True)


def read(packet: StampedPacket) -> models.DataPacket:
    return models.DataPacket.FromString(packet.payload)


def test_every_kind_of_the_protocol_is_decided_on() -> None:
    assert set(KINDS) == set(EXPECTED)


@pytest.mark.parametrize("kind", [kind for kind, expected in EXPECTED.items() if expected])
def test_who_gets_which_kind(kind: str) -> None:
    assert (stamped(packet_of(kind)).audience, stamped(packet_of(kind), AGENT).audience) == EXPECTED[kind]


@pytest.mark.parametrize("kind", [kind for kind, expected in EXPECTED.items() if expected])
def test_a_pupil_bears_its_own_name_whatever_it_writes(kind: str) -> None:
    seen = read(stamped(packet_of(kind, participant_identity="teacher", participant_sid="PA_t")))
    assert (seen.participant_identity, seen.participant_sid) == ("pupil", "PA_1")


@pytest.mark.parametrize("payload", [b"", packet_of("speaker").SerializeToString(), b"\xa2\x06\x01x"])
def test_what_only_a_server_sends_and_what_nobody_knows_is_dropped(payload: bytes) -> None:
    """A speaker update, no content at all, and a kind of a newer protocol."""
    with pytest.raises(WireError) as caught:
        stamp_packet(payload, PUPIL, reliable=True)
    assert caught.value.code == "garbled-data"


def test_an_agent_may_chat_for_somebody_and_it_is_marked() -> None:
    seen = read(stamped(packet_of("chat_message", participant_identity="teacher"), AGENT))
    assert (seen.participant_identity, seen.participant_sid) == ("teacher", "PA_2")
    assert seen.chat_message.generated
    own = read(stamped(packet_of("chat_message"), AGENT))
    assert (own.participant_identity, own.chat_message.generated) == ("agent", False)


def test_an_agent_may_write_text_for_somebody_but_not_send_files() -> None:
    text, file = (packet_of("stream_header", participant_identity="teacher") for _ in range(2))
    text.stream_header.text_header.SetInParent()
    file.stream_header.byte_header.SetInParent()
    seen = read(stamped(text, AGENT))
    assert (seen.participant_identity, seen.stream_header.text_header.generated) == ("teacher", True)
    assert read(stamped(file, AGENT)).participant_identity == "agent"


def test_an_agent_may_not_call_procedures_for_somebody() -> None:
    seen = read(stamped(packet_of("rpc_request", participant_identity="teacher"), AGENT))
    assert seen.participant_identity == "agent"


def test_destinations_of_the_packet_stand_above_those_of_its_content() -> None:
    content = models.UserPacket(destination_identities=["carl"], destination_sids=["PA_9"])
    both = stamped(models.DataPacket(destination_identities=["ben"], user=content))
    assert (both.destination_identities, both.destination_sids) == (frozenset({"ben"}), frozenset({"PA_9"}))
    assert list(read(both).user.destination_identities) == ["ben"]
    old = stamped(models.DataPacket(user=content))
    assert old.destination_identities == frozenset({"carl"})
    assert list(read(old).destination_identities) == ["carl"]


@pytest.mark.parametrize("field", ["destination_identities", "destination_sids"])
def test_a_packet_names_no_more_people_than_a_room_may_have(field: str) -> None:
    for count, is_taken in ((MAX_DESTINATIONS, True), (MAX_DESTINATIONS + 1, False), (100_000, False)):
        content: dict[str, Any] = {field: [""] * count}
        packet = models.DataPacket(user=models.UserPacket(**content))
        if is_taken:
            stamped(packet)
            continue
        with pytest.raises(WireError):
            stamped(packet)


def test_who_is_hidden_is_not_named_but_repeated_packets_can_be_told() -> None:
    seen = read(stamped(packet_of("user"), Sender("PA_3", "spy", is_hidden=True)))
    assert (seen.participant_identity, seen.user.participant_identity, seen.user.participant_sid) == (
        "",
        "",
        "",
    )
    assert seen.participant_sid == "PA_3"


@pytest.mark.parametrize(("nonce", "kept"), [(b"n" * 16, b"n" * 16), (b"n" * 15, b""), (b"", b"")])
def test_a_message_may_have_a_nonce_of_sixteen_bytes(nonce: bytes, kept: bytes) -> None:
    assert stamped(models.DataPacket(user=models.UserPacket(nonce=nonce))).nonce == kept
