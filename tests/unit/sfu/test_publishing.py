from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from preau.sfu.model import LeaveAction, Permission, TrackKind, TrackSource, VideoLayer, VideoQuality
from preau.sfu.rooms import commands, leaving, media
from preau.sfu.rooms.effects import Notify, Remark
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say
from preau.sfu.wire.responses import encode_response
from tests.kit.sfu_room import Stage, offer_sdp

CAMERA = ask.AddTrack(cid="cam", kind=TrackKind.VIDEO, source=TrackSource.CAMERA)


def test_a_track_gets_a_sid_at_once_and_is_public_once_agreed() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    stage.ask("ada", CAMERA)
    accepted = stage.told("ada", say.TrackAccepted)[0]
    assert accepted.cid == "cam"
    assert accepted.track.sid.startswith("TR_VC")
    stage.clear()
    stage.ask("ada", ask.Offer(offer_sdp(("0", "video", "sendonly", "cam")), 3))
    assert not stage.told("ben", say.ParticipantsChanged)
    stage.agree_to_offer()
    answer = stage.told("ada", say.SendAnswer)[0]
    assert answer.number == 3
    seen = stage.told("ben", say.ParticipantsChanged)[-1].participants[0].tracks[0]
    assert (seen.mid, seen.mime, seen.simulcast) == ("0", "video/VP8", True)
    assert stage.events() == ["track_published"]


CALLED: dict[str, Callable[[str], ask.AddTrack]] = {
    "cid": lambda text: replace(CAMERA, cid=text),
    "name": lambda text: replace(CAMERA, name=text),
    "stream": lambda text: replace(CAMERA, media_group=text),
}


@pytest.mark.parametrize("called", CALLED.values(), ids=CALLED)
def test_what_a_track_is_called_is_as_short_as_an_identity(called: Callable[[str], ask.AddTrack]) -> None:
    stage = Stage()
    stage.arrive("ada")
    for text in ("é" * 128, "é" * 128 + "x", "x" * 60_000):
        stage.ask("ada", called(text))
    assert len(stage.told("ada", say.TrackAccepted)) == 1
    refusals = stage.told("ada", say.RequestOutcome)
    assert [one.reason for one in refusals] == [say.Reason.LIMIT_EXCEEDED] * 2
    assert all(len(encode_response(one)) < 1000 for one in refusals)


def test_layers_are_named_from_the_lowest() -> None:
    stage = Stage()
    stage.arrive("ada")
    layers = tuple(VideoLayer(VideoQuality(q), 320 * 2**q, 180 * 2**q) for q in (0, 1, 2))
    codec = ask.RequestedCodec("vp8", "cam", layers=layers)
    stage.ask("ada", ask.AddTrack("cam", TrackKind.VIDEO, TrackSource.CAMERA, codecs=(codec,)))
    named = stage.told("ada", say.TrackAccepted)[0].track.codecs[0].layers
    assert [(layer.rid, layer.spatial_layer) for layer in named] == [("q", 0), ("h", 1), ("f", 2)]


@pytest.mark.parametrize(
    ("rates", "announced"),
    [((150_000, 500_000, 1_700_000), 2_350_000), ((150_000, 0), 0), ((), 0), ((2**32 - 1, 1), 2**32 - 1)],
)
def test_the_engine_hears_what_a_track_was_announced_with(rates: tuple[int, ...], announced: int) -> None:
    stage = Stage()
    stage.arrive("ada")
    layers = tuple(VideoLayer(VideoQuality(q), 320, 180, bitrate_bps=rate) for q, rate in enumerate(rates))
    stage.ask("ada", ask.AddTrack("cam", TrackKind.VIDEO, TrackSource.CAMERA, layers=layers))
    stage.ask("ada", ask.Offer(offer_sdp(("0", "video", "sendonly", "cam")), 1))
    assert [one.announced_bps for one in stage.found(media.AcceptOffer)[0].receive] == [announced]


VP8_FIRST, H264_FIRST = ("VP8", "rtx", "H264"), ("AV1", "H264", "rtx", "VP8", "H264")


