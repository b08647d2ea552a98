"""The door: who comes in at once, who waits, who is turned away, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from preau.meet.domain.ids import AccountId, InvitationId, MessageId, ParticipantId
from preau.meet.domain.invitations import Provenance
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import Kind, Profile, Waiting, bundle
from preau.meet.live import commands as do
from preau.meet.live import effects as fx
from preau.meet.live import events as happened
from preau.meet.live.commands import Command, ConnectionId
from preau.meet.live.crowds import KNOCK_EVERY
from preau.meet.live.people import BanId
from preau.meet.live.room import ANNOUNCE_WAITING_LOSS, GRACE
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
    one_of,
)

SAFE = bundle(Profile.SCHOOL, Kind.CLASS)
ROSTER, OWNER, ACCOUNT = Provenance.ROSTER, Provenance.OWNER, Provenance.ACCOUNT
INVITED, OPEN_LINK = Provenance.INVITED, Provenance.OPEN_LINK
# Who comes in at once under which rule: owner, account, invited, roster, open link.
AT_ONCE = {
    Waiting.EVERYBODY: "yes no no no no",
    Waiting.NOT_INVITED: "yes no yes yes no",
    Waiting.NOT_KNOWN: "yes yes yes yes no",
}
CELLS = [
    pytest.param(rule, provenance, cell == "yes", id=f"{rule}-{provenance}")
    for rule, row in AT_ONCE.items()
    for provenance, cell in zip((OWNER, ACCOUNT, INVITED, ROSTER, OPEN_LINK), row.split(), strict=True)
]


@pytest.mark.parametrize(("rule", "provenance", "comes_in"), CELLS)
def test_who_waits_under_which_rule(rule: Waiting, provenance: Provenance, comes_in: bool) -> None:
    stage = Stage(replace(CALM, waiting_room=rule))
    effects = stage.do(knock(ANN, TWO, provenance))
    assert bool(all_of(effects, fx.Admit)) == comes_in
    assert bool(all_of(effects, fx.TellWaiting)) == (not comes_in)
    assert bool(stage.room.view.waiting) == (not comes_in)


def test_a_closed_open_link_leads_nowhere() -> None:
    assert Stage(replace(CALM, open_link=False)).code(eve()) == "meeting-unknown"


def test_who_waits_is_told_of_a_host_and_nothing_of_the_room() -> None:
    stage = Stage(replace(CALM, waiting_room=Waiting.EVERYBODY))
    told = one_of(stage.do(ann()), fx.TellWaiting)
    assert told == fx.TellWaiting(TWO, 1, ANN, has_host=False, host=None, note_left=False)
    effects = stage.do(ada())
    assert one_of(effects, fx.TellWaiting) == fx.TellWaiting(TWO, 0, ANN, True, "Ada", False)
    stage.do(eve())
    assert [one.to for one in all_of(stage.do(do.RaiseHand(ONE, 2)), fx.Announce)] == [(ONE,)]
    assert one_of(stage.do(back(EVE, FIVE, 0)), fx.TellWaiting).host is None, "strangers hear no name"
    gone = all_of(stage.do(do.Leave(ONE, 3)), fx.TellWaiting)
    assert [(one.participant_id, one.has_host) for one in gone] == [(ANN, False), (EVE, False)]


def test_hosts_see_who_waits_and_nobody_else_does() -> None:
    stage = Stage()
    stage.do(ada(), ann())
    (announce, _) = stage.do(eve(name="ANN"))
    assert isinstance(announce, fx.Announce)
    assert (announce.to, announce.withheld_from) == ((ONE,), (TWO,))
    (waiting,) = stage.room.view.waiting
    assert (waiting.name, waiting.provenance, waiting.looks_like) == ("ANN", OPEN_LINK, ("Ann",))


def test_who_is_admitted_keeps_the_id_and_comes_in_with_rights() -> None:
    stage = Stage()
    stage.do(ada(), eve())
    effects = stage.do(do.AdmitPeople(ONE, 2, (EVE,)))
    admit = one_of(effects, fx.Admit)
    assert (admit.connection, admit.request, admit.participant_id) == (FOUR, 0, EVE)
    assert admit.rights.sources == {"microphone", "camera", "screen_share", "screen_share_audio"}
    assert [one.name for one in admit.view.participants] == ["Ada", "Eve"]
    assert not stage.room.view.waiting
    assert one_of(stage.do(back(EVE, FIVE, 0)), fx.Admit).is_resumed


def test_admitting_nobody_who_waits_is_refused_and_the_rest_is_admitted() -> None:
    stage = Stage(max_participants=2)
    stage.do(ada(), eve(), knock(BOB, THREE, OPEN_LINK))
    assert stage.code(do.AdmitPeople(ONE, 2, (ANN,))) == "not-waiting"
    assert stage.code(do.AdmitPeople(ONE, 2, (ANN, EVE, EVE, BOB))) == "done"
    assert [one.name for one in stage.room.view.participants] == ["Ada", "Eve"]
    assert [one.id for one in stage.room.view.waiting] == [BOB]
    assert stage.code(do.AdmitPeople(ONE, 2, (BOB,))) == "room-full"


def test_a_full_room_has_the_seat_of_an_account_whose_line_was_cut() -> None:
    stage = Stage(max_participants=2)
    stage.do(ada(), ann())
    again = knock(EVE, FIVE, OWNER, RoomRole.HOST, account_id=AccountId("acc_ada"))
    assert stage.code(again) == "room-full", "the seat is held"
    stage.do(do.LoseConnection(ONE))
    other = knock(BOB, FOUR, OWNER, RoomRole.HOST)
    assert stage.code(other) == "room-full", "it is somebody else's"
    assert one_of(stage.do(again), fx.Admit).participant_id == EVE
    assert stage.room.view.participant(ADA) is None
    assert one_of(stage.do(back(ADA, ONE, 1)), fx.Refuse).code == "resume-unknown"


def test_who_is_away_when_admitted_comes_in_on_return_or_loses_the_seat() -> None:
    stage = Stage()
    stage.do(ada(), eve(), do.LoseConnection(FOUR))
    stage.wait(ANNOUNCE_WAITING_LOSS)
    assert not stage.room.view.waiting[0].connected
    stage.do(do.AdmitPeople(ONE, 2, (EVE,)))
    assert not stage.person(EVE).connected
    assert one_of(stage.do(back(EVE, FIVE, 0)), fx.Admit).connection == FIVE
    stage.do(do.LoseConnection(FIVE))
    stage.wait(GRACE)
    assert stage.room.view.participant(EVE) is None


def test_a_place_at_the_door_is_kept_for_the_grace() -> None:
    stage = Stage()
    stage.do(ada(), eve(), do.LoseConnection(FOUR))
    told = one_of(stage.do(back(EVE, FIVE, 0)), fx.TellWaiting)
    assert (told.connection, told.participant_id) == (FIVE, EVE)
    stage.do(do.LoseConnection(FIVE))
    stage.wait(GRACE)
    assert stage.written[-1].event == happened.PersonStoppedWaiting(EVE, "connection-lost")
    assert stage.code(back(EVE, FIVE, 0)) == "resume-unknown"


def test_who_waits_cannot_keep_the_hosts_busy_by_coming_and_going() -> None:
    stage = Stage()
    stage.do(ada(), eve())
    stage.written.clear()
    for number in range(50):
        stage.do(do.LoseConnection(ConnectionId(4 + number)))
        stage.wait(timedelta(seconds=1))
        stage.do(back(EVE, ConnectionId(5 + number), 0))
    assert stage.written == []
    stage.do(do.LoseConnection(ConnectionId(54)))
    stage.wait(ANNOUNCE_WAITING_LOSS)
    stage.do(back(EVE, FIVE, 0))
    assert stage.events() == ["WaitingConnection", "WaitingConnection"]


def test_a_denial_lasts_for_device_link_and_account() -> None:
    stage = Stage(replace(CALM, waiting_room=Waiting.EVERYBODY))
    stage.do(ada(), knock(ANN, TWO, INVITED, account_id="acc_ann"))
    effects = stage.do(do.Deny(ONE, 2, ANN, "wrong-name"))
    assert one_of(effects, fx.CloseConnection) == fx.CloseConnection(TWO, "denied", "wrong-name")
    stage.now += timedelta(hours=1)
    again = ParticipantId("par_again")
    for marks in (
        {"device_key": "ann's device", "invitation_id": None},
        {"invitation_id": InvitationId("inv_ann")},
        {"invitation_id": None, "account_id": "acc_ann"},
    ):
        assert stage.code(knock(again, FIVE, INVITED, **marks)) == "denied"
    assert stage.code(back(ANN, FIVE, 0)) == "resume-unknown"
    assert one_of(stage.do(knock(again, FIVE)), fx.TellWaiting)
    assert stage.code(do.Deny(ONE, 3, ANN, "other")) == "not-waiting"


def test_knocks_are_throttled_by_device() -> None:
    stage = Stage()
    stage.do(eve(), do.Leave(FOUR, 2))
    assert stage.code(eve()) == "rate-limited"
    stage.now += KNOCK_EVERY
    assert one_of(stage.do(eve()), fx.TellWaiting)


def test_one_line_to_the_hosts_and_no_more() -> None:
    stage = Stage()
    stage.do(ada(), ann(), eve())
    (announce, confirm) = stage.do(do.LeaveNote(FOUR, 2, "It is me"))
    assert isinstance(announce, fx.Announce)
    assert (announce.to, announce.withheld_from) == ((ONE,), (TWO,))
    assert confirm == fx.Confirm(FOUR, 2, None)
    assert stage.room.view.waiting[0].note == "It is me"
    assert stage.code(do.LeaveNote(FOUR, 3, "and more")) == "note-left-already"
    assert stage.code(do.LeaveNote(TWO, 3, "I am inside")) == "not-waiting"
    assert stage.code(do.LeaveNote(FIVE, 3, "I am nowhere")) == "not-admitted"


@pytest.mark.parametrize(
    "command",
    [
        do.SendChat(FOUR, 9, MessageId("message-1"), "hello"),
        do.RaiseHand(FOUR, 9),
        do.LowerHand(FOUR, 9),
        do.Rename(FOUR, 9, None, "Ada"),
        do.DeleteMessage(FOUR, 9, MessageId("message-1")),
        do.AdmitPeople(FOUR, 9, (EVE,)),
        do.Deny(FOUR, 9, EVE, "other"),
        do.Mute(FOUR, 9, ADA),
        do.MuteAll(FOUR, 9),
        do.Freeze(FOUR, 9),
        do.SetRules(FOUR, 9, {"unmute": False}),
        do.Spotlight(FOUR, 9, EVE),
        do.Remove(FOUR, 9, ADA),
        do.BanPerson(FOUR, 9, ADA),
        do.LiftBan(FOUR, 9, BanId("ban_1")),
        do.SetRole(FOUR, 9, EVE, RoomRole.HOST),
        do.EndForAll(FOUR, 9),
    ],
    ids=lambda one: type(one).__name__,
)
def test_who_waits_can_do_nothing_in_the_room(command: Command) -> None:
    stage = Stage()
    stage.do(ada(), eve())
    before = stage.room
    assert stage.code(command) == "not-admitted"
    assert stage.room == before


def test_who_gives_up_waits_no_longer() -> None:
    stage = Stage()
    effects = stage.do(eve(), do.Leave(FOUR, 2))
    assert one_of(effects, fx.CloseConnection).code == "left"
    assert not stage.room.view.waiting
    assert stage.room.empty_since == stage.now


@pytest.mark.parametrize("act", [do.Lock(ONE, 2), do.Freeze(ONE, 2)], ids=["locked", "frozen"])
def test_a_shut_door_lets_nobody_new_in_but_the_owner(act: Command) -> None:
    stage = Stage()
    stage.do(ada(), ann(), act)
    assert stage.code(bob()) == "meeting-unknown"
    assert stage.code(eve()) == "meeting-unknown"
    assert stage.code(knock(EVE, FIVE, ACCOUNT)) == "meeting-unknown"
    stage.do(do.LoseConnection(TWO))
    assert one_of(stage.do(back(ANN, FOUR, 0)), fx.Admit), "who is in comes back"
    assert one_of(stage.do(ada(FIVE)), fx.Admit)


def test_a_personal_link_on_a_second_device_waits_and_the_host_is_told() -> None:
    stage = Stage()
    stage.do(ada(), ann())
    copy = knock(BOB, THREE, name="Ann", invitation_id=InvitationId("inv_ann"), is_second_device=True)
    effects = stage.do(copy)
    assert not all_of(effects, fx.Admit)
    (waiting,) = stage.room.view.waiting
    assert waiting.is_second_device
    assert waiting.looks_like == ("Ann",)
    assert stage.written[-1].event == happened.HostTold("second-device", "Ann")
    assert one_of(effects, fx.TellWaiting).is_second_device, "and the person hears why"
    assert one_of(stage.do(back(BOB, FIVE, 0)), fx.TellWaiting).is_second_device, "also after a cut line"
    assert stage.room.seat_of(TWO) == ANN


def test_a_lost_page_takes_over_from_its_older_connection() -> None:
    stage = Stage()
    stage.do(ada(), ann())
    effects = stage.do(knock(BOB, THREE, invitation_id=InvitationId("inv_ann"), device_key="ann's device"))
    assert one_of(effects, fx.CloseConnection) == fx.CloseConnection(TWO, "replaced")
    assert one_of(effects, fx.Admit).participant_id == ANN, "the same person, in the same place"
    assert [one.id for one in stage.room.view.participants] == [ADA, ANN]


def test_who_was_removed_waits_whatever_the_rules_say() -> None:
    stage = Stage()
    stage.do(ada(), ann(), do.Remove(ONE, 2, ANN))
    again = ParticipantId("par_again")
    effects = stage.do(knock(again, TWO, invitation_id=InvitationId("inv_ann")))
    assert one_of(effects, fx.TellWaiting)
    assert stage.room.view.waiting[0].was_removed_before


def test_a_ban_shuts_the_door_until_it_is_lifted() -> None:
    stage = Stage()
    stage.do(ada(), ann(), eve())
    assert one_of(stage.do(do.BanPerson(ONE, 2, ANN)), fx.CloseConnection).code == "banned"
    assert one_of(stage.do(do.BanPerson(ONE, 3, EVE)), fx.CloseConnection).code == "banned"
    first, second = stage.room.view.bans
    assert (first.name, second.name) == ("Ann", "Eve")
    stage.now += KNOCK_EVERY
    assert stage.code(ann()) == "meeting-unknown"
    assert stage.code(knock(BOB, THREE, OPEN_LINK, device_key="ann's device")) == "meeting-unknown"
    assert stage.code(eve()) == "meeting-unknown"
    assert stage.code(do.LiftBan(ONE, 4, first.id)) == "done"
    assert stage.code(do.LiftBan(ONE, 4, first.id)) == "ban-unknown"
    assert one_of(stage.do(ann()), fx.TellWaiting), "it was put out once"
    assert stage.code(eve()) == "meeting-unknown"


def test_a_revoked_link_puts_out_whoever_came_by_it() -> None:
    stage = Stage()
    stage.do(ada(), ann())
    effects = stage.do(do.RevokeInvitation(InvitationId("inv_ann")))
    assert one_of(effects, fx.CloseConnection) == fx.CloseConnection(TWO, "removed")
    assert stage.written[-1].event == happened.ParticipantLeft(ANN, "revoked")
    fresh = knock(BOB, THREE, invitation_id=InvitationId("inv_new"), device_key="ann's device")
    assert one_of(stage.do(fresh), fx.Admit), "a new link is a new start"


def test_the_room_lives_while_somebody_waits() -> None:
    stage = Stage()
    stage.do(eve())
    assert stage.wait(timedelta(hours=1)) == []
    assert not stage.room.has_ended
    effects = stage.do(do.End())
    assert one_of(effects, fx.CloseConnection) == fx.CloseConnection(FOUR, "meeting-ended")
    assert not stage.room.places


def test_a_class_begins_shut_to_strangers_and_open_to_its_roster() -> None:
    stage = Stage(SAFE, kind=Kind.CLASS)
    assert stage.code(eve()) == "meeting-unknown"
    assert one_of(stage.do(knock(ANN, TWO, ROSTER)), fx.Admit)
