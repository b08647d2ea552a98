"""A reload, a tunnel, a crash of the browser: one comes back as the same person, in the same place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from preau.meet.domain.ids import InvitationId, ParticipantId
from preau.meet.domain.invitations import Provenance
from preau.meet.domain.roles import RoomRole
from preau.meet.live import commands as do
from preau.meet.live import effects as fx
from preau.meet.live.arrivals import BACK_WITHIN
from preau.meet.live.room import EMPTY_FOR, GRACE, MEDIA_GRACE, rebuild
from tests.kit.room_stage import (
    ADA,
    ANN,
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
    eve,
    knock,
    one_of,
)

A_MOMENT = timedelta(milliseconds=1)


def a_class() -> Stage:
    stage = Stage()
    stage.do(ada(), ann(), do.RaiseHand(TWO, 2))
    return stage


def test_a_hand_is_still_up_after_two_minutes_without_a_network() -> None:
    stage = a_class()
    raised = stage.person(ANN).hand_raised_at
    stage.do(do.SetRole(ONE, 3, ANN, RoomRole.COHOST), do.LoseConnection(TWO))
    stage.wait(GRACE - A_MOMENT)
    assert not stage.person(ANN).connected, "the others see that she is away"
    admit = one_of(stage.do(back(ANN, THREE, 0)), fx.Admit)
    assert (admit.participant_id, admit.is_resumed) == (ANN, True)
    assert stage.person(ANN).hand_raised_at == raised
    assert stage.person(ANN).role is RoomRole.COHOST
    assert [one.id for one in stage.room.view.participants] == [ADA, ANN]


def test_who_is_shown_as_away_does_not_listen_on() -> None:
    stage = a_class()
    stage.do(do.LoseConnection(TWO))
    assert all_of(stage.wait(MEDIA_GRACE - A_MOMENT), fx.RemoveFromMedia) == []
    assert stage.room.in_media() == {ADA, ANN}
    assert one_of(stage.wait(A_MOMENT), fx.RemoveFromMedia).participant_id == ANN
    assert stage.room.in_media() == {ADA}
    assert all_of(stage.wait(MEDIA_GRACE), fx.RemoveFromMedia) == [], "once is enough"
    stage.do(back(ANN, THREE, 0))
    assert stage.room.in_media() == {ADA, ANN}


def test_a_secret_that_was_read_off_gives_no_place_to_another_browser() -> None:
    stage = a_class()
    assert stage.code(back(ANN, THREE, 0, device="another device")) == "resume-unknown"
    stage.do(do.Leave(TWO, 4))
    assert stage.code(back(ANN, THREE, 0, device="another device")) == "resume-unknown"


@pytest.mark.parametrize("leaves", [True, False])
def test_for_ten_minutes_nobody_has_to_be_let_in_again(leaves: bool) -> None:
    stage = Stage()
    stage.do(ada(), eve(), do.SetRules(ONE, 2, {"waiting_room": "everybody"}))
    stage.do(do.AdmitPeople(ONE, 3, (EVE,)))
    if leaves:
        stage.do(do.Leave(FOUR, 4))
    else:
        stage.do(do.LoseConnection(FOUR))
        stage.wait(GRACE)
    assert stage.room.view.participant(EVE) is None
    stage.wait(BACK_WITHIN - A_MOMENT)
    admit = one_of(stage.do(back(EVE, FIVE, 0)), fx.Admit)
    assert (admit.participant_id, admit.is_resumed) == (EVE, False)
    assert stage.person(EVE).name == "Eve"
    stage.do(do.Leave(FIVE, 5))
    stage.wait(BACK_WITHIN)
    assert stage.code(back(EVE, FIVE, 0)) == "resume-unknown"


@pytest.mark.parametrize(
    "shut",
    [
        do.Lock(ONE, 9),
        do.Freeze(ONE, 9),
        do.SetRules(ONE, 9, {"open_link": False}),
    ],
)
def test_a_door_that_was_shut_meanwhile_is_shut(shut: do.Command) -> None:
    stage = Stage()
    stage.do(ada(), eve(), do.AdmitPeople(ONE, 3, (EVE,)), do.Leave(FOUR, 4), shut)
    assert stage.code(back(EVE, FIVE, 0)) == "resume-unknown"


def test_a_locked_room_still_has_the_seats_of_those_who_are_away() -> None:
    stage = a_class()
    stage.do(do.LoseConnection(TWO), do.Lock(ONE, 4))
    assert one_of(stage.do(back(ANN, THREE, 0)), fx.Admit).is_resumed


@pytest.mark.parametrize("act", [do.Remove, do.BanPerson])
def test_who_was_put_out_does_not_come_back_by_the_secret(act: type[do.ActAbout]) -> None:
    stage = a_class()
    stage.do(act(ONE, 4, ANN))
    assert stage.code(back(ANN, THREE, 0)) == "resume-unknown"


def test_the_marks_of_somebody_put_out_shut_the_way_back_of_their_other_presence() -> None:
    stage = Stage()
    again = ParticipantId("par_again")
    stage.do(ada(), knock(ANN, TWO, Provenance.ACCOUNT), do.Leave(TWO, 2))
    stage.do(knock(again, THREE, Provenance.ACCOUNT, device_key="ann's device"), do.Remove(ONE, 3, again))
    assert stage.code(back(ANN, FOUR, 0)) == "resume-unknown"


def test_a_removal_is_undone_and_nobody_has_to_knock() -> None:
    stage = a_class()
    stage.do(do.Remove(ONE, 4, ANN))
    audited = one_of(stage.do(do.LetBack(ONE, 5, ANN)), fx.Audit)
    assert (audited.action, audited.subject_id, audited.is_allowed) == ("let-back", ANN, True)
    assert one_of(stage.do(back(ANN, THREE, 0)), fx.Admit).participant_id == ANN
    assert stage.code(do.LetBack(ONE, 6, ANN)) == "participant-unknown"


def test_a_removal_is_undone_for_who_knocks_anew_as_well() -> None:
    stage = a_class()
    stage.do(do.Remove(ONE, 4, ANN), do.LetBack(ONE, 5, ANN))
    new = ParticipantId("par_new")
    effects = stage.do(knock(new, THREE, invitation_id=InvitationId("inv_ann"), device_key="ann's device"))
    assert one_of(effects, fx.Admit).participant_id == new


def test_a_pupil_cannot_undo_a_removal() -> None:
    stage = a_class()
    stage.do(eve(), do.AdmitPeople(ONE, 3, (EVE,)), do.Remove(ONE, 4, EVE))
    assert stage.code(do.LetBack(TWO, 5, EVE)) == "not-allowed"


def test_a_browser_that_crashed_finds_its_place_by_the_personal_link() -> None:
    stage = a_class()
    stage.do(do.LoseConnection(TWO))
    new = ParticipantId("par_new")
    effects = stage.do(knock(new, THREE, invitation_id=InvitationId("inv_ann"), device_key="ann's device"))
    assert one_of(effects, fx.Admit).participant_id == ANN
    assert stage.person(ANN).hand_raised_at is not None
    assert stage.person(ANN).connected
    stage.do(do.LoseConnection(THREE))
    assert stage.code(back(ANN, TWO, 0)) == "resume-unknown", "the secret of before is worth nothing"
    assert one_of(stage.do(back(ANN, TWO, 0, "new's hash")), fx.Admit).is_resumed


def test_the_new_secret_survives_a_restart_and_is_told_to_nobody() -> None:
    stage = a_class()
    new = ParticipantId("par_new")
    stage.do(knock(new, THREE, invitation_id=InvitationId("inv_ann"), device_key="ann's device"))
    stage.room = rebuild(stage.room.entries, stage.room.setting, stage.now)
    stage.do(do.Restart())
    assert one_of(stage.do(back(ANN, TWO, 0, "new's hash")), fx.Admit).is_resumed


def test_a_page_lost_at_the_door_finds_its_place_in_the_queue() -> None:
    stage = Stage()
    stage.do(ada(), do.SetRules(ONE, 2, {"waiting_room": "everybody"}), ann(), do.LeaveNote(TWO, 2, "me"))
    new = ParticipantId("par_new")
    effects = stage.do(knock(new, THREE, invitation_id=InvitationId("inv_ann"), device_key="ann's device"))
    assert one_of(effects, fx.CloseConnection) == fx.CloseConnection(TWO, "replaced")
    told = one_of(effects, fx.TellWaiting)
    assert (told.participant_id, told.note_left) == (ANN, True)
    assert [one.id for one in stage.room.view.waiting] == [ANN]


def test_a_teacher_whose_browser_crashed_is_not_there_twice() -> None:
    stage = a_class()
    stage.do(do.LoseConnection(ONE))
    again = knock(ParticipantId("par_x"), THREE, Provenance.OWNER, RoomRole.HOST)
    taken = do.Knock(**{**vars(again), "account_id": ada().account_id, "device_key": "ada's device"})
    assert one_of(stage.do(taken), fx.Admit).participant_id == ADA
    assert [one.id for one in stage.room.view.participants] == [ADA, ANN]


def test_an_account_may_still_be_in_the_room_twice() -> None:
    stage = a_class()
    again = knock(ParticipantId("par_x"), THREE, Provenance.OWNER, RoomRole.HOST)
    taken = do.Knock(**{**vars(again), "account_id": ada().account_id, "device_key": "ada's device"})
    assert one_of(stage.do(taken), fx.Admit).participant_id == "par_x"


def test_the_owner_comes_back_as_the_host_and_not_by_the_secret() -> None:
    stage = a_class()
    stage.do(do.Leave(ONE, 5))
    assert stage.code(back(ADA, THREE, 0)) == "resume-unknown"
    assert one_of(stage.do(ada(THREE)), fx.Admit).participant_id == ADA


def test_a_full_room_says_so_to_who_comes_back() -> None:
    stage = Stage(max_participants=2)
    stage.do(ada(), ann(), do.Leave(TWO, 2), eve(), do.AdmitPeople(ONE, 3, (EVE,)))
    assert stage.code(back(ANN, THREE, 0)) == "room-full"


def test_who_went_long_ago_is_forgotten() -> None:
    stage = a_class()
    stage.do(do.Leave(TWO, 3))
    assert ANN in stage.room.memory.departed
    stage.wait(timedelta(minutes=30))
    stage.do(eve(), do.AdmitPeople(ONE, 4, (EVE,)), do.Leave(FOUR, 5))
    assert set(stage.room.memory.departed) == {EVE}


def test_a_room_of_people_who_are_away_ends_as_any_empty_one() -> None:
    stage = a_class()
    stage.do(do.LoseConnection(ONE), do.LoseConnection(TWO))
    stage.wait(GRACE)
    assert all_of(stage.wait(EMPTY_FOR), fx.EndOccurrence)


def test_a_warning_at_the_door_is_still_known_inside() -> None:
    stage = Stage()
    stage.do(ada(), ann(), eve(name="Ann"), do.AdmitPeople(ONE, 3, (EVE,)))
    (warned,) = stage.room.view.warned
    assert (warned.id, warned.looks_like) == (EVE, ("Ann",))


def test_nobody_is_marked_of_whom_the_door_had_nothing_to_say() -> None:
    stage = Stage()
    stage.do(ada(), ann(), eve(), do.AdmitPeople(ONE, 3, (EVE,)))
    assert stage.room.view.warned == ()
