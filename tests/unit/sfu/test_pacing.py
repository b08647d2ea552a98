"""What one participant does often, and what it costs the others: the newest state, once in a while."""

from __future__ import annotations

from preau.sfu.model import Permission, TrackKind, VideoQuality
from preau.sfu.rooms import commands, media
from preau.sfu.rooms.state import BYTES_PER_S, PACE_S, Rule
from preau.sfu.rooms.subscribing import MAX_MISSING
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say
from preau.sfu.signalling.negotiation import GATHER_LONG_S, GATHER_S, MANY_OFFERS, OfferQueue
from tests.kit.sfu_room import Stage, offer_sdp

TOGGLES = 100


def silent_class() -> tuple[Stage, str]:
    """Two in a room, whose microphones have been there for a while; the sid of the first one's."""
    stage = Stage()
    stage.arrive("eve", "ben")
    sid = stage.publish("eve", "mic", kind=TrackKind.AUDIO)
    stage.pass_time(2)
    stage.clear()
    return stage, sid


def muted_as_told(stage: Stage) -> list[bool]:
    return [news.participants[0].tracks[0].muted for news in stage.told("ben", say.ParticipantsChanged)]


def test_a_microphone_switched_a_hundred_times_is_told_a_few_times_and_ends_as_it_is() -> None:
    stage, sid = silent_class()
    for number in range(TOGGLES + 1):
        stage.ask("eve", ask.Mute(sid, muted=number % 2 == 0))
    assert muted_as_told(stage) == [True], "the first change is told at once"
    stage.ask("eve", ask.Mute(sid, muted=False))
    stage.pass_time(1)
    assert muted_as_told(stage) == [True, False]
    assert len(stage.found(media.SetTrackMuted)) == TOGGLES + 2, "the engine hears of each at once"


def test_what_is_as_before_when_it_would_be_told_is_not_told() -> None:
    stage, sid = silent_class()
    for muted in (True, False, True):
        stage.ask("eve", ask.Mute(sid, muted=muted))
    stage.pass_time(1)
    assert muted_as_told(stage) == [True]


def test_features_and_dimensions_that_are_as_before_are_no_change() -> None:
    stage, sid = silent_class()
    for _ in range(3):
        stage.ask("eve", ask.UpdateAudioTrack(sid, (1, 2)))
        stage.pass_time(1)
    assert len(stage.told("ben", say.ParticipantsChanged)) == 1


def test_metadata_that_is_as_before_is_confirmed_and_untold() -> None:
    stage = Stage()
    stage.arrive("ben")
    stage.join("eve", Permission(can_update_metadata=True))
    stage.pass_time(1)
    stage.clear()
    for _ in range(3):
        stage.ask("eve", ask.UpdateMetadata("m", "Eve", {}, request_id=1))
        stage.pass_time(1)
    assert len(stage.told("ben", say.ParticipantsChanged)) == 1
    assert [one.reason for one in stage.told("eve", say.RequestOutcome)] == [say.Reason.OK] * 3


def test_heavy_news_are_told_less_often() -> None:
    stage = Stage()
    stage.arrive("ben")
    stage.join("eve", Permission(can_update_metadata=True))
    stage.pass_time(1)
    stage.clear()
    metadata = ["m" * 500_000, "n" * 500_000]
    for number in range(40):
        stage.ask("eve", ask.UpdateMetadata(metadata[number % 2], "", {}, request_id=1))
        stage.pass_time(PACE_S)
    told = len(stage.told("ben", say.ParticipantsChanged))
    assert told <= 40
    heavy = Stage()
    for number in range(100):
        heavy.arrive(f"p{number}")
    heavy.join("eve", Permission(can_update_metadata=True))
    heavy.pass_time(1)
    heavy.clear()
    for number in range(40):
        heavy.ask("eve", ask.UpdateMetadata(metadata[number % 2], "", {}, request_id=1))
        heavy.pass_time(PACE_S)
    sent = sum(len(heavy.told(f"p{number}", say.ParticipantsChanged)) for number in range(100)) * 500_000
    assert sent <= BYTES_PER_S * 40 * PACE_S + 101 * 500_000


