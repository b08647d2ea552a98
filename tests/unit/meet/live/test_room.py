"""The room, act by act."""

from __future__ import annotations

from datetime import timedelta

import pytest

from preau.meet.domain.ids import MessageId
from preau.meet.live import effects as fx
from preau.meet.live.commands import (
    Command,
    End,
    Leave,
    LoseConnection,
    LowerHand,
    RaiseHand,
    Restart,
    Tick,
)
from preau.meet.live.room import EMPTY_FOR, GRACE, MAX_CHAT_LINES, MAX_MISSED_ENTRIES, MEDIA_GRACE, rebuild
from tests.kit.room_stage import (
    ADA,
    ANN,
    ONE,
    START,
    THREE,
    TWO,
    Stage,
    ada,
    all_of,
    ann,
    back,
    line,
    one_of,
)


def test_the_first_sees_herself_and_hears_nothing() -> None:
    stage = Stage()
    effects = stage.do(ada())
    admit = one_of(effects, fx.Admit)
    assert [one.name for one in admit.view.participants] == ["Ada"]
    assert (admit.missed, admit.is_resumed, admit.view.sequence) == (None, False, 2)
    assert len(effects) == 1


def test_others_hear_of_a_newcomer_who_hears_it_from_the_snapshot() -> None:
    stage = Stage()
    effects = stage.do(ada(), ann())
    assert one_of(effects, fx.Announce).to == (ONE,)
    assert [one.name for one in stage.room.view.participants] == ["Ada", "Ann"]


def test_a_second_knock_on_one_connection_is_refused() -> None:
    stage = Stage()
    stage.do(ada())
    assert one_of(stage.do(ann(ONE)), fx.Refuse).code == "already-admitted"
    assert one_of(stage.do(back(ADA, ONE, 1)), fx.Refuse).code == "already-admitted"


def test_a_full_room_lets_nobody_in_until_a_seat_is_free() -> None:
    stage = Stage(max_participants=1)
    stage.do(ada())
    assert one_of(stage.do(ann()), fx.Refuse).code == "room-full"
    stage.do(Leave(ONE, 2))
    assert one_of(stage.do(ann()), fx.Admit)


def test_a_line_is_confirmed_after_it_is_announced_to_all() -> None:
    stage = Stage()
    stage.do(ada(), ann())
    announce, confirm = stage.do(line("hello"))
    assert isinstance(announce, fx.Announce)
    assert announce.to == (ONE, TWO)
    assert confirm == fx.Confirm(ONE, 7, 4)
    assert stage.room.view.chat[0].text == "hello"


def test_the_same_message_twice_is_one_line() -> None:
    stage = Stage()
    stage.do(ada(), line("hello"))
    assert stage.do(line("hello")) == [fx.Confirm(ONE, 7, 3)]
    assert len(stage.room.view.chat) == 1


def test_somebody_elses_message_id_is_refused() -> None:
    stage = Stage()
    stage.do(ada(), ann(), line("hello"))
    assert one_of(stage.do(line("forged", connection=TWO)), fx.Refuse).code == "not-allowed"
    assert [message.text for message in stage.room.view.chat] == ["hello"]


def test_chat_is_written_under_the_senders_own_name() -> None:
    stage = Stage()
    stage.do(ada(), ann(), line("mine", connection=TWO))
    message = stage.room.view.chat[0]
    assert (message.participant_id, message.name) == (ANN, "Ann")


def test_the_chat_has_a_last_line() -> None:
    stage = Stage()
    stage.do(ada())
    full = {MessageId(f"m{number}"): None for number in range(MAX_CHAT_LINES)}
    object.__setattr__(stage.room.memory, "lines", full)
    assert one_of(stage.do(line("one more")), fx.Refuse).code == "chat-full"


@pytest.mark.parametrize(
    "command",
    [line("x"), RaiseHand(ONE, 1), LowerHand(ONE, 1), Leave(ONE, 1)],
    ids=lambda one: type(one).__name__,
)
def test_nothing_before_admission(command: Command) -> None:
    assert one_of(Stage().do(command), fx.Refuse).code == "not-admitted"


def test_a_raised_hand_keeps_its_moment_and_its_place() -> None:
    stage = Stage()
    stage.do(ada(), RaiseHand(ONE, 2))
    stage.now += timedelta(seconds=9)
    assert stage.do(RaiseHand(ONE, 3)) == [fx.Confirm(ONE, 3, None)]
    assert stage.room.view.participants[0].hand_raised_at == START
    stage.do(LowerHand(ONE, 4))
    assert stage.room.view.participants[0].hand_raised_at is None
    assert stage.do(LowerHand(ONE, 5)) == [fx.Confirm(ONE, 5, None)]
    assert stage.events() == ["ParticipantJoined", "HandRaised", "HandLowered"]


def test_leaving_is_confirmed_told_closed_and_final() -> None:
    stage = Stage()
    stage.do(ada(), ann())
    effects = stage.do(Leave(ONE, 5))
    assert [type(effect) for effect in effects] == [
        fx.Confirm,
        fx.Announce,
        fx.RemoveFromMedia,
        fx.CloseConnection,
    ]
    assert one_of(effects, fx.CloseConnection).code == "left"
    assert one_of(stage.do(back(ADA, THREE, 1)), fx.Refuse).code == "resume-unknown"


