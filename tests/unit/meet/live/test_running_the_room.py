"""Those who run the room: what they do to others, to the rules, to roles; and that nobody else can."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from preau.meet.domain.ids import AccountId, MessageId, ParticipantId
from preau.meet.domain.policy import Action, Actor, Decision, decide
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import Chat, Sharing, change
from preau.meet.live import commands as do
from preau.meet.live import effects as fx
from preau.meet.live import events as happened
from preau.meet.live import permission
from preau.meet.live.commands import Command, ConnectionId
from preau.meet.live.people import Audience
from tests.kit.room_stage import (
    ADA,
    ANN,
    BOB,
    CALM,
    EVE,
    FIVE,
    FOUR,
    ONE,
    THREE,
    TWO,
    Stage,
    ada,
    all_of,
    ann,
    back,
    bob,
    eve,
    knock,
    line,
    one_of,
)

NOBODY = ParticipantId("par_nobody")


def full(**setting: Any) -> Stage:
    """Ada hosts, Ann is co-host, Bob a participant; Eve waits."""
    stage = Stage(**setting)
    stage.do(ada(), ann(role=RoomRole.COHOST), bob(), eve())
    stage.written.clear()
    return stage


def privileged(connection: ConnectionId) -> list[Command]:
    """Every act of those who run the room, against people that are there."""
    return [
        do.AdmitPeople(connection, 9, (EVE,)),
        do.Deny(connection, 9, EVE, "other"),
        do.Mute(connection, 9, ANN),
        do.StopCamera(connection, 9, ANN),
        do.StopShare(connection, 9, ANN),
        do.AskToUnmute(connection, 9, ANN),
        do.MuteAll(connection, 9),
        do.StopAllCameras(connection, 9),
        do.LowerAllHands(connection, 9),
        do.LowerHandOf(connection, 9, ANN),
        do.Lock(connection, 9),
        do.Unlock(connection, 9),
        do.Freeze(connection, 9),
        do.Thaw(connection, 9),
        do.SetRules(connection, 9, {"unmute": False}),
        do.Spotlight(connection, 9, ANN),
        do.Rename(connection, 9, ANN, "Zoe"),
        do.DeleteMessage(connection, 9, MessageId("message-1")),
        do.Remove(connection, 9, ANN),
        do.BanPerson(connection, 9, ANN),
        do.LiftBan(connection, 9, "ban_1"),  # type: ignore[arg-type]  # a NewType of str
        do.SetRole(connection, 9, ANN, RoomRole.OBSERVER),
        do.EndForAll(connection, 9),
    ]


@pytest.mark.parametrize("command", privileged(THREE), ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("role", [RoomRole.PARTICIPANT, RoomRole.OBSERVER])
def test_participants_are_refused_every_privileged_act_and_on_record(
    command: Command, role: RoomRole
) -> None:
    stage = full()
    stage.do(line("hello"), do.SetRole(ONE, 8, BOB, role))
    before = stage.room
    effects = stage.do(command)
    assert one_of(effects, fx.Refuse).code == "not-allowed"
    audit = one_of(effects, fx.Audit)
    assert (audit.participant_id, audit.is_allowed) == (BOB, False)
    assert stage.room == before


@pytest.mark.parametrize("command", privileged(FOUR), ids=lambda one: type(one).__name__)
def test_attempts_from_the_door_are_on_record_too(command: Command) -> None:
    stage = full()
    effects = stage.do(line("hello"), command)
    assert one_of(effects, fx.Refuse).code == "not-admitted"
    assert one_of(effects, fx.Audit).participant_id == EVE


@pytest.mark.parametrize(
    "command",
    [
        do.Mute(TWO, 9, ADA),
        do.StopCamera(TWO, 9, ADA),
        do.StopShare(TWO, 9, ADA),
        do.AskToUnmute(TWO, 9, ADA),
        do.Rename(TWO, 9, ADA, "Zoe"),
        do.Remove(TWO, 9, ADA),
        do.BanPerson(TWO, 9, ADA),
        do.SetRole(TWO, 9, BOB, RoomRole.COHOST),
        do.EndForAll(TWO, 9),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_co_host_does_nothing_to_a_host_and_is_not_one(command: Command) -> None:
    stage = full()
    assert stage.code(command) == "not-allowed"


@pytest.mark.parametrize(
    "command",
    [
        *privileged(ONE),
        *privileged(THREE),
        *privileged(FOUR),
        line("x", 2, THREE),
        do.RaiseHand(THREE, 9),
        do.LowerHand(THREE, 9),
        do.Rename(THREE, 9, None, "Bobby"),
        do.LeaveNote(FOUR, 9, "It is me"),
    ],
    ids=lambda one: f"{type(one).__name__}-{one.connection}",
)
def test_every_command_passes_the_policy_exactly_once(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = full()
    stage.do(line("hello"))
    asked: list[Action] = []

    def noting(actor: Actor, action: Action, **more: Any) -> Decision:
        asked.append(action)
        return decide(actor, action, **more)

    monkeypatch.setattr(permission, "decide", noting)
    stage.do(command)
    assert len(asked) == 1


@pytest.mark.parametrize(
    "command",
    [
        *privileged(THREE),
        *privileged(FOUR),
        line("x", 2, FOUR),
        do.RaiseHand(FOUR, 9),
        do.LowerHand(FOUR, 9),
        do.Rename(THREE, 9, None, "Ada"),
        do.Rename(THREE, 9, NOBODY, "Ada"),
        do.Rename(FOUR, 9, NOBODY, "Ada"),
        do.Rename(FOUR, 9, None, "Ada"),
        do.LeaveNote(THREE, 9, "It is me"),
    ],
    ids=lambda one: f"{type(one).__name__}-{one.connection}",
)
def test_what_counts_as_an_attempt_is_what_leaves_a_record_when_it_is_refused(command: do.Request) -> None:
    stage = full()
    stage.do(do.SetRules(ONE, 7, {"rename": False}), line("hello"))
    was_attempt = permission.is_attempt(stage.room, command)
    effects = stage.do(command)
    assert any(isinstance(one, fx.Refuse) for one in effects)
    assert was_attempt == any(isinstance(one, fx.Audit) for one in effects)


def test_a_line_of_ones_own_is_taken_away_without_being_an_attempt_at_anything() -> None:
    stage = full()
    stage.do(line("hello", 1, THREE))
    [written] = stage.room.view.chat
    assert not permission.is_attempt(stage.room, do.DeleteMessage(THREE, 9, written.message_id))
    assert permission.is_attempt(stage.room, do.DeleteMessage(FOUR, 9, written.message_id))


def test_an_act_is_on_record_with_who_did_it_to_whom() -> None:
    stage = full()
    assert one_of(stage.do(do.Mute(ONE, 2, BOB)), fx.Audit) == fx.Audit(
        ADA, AccountId("acc_ada"), Action.MUTE.value, BOB, True
    )


def test_muting_reaches_the_media_server_and_nobody_can_unmute_another() -> None:
    stage = full()
    assert one_of(stage.do(do.Mute(ONE, 2, BOB)), fx.MuteSource) == fx.MuteSource(BOB, "microphone")
    assert one_of(stage.do(do.StopCamera(TWO, 2, BOB)), fx.MuteSource) == fx.MuteSource(BOB, "camera")
    share = one_of(stage.do(do.StopShare(ONE, 2, BOB)), fx.EndShare)
    assert (share.participant_id, "screen_share" in share.rights.sources) == (BOB, True)
    asked = one_of(stage.do(do.AskToUnmute(TWO, 2, BOB)), fx.PassOnRequestToUnmute)
    assert (asked.connection, asked.by) == (THREE, "Ann")
    for command in (do.Mute(ONE, 2, NOBODY), do.AskToUnmute(ONE, 2, EVE), do.LowerHandOf(ONE, 2, NOBODY)):
        assert stage.code(command) == "participant-unknown"


def test_muting_all_leaves_those_who_run_the_room_alone() -> None:
    stage = full()
    assert all_of(stage.do(do.MuteAll(TWO, 2)), fx.MuteSource) == [fx.MuteSource(BOB, "microphone")]
    assert all_of(stage.do(do.StopAllCameras(ONE, 2)), fx.MuteSource) == [fx.MuteSource(BOB, "camera")]


def test_hands_are_lowered_for_one_and_for_all() -> None:
    stage = full()
    stage.do(do.RaiseHand(TWO, 2), do.RaiseHand(THREE, 2))
    stage.do(do.LowerHandOf(ONE, 3, BOB))
    assert (stage.person(BOB).hand_raised_at, stage.person(ANN).hand_raised_at) == (None, stage.now)
    stage.do(do.RaiseHand(THREE, 4), do.LowerAllHands(TWO, 4))
    assert all(one.hand_raised_at is None for one in stage.room.view.participants)


def test_freezing_stops_everything_but_the_hosts_in_one_step_and_thawing_gives_it_back() -> None:
    stage = full()
    effects = stage.do(do.Freeze(TWO, 2))
    (stopped,) = all_of(effects, fx.SetMediaRights)
    assert (stopped.participant_id, stopped.rights.sources, stopped.rights.hears) == (BOB, frozenset(), True)
    assert stage.code(line("still here", connection=THREE)) == "frozen"
    assert stage.code(line("quiet please", number=2)) == "done"
    assert stage.code(do.Freeze(ONE, 3)) == "done"
    (again,) = all_of(stage.do(do.Thaw(ONE, 4)), fx.SetMediaRights)
    assert "microphone" in again.rights.sources
    assert stage.code(line("here", number=3, connection=THREE)) == "done"
    assert stage.events().count("RoomFrozen") == 1


def test_a_hundred_are_frozen_in_one_step() -> None:
    stage = Stage(max_participants=101)
    stage.do(ada())
    for number in range(100):
        stage.do(knock(ParticipantId(f"par_{number}"), ConnectionId(10 + number)))
    effects = stage.do(do.Freeze(ONE, 2))
    stopped = all_of(effects, fx.SetMediaRights)
    assert len(stopped) == 100
    assert all(not one.rights.sources for one in stopped)


@pytest.mark.parametrize(
    ("changes", "lost"),
    [
        ({"unmute": False}, {"microphone"}),
        ({"camera": False}, {"camera"}),
        ({"share": "hosts"}, {"screen_share", "screen_share_audio"}),
    ],
)
def test_a_rule_takes_a_right_at_once(changes: dict[str, Any], lost: set[str]) -> None:
    stage = full()
    effects = stage.do(do.SetRules(ONE, 2, changes))
    (told,) = all_of(effects, fx.SetMediaRights)
    everything = {"microphone", "camera", "screen_share", "screen_share_audio"}
    assert (told.participant_id, everything - told.rights.sources) == (BOB, lost)
    event = stage.written[-1].event
    assert event.rules == change(CALM, changes)
    assert set(changes) <= set(event.differing) or event.rules.share is Sharing.HOSTS


def test_rules_that_are_locked_or_none_change_nothing() -> None:
    stage = full(locked_rules=frozenset({"rename"}))
    assert stage.code(do.SetRules(ONE, 2, {"camera": False, "rename": False})) == "rule-locked"
    assert stage.code(do.SetRules(ONE, 2, {"camera": "perhaps"})) == "rule-bad"
    assert stage.code(do.SetRules(ONE, 2, {"camera": False, "unknown": None})) == "rule-bad"
    assert stage.code(do.SetRules(ONE, 2, {"camera": True})) == "done"
    assert stage.written == []
    stage.do(do.ChangeRules(replace(CALM, chat=Chat.OFF), frozenset({"chat"})))
    assert stage.room.view.rules.chat is Chat.OFF
    assert stage.code(do.SetRules(ONE, 2, {"chat": "all"})) == "rule-locked"


def test_handing_over_makes_the_giver_co_host() -> None:
    stage = full()
    stage.do(do.SetRole(ONE, 2, BOB, RoomRole.HOST))
    assert (stage.person(BOB).role, stage.person(ADA).role) == (RoomRole.HOST, RoomRole.COHOST)
    assert stage.code(do.EndForAll(ONE, 3)) == "not-allowed"
    assert stage.code(do.Remove(ONE, 3, BOB)) == "not-allowed"
    assert stage.code(do.EndForAll(THREE, 3)) == "done"
    assert stage.room.has_ended


def test_who_comes_to_run_the_room_sees_it_whole_and_who_ceases_to_no_longer() -> None:
    stage = full()
    shown = one_of(stage.do(do.SetRole(ONE, 2, BOB, RoomRole.COHOST)), fx.ShowWhole)
    assert (shown.connection, shown.participant_id) == (THREE, BOB)
    effects = stage.do(do.SetRole(ONE, 3, ANN, RoomRole.OBSERVER))
    assert one_of(effects, fx.ShowWhole).participant_id == ANN
    told = one_of(effects, fx.SetMediaRights)
    assert (told.participant_id, told.rights.sources, told.rights.hears) == (ANN, frozenset(), True)
    announce = all_of(stage.do(do.Leave(FOUR, 2)), fx.Announce)
    assert [(one.to, one.withheld_from) for one in announce] == [((ONE, THREE), (TWO,))]


def test_who_was_away_when_the_role_changed_gets_the_room_whole() -> None:
    stage = full()
    seen = stage.room.view.sequence
    stage.do(do.LoseConnection(THREE), do.SetRole(ONE, 2, BOB, RoomRole.COHOST))
    assert one_of(stage.do(back(BOB, FIVE, seen)), fx.Admit).missed is None


def test_names_are_changed_by_rule_and_by_those_who_run_the_room() -> None:
    stage = full()
    assert stage.code(do.Rename(THREE, 2, None, "Bobby")) == "done"
    assert stage.code(do.Rename(THREE, 2, BOB, "Bobby")) == "done"
    assert stage.events() == ["ParticipantRenamed"]
    stage.do(do.SetRules(ONE, 3, {"rename": False}))
    assert stage.code(do.Rename(THREE, 4, None, "Ada")) == "not-allowed"
    assert stage.code(do.Rename(ONE, 4, BOB, "Bob")) == "done"
    assert stage.code(do.Rename(ONE, 4, None, "Ms Ada")) == "done"
    assert stage.code(do.Rename(ONE, 4, NOBODY, "Zoe")) == "participant-unknown"
    assert [one.name for one in stage.room.view.participants] == ["Ms Ada", "Ann", "Bob"]


def test_the_spotlight_goes_out_with_who_stood_in_it() -> None:
    stage = full()
    assert stage.code(do.Spotlight(ONE, 2, NOBODY)) == "participant-unknown"
    stage.do(do.Spotlight(ONE, 2, BOB))
    assert stage.room.view.spotlight == BOB
    stage.do(do.Leave(THREE, 2))
    assert stage.room.view.spotlight is None
    assert stage.events()[-2:] == ["SpotlightChanged", "ParticipantLeft"]


def test_removal_is_final() -> None:
    stage = full()
    effects = stage.do(do.Remove(TWO, 2, BOB))
    assert one_of(effects, fx.RemoveFromMedia).participant_id == BOB
    assert one_of(effects, fx.CloseConnection) == fx.CloseConnection(THREE, "removed")
    assert stage.code(back(BOB, FIVE, 0)) == "resume-unknown"
    assert stage.code(do.Remove(TWO, 3, BOB)) == "participant-unknown"
    assert stage.code(do.Remove(TWO, 3, EVE)) == "participant-unknown", "who waits is denied instead"


def test_the_host_ends_it_for_everybody_at_the_door_too() -> None:
    stage = full()
    effects = stage.do(do.EndForAll(ONE, 2))
    closed = {one.connection: one.code for one in all_of(effects, fx.CloseConnection)}
    assert closed == dict.fromkeys((ONE, TWO, THREE, FOUR), "meeting-ended")
    assert isinstance(effects[-1], fx.EndOccurrence)


def test_a_new_link_and_news_for_the_hosts() -> None:
    stage = full()
    stage.do(do.ChangeLink("new-code"))
    assert stage.room.view.code == "new-code"
    (audit, announce) = stage.do(do.TellHosts("stranger-removed", "Mallory"))
    assert audit == fx.Audit(None, None, "stranger-removed", "", False)
    assert isinstance(announce, fx.Announce)
    assert (announce.to, announce.withheld_from) == ((ONE, TWO), (THREE,))


# --- chat ----------------------------------------------------------------------------------------------


def test_chat_to_the_hosts_is_read_by_them_and_its_writer_alone() -> None:
    stage = Stage(replace(CALM, chat=Chat.HOSTS))
    stage.do(ada(), ann(), bob())
    announce = one_of(stage.do(line("psst", connection=TWO)), fx.Announce)
    assert (announce.to, announce.withheld_from) == ((ONE, TWO), (THREE,))
    assert stage.room.view.chat[0].to is Audience.HOSTS
    assert stage.code(line("all", 2, TWO, Audience.ALL)) == "not-allowed"
    assert one_of(stage.do(line("to all", 3)), fx.Announce).withheld_from == ()
    missed = one_of(stage.do(back(BOB, FOUR, 3)), fx.Admit)
    assert missed.withheld == {5}, "the line to the hosts"


def test_chat_that_is_off_is_off_for_everybody() -> None:
    stage = Stage(replace(CALM, chat=Chat.OFF))
    stage.do(ada(), ann())
    assert stage.code(line("x")) == "chat-off"
    assert stage.code(line("x", connection=TWO)) == "chat-off"


def test_slow_mode_slows_participants_and_not_their_repeats() -> None:
    stage = Stage(replace(CALM, slow_mode_s=10))
    stage.do(ada(), ann())
    assert stage.code(line("one", 1, TWO)) == "done"
    assert stage.code(line("one", 1, TWO)) == "done", "the same line again"
    stage.now += timedelta(seconds=9)
    assert stage.code(line("two", 2, TWO)) == "slow-mode"
    assert [stage.code(line("x", number)) for number in (3, 4)] == ["done", "done"]
    stage.now += timedelta(seconds=1)
    assert stage.code(line("two", 2, TWO)) == "done"


def test_a_line_is_deleted_by_its_writer_or_those_who_run_the_room() -> None:
    stage = full()
    stage.do(line("mine", 1, THREE), line("hers", 2, TWO))
    assert stage.code(do.DeleteMessage(THREE, 5, MessageId("message-2"))) == "not-allowed"
    assert not all_of(stage.do(do.DeleteMessage(THREE, 5, MessageId("message-1"))), fx.Audit)
    assert all_of(stage.do(do.DeleteMessage(ONE, 5, MessageId("message-2"))), fx.Audit)
    assert stage.room.view.chat == ()
    assert stage.code(do.DeleteMessage(ONE, 6, MessageId("message-2"))) == "done"
    assert stage.code(do.DeleteMessage(ONE, 6, MessageId("message-9"))) == "message-unknown"
    assert stage.code(line("mine", 1, THREE)) == "done", "the page that sends it again brings nothing back"
    assert stage.room.view.chat == ()
    assert stage.events().count("MessageDeleted") == 2


def test_a_deleted_line_does_not_come_back_by_resuming() -> None:
    stage = full()
    seen = stage.room.view.sequence
    stage.do(do.LoseConnection(THREE), line("a slur", 1, TWO))
    stage.do(do.DeleteMessage(ONE, 5, MessageId("message-1")))
    admit = one_of(stage.do(back(BOB, FIVE, seen)), fx.Admit)
    posted = [one for one in admit.missed or () if isinstance(one.event, happened.ChatPosted)]
    assert [one.sequence in admit.withheld for one in posted] == [True]


def test_an_observer_says_nothing() -> None:
    stage = full()
    stage.do(do.SetRole(ONE, 2, BOB, RoomRole.OBSERVER))
    assert stage.code(line("x", 9, THREE)) == "not-allowed"
    assert stage.code(do.RaiseHand(THREE, 3)) == "not-allowed"
