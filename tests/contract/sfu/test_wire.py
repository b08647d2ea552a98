"""Our values against LiveKit's own protobuf messages."""

from __future__ import annotations

import contextlib
import json

import pytest
from google.protobuf import json_format
from hypothesis import given
from hypothesis import strategies as st
from livekit.protocol import models, rtc, webhook
from livekit.protocol import room as room_service

from preau.sfu.model import (
    DisconnectReason,
    LeaveAction,
    Permission,
    RoomInfo,
    RoomOptions,
    Sender,
    TrackKind,
    TrackSource,
)
from preau.sfu.rooms import commands
from preau.sfu.rooms.effects import Notify
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say
from preau.sfu.wire import room_service as wire
from preau.sfu.wire.data import server_packet, stamp_packet
from preau.sfu.wire.errors import WireError
from preau.sfu.wire.limits import MAX_FRAME_BYTES
from preau.sfu.wire.requests import decode_request
from preau.sfu.wire.responses import encode_response
from preau.sfu.wire.webhooks import encode_event
from tests.kit.sfu_room import Stage

ROOM = RoomInfo(sid="RM_1", name="school", options=RoomOptions(20, 10, 5, "m"), created_at_ms=1500)


UNSERVED = ("update_layers", "update_data_subscription", "store_data_blob_request", "get_data_blob_request")
NO_CANDIDATE = rtc.SignalRequest(trickle=rtc.TrickleRequest(candidateInit="{"))


def decoded(**message: object) -> ask.Request:
    return decode_request(rtc.SignalRequest(**message).SerializeToString())  # type: ignore[arg-type]  # one field


def encoded(response: say.Response) -> rtc.SignalResponse:
    return rtc.SignalResponse.FromString(encode_response(response))


def test_every_request_of_the_protocol_is_known() -> None:
    for field in rtc.SignalRequest.DESCRIPTOR.fields:
        if field.name in ("trickle", "simulate"):
            continue
        # An empty message in that field (or the number 1), written as bytes of protobuf.
        tag = field.number << 3 | (2 if field.message_type else 0)
        key = bytes([tag & 0x7F | 0x80, tag >> 7]) if tag > 0x7F else bytes([tag])
        request = decode_request(key + (b"\x00" if field.message_type else b"\x01"))
        assert not isinstance(request, ask.Ignored) or field.name in UNSERVED


def test_candidates_are_read_from_their_json() -> None:
    init = json.dumps({"candidate": "candidate:1 1 udp 1 1.2.3.4 5 typ host", "sdpMid": "0"})
    trickle = decoded(trickle=rtc.TrickleRequest(candidateInit=init, target=rtc.SignalTarget.SUBSCRIBER))
    assert trickle == ask.Trickle("candidate:1 1 udp 1 1.2.3.4 5 typ host", ask.Target.SUBSCRIBER)


def test_simulated_scenarios_are_all_known() -> None:
    for field in rtc.SimulateScenario.DESCRIPTOR.fields:
        request = decode_request(bytes([13 << 3 | 2, 2, field.number << 3, 1]))
        assert request == ask.Simulate(ask.Scenario(field.name), 1)


def test_layers_come_from_the_lowest_up() -> None:
    layers = [models.VideoLayer(quality=q, width=2) for q in (2, 0, 1)]  # type: ignore[arg-type]  # numbers
    request = decoded(add_track=rtc.AddTrackRequest(cid="c", type="VIDEO", layers=layers))
    assert isinstance(request, ask.AddTrack)
    assert [layer.quality for layer in request.layers] == [0, 1, 2]


def test_tracks_grouped_by_participant_count_too() -> None:
    group = models.ParticipantTracks(participant_sid="PA", track_sids=["b"])
    message = rtc.UpdateSubscription(track_sids=["a"], participant_tracks=[group], subscribe=True)
    assert decoded(subscription=message) == ask.UpdateSubscription(("a", "b"), subscribe=True)


def test_a_request_of_a_newer_protocol_is_ignored() -> None:
    assert decode_request(b"\xfa\x3e\x01x") == ask.Ignored("unknown")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"", "empty-frame"),
        (b"\xff\xff\xff", "garbled-frame"),
        (b"hello", "garbled-frame"),
        (b"x" * (MAX_FRAME_BYTES + 1), "frame-too-large"),
        (NO_CANDIDATE.SerializeToString(), "garbled-frame"),
    ],
)
def test_what_is_no_request(frame: bytes, code: str) -> None:
    with pytest.raises(WireError) as caught:
        decode_request(frame)
    assert caught.value.code == code


@given(st.binary(max_size=300))
def test_no_bytes_break_the_parser(frame: bytes) -> None:
    with contextlib.suppress(WireError):
        decode_request(frame)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_data_parser(payload: bytes) -> None:
    try:
        packet = stamp_packet(payload, Sender("PA_1", "ada"), reliable=True)
    except WireError:
        return
    assert models.DataPacket.FromString(packet.payload).participant_identity == "ada"


def test_the_sender_of_data_cannot_be_forged() -> None:
    forged = models.DataPacket(
        participant_identity="eve",
        participant_sid="PA_eve",
        sequence=7,
        destination_identities=["ben"],
        user=models.UserPacket(payload=b"hi", topic="t", participant_identity="eve"),
    )
    packet = stamp_packet(forged.SerializeToString(), Sender("PA_1", "ada"), reliable=False)
    seen = models.DataPacket.FromString(packet.payload)
    assert (seen.participant_identity, seen.participant_sid, seen.user.participant_identity) == (
        "ada",
        "PA_1",
        "ada",
    )
    assert (packet.sequence, packet.destination_identities) == (7, frozenset({"ben"}))
    assert (seen.user.payload, seen.user.topic, seen.kind) == (b"hi", "t", models.DataPacket.LOSSY)


