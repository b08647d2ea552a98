"""Signed in, signed in again, signed out: here, elsewhere and everywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from preau.meet.domain.accounts import Account
from preau.meet.domain.devices import Device, read_device
from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.domain.ids import MeetingId, SignInId
from preau.meet.domain.sign_ins import Origin
from preau.meet.services import own_account, sign_ins
from preau.meet.services.audit import note_unnoted
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.own_account import NewPassword
from preau.meet.services.sign_ins import Caller, SignedIn, caller, who
from preau.meet.services.standing import end_what_has_no_standing
from tests.kit.world import ADA, BOB, Stage

PASSWORD = "lapin bleu table nuage"
AT_SCHOOL = Origin(Device("firefox", "windows"), "192.0.2.0", "device at school")
AT_HOME = Origin(Device("safari", "mac"), "198.51.100.0", "device at home")


@pytest.fixture
def bob(server: Stage) -> Account:
    known = replace(BOB, password_hash=server.world.passwords.hash(PASSWORD))
    with server.world.store.write() as stored:
        stored.accounts.update(known)
    return known


def signed_in(server: Stage, origin: Origin = AT_SCHOOL) -> SignedIn:
    return sign_ins.sign_in(server.world, BOB.email, PASSWORD, origin)


def asking(server: Stage, of: SignedIn) -> Caller:
    found = caller(server.world, of.secret)
    assert found is not None
    return found


def records(server: Stage) -> list[AuditRecord]:
    with server.world.store.read() as stored:
        return list(stored.audit.all())


def refused_code(error: pytest.ExceptionInfo[DomainError]) -> ErrorCode:
    return error.value.code


def test_a_list_says_where_since_when_and_how_lately(server: Stage, bob: Account) -> None:
    school = signed_in(server)
    server.clock.pass_time(timedelta(hours=1))
    home = signed_in(server, AT_HOME)
    server.clock.pass_time(timedelta(hours=1))
    assert who(server.world, school.secret) == bob
    listed = sign_ins.list_sign_ins(server.world, bob)
    assert [one.id for one in listed] == [school.sign_in.id, home.sign_in.id]
    assert (listed[0].browser, listed[0].system, listed[0].network) == ("firefox", "windows", "192.0.2.0")
    assert listed[0].last_used_at == server.clock.now()
    assert sign_ins.list_sign_ins(server.world, ADA) == ()


def test_looking_often_writes_seldom(server: Stage, bob: Account) -> None:
    made = signed_in(server)
    for _ in range(10):
        server.clock.pass_time(timedelta(seconds=29))
        who(server.world, made.secret)
    assert sign_ins.list_sign_ins(server.world, bob)[0].last_used_at == made.sign_in.created_at


def test_a_device_is_new_once_and_the_first_one_never(server: Stage, bob: Account) -> None:
    made = [signed_in(server, origin).is_new_device for origin in (AT_SCHOOL, AT_SCHOOL, AT_HOME, AT_HOME)]
    assert made == [False, False, True, False]
    assert signed_in(server, Origin()).is_new_device, "a browser that keeps no cookie is always new"


def test_signing_out_ends_this_sign_in_in_rooms_too_and_no_other(server: Stage, bob: Account) -> None:
    here, there = signed_in(server), signed_in(server, AT_HOME)
    sign_ins.sign_out(server.world, server.rooms, here.secret)
    assert (who(server.world, here.secret), who(server.world, there.secret)) == (None, bob)
    assert server.rooms.told == [("end-sign-ins", {here.sign_in.id})]
    sign_ins.sign_out(server.world, server.rooms, here.secret)
    sign_ins.sign_out(server.world, server.rooms, None)
    assert len(server.rooms.told) == 1


def test_another_device_is_signed_out_from_here_but_nobody_elses(server: Stage, bob: Account) -> None:
    here, there = signed_in(server), signed_in(server, AT_HOME)
    with pytest.raises(DomainError) as refused:
        sign_ins.end_sign_in(server.world, server.rooms, ADA, there.sign_in.id)
    assert refused_code(refused) is ErrorCode.NOT_FOUND
    sign_ins.end_sign_in(server.world, server.rooms, bob, there.sign_in.id)
    assert who(server.world, there.secret) is None
    assert who(server.world, here.secret) == bob


def test_everywhere_means_here_too(server: Stage, bob: Account) -> None:
    made = [signed_in(server), signed_in(server, AT_HOME)]
    sign_ins.sign_out_everywhere(server.world, server.rooms, bob)
    assert [who(server.world, one.secret) for one in made] == [None, None]
    assert server.rooms.told == [("end-sign-ins", {one.sign_in.id for one in made})]


def test_a_new_password_needs_the_present_one_and_signs_the_others_out(server: Stage, bob: Account) -> None:
    here, there = signed_in(server), signed_in(server, AT_HOME)
    world, rooms, fresh = server.world, server.rooms, "quatre mots sans rapport"
    with pytest.raises(DomainError) as wrong:
        own_account.change_password(world, rooms, asking(server, here), NewPassword("a guess of mine", fresh))
    assert refused_code(wrong) is ErrorCode.SIGN_IN_FAILED
    for easy in ("password1", "bob2026bob", PASSWORD):
        with pytest.raises(DomainError) as refused:
            own_account.change_password(world, rooms, asking(server, here), NewPassword(PASSWORD, easy))
        assert list(refused.value.fields) == ["password"]
    wanted = NewPassword(PASSWORD, fresh, AT_SCHOOL.device_hash)
    own_account.change_password(world, rooms, asking(server, here), wanted)
    assert who(world, there.secret) is None
    assert who(world, here.secret) is not None
    assert rooms.told == [("end-sign-ins", {there.sign_in.id})]
    with pytest.raises(DomainError):
        signed_in(server)
    assert sign_ins.sign_in(world, BOB.email, fresh).account.id == bob.id
    back = [sign_ins.sign_in(world, BOB.email, fresh, one).is_new_device for one in (AT_SCHOOL, AT_HOME)]
    assert back == [False, True], "the other device is told of as a new one"


def test_the_password_given_again_counts_for_a_quarter_of_an_hour(server: Stage, bob: Account) -> None:
    made = signed_in(server)
    sign_ins.demand_recent(server.world, asking(server, made).sign_in)
    server.clock.pass_time(timedelta(minutes=15))
    with pytest.raises(DomainError) as refused:
        sign_ins.demand_recent(server.world, asking(server, made).sign_in)
    assert refused_code(refused) is ErrorCode.SIGN_IN_AGAIN
    with pytest.raises(DomainError) as wrong:
        sign_ins.give_password_again(server.world, asking(server, made), "a guess")
    assert refused_code(wrong) is ErrorCode.SIGN_IN_FAILED
    sign_ins.give_password_again(server.world, asking(server, made), PASSWORD)
    sign_ins.demand_recent(server.world, asking(server, made).sign_in)


def test_a_disabled_account_is_told_so_by_its_password_alone(server: Stage, bob: Account) -> None:
    made = signed_in(server)
    with server.world.store.write() as stored:
        stored.accounts.update(replace(bob, disabled_at=server.clock.now()))
    assert who(server.world, made.secret) is None
    with pytest.raises(DomainError) as right:
        signed_in(server)
    with pytest.raises(DomainError) as wrong:
        sign_ins.sign_in(server.world, BOB.email, "a guess")
    assert refused_code(right) is ErrorCode.ACCOUNT_DISABLED
    assert refused_code(wrong) is ErrorCode.SIGN_IN_FAILED


def test_the_audit_has_each_good_sign_in_and_refused_ones_in_sums(server: Stage, bob: Account) -> None:
    made = signed_in(server)
    for email in (BOB.email, BOB.email, BOB.email, "nobody@example.org", "no address"):
        with pytest.raises(DomainError):
            sign_ins.sign_in(server.world, email, "a guess")
    note_unnoted(server.world)
    seen = {(one.actor_id, one.subject_id, one.allowed, one.times) for one in records(server)}
    assert seen == {
        (bob.id, made.sign_in.id, True, 1),
        (None, bob.id, False, 3),
        (None, "unknown", False, 2),
    }
    assert {one.action for one in records(server)} == {"sign-in"}


def test_rooms_hear_of_sign_ins_and_meetings_that_ended_elsewhere(server: Stage, bob: Account) -> None:
    made = signed_in(server)
    gone, over = SignInId("sgn_gone"), MeetingId("mtg_over")
    server.rooms.in_use = frozenset({made.sign_in.id, gone})
    server.rooms.running = (over,)
    end_what_has_no_standing(server.world, server.rooms)
    assert server.rooms.told == [("end-sign-ins", {gone}), ("end", over)]
    server.rooms.told.clear()
    server.clock.pass_time(timedelta(days=30))
    server.rooms.running = ()
    end_what_has_no_standing(server.world, server.rooms)
    assert server.rooms.told == [("end-sign-ins", {made.sign_in.id, gone})]


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("(Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0", ("firefox", "windows")),
        ("(X11; Linux x86_64) (KHTML, like Gecko) Chrome/130.0 Safari/537.36", ("chrome", "linux")),
        ("(Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", ("edge", "windows")),
        ("(iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", ("safari", "iphone")),
        ("(Linux; Android 14) SamsungBrowser/25.0 Chrome/121.0 Safari/537.36", ("samsung", "android")),
        ("(X11; CrOS x86_64 14541.0.0) Chrome/130.0 Safari/537.36", ("chrome", "chromeos")),
        ("curl/8", ("", "")),
        ("x" * 10_000 + "Firefox", ("", "")),
    ],
)
def test_what_a_browser_is_called(agent: str, device: tuple[str, str]) -> None:
    assert read_device(f"Mozilla/5.0 {agent}") == Device(*device)
