from __future__ import annotations

import pytest

from preau.sfu.model import (
    DisconnectReason,
    LeaveAction,
    ParticipantInfo,
    ParticipantState,
    Permission,
    RoomOptions,
    TrackKind,
)
from preau.sfu.rooms import media
from preau.sfu.rooms.commands import ListParticipants
from preau.sfu.rooms.effects import Finished, Renew
from preau.sfu.rooms.failing import GOODBYE_S
from preau.sfu.rooms.joining import RENEW_S
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say
from tests.kit.sfu_room import Stage


def test_the_first_word_is_the_join_and_an_offer_follows() -> None:
    stage = Stage()
    stage.join("ada")
    joined = stage.told("ada", object)[0]
    assert isinstance(joined, say.Joined)
    assert joined.subscriber_primary
    assert joined.fast_publish
    assert [one.publishes for one in stage.found(media.OpenPeer)] == [True, False]
    assert len(stage.found(media.Negotiate)) == 1
    assert len(stage.found(Renew)) == 1


def test_others_hear_of_somebody_once_media_is_connected() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.join("ben")
    assert stage.told("ada", say.ParticipantsChanged)[-1].participants[0].identity == "ada"
    assert stage.events() == ["room_started", "participant_joined"]
    stage.connect_media("ben")
    news = stage.told("ada", say.ParticipantsChanged)[-1].participants[0]
    assert (news.identity, news.state) == ("ben", ParticipantState.ACTIVE)
    assert stage.events() == ["room_started", "participant_joined", "participant_joined"]


def test_versions_rise_with_every_change() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    stage.publish("ben", "cam")
    versions = [
        info.version
        for update in stage.told("ada", say.ParticipantsChanged)
        for info in update.participants
        if info.identity == "ben"
    ]
    assert len(versions) >= 2
    assert versions == sorted(set(versions))


def test_a_newcomer_is_told_of_tracks_and_offered_them_at_once() -> None:
    stage = Stage()
    stage.arrive("ada")
    sid = stage.publish("ada", "cam")
    stage.join("ben")
    joined = stage.told("ben", say.Joined)[0]
    assert [track.sid for track in joined.others[0].tracks] == [sid]
    down = stage.found(media.AddDown)[0]
    assert down.group == f"{stage.people['ada'].sid}|{sid}"
    effects = [type(effect) for effect in stage.effects]
    assert effects.index(media.AddDown) < len(effects) - 1 - effects[::-1].index(media.Negotiate)


def test_the_same_identity_replaces_its_older_self() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    older = stage.numbers["ada"]
    stage.join("ada")
    notices = [effect for effect in stage.effects if getattr(effect, "connection", None) == older]
    leave = [effect.response for effect in notices if hasattr(effect, "response")][-1]
    assert leave == say.LeaveNotice(DisconnectReason.DUPLICATE_IDENTITY, LeaveAction.DISCONNECT)
    assert stage.room.info().num_participants == 2


def test_a_full_room_refuses_newcomers_but_not_reconnects() -> None:
    stage = Stage(RoomOptions(max_participants=1))
    stage.arrive("ada")
    refusal = stage.join("ben").refusal
    assert refusal is not None
    assert refusal.code == "room-full"
    assert stage.join("ada").refusal is None


def test_hidden_participants_are_told_of_others_and_not_told_of() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.join("spy", Permission(hidden=True))
    stage.connect_media("spy")
    assert [one.identity for one in stage.told("spy", say.Joined)[0].others] == ["ada"]
    everybody = [
        info.identity for update in stage.told("ada", say.ParticipantsChanged) for info in update.participants
    ]
    assert "spy" not in everybody
    assert stage.room.info().num_participants == 1


def test_leaving_tells_everybody_and_closes_the_peers() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    stage.publish("ben", "cam")
    stage.clear()
    stage.ask("ben", ask.Leave(DisconnectReason.CLIENT_INITIATED))
    last = stage.told("ada", say.ParticipantsChanged)[-1].participants[0]
    assert (last.identity, last.state) == ("ben", ParticipantState.DISCONNECTED)
    assert last.disconnect_reason is DisconnectReason.CLIENT_INITIATED
    assert len(stage.found(media.ClosePeer)) == 2
    assert len(stage.found(media.RemoveDown)) == 1
    assert stage.events() == ["track_unpublished", "participant_left"]


def test_a_room_ends_after_the_last_one_left() -> None:
    stage = Stage(RoomOptions(departure_timeout_s=20))
    stage.arrive("ada")
    stage.ask("ada", ask.Leave(DisconnectReason.CLIENT_INITIATED))
    stage.pass_time(19)
    assert not stage.room.finished
    stage.pass_time(2)
    assert stage.events()[-1] == "room_finished"
    assert stage.found(Finished)


def test_a_room_nobody_joins_ends_after_its_empty_timeout() -> None:
    stage = Stage(RoomOptions(empty_timeout_s=30))
    stage.pass_time(29)
    assert not stage.room.finished
    stage.pass_time(2)
    assert stage.room.finished


def test_a_lost_connection_keeps_a_connected_participant_only() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.join("ben")
    stage.lose("ada")
    stage.lose("ben")
    assert [info.identity for info in _everybody(stage)] == ["ada"]


def _everybody(stage: Stage) -> tuple[ParticipantInfo, ...]:
    value = stage.do(ListParticipants()).value
    assert isinstance(value, tuple)
    return value