def test_hidden_senders_stay_hidden() -> None:
    data = models.DataPacket(user=models.UserPacket(payload=b"hi")).SerializeToString()
    packet = stamp_packet(data, Sender("PA_1", "spy", is_hidden=True), reliable=True)
    assert models.DataPacket.FromString(packet.payload).participant_identity == ""


def test_data_of_the_server_has_no_sender() -> None:
    named, nobody = frozenset({"b"}), frozenset[str]()
    stamped = server_packet(b"x", reliable=True, topic="news", identities=named, sids=nobody, nonce=b"")
    packet = models.DataPacket.FromString(stamped.payload)
    assert (packet.user.topic, packet.participant_sid, packet.sequence) == ("news", "", 0)


def test_a_join_says_what_clients_need() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.publish("ada", "cam")
    stage.join("ben", Permission(can_publish=False))
    join = encoded(stage.told("ben", say.Joined)[0]).join
    assert (join.server_version, join.server_info.version, join.server_info.protocol) == (
        "1.13.5",
        "1.13.5",
        17,
    )
    assert [codec.mime for codec in join.enabled_publish_codecs] == ["video/VP8", "video/H264", "audio/opus"]
    assert (join.ping_interval, join.ping_timeout, join.subscriber_primary, join.fast_publish) == (
        5,
        15,
        True,
        False,
    )
    assert join.other_participants[0].tracks[0].sid.startswith("TR_VC")
    assert join.sif_trailer


def test_leaving_is_said_to_old_clients_too() -> None:
    leave = encoded(say.LeaveNotice(DisconnectReason.SERVER_SHUTDOWN, LeaveAction.RECONNECT)).leave
    assert leave.can_reconnect
    assert leave.action == rtc.LeaveRequest.RECONNECT
    assert leave.reason == models.SERVER_SHUTDOWN


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (ask.AddTrack("cid-1", TrackKind.VIDEO, TrackSource.CAMERA), "add_track"),
        (ask.Mute("TR_1", muted=True), "mute"),
        (ask.UpdateMetadata("m", "n", {"a": "b"}, 3), "update_metadata"),
        (ask.UpdateAudioTrack("TR_1", ()), "update_audio_track"),
        (ask.UpdateVideoTrack("TR_1", 1, 2), "update_video_track"),
        (
            ask.Unsupported(
                "publish_data_track", rtc.PublishDataTrackRequest(pub_handle=4).SerializeToString()
            ),
            "publish_data_track",
        ),
    ],
)
def test_an_outcome_echoes_its_request(request_: say.Echo, field: str) -> None:
    outcome = encoded(say.RequestOutcome(say.Reason.NOT_ALLOWED, "no", request_, 3)).request_response
    assert outcome.WhichOneof("request") == field
    assert (outcome.reason, outcome.request_id) == (rtc.RequestResponse.NOT_ALLOWED, 3)


@pytest.mark.parametrize("is_json", [True, False])
def test_every_method_of_room_service_is_read(is_json: bool) -> None:
    for method in room_service.DESCRIPTOR.services_by_name["RoomService"].methods:
        body = b"{}" if is_json else b""
        assert wire.decode(method.name, body, is_json=is_json) is not None
        assert method.name in wire.METHODS
    assert "Nonsense" not in wire.METHODS


def test_both_spellings_of_json_are_read_and_the_proto_one_is_written() -> None:
    for body in (b'{"name":"r","emptyTimeout":7}', b'{"name":"r","empty_timeout":7,"unheard_of":1}'):
        assert wire.decode("CreateRoom", body, is_json=True) == wire.CreateRoom("r", RoomOptions(7))
    written = json.loads(wire.encode("CreateRoom", ROOM, is_json=True))
    assert (written["num_participants"], written["empty_timeout"], written["creation_time"]) == (0, 20, "1")


METHODS = ["SendData", "UpdateParticipant", "CreateRoom"]
BODIES = st.one_of(st.binary(max_size=200), st.sampled_from([b"[]", b"1"]))


@given(BODIES, st.booleans(), st.sampled_from(METHODS))
def test_no_body_breaks_the_api(body: bytes, is_json: bool, method: str) -> None:
    with contextlib.suppress(WireError):
        wire.decode(method, body, is_json=is_json)


def test_permissions_arrive_as_sent() -> None:
    request = room_service.UpdateParticipantRequest(
        room="r",
        identity="ada",
        permission=models.ParticipantPermission(can_subscribe=True, can_publish_sources=["MICROPHONE"]),
    )
    call = wire.decode("UpdateParticipant", request.SerializeToString(), is_json=False)
    assert isinstance(call, wire.ForRoom)
    assert isinstance(call.command, commands.UpdateParticipant)
    assert call.command.permission == Permission(
        can_publish=False, can_publish_data=False, can_publish_sources=(TrackSource.MICROPHONE,)
    )


def test_a_webhook_is_livekits_event() -> None:
    body = encode_event(Notify("room_started", ROOM), "EV_1", 12.9)
    event = json_format.Parse(body, webhook.WebhookEvent())
    assert (event.event, event.id, event.created_at, event.room.name) == (
        "room_started",
        "EV_1",
        12,
        "school",
    )