@pytest.mark.parametrize(
    ("announced", "offered", "answered"),
    [
        ((), H264_FIRST, "video/h264"),
        ((), ("H264",), "video/h264"),
        ((), VP8_FIRST, "video/vp8"),
        ((), (), "video/vp8"),
        (("h264",), VP8_FIRST, "video/h264"),
        (("video/H264",), VP8_FIRST, "video/h264"),
        (("h264",), ("VP8",), "video/vp8"),
        (("vp9",), ("VP9", "VP8", "H264"), "video/vp8"),
        (("av1",), ("AV1", "H264"), "video/h264"),
        (("vp8",), ("VP9",), "video/vp8"),
    ],
)
def test_a_track_is_taken_in_a_codec_its_client_sends(
    announced: tuple[str, ...], offered: tuple[str, ...], answered: str
) -> None:
    """The announced one; who announced none sends what it offers first."""
    stage = Stage()
    stage.arrive("ada")
    codecs = tuple(ask.RequestedCodec(codec, "cam") for codec in announced)
    stage.ask("ada", ask.AddTrack("cam", TrackKind.VIDEO, TrackSource.CAMERA, codecs=codecs))
    stage.ask("ada", ask.Offer(offer_sdp(("0", "video", "sendonly", "cam"), codecs=offered), 1))
    assert [one.mime for one in stage.found(media.AcceptOffer)[-1].receive] == [answered]
    stage.agree_to_offer()
    assert [one.track.mime.lower() for one in stage.found(Notify) if one.track] == [answered]


def test_a_codec_is_told_once_it_is_known() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.ask("ada", CAMERA)
    told = stage.told("ada", say.TrackAccepted)[0].track
    assert (told.mime, told.codecs[0].mime, told.media_group) == ("", "", "camera")


def test_a_codec_that_is_not_forwarded_is_replaced() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.ask(
        "ada",
        ask.AddTrack("cam", TrackKind.VIDEO, TrackSource.CAMERA, codecs=(ask.RequestedCodec("vp9", "cam"),)),
    )
    assert [one.mime for one in stage.told("ada", say.TrackAccepted)[0].track.codecs] == ["video/VP8"]
    wanted = (ask.RequestedCodec("av1", "cam"), ask.RequestedCodec("h264", ""))
    stage.ask("ada", ask.AddTrack("cam2", TrackKind.VIDEO, TrackSource.SCREEN_SHARE, codecs=wanted))
    assert [one.mime for one in stage.told("ada", say.TrackAccepted)[1].track.codecs] == ["video/H264"]


@pytest.mark.parametrize(
    ("permission", "source", "allowed"),
    [
        (Permission(can_publish=False), TrackSource.CAMERA, False),
        (Permission(can_publish_sources=(TrackSource.MICROPHONE,)), TrackSource.CAMERA, False),
        (Permission(can_publish_sources=(TrackSource.CAMERA,)), TrackSource.CAMERA, True),
        (Permission(), TrackSource.SCREEN_SHARE, True),
    ],
)
def test_only_permitted_sources_are_published(
    permission: Permission, source: TrackSource, allowed: bool
) -> None:
    stage = Stage()
    stage.join("ada", permission)
    stage.ask("ada", ask.AddTrack("cam", TrackKind.VIDEO, source))
    assert bool(stage.told("ada", say.TrackAccepted)) is allowed
    assert [one.reason for one in stage.told("ada", say.RequestOutcome)] == (
        [] if allowed else [say.Reason.NOT_ALLOWED]
    )


def test_the_twenty_first_announced_track_is_refused() -> None:
    stage = Stage()
    stage.arrive("ada")
    for number in range(21):
        stage.ask("ada", ask.AddTrack(f"cam{number}", TrackKind.VIDEO, TrackSource.CAMERA))
    assert len(stage.told("ada", say.TrackAccepted)) == 20
    assert stage.told("ada", say.RequestOutcome)[0].reason is say.Reason.LIMIT_EXCEEDED