def test_a_resume_gives_a_snapshot_with_oneself_and_renews_ice() -> None:
    stage = Stage()
    stage.arrive("ada", "ben", "carl")
    stage.negotiate("ada")
    stage.lose("ada")
    stage.ask("carl", ask.Leave(DisconnectReason.CLIENT_INITIATED))
    stage.clear()
    assert stage.resume("ada").refusal is None
    words = stage.told("ada", object)
    assert isinstance(words[0], say.Resumed)
    departed, snapshot = stage.told("ada", say.ParticipantsChanged)
    assert [info.identity for info in departed.participants] == ["carl"]
    assert {info.identity for info in snapshot.participants} == {"ada", "ben"}
    assert stage.found(media.Negotiate)[-1].ice_restart


def test_a_resume_sends_the_unanswered_offer_again() -> None:
    stage = Stage()
    stage.arrive("ada")
    asked = stage.found(media.Negotiate)[-1]
    stage.do(media.Offered(asked.peer, asked.request, "v=0\r\nthe offer"))
    stage.lose("ada")
    stage.resume("ada")
    offer = stage.told("ada", say.SendOffer)[-1]
    assert (offer.sdp, offer.number) == ("v=0\r\nthe offer", 1)
    stage.ask("ada", ask.Answer("v=0", 1))
    stage.do(media.Agreed(asked.peer, media.RequestId(0), ()))
    assert stage.found(media.Negotiate)[-1].ice_restart


def test_an_unknown_participant_cannot_resume() -> None:
    stage = Stage()
    stage.arrive("ada")
    for outcome in (stage.resume("ada", "PA_nobody"), stage.resume("mallory", stage.people["ada"].sid)):
        assert outcome.refusal is not None
        assert outcome.refusal.code == "participant-unknown"


def test_a_track_unknown_after_a_resume_means_a_fresh_start() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.resume("ada")
    stage.ask("ada", ask.SyncState(("TR_gone",), None, (), {}))
    assert stage.told("ada", say.LeaveNotice)[-1].action is LeaveAction.RECONNECT


def test_after_a_resume_exceptions_and_hidden_tracks_are_kept() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    first, second = stage.publish("ben", "cam"), stage.publish("ben", "mic", kind=TrackKind.AUDIO, mid="1")
    del second
    stage.clear()
    unwanted = ask.UpdateSubscription((first,), subscribe=False)
    stage.ask("ada", ask.SyncState((), unwanted, (), {}))
    assert not stage.found(media.RemoveDown), "only after a resume, and once for each"
    stage.resume("ada")
    stage.ask("ada", ask.SyncState((), unwanted, (), {}))
    assert len(stage.found(media.RemoveDown)) == 1
    wanted = ask.UpdateSubscription((first,), subscribe=True)
    stage.clear()
    stage.ask("ada", ask.SyncState((), wanted, (), {}))
    assert not stage.found(media.AddDown)


def test_nobody_waits_for_ever_for_media() -> None:
    stage = Stage()
    stage.join("ada")
    stage.pass_time(61)
    assert stage.told("ada", say.LeaveNotice)


def test_lost_media_starts_the_client_afresh() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.do(media.PeerChanged(stage.peers("ada")[1], media.PeerState.FAILED))
    stage.pass_time(GOODBYE_S)
    notice = stage.told("ada", say.LeaveNotice)[-1]
    assert (notice.action, notice.reason) == (LeaveAction.RECONNECT, DisconnectReason.CONNECTION_TIMEOUT)
    assert stage.room.info().num_participants == 0


def test_who_ends_its_media_just_before_its_good_bye_left_by_its_own_will() -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    for peer in stage.peers("ada"):
        stage.do(media.PeerChanged(peer, media.PeerState.FAILED))
    stage.pass_time(GOODBYE_S / 2)
    stage.ask("ada", ask.Leave(DisconnectReason.CLIENT_INITIATED))
    stage.pass_time(5)
    gone = [change.participants[0] for change in stage.told("ben", say.ParticipantsChanged)][-1]
    assert gone.disconnect_reason is DisconnectReason.CLIENT_INITIATED
    assert not stage.told("ada", say.LeaveNotice)


def test_access_tokens_are_renewed_every_five_minutes() -> None:
    stage = Stage()
    stage.arrive("ada")
    stage.negotiate("ada")
    stage.clear()
    stage.pass_time(301)
    assert len(stage.found(Renew)) == 1


@pytest.mark.parametrize("by_s", [90.0, -90.0, 86_400.0, -86_400.0])
def test_a_clock_that_is_set_costs_nobody_the_room_and_brings_fresh_tokens(by_s: float) -> None:
    stage = Stage()
    stage.arrive("ada", "ben")
    stage.pass_time(60)
    before = stage.room.info()
    stage.clear()
    stage.date_offset_s += by_s
    stage.pass_time(20)
    assert [one.admission.identity for one in stage.found(Renew)] == ["ada", "ben"]
    stage.pass_time(RENEW_S - 30)
    assert len(stage.found(Renew)) == 2, "once, then at the usual pace"
    assert (stage.closed("ada"), stage.closed("ben"), stage.found(Finished)) == ([], [], [])
    assert stage.room.info() == before
    stage.join("eve")
    joined_at_ms = stage.told("eve", say.Joined)[0].participant.joined_at_ms
    assert joined_at_ms == int((stage.now + stage.date_offset_s) * 1000)
    stage.pass_time(61)
    assert stage.closed("eve"), "a join without media still ends after a minute"