def test_a_broken_connection_keeps_the_seat_for_the_grace() -> None:
    stage = Stage()
    stage.do(ada(), ann(), LoseConnection(ONE))
    assert not stage.room.view.participants[0].connected
    assert stage.room.deadline() == START + MEDIA_GRACE
    assert one_of(stage.wait(MEDIA_GRACE), fx.RemoveFromMedia).participant_id == ADA
    assert stage.room.deadline() == START + GRACE
    assert stage.wait(GRACE - MEDIA_GRACE - timedelta(milliseconds=1)) == []
    assert one_of(stage.wait(timedelta(milliseconds=1)), fx.RemoveFromMedia).participant_id == ADA
    assert [one.name for one in stage.room.view.participants] == ["Ann"]
    assert stage.written[-1].event.reason == "connection-lost"


def test_coming_back_in_time_brings_what_was_missed() -> None:
    stage = Stage()
    stage.do(ada(), ann(), LoseConnection(ONE), line("while away", connection=TWO))
    admit = one_of(stage.do(back(ADA, THREE, 3)), fx.Admit)
    assert admit.is_resumed
    assert admit.missed is not None
    assert [entry.sequence for entry in admit.missed] == [4, 5, 6]
    assert stage.room.view.participants[0].connected
    assert stage.room.deadline() is None
    assert stage.do(LoseConnection(ONE)) == []


def test_coming_back_tells_the_others_alone() -> None:
    stage = Stage()
    stage.do(ada(), ann(), LoseConnection(ONE))
    assert one_of(stage.do(back(ADA, THREE, 2)), fx.Announce).to == (TWO,)


@pytest.mark.parametrize("last", [0, 99, 2**53])
def test_a_sequence_that_cannot_be_continued_brings_the_whole_view(last: int) -> None:
    stage = Stage()
    stage.do(ada(), LoseConnection(ONE))
    assert one_of(stage.do(back(ADA, TWO, last)), fx.Admit).missed is None


def test_too_much_missed_brings_the_whole_view() -> None:
    stage = Stage()
    stage.do(ada(), ann())
    for number in range(MAX_MISSED_ENTRIES + 1):
        stage.do(line("x", number, TWO))
    assert one_of(stage.do(back(ADA, THREE, 2)), fx.Admit).missed is None
    assert len(stage.room.entries) <= 2 * MAX_MISSED_ENTRIES


def test_a_wrong_secret_takes_nobodys_place() -> None:
    stage = Stage()
    stage.do(ada())
    assert one_of(stage.do(back(ADA, TWO, 1, "bob's hash")), fx.Refuse).code == "resume-unknown"
    assert stage.room.seat_of(ONE) == ADA


def test_the_same_participant_elsewhere_replaces_the_old_connection() -> None:
    stage = Stage()
    stage.do(ada())
    effects = stage.do(back(ADA, TWO, 2))
    assert one_of(effects, fx.CloseConnection) == fx.CloseConnection(ONE, "replaced")
    assert one_of(effects, fx.Admit).missed == ()
    assert stage.do(LoseConnection(ONE)) == []
    assert stage.room.seat_of(TWO) == ADA


def test_after_a_restart_nobody_is_seen_to_be_gone_who_comes_back_soon() -> None:
    stage = Stage()
    stage.do(ada(), ann(), line("kept"))
    stage.room = rebuild(stage.room.entries, stage.room.setting, stage.now)
    told = all_of(stage.do(Restart()), fx.SetMediaRights)
    assert [one.participant_id for one in told] == [ADA, ANN], "the last rights may not have been sent"
    admit = one_of(stage.do(back(ADA, THREE, 4)), fx.Admit)
    assert admit.missed == ()
    stage.wait(timedelta(seconds=5))
    assert [one.connected for one in stage.room.view.participants] == [True, False]
    stage.wait(GRACE - timedelta(seconds=5))
    assert [one.name for one in stage.room.view.participants] == ["Ada"]


def test_an_empty_room_ends_after_its_time_and_not_before() -> None:
    stage = Stage()
    stage.do(ada(), Leave(ONE, 2))
    assert stage.wait(EMPTY_FOR - timedelta(seconds=1)) == []
    stage.do(ann())
    assert stage.wait(EMPTY_FOR) == []
    stage.do(Leave(TWO, 2))
    assert stage.wait(EMPTY_FOR) == [fx.EndOccurrence()]
    assert stage.room.has_ended
    assert stage.room.deadline() is None
    assert stage.do(Tick()) == []


def test_a_room_nobody_came_to_ends_too() -> None:
    assert Stage().wait(EMPTY_FOR) == [fx.EndOccurrence()]


def test_ending_tells_everybody_and_frees_every_seat() -> None:
    stage = Stage()
    stage.do(ada(), ann())
    effects = stage.do(End())
    closed = all_of(effects, fx.CloseConnection)
    assert closed == [fx.CloseConnection(ONE, "meeting-ended"), fx.CloseConnection(TWO, "meeting-ended")]
    assert [one.participant_id for one in all_of(effects, fx.RemoveFromMedia)] == [ADA, ANN]
    assert effects[-1] == fx.EndOccurrence()
    assert not stage.room.seats
