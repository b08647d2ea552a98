"""Who may knock, as what, and what everybody else is told: one thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from preau.meet.domain.beginnings import Beginning, Beginnings
from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.domain.invitations import Invitee, Provenance, Source
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import Kind, Profile, bundle
from preau.meet.services.doors import (
    Arrival,
    Visitor,
    arrive,
    device_cookie,
    device_key,
    is_met,
    look_at_invitation,
    look_at_link,
    meeting_at,
    passcode_mark,
)
from preau.meet.services.invitations import (
    FreshLink,
    invite,
    renew_invitation,
    revoke_invitation,
)
from preau.meet.services.limits import UNKNOWN_LINKS_PER_PREFIX
from preau.meet.services.meetings import (
    Changes,
    MeetingView,
    change_link,
    change_meeting,
    create_meeting,
    delete_meeting,
)
from preau.meet.services.ports import RoomDoor
from preau.meet.services.retention import forget_expired
from preau.meet.services.secrets import hash_of
from tests.kit.world import ADA, BOB, Stage

HERE = "192.0.2.7"
GUEST = Visitor(None, "", None, None, "d" * 43, HERE)
OPEN = bundle(Profile.WORK, Kind.MEETING)


def class_of(server: Stage, **rules: object) -> MeetingView:
    view = create_meeting(server.world, ADA, "6e B", Kind.CLASS)
    if not rules:
        return view
    return change_meeting(server.world, server.rooms, ADA, view.meeting.id, Changes(rules=rules))


def ann_of(server: Stage, view: MeetingView, **about: object) -> FreshLink:
    person = replace(Invitee("Ann"), **about)  # type: ignore[arg-type]  # a test names fields of its own
    return invite(server.world, ADA, view.meeting.id, [person]).fresh[0]


def knock(server: Stage, view: MeetingView, **shown: object) -> Arrival:
    visitor = replace(GUEST, **{"code": view.meeting.code, **shown})  # type: ignore[arg-type]  # as above
    return arrive(server.world, server.rooms, visitor)


def refusal(server: Stage, view: MeetingView, **shown: object) -> ErrorCode:
    with pytest.raises(DomainError) as refused:
        knock(server, view, **shown)
    return refused.value.code


def test_the_owner_comes_in_as_host_whatever_the_door_says(server: Stage) -> None:
    view = class_of(server)
    server.rooms.doors[view.meeting.id] = RoomDoor(view.rules, is_locked=True)
    change_meeting(server.world, server.rooms, ADA, view.meeting.id, Changes(passcode="open sesame"))
    arrival = knock(server, view, account=ADA)
    assert (arrival.role, arrival.provenance) == (RoomRole.HOST, Provenance.OWNER)
    assert (arrival.account_id, arrival.name, arrival.is_second_device) == (ADA.id, None, False)


def test_in_a_school_the_open_link_leads_no_guest_anywhere(server: Stage) -> None:
    view = class_of(server)
    assert refusal(server, view) is ErrorCode.MEETING_UNKNOWN
    arrival = knock(server, view, account=BOB)
    assert (arrival.role, arrival.provenance) == (RoomRole.PARTICIPANT, Provenance.ACCOUNT)


def test_an_opened_link_lets_guests_knock(server: Stage) -> None:
    arrival = knock(server, class_of(server, open_link=True))
    assert (arrival.role, arrival.provenance) == (RoomRole.PARTICIPANT, Provenance.OPEN_LINK)
    assert (arrival.account_id, arrival.invitation_id) == (None, None)


def test_the_rules_of_the_running_room_count_at_its_door(server: Stage) -> None:
    closed, opened = class_of(server), class_of(server, open_link=True)
    server.rooms.doors[closed.meeting.id] = RoomDoor(OPEN, is_locked=False)
    server.rooms.doors[opened.meeting.id] = RoomDoor(closed.rules, is_locked=False)
    assert knock(server, closed).provenance is Provenance.OPEN_LINK
    assert refusal(server, opened) is ErrorCode.MEETING_UNKNOWN


def test_a_personal_link_fixes_name_and_role_and_belongs_to_its_first_device(server: Stage) -> None:
    view = class_of(server)
    ann = ann_of(server, view, role=RoomRole.COHOST)
    first = knock(server, view, invitation_secret=ann.secret, device_secret="a" * 43)
    assert (first.name, first.role, first.provenance) == ("Ann", RoomRole.COHOST, Provenance.INVITED)
    assert first.invitation_id == ann.invitation.id
    assert not first.is_second_device
    again = knock(server, view, invitation_secret=ann.secret, device_secret="a" * 43)
    assert again == first
    copied = knock(server, view, invitation_secret=ann.secret, device_secret="b" * 43)
    assert copied.is_second_device
    assert copied.device_key != first.device_key


def test_a_browser_without_a_cookie_is_never_the_first_device(server: Stage) -> None:
    view = class_of(server)
    ann = ann_of(server, view)
    for nothing in (None, "", "short", "x" * 500):
        assert knock(server, view, invitation_secret=ann.secret, device_secret=nothing).is_second_device
    assert not knock(server, view, invitation_secret=ann.secret).is_second_device


def test_browsers_without_a_cookie_are_one_neighbourhood() -> None:
    assert device_key(None, "192.0.2.7") == device_key("", "192.0.2.200") == device_key("x", "192.0.2.1")
    assert device_key(None, "192.0.3.7") != device_key(None, "192.0.2.7")
    assert device_key("d" * 43, "192.0.2.7") == device_key("d" * 43, "198.51.100.1")


def test_a_renewed_link_is_another_link_for_another_device(server: Stage) -> None:
    view = class_of(server)
    ann = ann_of(server, view)
    knock(server, view, invitation_secret=ann.secret, device_secret="a" * 43)
    fresh = renew_invitation(server.world, server.rooms, ADA, view.meeting.id, ann.invitation.id)
    assert refusal(server, view, invitation_secret=ann.secret) is ErrorCode.MEETING_UNKNOWN
    arrival = knock(server, view, invitation_secret=fresh.secret, device_secret="b" * 43)
    assert not arrival.is_second_device
    assert ("revoke", view.meeting.id, ann.invitation.id) in server.rooms.told


def test_a_list_makes_people_of_the_roster(server: Stage) -> None:
    view = class_of(server)
    listed = [Invitee("Zoé", "zoe@example.org")]
    made = invite(server.world, ADA, view.meeting.id, listed, Source.ROSTER).fresh
    assert knock(server, view, invitation_secret=made[0].secret).provenance is Provenance.ROSTER


def test_everything_that_leads_nowhere_is_one_answer(server: Stage) -> None:
    view, other, gone = class_of(server), class_of(server), class_of(server)
    ann, foreign = ann_of(server, view), ann_of(server, other)
    delete_meeting(server.world, server.rooms, ADA, gone.meeting.id)
    revoked = ann_of(server, view, name="Zoé")
    revoke_invitation(server.world, server.rooms, ADA, view.meeting.id, revoked.invitation.id)
    locked = class_of(server, open_link=True)
    server.rooms.doors[locked.meeting.id] = RoomDoor(locked.rules, is_locked=True)
    known = knock(server, view, invitation_secret=ann.secret)
    assert known.name == "Ann"
    answers = set()
    for shown in (
        {"code": "abcde-fghjk-mnpqr-stvwx"},
        {"code": "../../etc/passwd"},
        {"code": "x" * 5000},
        {"code": gone.meeting.code},
        {"code": view.meeting.code},
        {"code": locked.meeting.code},
        {"code": locked.meeting.code, "account": BOB},
        {"code": view.meeting.code, "invitation_secret": ""},
        {"code": view.meeting.code, "invitation_secret": "guessed"},
        {"code": view.meeting.code, "invitation_secret": foreign.secret},
        {"code": view.meeting.code, "invitation_secret": revoked.secret},
    ):
        with pytest.raises(DomainError) as refused:
            knock(server, view, **shown)
        error = refused.value
        answers.add((error.code, error.message, tuple(error.fields), error.retry_after_s))
    assert len(answers) == 1


def test_rotation_kills_the_link_and_spares_personal_ones(server: Stage) -> None:
    view = class_of(server, open_link=True)
    ann = ann_of(server, view)
    fresh = change_link(server.world, server.rooms, ADA, view.meeting.id)
    assert refusal(server, view) is ErrorCode.MEETING_UNKNOWN
    assert knock(server, fresh).provenance is Provenance.OPEN_LINK
    looked = look_at_invitation(server.world, server.rooms, replace(GUEST, invitation_secret=ann.secret))
    assert looked.code == fresh.meeting.code
    assert knock(server, fresh, invitation_secret=ann.secret).name == "Ann"
    assert ("link-changed", view.meeting.id, fresh.meeting.code) in server.rooms.told


def test_a_passcode_is_asked_of_everybody_without_a_personal_link(server: Stage) -> None:
    view = class_of(server, open_link=True)
    change_meeting(server.world, server.rooms, ADA, view.meeting.id, Changes(passcode=" open  sesame "))
    assert refusal(server, view) is ErrorCode.PASSCODE_NEEDED
    assert refusal(server, view, account=BOB) is ErrorCode.PASSCODE_NEEDED
    assert refusal(server, view, passcode="open") is ErrorCode.PASSCODE_WRONG
    assert knock(server, view, passcode="open sesame").provenance is Provenance.OPEN_LINK
    ann = ann_of(server, view)
    assert knock(server, view, invitation_secret=ann.secret).name == "Ann"
    change_meeting(server.world, server.rooms, ADA, view.meeting.id, Changes(passcode=""))
    assert knock(server, view).provenance is Provenance.OPEN_LINK


def passcode_guesses(server: Stage, view: MeetingView, address: str, times: int) -> list[ErrorCode]:
    """Wrong passcodes, each from a browser that was never seen."""
    return [
        refusal(server, view, passcode="guess", device_secret=f"{n:050}", address=address)
        for n in range(times)
    ]


def test_whoever_gave_the_passcode_before_is_let_in_whatever_others_guess(server: Stage) -> None:
    view = class_of(server, open_link=True)
    change_meeting(server.world, server.rooms, ADA, view.meeting.id, Changes(passcode="open sesame"))
    knock(server, view, passcode="open sesame")
    assert ErrorCode.RATE_LIMITED in passcode_guesses(server, view, HERE, 200)
    assert refusal(server, view, passcode="open sesame", device_secret="e" * 43) is ErrorCode.RATE_LIMITED
    assert knock(server, view, passcode="open sesame").provenance is Provenance.OPEN_LINK
    assert refusal(server, view, passcode="open sesami") is ErrorCode.PASSCODE_WRONG, "and may mistype"
    elsewhere = knock(server, view, passcode="open sesame", device_secret="f" * 43, address="198.51.100.1")
    assert elsewhere.provenance is Provenance.OPEN_LINK, "strangers elsewhere have their share"
    assert knock(server, view, account=BOB, passcode="open sesame", device_secret="g" * 43)


def test_another_passcode_makes_strangers_of_all(server: Stage) -> None:
    view = class_of(server, open_link=True)
    meeting_id = view.meeting.id
    change_meeting(server.world, server.rooms, ADA, meeting_id, Changes(passcode="open sesame"))
    knock(server, view, passcode="open sesame")
    with server.world.store.read() as stored:
        meeting = stored.meetings.by_id(meeting_id)
        assert meeting is not None
        mark = passcode_mark("d" * 43, meeting)
        assert mark is not None
        assert stored.passcode_devices.is_met(mark)
    change_meeting(server.world, server.rooms, ADA, meeting_id, Changes(passcode="close sesame"))
    with server.world.store.read() as stored:
        assert not stored.passcode_devices.is_met(mark)
    passcode_guesses(server, view, HERE, 200)
    assert refusal(server, view, passcode="close sesame") is ErrorCode.RATE_LIMITED


def test_a_browser_is_remembered_for_a_year_and_with_its_meeting(server: Stage) -> None:
    view = class_of(server, open_link=True)
    change_meeting(server.world, server.rooms, ADA, view.meeting.id, Changes(passcode="open sesame"))
    knock(server, view, passcode="open sesame")
    with server.world.store.read() as stored:
        meeting = stored.meetings.by_id(view.meeting.id)
        assert meeting is not None
        mark = passcode_mark("d" * 43, meeting) or ""
    server.clock.pass_time(timedelta(days=364))
    forget_expired(server.world)
    assert is_met(server.world, mark)
    server.clock.pass_time(timedelta(days=2))
    forget_expired(server.world)
    assert not is_met(server.world, mark)
    knock(server, view, passcode="open sesame")
    delete_meeting(server.world, server.rooms, ADA, view.meeting.id)
    assert not is_met(server.world, mark)


def test_a_neighbourhood_runs_out_of_guesses_of_links(server: Stage) -> None:
    view = class_of(server)
    for number in range(UNKNOWN_LINKS_PER_PREFIX.count):
        code = refusal(server, view, code="nothing", address=f"192.0.2.{number % 256}")
        assert code is ErrorCode.MEETING_UNKNOWN
    assert refusal(server, view, code="nothing") is ErrorCode.RATE_LIMITED
    assert refusal(server, view) is ErrorCode.RATE_LIMITED, "a closed door is no better than none"
    for secret in ("guessed", "guessed again"):
        with pytest.raises(DomainError) as refused:
            look_at_invitation(server.world, server.rooms, replace(GUEST, invitation_secret=secret))
        assert refused.value.code is ErrorCode.RATE_LIMITED
    ann = ann_of(server, view)
    assert knock(server, view, invitation_secret=ann.secret).name == "Ann", "neighbours are not locked out"
    assert refusal(server, view, code="nothing", address="198.51.100.1") is ErrorCode.MEETING_UNKNOWN
    server.clock.pass_time(timedelta(minutes=1))
    assert refusal(server, view, code="nothing") is ErrorCode.MEETING_UNKNOWN


def test_a_link_shows_its_title_to_the_host_alone(server: Stage) -> None:
    view = class_of(server, open_link=True)
    code = view.meeting.code
    seen = look_at_link(server.world, server.rooms, replace(GUEST, code=code))
    assert (seen.is_host, seen.title, seen.name, seen.needs_passcode) == (False, None, None, False)
    change_meeting(server.world, server.rooms, ADA, view.meeting.id, Changes(passcode="open sesame"))
    assert look_at_link(server.world, server.rooms, replace(GUEST, code=code, account=BOB)).needs_passcode
    own = look_at_link(server.world, server.rooms, replace(GUEST, code=code, account=ADA))
    assert (own.is_host, own.title, own.name, own.needs_passcode) == (True, "6e B", "Ada", False)


def test_looking_at_a_personal_link_ties_it_to_nothing(server: Stage) -> None:
    view = class_of(server)
    ann = ann_of(server, view)
    looked = look_at_invitation(server.world, server.rooms, replace(GUEST, invitation_secret=ann.secret))
    assert (looked.name, looked.host_name, looked.title) == ("Ann", "Ada", "6e B")
    with server.world.store.read() as stored:
        assert stored.invitations.by_id(ann.invitation.id) == ann.invitation


AS_CHOSEN = Beginnings(Beginning.AS_CHOSEN, Beginning.AS_CHOSEN)
OFF = Beginnings(Beginning.OFF, Beginning.OFF)


def begins(server: Stage, secret: str, **shown: object) -> Beginnings:
    visitor = replace(GUEST, invitation_secret=secret, **shown)  # type: ignore[arg-type]  # as above
    return look_at_invitation(server.world, server.rooms, visitor).begins


def test_a_pupil_is_told_before_joining_how_microphone_and_camera_begin(server: Stage) -> None:
    view = class_of(server)
    ann = ann_of(server, view)
    assert begins(server, ann.secret) == OFF, "a class begins in silence"
    strict = replace(view.rules, unmute=False)
    server.rooms.doors[view.meeting.id] = RoomDoor(strict, is_locked=False)
    assert begins(server, ann.secret) == Beginnings(Beginning.BY_RULE, Beginning.OFF), "as the room is now"
    free = replace(view.rules, starts_muted=False, camera=False)
    server.rooms.doors[view.meeting.id] = RoomDoor(free, is_locked=False)
    assert begins(server, ann.secret) == Beginnings(Beginning.AS_CHOSEN, Beginning.BY_RULE)


def test_who_runs_the_room_begins_as_chosen_and_an_observer_with_nothing(server: Stage) -> None:
    view = class_of(server, unmute=False, camera=False, open_link=True)
    assistant = ann_of(server, view, role=RoomRole.COHOST)
    watcher = ann_of(server, view, name="Eve", role=RoomRole.OBSERVER)
    assert begins(server, assistant.secret) == AS_CHOSEN
    assert begins(server, watcher.secret) == Beginnings(Beginning.OBSERVER, Beginning.OBSERVER)
    assert begins(server, watcher.secret, account=ADA) == AS_CHOSEN, "the owner is the host by any link"
    by_link = replace(GUEST, code=view.meeting.code)
    stranger = look_at_link(server.world, server.rooms, by_link).begins
    assert stranger == Beginnings(Beginning.BY_RULE, Beginning.BY_RULE)
    assert look_at_link(server.world, server.rooms, replace(by_link, account=ADA)).begins == AS_CHOSEN


def test_a_locked_room_hides_from_personal_links_too(server: Stage) -> None:
    view = class_of(server)
    ann = ann_of(server, view)
    server.rooms.doors[view.meeting.id] = RoomDoor(view.rules, is_locked=True)
    assert refusal(server, view, invitation_secret=ann.secret) is ErrorCode.MEETING_UNKNOWN
    with pytest.raises(DomainError) as refused:
        look_at_invitation(server.world, server.rooms, replace(GUEST, invitation_secret=ann.secret))
    assert refused.value.code is ErrorCode.MEETING_UNKNOWN
    with server.world.store.read() as stored:
        assert stored.invitations.by_id(ann.invitation.id) == ann.invitation, "it was not tied either"


@pytest.mark.parametrize("mark", ["device", "link", "account"])
def test_a_banned_person_is_told_nothing_of_the_meeting_any_more(server: Stage, mark: str) -> None:
    view = class_of(server, open_link=True)
    change_meeting(server.world, server.rooms, ADA, view.meeting.id, Changes(passcode="open sesame"))
    ann = ann_of(server, view)
    by_link = replace(GUEST, invitation_secret=ann.secret, account=BOB)
    assert look_at_invitation(server.world, server.rooms, by_link).title == "6e B"
    server.rooms.banned = {{"device": hash_of("d" * 43), "link": ann.invitation.id, "account": BOB.id}[mark]}
    with pytest.raises(DomainError) as refused:
        look_at_invitation(server.world, server.rooms, by_link)
    assert refused.value.code is ErrorCode.MEETING_UNKNOWN
    if mark != "link":
        with pytest.raises(DomainError) as refused:
            look_at_link(server.world, server.rooms, replace(GUEST, code=view.meeting.code, account=BOB))
        assert refused.value.code is ErrorCode.MEETING_UNKNOWN
        assert refusal(server, view, account=BOB) is ErrorCode.MEETING_UNKNOWN, "nor that it has a passcode"
    assert knock(server, view, account=ADA).provenance is Provenance.OWNER


def test_who_resumes_a_seat_finds_the_meeting_behind_a_locked_door(server: Stage) -> None:
    view = class_of(server)
    server.rooms.doors[view.meeting.id] = RoomDoor(view.rules, is_locked=True)
    assert meeting_at(server.world, view.meeting.code, HERE).id == view.meeting.id
    with pytest.raises(DomainError):
        meeting_at(server.world, "nothing", HERE)


def test_the_cookie_of_an_https_server_belongs_to_its_host_alone() -> None:
    assert device_cookie(is_https=True).startswith("__Host-")
    assert not device_cookie(is_https=False).startswith("__")


def test_no_secret_of_a_link_is_in_the_database(server: Stage, tmp_path: Path) -> None:
    view = class_of(server)
    ann = ann_of(server, view)
    knock(server, view, invitation_secret=ann.secret, device_secret="a" * 43)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Ann" in stored
    assert ann.secret.encode() not in stored
    assert b"a" * 43 not in stored


def test_the_room_hears_of_strangers_at_its_shut_door_and_of_nobody_else(server: Stage) -> None:
    view = class_of(server, open_link=True)
    meeting_id = view.meeting.id
    change_meeting(server.world, server.rooms, ADA, meeting_id, Changes(passcode="open sesame"))
    server.rooms.told.clear()
    link = ann_of(server, view).secret
    assert refusal(server, view, passcode="wrong one") is ErrorCode.PASSCODE_WRONG
    assert refusal(server, view) is ErrorCode.PASSCODE_NEEDED
    assert refusal(server, view, invitation_secret="made up") is ErrorCode.MEETING_UNKNOWN
    server.rooms.doors[meeting_id] = RoomDoor(view.rules, is_locked=True)
    assert refusal(server, view) is ErrorCode.MEETING_UNKNOWN
    assert refusal(server, view, account=BOB) is ErrorCode.MEETING_UNKNOWN
    assert refusal(server, view, invitation_secret=link) is ErrorCode.MEETING_UNKNOWN
    in_vain = ("knocked-in-vain", meeting_id, device_key("d" * 43, HERE), "192.0.2.0")
    assert server.rooms.told == [in_vain, in_vain]
