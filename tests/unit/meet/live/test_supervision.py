"""A supervised room: silent without an adult, soon after one is lost, and no longer than until it is back."""

from __future__ import annotations

from datetime import timedelta

from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import Kind, Profile, bundle
from preau.meet.live import commands as do
from preau.meet.live import effects as fx
from preau.meet.live.room import SUPERVISION_GRACE, rebuild
from tests.kit.room_stage import (
    ADA,
    ANN,
    BOB,
    FIVE,
    ONE,
    THREE,
    TWO,
    Stage,
    ada,
    all_of,
    ann,
    back,
    bob,
    line,
    one_of,
)

CLASS = bundle(Profile.SCHOOL, Kind.CLASS)
A_MOMENT = timedelta(milliseconds=1)


def test_pupils_alone_hear_see_and_write_nothing() -> None:
    stage = Stage(CLASS)
    admit = one_of(stage.do(ann()), fx.Admit)
    assert admit.view.is_paused
    assert not admit.rights.hears
    assert stage.code(line("psst", connection=TWO)) == "paused"
    effects = stage.do(ada())
    assert not stage.room.view.is_paused
    (told,) = all_of(effects, fx.SetMediaRights)
    assert (told.participant_id, told.rights.hears) == (ANN, True)
    assert stage.code(line("good morning", connection=TWO)) == "done"


def test_a_class_that_lost_its_teacher_is_silent_soon_and_back_at_once() -> None:
    stage = Stage(CLASS)
    stage.do(ada(), ann(), bob(), do.LoseConnection(ONE))
    assert stage.room.deadline() == stage.now + SUPERVISION_GRACE
    assert all_of(stage.wait(SUPERVISION_GRACE - A_MOMENT), fx.SetMediaRights) == []
    silenced = all_of(stage.wait(A_MOMENT), fx.SetMediaRights)
    assert [(one.participant_id, one.rights.hears) for one in silenced] == [(ANN, False), (BOB, False)]
    effects = stage.do(back(ADA, FIVE, 0))
    assert [one.rights.hears for one in all_of(effects, fx.SetMediaRights)] == [True, True]
    assert stage.events()[-2:] == ["ParticipantConnected", "RoomResumed"]


def test_a_teacher_who_is_back_soon_is_not_noticed() -> None:
    stage = Stage(CLASS)
    stage.do(ada(), ann(), do.LoseConnection(ONE))
    stage.now += SUPERVISION_GRACE - A_MOMENT
    stage.do(back(ADA, FIVE, 0))
    stage.wait(timedelta(minutes=1))
    assert not stage.room.view.is_paused
    assert "RoomPaused" not in stage.events()


def test_a_co_host_supervises_too() -> None:
    stage = Stage(CLASS)
    stage.do(ada(), ann(role=RoomRole.COHOST), bob(), do.Leave(ONE, 2))
    stage.wait(timedelta(minutes=1))
    assert not stage.room.view.is_paused
    stage.do(do.Leave(TWO, 2))
    stage.wait(SUPERVISION_GRACE)
    assert stage.room.view.is_paused


def test_handing_the_room_to_somebody_who_is_away_is_no_supervision() -> None:
    stage = Stage(CLASS)
    stage.do(ada(), ann(), bob(), do.LoseConnection(TWO), do.SetRole(ONE, 2, ANN, RoomRole.HOST))
    stage.do(do.Leave(ONE, 3))
    stage.wait(SUPERVISION_GRACE)
    assert stage.room.view.is_paused
    assert stage.person(BOB).connected


def test_the_rule_counts_from_when_it_is_set() -> None:
    stage = Stage()
    stage.do(ann(), bob())
    assert not stage.room.view.is_paused
    stage.do(do.ChangeRules(CLASS, frozenset()))
    stage.wait(SUPERVISION_GRACE)
    assert stage.room.view.is_paused
    stage.do(do.ChangeRules(bundle(Profile.WORK, Kind.MEETING), frozenset()))
    assert not stage.room.view.is_paused


def test_after_a_restart_a_class_waits_for_its_teacher_and_no_longer() -> None:
    stage = Stage(CLASS)
    stage.do(ada(), ann())
    stage.room = rebuild(stage.room.entries, stage.room.setting, stage.now)
    stage.do(do.Restart(), back(ANN, THREE, 0))
    stage.wait(SUPERVISION_GRACE - A_MOMENT)
    assert not stage.room.view.is_paused
    stage.wait(A_MOMENT)
    assert stage.room.view.is_paused
    stage.do(back(ADA, FIVE, 0))
    assert not stage.room.view.is_paused


def test_a_restart_during_a_pause_keeps_it() -> None:
    stage = Stage(CLASS)
    stage.do(ann())
    stage.room = rebuild(stage.room.entries, stage.room.setting, stage.now)
    stage.do(do.Restart())
    assert not one_of(stage.do(back(ANN, THREE, 0)), fx.Admit).rights.hears


def test_an_attempt_a_room_pauses_under_reaches_who_just_came() -> None:
    stage = Stage(CLASS)
    stage.do(ada(), ann(), do.LoseConnection(ONE))
    stage.now += SUPERVISION_GRACE
    effects = stage.do(bob())
    assert one_of(effects, fx.Admit).rights.hears
    told = {one.participant_id: one.rights.hears for one in all_of(effects, fx.SetMediaRights)}
    assert told == {ANN: False, BOB: False}