def test_a_new_track_is_known_before_its_media_comes_however_much_was_told_before() -> None:
    stage = Stage()
    stage.arrive("eve", "ben")
    first = stage.publish("eve", "mic", kind=TrackKind.AUDIO)
    stage.ask("eve", ask.Mute(first, muted=True))
    second = stage.publish("eve", "cam", mid="1")
    tracks = stage.told("ben", say.ParticipantsChanged)[-1].participants[0].tracks
    assert [(track.sid, track.muted) for track in tracks] == [(first, True), (second, False)]


def test_of_offers_that_come_at_once_the_engine_gets_one_and_then_the_newest() -> None:
    stage = Stage()
    stage.arrive("eve")
    sdp = offer_sdp(("0", "audio", "sendonly", "x"))
    for number in range(1, 101):
        stage.ask("eve", ask.Offer(sdp, number))
    assert len(stage.found(media.AcceptOffer)) == 1
    stage.agree_to_offer()
    assert len(stage.found(media.AcceptOffer)) == 2
    stage.agree_to_offer()
    assert [answer.number for answer in stage.told("eve", say.SendAnswer)] == [1, 100]
    assert len(stage.found(media.AcceptOffer)) == 2


def test_a_burst_of_offers_to_one_client_slows_down() -> None:
    queue, now, waits = OfferQueue(), 0.0, []
    for _ in range(2 * MANY_OFFERS):
        queue.change(now)
        due = queue.deadline_s() or 0.0
        waits.append(due - now)
        now = due
        assert queue.begin(now) is False
        queue.made("sdp", now)
        queue.answered(queue.number)
        queue.settled(now)
    assert max(waits[:MANY_OFFERS]) <= GATHER_S + 1e-9
    assert min(waits[MANY_OFFERS + 2 :]) >= GATHER_LONG_S - 1e-9


def test_a_picture_wanted_as_before_is_not_asked_of_the_engine_again() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    sid = stage.publish("ada", "cam")
    stage.clear()
    for _ in range(5):
        stage.ask("ben", ask.TrackSetting((sid,) * 500, disabled=False, quality=VideoQuality.LOW))
    assert len(stage.found(media.SetDown)) == 1


def test_of_thousands_of_tracks_that_are_not_there_a_few_are_told_of() -> None:
    stage = Stage()
    stage.arrive("eve")
    stage.ask("eve", ask.UpdateSubscription(tuple(f"TR_{one}" for one in range(2000)), subscribe=True))
    assert len(stage.told("eve", say.SubscriptionFailed)) == MAX_MISSING


def test_the_same_rule_again_and_a_rule_about_nothing_cost_nothing() -> None:
    stage, sid = silent_class()
    nobody = ask.SubscriptionPermission(False, ())
    for _ in range(3):
        stage.ask("eve", nobody)
        stage.ask("ben", nobody)
    assert stage.told("ben", say.SubscriptionAllowed) == [
        say.SubscriptionAllowed(stage.people["eve"].sid, sid, allowed=False)
    ]
    assert not stage.told("eve", say.SubscriptionAllowed)
    assert len(stage.found(media.RemoveDown)) == 1


def test_rules_that_name_somebody_twice_add_up() -> None:
    some = ask.TrackPermission("PA_1", "", False, ("a",))
    more = ask.TrackPermission("PA_1", "ada", False, ("b",))
    every = ask.TrackPermission("", "ada", True, ())
    rule = Rule.of(ask.SubscriptionPermission(False, (some, more)))
    assert [rule.allows("PA_1", "x", track) for track in "abc"] == [True, True, False]
    assert [rule.allows("PA_2", "ada", track) for track in "abc"] == [False, True, False]
    assert Rule.of(ask.SubscriptionPermission(False, (every, more))).allows("PA_2", "ada", "c")
    assert not rule.allows("", "", "a")
    assert Rule.of(ask.SubscriptionPermission(True, ())).allows("PA_2", "", "a")


def test_who_is_removed_falls_silent_before_anything_else_is_done() -> None:
    stage = Stage()
    stage.arrive("ada", "eve")
    for number in range(3):
        stage.publish("eve", f"cam{number}", mid=str(number))
    stage.clear()
    stage.do(commands.RemoveParticipant("eve"))
    commands_ = [effect for effect in stage.effects if isinstance(effect, media.EngineCommand)]
    assert commands_[0] == media.ClosePeer(stage.peers("eve")[0])
