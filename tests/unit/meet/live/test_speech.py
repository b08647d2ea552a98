"""Where participants may not unmute by themselves, being asked to is the permission, and it ends again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from preau.meet.domain.ids import ParticipantId
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import Kind, Profile, bundle
from preau.meet.live import commands as do
from preau.meet.live import effects as fx
from preau.meet.live.commands import Command
from preau.meet.live.people_codec import participant_from_json, participant_to_json
from preau.meet.live.rights import rights_of
from preau.meet.live.room import SUPERVISION_GRACE, rebuild
from tests.kit.room_stage import (
    ANN,
    BOB,
    CALM,
    EVE,
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
    one_of,
)

QUIET = replace(CALM, unmute=False)
ASK = do.AskToUnmute(ONE, 2, BOB)


def quiet_class(**rules: bool) -> Stage:
    """Ada hosts, Ann is co-host, Bob a participant who may not unmute."""
    stage = Stage(replace(QUIET, **rules))  # type: ignore[arg-type]  # only flags are changed here
    stage.do(ada(), ann(role=RoomRole.COHOST), bob())
    stage.written.clear()
    return stage


def told(effects: Sequence[fx.Effect]) -> dict[ParticipantId, bool]:
    """Whose rights changed, and whether the microphone is among them now."""
    return {
        one.participant_id: "microphone" in one.rights.sources for one in all_of(effects, fx.SetMediaRights)
    }


def may_send(stage: Stage, who: ParticipantId) -> bool:
    return "microphone" in rights_of(stage.room.view, stage.person(who)).sources


def test_who_is_asked_may_speak_and_everybody_sees_it() -> None:
    stage = quiet_class()
    effects = stage.do(ASK)
    assert stage.events() == ["SpeechAllowed"]
    assert one_of(effects, fx.Announce).to == (ONE, TWO, THREE)
    assert told(effects) == {BOB: True}
    assert one_of(effects, fx.PassOnRequestToUnmute).connection == THREE
    assert one_of(effects, fx.Audit).is_allowed
    again = stage.do(do.AskToUnmute(TWO, 2, BOB))
    assert stage.events() == ["SpeechAllowed"], "asked twice, allowed once"
    assert one_of(again, fx.PassOnRequestToUnmute).by == "Ann"


@pytest.mark.parametrize(
    "command",
    [
        do.Mute(TWO, 3, BOB),
        do.MuteAll(TWO, 3),
        do.Freeze(TWO, 3),
        do.SetRules(ONE, 3, {"unmute": True}),
        do.ChangeRules(CALM, frozenset()),
    ],
    ids=lambda one: type(one).__name__,
)
def test_the_permission_ends(command: Command) -> None:
    stage = quiet_class()
    stage.do(ASK, command)
    assert stage.events()[0] == "SpeechAllowed"
    assert stage.events()[-1] == "SpeechEnded"
    assert not stage.person(BOB).may_speak
    stage.do(do.Thaw(ONE, 4), do.SetRules(ONE, 5, {"unmute": False}))
    assert not may_send(stage, BOB), "nothing gives it back but another ask"


@pytest.mark.parametrize(
    "command",
    [
        do.Mute(THREE, 3, BOB),
        do.MuteAll(THREE, 3),
        do.Freeze(THREE, 3),
        do.StopCamera(ONE, 3, BOB),
        do.StopAllCameras(ONE, 3),
        do.Mute(ONE, 3, ANN),
        do.SetRules(ONE, 3, {"camera": False}),
        do.Lock(ONE, 3),
    ],
    ids=lambda one: f"{type(one).__name__}-{one.connection}",
)
def test_nothing_else_ends_it(command: Command) -> None:
    stage = quiet_class()
    stage.do(ASK, command)
    assert may_send(stage, BOB)


def test_muting_takes_the_right_back_in_the_same_step() -> None:
    stage = quiet_class()
    stage.do(ASK)
    effects = stage.do(do.Mute(ONE, 3, BOB))
    assert one_of(effects, fx.MuteSource) == fx.MuteSource(BOB, "microphone")
    assert told(effects) == {BOB: False}


def test_where_the_rules_let_people_unmute_an_ask_allows_nothing_more() -> None:
    stage = quiet_class(unmute=True)
    assert stage.code(ASK) == "done"
    assert stage.events() == []


def test_an_ask_in_a_frozen_room_allows_nothing_then_or_later() -> None:
    stage = quiet_class()
    stage.do(do.Freeze(ONE, 2))
    assert stage.code(ASK) == "done"
    stage.do(do.Thaw(ONE, 3))
    assert stage.events() == ["RoomFrozen", "RoomThawed"]
    assert not may_send(stage, BOB)


def test_an_observer_never_sends_asked_before_or_after() -> None:
    stage = quiet_class()
    stage.do(ASK, do.SetRole(ONE, 3, BOB, RoomRole.OBSERVER))
    assert not may_send(stage, BOB)
    stage = quiet_class()
    stage.do(do.SetRole(ONE, 3, BOB, RoomRole.OBSERVER))
    assert stage.code(ASK) == "done"
    assert stage.events() == ["RoleChanged"]


def test_nobody_allows_themselves_or_another_without_running_the_room() -> None:
    stage = quiet_class()
    assert stage.code(do.AskToUnmute(THREE, 2, BOB)) == "not-allowed"
    assert stage.code(do.AskToUnmute(ONE, 2, EVE)) == "participant-unknown"
    stage.do(do.LoseConnection(THREE))
    assert stage.code(ASK) == "participant-unknown", "who is away hears no question"
    assert not stage.person(BOB).may_speak


def test_a_class_without_its_teacher_is_silent_and_goes_on_where_it_was() -> None:
    stage = Stage(replace(bundle(Profile.SCHOOL, Kind.CLASS), unmute=False))
    stage.do(ada(), bob(), ASK, do.LoseConnection(ONE))
    assert told(stage.wait(SUPERVISION_GRACE)) == {BOB: False}
    assert told(stage.do(back(ParticipantId("par_ada"), FIVE, 0))) == {BOB: True}


def test_a_restart_keeps_it_and_leaving_does_not() -> None:
    stage = quiet_class()
    stage.do(ASK)
    stage.room = rebuild(stage.room.entries, stage.room.setting, stage.now)
    stage.do(do.Restart())
    admit = one_of(stage.do(back(BOB, FIVE, 0)), fx.Admit)
    assert "microphone" in admit.rights.sources
    stage.do(do.Leave(FIVE, 2))
    admit = one_of(stage.do(bob()), fx.Admit)
    assert "microphone" not in admit.rights.sources


def test_a_participant_of_an_older_log_was_not_asked() -> None:
    stage = quiet_class()
    stage.do(ASK)
    written = participant_to_json(stage.person(BOB))
    assert participant_from_json(written).may_speak
    del written["may_speak"]
    assert not participant_from_json(written).may_speak