def test_ending_a_section_unpublishes() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    sid = stage.publish("ada", "cam")
    stage.clear()
    stage.ask("ada", ask.Offer(offer_sdp(("0", "video", "inactive", "")), 8))
    assert stage.told("ben", say.ParticipantsChanged)[-1].participants[0].tracks == ()
    assert stage.found(media.AcceptOffer)[0].receive == ()
    assert len(stage.found(media.RemoveDown)) == 1
    assert stage.events() == ["track_unpublished"]
    assert sid


def test_a_garbled_offer_starts_its_sender_afresh_and_disturbs_nobody() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    stage.ask("ada", ask.Offer("nonsense", 1))
    assert stage.told("ada", say.LeaveNotice)[0].action is LeaveAction.RECONNECT
    assert "bad-sdp" in stage.closed("ada")[0].reason
    assert not stage.told("ben", say.LeaveNotice)


def test_a_refused_offer_starts_its_sender_afresh() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.do(media.Refused(stage.peers("ada")[0], media.RequestId(1), "bad-sdp", "x"))
    assert stage.told("ada", say.LeaveNotice)[0].action is LeaveAction.RECONNECT


def test_a_picture_in_no_codec_we_know_is_dropped_in_words_and_sound_goes_on() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    sound = stage.publish("ada", "mic", kind=TrackKind.AUDIO)
    stage.clear()
    stage.ask("ada", CAMERA)
    picture = stage.told("ada", say.TrackAccepted)[0].track.sid
    sections = (("0", "audio", "sendonly", "mic"), ("1", "video", "sendonly", "cam"))
    stage.ask("ada", ask.Offer(offer_sdp(*sections), 8))
    offered = stage.found(media.AcceptOffer)[-1]
    heard, seen = offered.receive
    agreed = (media.ReceivedTrack(heard.mid, heard.track, heard.mime, ()),)
    stage.do(media.Answered(offered.peer, offered.request, "v=0\r\nanswer", agreed, (seen.track,)))
    assert [one.number for one in stage.told("ada", say.SendAnswer)] == [8]
    assert [one.sid for one in stage.told("ada", say.TrackRevoked)] == [picture]
    refusal = stage.told("ada", say.RequestOutcome)[0]
    assert (refusal.reason, refusal.request) == (say.Reason.UNSUPPORTED_TYPE, CAMERA)
    assert "VP8 or H.264" in refusal.message
    assert [one.code for one in stage.found(Remark)] == ["no-common-codec"]
    assert not stage.told("ada", say.LeaveNotice)
    assert not stage.told("ben", say.ParticipantsChanged), "nothing of it was public"
    assert stage.events() == []
    stage.ask("ada", ask.Offer(offer_sdp(sections[0]), 9))
    assert [one.mid for one in stage.found(media.AcceptOffer)[-1].receive] == ["0"]
    assert sound


def test_who_is_started_afresh_for_the_same_cause_waits_longer_each_time() -> None:
    stage = Stage()
    stage.arrive("ben")
    waits = []
    for _ in range(9):
        stage.arrive("ada")
        stage.ask("ada", ask.Offer("nonsense", 1))
        began = stage.now
        stage.ask("ada", ask.Offer("nonsense", 2))
        while not stage.told("ada", say.LeaveNotice):
            stage.now = stage.room.wake_s
            stage.do(commands.Tick())
        waits.append(stage.now - began)
    assert [round(one) for one in waits] == [0, 1, 2, 4, 8, 16, 30, 30, 30]
    assert all(one.action is LeaveAction.RECONNECT for one in stage.told("ada", say.LeaveNotice))
    assert not stage.told("ben", say.LeaveNotice)

    stage.pass_time(leaving.RESTARTS_FORGOTTEN_S + 1)
    stage.arrive("ada")
    stage.ask("ada", ask.Offer("nonsense", 1))
    assert stage.told("ada", say.LeaveNotice), "long ago is forgotten"


