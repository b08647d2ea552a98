"""The line of events to one receiver: in order, held up for a second at most, every loss counted."""

from __future__ import annotations

from preau.sfu.api.webhook_line import HELD_UP_S, MAX_AGE_S, MAX_WAITING, SUM_AFTER_S, Line, Telling
from preau.sfu.model import RoomInfo, RoomOptions
from preau.sfu.rooms.effects import Notify
from preau.sfu.rooms.refusing import CALLS_REFUSED

ROOM = RoomInfo("RM_1", "school", RoomOptions(metadata="m" * 1000), 0)


class Receiver:
    """A line, a hand-set clock, and what the receiver says to each event."""

    def __init__(self) -> None:
        self.line = Line()
        self.now_s = 0.0
        self.told: list[tuple[float, str, int]] = []
        self.refuses: dict[str, bool] = {}
        """Events that are not taken, and whether that is final."""
        self.never_answers: set[str] = set()

    def add(self, *events: str) -> None:
        for event in events:
            self.line.add(Notify(event, ROOM), event, 0.0, self.now_s)

    def pass_time(self, seconds: float) -> None:
        end_s = self.now_s + seconds
        while True:
            for telling in self.line.due(self.now_s, "EV_sum", 0.0):
                self._answer(telling)
            wake_s = self.line.wake_s()
            if wake_s is None or wake_s > end_s:
                break
            self.now_s = max(self.now_s, wake_s)
        self.now_s = end_s

    def _answer(self, telling: Telling) -> None:
        event = telling.event
        if event.event in self.never_answers:
            return
        is_final = self.refuses.get(event.event)
        if is_final is None:
            number = telling.dropped if event.times is None else event.times
            self.told.append((self.now_s, event.event, number))
            self.line.taken(telling)
        else:
            self.line.not_taken(telling, self.now_s, is_final=is_final)

    def names(self) -> list[str]:
        return [event for _, event, _ in self.told]


def test_events_are_told_in_order_as_they_come() -> None:
    receiver = Receiver()
    receiver.add("a", "b", "c")
    receiver.pass_time(0.0)
    receiver.pass_time(0.0)
    assert receiver.names() == ["a", "b", "c"]
    assert receiver.line.is_empty
    assert receiver.line.wake_s() is None


def test_an_event_that_is_refused_for_good_is_given_up_at_once() -> None:
    receiver = Receiver()
    receiver.refuses = {"a": True}
    receiver.add("a", "b")
    receiver.pass_time(0.0)
    receiver.pass_time(0.0)
    assert receiver.told == [(0.0, "b", 1)], "and the next one says that one was lost"
    receiver.add("c")
    receiver.pass_time(0.0)
    assert receiver.told[-1] == (0.0, "c", 0), "once"


def test_no_event_holds_the_others_up_for_more_than_a_second() -> None:
    for receiver in (Receiver(), Receiver()):
        receiver.refuses = {"a": False}
        receiver.add("a", "b", "c")
        receiver.pass_time(HELD_UP_S * 0.9)
        assert receiver.told == [], "for a moment the order is kept"
        receiver.pass_time(HELD_UP_S * 0.2)
        assert receiver.names() == ["b", "c"]
        assert receiver.told[0][0] == HELD_UP_S
    silent = Receiver()
    silent.never_answers = {"a", "b"}
    silent.add("a", "b", "c")
    silent.pass_time(HELD_UP_S * 2)
    assert silent.told == [(HELD_UP_S * 2, "c", 0)]


def test_what_is_not_taken_is_tried_again_until_it_is_too_old() -> None:
    receiver = Receiver()
    receiver.refuses = {"a": False}
    receiver.add("a")
    receiver.pass_time(MAX_AGE_S / 2)
    receiver.refuses = {}
    receiver.pass_time(5.0)
    assert receiver.names() == ["a"]
    receiver.refuses = {"b": False}
    receiver.add("b")
    receiver.pass_time(MAX_AGE_S + 1)
    assert receiver.line.is_empty
    assert receiver.line.lost == 1


def test_lost_refusals_are_told_as_a_sum_soon() -> None:
    receiver = Receiver()
    receiver.refuses = {"call_refused/DeleteRoom": True}
    receiver.add(*["call_refused/DeleteRoom"] * 3)
    receiver.pass_time(0.0)
    receiver.pass_time(SUM_AFTER_S)
    assert receiver.told == [(SUM_AFTER_S, CALLS_REFUSED, 3)]
    assert receiver.line.wake_s() is None


def test_a_sum_that_is_lost_itself_is_told_when_the_receiver_takes_something_again() -> None:
    receiver = Receiver()
    receiver.refuses = {"call_refused/DeleteRoom": True, CALLS_REFUSED: True}
    receiver.add(*["call_refused/DeleteRoom"] * 3)
    receiver.line.add(Notify(CALLS_REFUSED, ROOM, times=40), "EV_2", 0.0, 0.0)
    receiver.pass_time(60.0)
    assert receiver.told == []
    assert receiver.line.wake_s() is None, "nobody is asked again and again"
    receiver.refuses = {}
    receiver.add("room_finished")
    receiver.pass_time(0.0)
    receiver.pass_time(0.0)
    assert [(event, number) for _, event, number in receiver.told][1:] == [(CALLS_REFUSED, 43)]
    assert receiver.line.is_over


def test_too_many_that_wait_are_lost_and_counted() -> None:
    receiver = Receiver()
    receiver.never_answers = {"a"}
    receiver.add(*["a"] * MAX_WAITING)
    receiver.add("b", "call_refused/DeleteRoom")
    assert receiver.line.waiting == MAX_WAITING
    assert receiver.line.lost == 2


def test_a_sum_carries_the_room_by_name_alone() -> None:
    line = Line()
    line.add(Notify("call_refused/DeleteRoom", ROOM), "EV_1", 0.0, 0.0)
    [telling] = line.due(0.0, "EV_2", 0.0)
    line.not_taken(telling, 0.0, is_final=True)
    [total] = line.due(SUM_AFTER_S, "EV_2", 0.0)
    assert (total.event.room.sid, total.event.room.name) == ("RM_1", "school")
    assert total.event.room.options.metadata == ""
