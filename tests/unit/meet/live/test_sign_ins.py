"""A sign-in that ends takes along who came in by it, and a secret alone makes nobody the host again."""

from __future__ import annotations

import json
from dataclasses import replace

from preau.meet.domain.ids import AccountId, SignInId
from preau.meet.domain.invitations import Provenance
from preau.meet.live import commands as do
from preau.meet.live import effects as fx
from preau.meet.live import events as happened
from preau.meet.live.codec import event_from_json, event_to_log
from preau.meet.live.room import rebuild
from tests.kit.room_stage import (
    ADA,
    ANN,
    EVE,
    FOUR,
    ONE,
    THREE,
    TWO,
    Stage,
    ada,
    all_of,
    ann,
    back,
    knock,
    one_of,
)

HERS, OTHER = SignInId("sgn_ada"), SignInId("sgn_other")
ADAS = AccountId("acc_ada")


def host() -> do.Knock:
    return replace(ada(), sign_in_id=HERS)


def ended(*sign_ins: SignInId) -> do.EndSignIns:
    return do.EndSignIns(frozenset(sign_ins))


def test_signing_out_puts_the_host_out_of_the_room_and_of_its_media() -> None:
    stage = Stage()
    stage.do(host(), ann())
    effects = stage.do(ended(HERS, SignInId("sgn_made_up")))
    assert one_of(effects, fx.CloseConnection) == fx.CloseConnection(ONE, "signed-out")
    assert one_of(effects, fx.RemoveFromMedia) == fx.RemoveFromMedia(ADA)
    assert stage.written[-1].event == happened.ParticipantLeft(ADA, "left"), "nobody else is told why"
    assert ADA not in stage.room.seats
    assert ANN in stage.room.seats, "who came by a link stays"
    assert one_of(stage.do(replace(back(ADA, THREE, 1), account_id=ADAS)), fx.Refuse).code == "resume-unknown"


def test_who_waits_at_the_door_by_that_sign_in_goes_too() -> None:
    stage = Stage()
    waiting = knock(EVE, FOUR, Provenance.ACCOUNT, sign_in_id=OTHER, is_second_device=True)
    stage.do(host(), waiting)
    effects = stage.do(ended(OTHER))
    assert one_of(effects, fx.CloseConnection) == fx.CloseConnection(FOUR, "signed-out")
    assert not stage.room.places
    assert ADA in stage.room.seats


def test_a_sign_in_nobody_came_in_by_changes_nothing() -> None:
    stage = Stage()
    stage.do(host(), ann())
    assert stage.do(ended(OTHER)) == []


def test_the_hosts_secret_resumes_nothing_without_the_hosts_account() -> None:
    stage = Stage()
    stage.do(host(), do.LoseConnection(ONE))
    stolen = back(ADA, TWO, 1)
    assert one_of(stage.do(stolen), fx.Refuse).code == "resume-unknown"
    elsewhere = replace(stolen, account_id=AccountId("acc_eve"))
    assert one_of(stage.do(elsewhere), fx.Refuse).code == "resume-unknown"
    assert stage.room.seats[ADA].connection is None
    assert one_of(stage.do(replace(stolen, account_id=ADAS)), fx.Admit).participant_id == ADA


def test_who_came_by_a_link_resumes_by_the_secret_as_before() -> None:
    stage = Stage()
    stage.do(host(), ann(), do.LoseConnection(TWO))
    assert one_of(stage.do(back(ANN, THREE, 1)), fx.Admit).participant_id == ANN


def test_it_holds_after_a_restart() -> None:
    stage = Stage()
    stage.do(host())
    entries = tuple(
        replace(one, event=event_from_json(json.loads(json.dumps(event_to_log(one.event)))))
        for one in stage.room.entries
    )
    stage.room = rebuild(entries, stage.room.setting, stage.now)
    assert one_of(stage.do(back(ADA, TWO, 1)), fx.Refuse).code == "resume-unknown"
    effects = stage.do(ended(HERS))
    assert all_of(effects, fx.RemoveFromMedia) == [fx.RemoveFromMedia(ADA)]


def test_who_was_signed_out_does_not_come_back_by_the_old_secret_once_signed_in_again() -> None:
    stage = Stage()
    pupil = knock(EVE, FOUR, Provenance.ACCOUNT, sign_in_id=OTHER)
    stage.do(host(), pupil)
    stage.do(do.AdmitPeople(ONE, 9, (EVE,)))
    stage.do(ended(OTHER))
    again = replace(back(EVE, TWO, 1), account_id=AccountId("acc_eve"), sign_in_id=SignInId("sgn_new"))
    assert one_of(stage.do(again), fx.Refuse).code == "resume-unknown"