def test_an_offer_without_an_answer_is_not_asked_about_for_ever() -> None:
    stage = Stage()
    for _ in range(3):
        stage.arrive("ada")
        asked = stage.found(media.Negotiate)[-1]
        stage.do(media.Offered(asked.peer, asked.request, "v=0\r\noffer"))
        began, ticks = stage.now, 0
        while not stage.told("ada", say.LeaveNotice):
            stage.now = max(stage.now, stage.room.wake_s)
            stage.do(commands.Tick())
            ticks += 1
            assert ticks < 40
        assert stage.now - began <= 18


def test_muting_is_told_to_others_and_to_the_engine() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    sid = stage.publish("ada", "cam")
    stage.pass_time(1)
    stage.clear()
    stage.ask("ada", ask.Mute(sid, muted=True))
    assert stage.found(media.SetTrackMuted)[0].muted
    assert stage.told("ben", say.ParticipantsChanged)[0].participants[0].tracks[0].muted
    stage.clear()
    stage.ask("ada", ask.Mute(sid, muted=True))
    assert stage.effects == []


def test_nobody_mutes_the_track_of_somebody_else() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    sid = stage.publish("ada", "cam")
    stage.clear()
    stage.ask("ben", ask.Mute(sid, muted=True))
    assert stage.told("ben", say.RequestOutcome)[0].reason is say.Reason.NOT_FOUND
    assert not stage.found(media.SetTrackMuted)


def test_a_track_announced_muted_stays_muted() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.ask("ada", ask.AddTrack("mic", TrackKind.AUDIO, TrackSource.MICROPHONE, muted=True))
    stage.ask("ada", ask.Offer(offer_sdp(("0", "audio", "sendonly", "mic")), 1))
    stage.agree_to_offer()
    assert stage.found(media.SetTrackMuted)[0].muted


def test_features_and_dimensions_change() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    camera, mic = stage.publish("ada", "cam"), stage.publish("ada", "mic", kind=TrackKind.AUDIO, mid="1")
    stage.ask("ada", ask.UpdateVideoTrack(camera, 640, 360))
    stage.ask("ada", ask.UpdateAudioTrack(mic, (3,)))
    stage.pass_time(1)
    tracks = {
        track.sid: track for track in stage.told("ben", say.ParticipantsChanged)[-1].participants[0].tracks
    }
    assert (tracks[camera].width, tracks[mic].audio_features) == (640, (3,))
    stage.ask("ada", ask.UpdateAudioTrack(camera, (3,)))
    assert stage.told("ada", say.RequestOutcome)[0].reason is say.Reason.NOT_FOUND


def test_losing_the_right_to_publish_ends_tracks() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    sid = stage.publish("ada", "cam")
    stage.clear()
    stage.do(commands.UpdateParticipant("ada", permission=Permission(can_publish=False)))
    assert stage.told("ada", say.TrackRevoked) == [say.TrackRevoked(sid)]
    assert len(stage.found(media.RemoveDown)) == 1
    stage.clear()
    stage.ask("ada", ask.Offer(offer_sdp(("0", "video", "sendonly", "cam")), 9))
    assert stage.found(media.AcceptOffer)[0].receive == ()


def test_the_publisher_learns_of_its_first_subscriber_once() -> None:
    stage = Stage()
    stage.arrive("ada", "ben", "carl")
    for name in ("ben", "carl"):
        stage.negotiate(name)
    sid = stage.publish("ada", "cam")
    stage.pass_time(0.2)
    for name in ("ben", "carl"):
        stage.negotiate(name)
    assert stage.told("ada", say.TrackHeard) == [say.TrackHeard(sid)]


def test_data_tracks_are_refused_with_an_echo() -> None:
    stage = Stage()
    stage.arrive("ada")
    request = ask.Unsupported("publish_data_track", b"\x08\x01")
    stage.ask("ada", request)
    outcome = stage.told("ada", say.RequestOutcome)[0]
    assert (outcome.reason, outcome.request) == (say.Reason.UNSUPPORTED_TYPE, request)
