"""Many at the door at once: a class comes in whole, and nobody's crowd keeps the others out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

from preau.meet.domain.ids import InvitationId, ParticipantId
from preau.meet.domain.invitations import Provenance
from preau.meet.domain.rules import Waiting
from preau.meet.live import commands as do
from preau.meet.live import effects as fx
from preau.meet.live import events as happened
from preau.meet.live.commands import ConnectionId, Knock
from preau.meet.live.crowds import (
    KNOCK_EVERY,
    KNOCKS_PER_NEIGHBOURHOOD,
    MAX_KNOCKS_A_MINUTE,
    MAX_WAITING,
    MOST_PLACES_EACH,
)
from tests.kit.room_stage import CALM, ONE, Stage, ada, all_of, knock

OPEN_LINK, INVITED, ACCOUNT = Provenance.OPEN_LINK, Provenance.INVITED, Provenance.ACCOUNT
MINUTE = timedelta(minutes=1)


class Door(Stage):
    """A room for many whose host is there, and people who knock."""

    def __init__(self, **rules: Any) -> None:
        super().__init__(replace(CALM, **rules), max_participants=500)
        self._numbers = count(100)
        self.do(ada())

    def stranger(self, network: str, provenance: Provenance = OPEN_LINK, **more: Any) -> Knock:
        number = next(self._numbers)
        who = ParticipantId(f"par_{number}")
        return knock(who, ConnectionId(number), provenance, network=network, **more)

    def try_door(self, one: Knock) -> int:
        """0 for somebody who waits, else in how many seconds to come again."""
        effects = self.do(one)
        refusals = [refusal for refusal in all_of(effects, fx.Refuse) if refusal.connection == one.connection]
        if not refusals:
            return 0
        (refusal,) = refusals
        assert refusal.code == "rate-limited"
        assert refusal.retry_after_s
        return refusal.retry_after_s

    def crowd(self, network: str, people: int) -> int:
        """So many knock at once; how many of them wait."""
        return sum(self.try_door(self.stranger(network)) == 0 for _ in range(people))

    def wait_from(self) -> Counter[str]:
        """How many wait from each neighbourhood."""
        networks = {one.participant_id: one.network for one in self.room.knocked}
        return Counter(networks[one.id] for one in self.room.view.waiting)

    def fill(self, networks: Iterator[str]) -> None:
        """All places, over as many minutes as it takes."""
        while len(self.room.places) < MAX_WAITING:
            self.crowd(next(networks), KNOCKS_PER_NEIGHBOURHOOD)
            self.now += MINUTE


def test_a_class_behind_one_address_knocks_at_once() -> None:
    door = Door()
    assert door.crowd("school", 35) == 35


def test_one_neighbourhood_does_not_shut_the_door_to_a_class_elsewhere() -> None:
    door = Door()
    assert door.crowd("attacker", 1000) == KNOCKS_PER_NEIGHBOURHOOD
    assert door.crowd("school", 35) == 35


def test_two_neighbourhoods_leave_a_third_its_third() -> None:
    door = Door()
    for name in ("attacker", "second"):
        assert door.crowd(name, 1000) == KNOCKS_PER_NEIGHBOURHOOD
    assert door.crowd("school", 35) == MAX_WAITING // 3


def test_however_many_crowd_the_door_somebody_from_elsewhere_gets_to_it() -> None:
    door = Door()
    for number in range(3):
        door.crowd(f"attacker {number}", 1000)
    assert door.crowd("grandmother", 1) == 1


def test_the_hosts_see_a_bounded_number_and_hear_of_a_bounded_number_a_minute() -> None:
    door, networks = Door(), (f"net {number}" for number in count())
    effects = [effect for _ in range(1000) for effect in door.do(door.stranger(next(networks)))]
    told = [one.entry.event for one in all_of(effects, fx.Announce)]
    came = [one for one in told if isinstance(one, happened.PersonWaiting)]
    assert len(came) <= MAX_KNOCKS_A_MINUTE
    assert len(door.room.places) == MAX_WAITING


def test_a_thousand_browsers_of_one_neighbourhood_bring_a_class_to_the_host_each_minute() -> None:
    door, came = Door(), 0
    for _ in range(1000):
        door.now += timedelta(milliseconds=59)
        one = door.stranger("attacker")
        came += door.try_door(one) == 0
        door.do(do.LoseConnection(one.connection))
    assert came == KNOCKS_PER_NEIGHBOURHOOD


def test_who_comes_too_soon_is_told_when_to_come_and_is_then_let_in() -> None:
    door = Door()
    door.crowd("school", KNOCKS_PER_NEIGHBOURHOOD)
    late = door.stranger("school")
    wait_s = door.try_door(late)
    assert 0 < wait_s <= 60
    door.now += timedelta(seconds=wait_s)
    assert door.try_door(late) == 0


def test_at_a_full_door_who_comes_from_where_few_wait_takes_a_place_of_the_largest_crowd() -> None:
    door = Door()
    door.fill(iter(["attacker"] * 9))
    assert door.wait_from() == {"attacker": MAX_WAITING}
    first = door.room.view.waiting[0].id
    last = door.room.view.waiting[-1].id
    effects = door.do(door.stranger("school"))
    closed = [one.code for one in all_of(effects, fx.CloseConnection)]
    assert closed == ["room-full"]
    left = [one.id for one in door.room.view.waiting]
    assert (first in left, last in left) == (True, False), "who waited least goes"
    door.crowd("school", 34)
    assert door.wait_from() == {"attacker": MAX_WAITING - 35, "school": 35}


def test_a_crowd_shares_the_full_door_with_another_and_takes_no_more() -> None:
    door = Door()
    door.fill(iter(["attacker"] * 9))
    for _ in range(3):
        door.crowd("school", 1000)
        door.now += MINUTE
    assert door.wait_from() == {"attacker": 50, "school": 50}
    assert door.try_door(door.stranger("attacker")) > 0


def test_whose_line_is_cut_gives_up_the_place_before_anybody_who_is_there() -> None:
    door = Door()
    door.fill(iter(["attacker"] * 9))
    gone = door.room.view.waiting[3].id
    held = door.room.places[gone].connection
    assert held is not None
    door.do(do.LoseConnection(held))
    door.wait(timedelta(seconds=6))
    door.do(door.stranger("school"))
    assert gone not in door.room.places


def test_strangers_leave_the_places_of_those_who_are_known() -> None:
    door = Door(waiting_room=Waiting.EVERYBODY)
    door.fill(f"net {number}" for number in count())
    assert door.try_door(door.stranger("net 1", provenance=INVITED)) == 0
    assert door.try_door(door.stranger("net 1", provenance=ACCOUNT)) == 0
    assert len(door.room.places) == MAX_WAITING + 2


def test_a_browser_that_was_inside_is_no_stranger() -> None:
    door = Door()
    inside = door.stranger("school")
    door.do(inside, do.AdmitPeople(ONE, 2, (inside.participant_id,)))
    door.do(do.Leave(inside.connection, 3))
    door.now += KNOCK_EVERY
    door.crowd("school", 1000)
    again = door.stranger("school", device_key=inside.device_key)
    assert door.try_door(again) == 0


def test_a_link_that_was_passed_on_holds_few_places() -> None:
    door = Door(waiting_room=Waiting.EVERYBODY)
    link = InvitationId("inv_passed_on")
    others = [
        door.stranger(f"net {number}", provenance=INVITED, invitation_id=link, is_second_device=True)
        for number in range(20)
    ]
    assert sum(door.try_door(one) == 0 for one in others) == MOST_PLACES_EACH
