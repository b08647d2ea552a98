"""What one connection may ask: answered, passed on, heard later, ended."""

from __future__ import annotations

import pytest

from preau.sfu.model import TrackKind, TrackSource, VideoQuality
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling.allowance import AT_ONCE, ENTRY, PATIENCE_S, PER_S, Allowance, work_of
from preau.sfu.signalling.connection import Connection, End, Garbled, Pass, Reply
from preau.sfu.signalling.responses import Pong, PongResponse

MUTE = ask.Mute("TR_x", muted=True)
SMALL = 20
CAMERA = ask.AddTrack("cam", TrackKind.VIDEO, TrackSource.CAMERA)


def test_pings_are_answered_without_the_room() -> None:
    machine = Connection(Allowance())
    assert machine.receive(ask.Ping(5), SMALL, 2.0) == Reply(Pong(2000))
    assert machine.receive(ask.PingRequest(5), SMALL, 2.0) == Reply(PongResponse(5, 2000))
    assert machine.receive(ask.Ignored("update_layers"), SMALL, 2.0) is None
    assert machine.receive(MUTE, SMALL, 2.0) == Pass(MUTE)


def test_a_garbled_frame_ends_the_connection_with_its_code() -> None:
    output = Connection(Allowance()).receive(Garbled("garbled-frame", "No."), SMALL, 1.0)
    assert output == End(1007, "garbled-frame: No.")


def test_a_client_that_joins_a_large_room_and_shows_all_of_it_is_heard_at_once() -> None:
    """Three tracks with their offers, candidates, and 300 pictures with a size each."""
    machine = Connection(Allowance())
    asked: list[tuple[ask.Request, int]] = [(CAMERA, 300)] * 3
    asked += [(ask.Offer("v=0", 1), 8000)] * 3
    asked += [(ask.Answer("v=0", 1), 60_000)] * 3
    asked += [(ask.Trickle("candidate:", ask.Target.PUBLISHER), 200)] * 20
    shown = ask.TrackSetting(("TR_0123456789ab",), disabled=False, quality=VideoQuality.HIGH)
    asked += [(shown, 30)] * 300
    for request, size in asked:
        machine.receive(request, size, 10.0)
        assert machine.wait_s == 0.0


def test_a_hundred_people_who_come_at_once_hold_up_nobodys_answers() -> None:
    """Each of them is offered, ever more, to everybody: ten times a second, 140 KiB in the end."""
    machine, now = Connection(Allowance()), 10.0
    for number in range(100):
        machine.receive(ask.Answer("v=0", number), 1400 * number, now)
        assert machine.wait_s == 0.0
        now += 0.1


def test_whoever_asks_too_much_is_heard_later_and_not_refused() -> None:
    machine, now, passed = Connection(Allowance()), 0.0, 0
    while now < 30.0:
        assert machine.receive(MUTE, SMALL, now) == Pass(MUTE)
        passed += 1
        now += machine.wait_s
        if not machine.wait_s and passed > AT_ONCE:
            pytest.fail("nothing holds it back")
    assert passed <= (AT_ONCE + 30.0 * PER_S) / work_of(MUTE, SMALL) + 1


def test_whoever_never_stops_asking_too_much_is_ended_with_a_clear_word() -> None:
    machine, now = Connection(Allowance()), 0.0
    while not isinstance(output := machine.receive(MUTE, SMALL, now), End):
        now += machine.wait_s
        assert now <= 2 * PATIENCE_S
    assert (output.close_code, output.reason.partition(":")[0]) == (1008, "too-many-frames")
    assert now >= PATIENCE_S


def test_a_pause_makes_good_again() -> None:
    machine, now = Connection(Allowance()), 0.0
    for _ in range(5):
        began = now
        while now < began + PATIENCE_S / 2:
            assert machine.receive(MUTE, SMALL, now) == Pass(MUTE)
            now += machine.wait_s
        now += AT_ONCE / PER_S
    assert machine.receive(MUTE, SMALL, now) == Pass(MUTE)


def test_a_new_connection_is_no_new_allowance() -> None:
    allowance = Allowance()
    entries = 0
    while not allowance.spend(ENTRY, 5.0):
        entries += 1
    assert entries == AT_ONCE / ENTRY
    assert Connection(allowance).receive(MUTE, SMALL, 5.0) == Pass(MUTE)
    assert allowance.spend(0.0, 5.0) > 0
    assert not allowance.is_whole(5.0)
    assert allowance.is_whole(5.0 + 2 * AT_ONCE / PER_S)


def test_a_clock_that_steps_back_takes_nothing_away() -> None:
    allowance = Allowance()
    allowance.spend(AT_ONCE, 100.0)
    allowance.spend(0.0, 50.0)
    assert allowance.spend(PER_S, 51.0) == 0.0


def test_large_and_long_requests_cost_more() -> None:
    sids = tuple(f"TR_{number}" for number in range(2000))
    rules = tuple(ask.TrackPermission("", f"p{number}", True, ()) for number in range(1000))
    costly: list[tuple[ask.Request, int]] = [
        (ask.Offer("v=0", 1), 500_000),
        (ask.UpdateSubscription(sids, subscribe=True), 40_000),
        (ask.SubscriptionPermission(False, rules), 60_000),
        (ask.UpdateMetadata("m", "", {}, 0), 500_000),
    ]
    assert all(work_of(request, size) > 100 for request, size in costly)
    assert work_of(ask.Ping(1), SMALL) < 2
