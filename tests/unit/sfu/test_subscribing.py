from __future__ import annotations

import pytest

from preau.sfu.model import (
    ClientDetails,
    LeaveAction,
    Permission,
    RoomOptions,
    TrackInfo,
    TrackKind,
    TrackSource,
    VideoLayer,
    VideoQuality,
)
from preau.sfu.rooms import commands, media
from preau.sfu.rooms.subscribing import layer_for
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say
from tests.kit.sfu_room import Stage


def test_everybody_gets_a_new_track_and_its_publisher_does_not() -> None:
    stage = Stage()
    stage.arrive("ada", "ben", "carl")
    stage.publish("ada", "cam")
    peers = {down.peer for down in stage.found(media.AddDown)}
    assert peers == {stage.peers("ben")[1], stage.peers("carl")[1]}


def test_unsubscribing_and_subscribing_again() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    sid = stage.publish("ada", "cam")
    stage.ask("ben", ask.UpdateSubscription((sid,), subscribe=False))
    stage.ask("ben", ask.UpdateSubscription((sid,), subscribe=False))
    assert len(stage.found(media.RemoveDown)) == 1
    stage.ask("ben", ask.UpdateSubscription((sid,), subscribe=True))
    first, second = stage.found(media.AddDown)
    assert first.down != second.down


def test_a_track_that_is_not_there_cannot_be_had() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.ask("ada", ask.UpdateSubscription(("TR_gone",), subscribe=True))
    assert stage.told("ada", say.SubscriptionFailed)[0].problem is say.SubscriptionProblem.TRACK_NOT_FOUND


def test_without_the_right_to_subscribe_nothing_comes() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.publish("ada", "cam")
    stage.join("ben", Permission(can_subscribe=False))
    assert not stage.told("ben", say.Joined)[0].subscriber_primary
    assert not stage.found(media.AddDown)
    stage.clear()
    stage.do(commands.UpdateParticipant("ben", permission=Permission()))
    assert len(stage.found(media.AddDown)) == 1
    stage.pass_time(0.2)
    assert len(stage.found(media.Negotiate)) == 1


def test_changes_while_an_offer_is_out_go_into_one_more_offer() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    stage.clear()
    stage.publish("ada", "cam")
    stage.publish("ada", "mic", kind=TrackKind.AUDIO, mid="1")
    stage.pass_time(1)
    ben = stage.peers("ben")[1]
    assert [one for one in stage.found(media.Negotiate) if one.peer == ben] == []


def test_an_answer_lets_the_next_offer_go() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    stage.publish("ada", "cam")
    assert stage.negotiate("ben").number == 1
    stage.pass_time(0.2)
    assert stage.negotiate("ben").number == 2


def test_an_answer_to_an_older_offer_is_dropped() -> None:
    stage = Stage()
    stage.arrive("ada")
    asked = stage.found(media.Negotiate)[-1]
    stage.do(media.Offered(asked.peer, asked.request, "v=0"))
    stage.ask("ada", ask.Answer("v=0", 9))
    assert not stage.found(media.AcceptAnswer)


def test_an_unanswered_offer_starts_the_client_afresh() -> None:
    stage = Stage()
    stage.arrive("ada")
    asked = stage.found(media.Negotiate)[-1]
    stage.do(media.Offered(asked.peer, asked.request, "v=0"))
    stage.pass_time(14.9)
    assert not stage.told("ada", say.LeaveNotice)
    stage.pass_time(0.2)
    assert stage.told("ada", say.LeaveNotice)[0].action is LeaveAction.RECONNECT


def test_an_adaptive_client_gets_the_lowest_layer_first_and_then_what_it_shows() -> None:
    stage = Stage()
    stage.join("ben", adaptive=True)
    stage.connect_media("ben")
    stage.arrive("ada")
    sid = stage.publish("ada", "cam")
    assert [(one.enabled, one.max_layer) for one in stage.found(media.SetDown)] == [(True, 0)]
    stage.ask("ben", ask.TrackSetting((sid,), disabled=False, quality=VideoQuality.HIGH))
    stage.ask("ben", ask.TrackSetting((sid,), disabled=True, quality=VideoQuality.HIGH))
    assert [(one.enabled, one.max_layer) for one in stage.found(media.SetDown)][1:] == [(True, 2), (False, 2)]


def test_other_clients_get_the_highest_layer() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    stage.publish("ada", "cam")
    assert stage.found(media.SetDown)[0].max_layer == 2


@pytest.mark.parametrize(
    ("width", "height", "layer"),
    [
        (160, 90, 0),
        (320, 180, 0),
        (321, 181, 1),
        (640, 360, 1),
        (360, 640, 1),
        (1280, 720, 2),
        (9999, 9999, 2),
    ],
)
def test_the_wanted_size_chooses_the_layer(width: int, height: int, layer: int) -> None:
    layers = tuple(VideoLayer(VideoQuality(q), 320 * 2**q, 180 * 2**q) for q in range(3))
    info = TrackInfo("TR_x", TrackKind.VIDEO, TrackSource.CAMERA, layers=layers)
    request = ask.TrackSetting(("TR_x",), False, VideoQuality.HIGH, width, height)
    assert layer_for(request, info) == layer


def test_a_publisher_decides_who_may_have_its_tracks() -> None:
    stage = Stage()
    stage.arrive("ada", "ben", "carl")
    sid = stage.publish("ada", "cam")
    stage.clear()
    only_ben = ask.TrackPermission("", "ben", all_tracks=True, track_sids=())
    stage.ask("ada", ask.SubscriptionPermission(all_participants=False, rules=(only_ben,)))
    assert [one.peer for one in stage.found(media.RemoveDown)] == [stage.peers("carl")[1]]
    assert stage.told("carl", say.SubscriptionAllowed) == [
        say.SubscriptionAllowed(stage.people["ada"].sid, sid, allowed=False)
    ]
    assert not stage.told("ben", say.SubscriptionAllowed)
    stage.ask("ada", ask.SubscriptionPermission(all_participants=True, rules=()))
    assert stage.told("carl", say.SubscriptionAllowed)[-1].allowed
    assert len(stage.found(media.AddDown)) == 1


BROWSER = ClientDetails(protocol=16, browser="Chrome")


@pytest.mark.parametrize(
    ("is_wanted", "client", "group"),
    [
        (True, BROWSER, "camera"),
        (False, BROWSER, ""),
        (True, ClientDetails(protocol=16, browser="Firefox"), ""),
        (True, ClientDetails(protocol=9), ""),
    ],
)
def test_camera_and_microphone_come_as_one_stream_where_the_room_asks_for_it(
    is_wanted: bool, client: ClientDetails, group: str
) -> None:
    stage = Stage(RoomOptions(sync_streams=is_wanted))
    stage.arrive("ada")
    stage.join("ben", client=client)
    sids = [
        stage.publish("ada", "cam", mid="0"),
        stage.publish("ada", "mic", kind=TrackKind.AUDIO, mid="1"),
    ]
    ada = stage.people["ada"].sid
    assert [one.group for one in stage.found(media.AddDown)] == [f"{ada}|{group or sid}" for sid in sids]


def test_tcp_only_after_a_switch_of_protocol_and_for_the_next_join() -> None:
    stage = Stage(feigns=True)
    stage.arrive("ada")
    stage.negotiate("ada")
    stage.ask("ada", ask.Simulate(ask.Scenario.SWITCH_CANDIDATE_PROTOCOL, 1))
    stage.join("ada")
    asked = stage.found(media.Negotiate)[-1]
    udp = "a=candidate:1 1 udp 1 10.0.0.1 7882 typ host\r\n"
    tcp = "a=candidate:2 1 tcp 1 10.0.0.1 7881 typ host tcptype passive\r\n"
    stage.do(media.Offered(asked.peer, asked.request, "v=0\r\n" + udp + tcp))
    assert stage.told("ada", say.SendOffer)[-1].sdp == "v=0\r\n" + tcp
