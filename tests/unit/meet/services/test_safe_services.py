"""Meetings with rules, invitations, the organization, cases and the audit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preau.meet.domain.cases import CaseState, Category, Report, next_number
from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.domain.ids import CaseId, InvitationId, MeetingId
from preau.meet.domain.invitations import MAX_INVITATIONS, Invitee, Source
from preau.meet.domain.letters import MailProblem
from preau.meet.domain.organization import Organization, in_force, safe_rules
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import RULE_NAMES, Kind, Profile, bundle
from preau.meet.services import audit, cases, invitations, meetings, organization
from preau.meet.services.cases import CaseView
from preau.meet.services.meetings import Changes
from preau.meet.services.organization import OrganizationChanges
from preau.meet.services.ports import RoomDoor
from tests.kit.world import ADA, BOB, Stage

HERE = "192.0.2.7"


def refused(act: object) -> DomainError:
    assert callable(act)
    with pytest.raises(DomainError) as error:
        act()
    return error.value


@pytest.mark.parametrize(
    ("profile", "kind"),
    [
        (Profile.SCHOOL, Kind.CLASS),
        (Profile.PUBLIC_BODY, Kind.MEETING),
        (Profile.WORK, Kind.MEETING),
        (Profile.FRIENDS, Kind.FRIENDS),
    ],
)
def test_a_meeting_begins_with_the_bundle_of_its_house(server: Stage, profile: Profile, kind: Kind) -> None:
    changes = OrganizationChanges(profile=profile)
    organization.change_organization(server.world, server.rooms, ADA, changes)
    view = meetings.create_meeting(server.world, BOB, None)
    assert view.meeting.kind is kind
    assert view.rules == view.safe == bundle(profile, kind)
    strict = meetings.create_meeting(server.world, BOB, None, Kind.CLASS)
    assert strict.rules.supervised


def test_a_change_of_rules_is_kept_told_to_the_room_and_audited(server: Stage) -> None:
    made = meetings.create_meeting(server.world, ADA, "6e B")
    without_cameras = replace(made.rules, camera=False)
    server.rooms.doors[made.meeting.id] = RoomDoor(without_cameras, is_locked=False)
    changes = Changes(rules={"open_link": True, "slow_mode_s": 30, "chat": "hosts"})
    view = meetings.change_meeting(server.world, server.rooms, ADA, made.meeting.id, changes)
    assert (view.rules.open_link, view.rules.slow_mode_s, view.rules.chat.value) == (True, 30, "hosts")
    assert meetings.view_meeting(server.world, ADA, made.meeting.id).rules == view.rules
    assert view.rules.camera
    in_the_room = replace(view.rules, camera=False)
    assert server.rooms.told == [("change-rules", made.meeting.id, in_the_room, frozenset())]
    records = audit.view_audit(server.world, ADA, made.meeting.id).records
    assert [one.action for one in records] == ["change-meeting-rules", "create-meeting"]
    assert all(one.allowed and one.actor_id == ADA.id for one in records)


@pytest.mark.parametrize(
    "rules",
    [{"door": True}, {"open_link": "yes"}, {"open_link": 1}, {"slow_mode_s": 7}, {"chat": "loud"}, {"": ""}],
)
def test_a_rule_that_cannot_be_is_refused_and_nothing_of_the_rest_is_kept(
    server: Stage, rules: dict[str, object]
) -> None:
    made = meetings.create_meeting(server.world, ADA, "6e B")
    changes = Changes(title="Other", rules={**rules, "unmute": False})
    error = refused(
        lambda: meetings.change_meeting(server.world, server.rooms, ADA, made.meeting.id, changes)
    )
    assert error.code is ErrorCode.INVALID_FIELDS
    assert meetings.view_meeting(server.world, ADA, made.meeting.id) == made
    assert server.rooms.told == []


def test_a_locked_rule_is_as_the_profile_has_it_and_stays_so(server: Stage) -> None:
    made = meetings.create_meeting(server.world, BOB, "Staff", Kind.MEETING)
    opened = Changes(rules={"open_link": True})
    meetings.change_meeting(server.world, server.rooms, BOB, made.meeting.id, opened)
    lock = OrganizationChanges(locked_rules=["open_link"])
    organization.change_organization(server.world, server.rooms, ADA, lock)
    assert not meetings.view_meeting(server.world, BOB, made.meeting.id).rules.open_link
    error = refused(lambda: meetings.change_meeting(server.world, server.rooms, BOB, made.meeting.id, opened))
    assert error.code is ErrorCode.RULE_LOCKED
    harmless = Changes(rules={"open_link": False, "unmute": False})
    view = meetings.change_meeting(server.world, server.rooms, BOB, made.meeting.id, harmless)
    assert not view.rules.unmute


@given(
    profile=st.sampled_from(Profile),
    kind=st.sampled_from(Kind),
    locked=st.frozensets(st.sampled_from(RULE_NAMES)),
    chosen=st.sampled_from([bundle(profile, kind) for profile in Profile for kind in Kind]),
)
def test_of_the_rules_in_force_the_locked_are_safe_and_the_others_chosen(
    profile: Profile, kind: Kind, locked: frozenset[str], chosen: object
) -> None:
    house = Organization("", profile, locked)
    assert chosen is not None
    rules = in_force(house, kind, chosen)  # type: ignore[arg-type]  # one of the bundles
    safe = safe_rules(house, kind)
    for name in RULE_NAMES:
        assert getattr(rules, name) == getattr(safe if name in locked else chosen, name)


def test_an_administrators_lock_reaches_running_rooms(server: Stage) -> None:
    made = meetings.create_meeting(server.world, BOB, "Staff", Kind.MEETING)
    from preau.meet.services.occurrences import start_occurrence

    running = start_occurrence(server.world, made.meeting.id)
    assert running.organization == Organization()
    opened = replace(made.rules, open_link=True)
    server.rooms.doors[made.meeting.id] = RoomDoor(opened, is_locked=False)
    lock = OrganizationChanges(locked_rules=["open_link"])
    organization.change_organization(server.world, server.rooms, ADA, lock)
    assert server.rooms.told == [("change-rules", made.meeting.id, made.rules, frozenset({"open_link"}))]


def test_the_organization_is_for_administrators_and_its_form_is_checked(server: Stage) -> None:
    assert refused(lambda: organization.view_organization(server.world, BOB)).code is ErrorCode.NOT_ALLOWED
    assert refused(lambda: organization.view_organization(server.world, None)).code is ErrorCode.NOT_SIGNED_IN
    bad = OrganizationChanges(name="x" * 65, locked_rules=["doors"], safeguarding_contact="nobody")
    error = refused(lambda: organization.change_organization(server.world, server.rooms, ADA, bad))
    assert set(error.fields) == {"name", "locked_rules", "safeguarding_contact"}
    good = OrganizationChanges(name=" École\u202e ", safeguarding_contact="Safe@Example.org")
    changed = organization.change_organization(server.world, server.rooms, ADA, good)
    assert (changed.name, changed.safeguarding_contact) == ("École", "safe@example.org")
    cleared = OrganizationChanges(safeguarding_contact="")
    after = organization.change_organization(server.world, server.rooms, ADA, cleared)
    assert after == Organization("École")


def test_a_passcode_is_long_enough_and_kept_as_a_hash(server: Stage) -> None:
    made = meetings.create_meeting(server.world, ADA, "6e B")
    for passcode in ("1234567", " \u200b ", "x" * 65):
        short = Changes(passcode=passcode)
        error = refused(
            lambda changes=short: meetings.change_meeting(
                server.world, server.rooms, ADA, made.meeting.id, changes
            )
        )
        assert set(error.fields) == {"passcode"}
    kept = meetings.change_meeting(
        server.world, server.rooms, ADA, made.meeting.id, Changes(passcode="open sesame")
    )
    assert (kept.meeting.passcode_hash or "").startswith("$argon2id$")


def test_somebody_elses_meeting_has_no_invitations_link_audit_or_rules(server: Stage) -> None:
    made = meetings.create_meeting(server.world, ADA, "6e B")
    ann = invitations.invite(server.world, ADA, made.meeting.id, [Invitee("Ann")]).fresh[0].invitation
    world, rooms, wanted = server.world, server.rooms, made.meeting.id
    for account, code in ((BOB, ErrorCode.NOT_FOUND), (None, ErrorCode.NOT_SIGNED_IN)):
        for act in (
            lambda who=account: meetings.change_meeting(world, rooms, who, wanted, Changes(title="x")),
            lambda who=account: meetings.change_link(world, rooms, who, wanted),
            lambda who=account: meetings.delete_meeting(world, rooms, who, wanted),
            lambda who=account: invitations.list_invitations(world, who, wanted),
            lambda who=account: invitations.invite(world, who, wanted, [Invitee("Eve")]),
            lambda who=account: invitations.renew_invitation(world, rooms, who, wanted, ann.id),
            lambda who=account: invitations.revoke_invitation(world, rooms, who, wanted, ann.id),
            lambda who=account: audit.view_audit(world, who, wanted).records,
        ):
            assert refused(act).code is code
    assert invitations.list_invitations(world, ADA, wanted) == [ann]
    assert rooms.told == []


def test_an_invitation_of_another_meeting_is_not_found(server: Stage) -> None:
    mine = meetings.create_meeting(server.world, BOB, "Mine").meeting.id
    hers = meetings.create_meeting(server.world, ADA, "Hers").meeting.id
    ann = invitations.invite(server.world, ADA, hers, [Invitee("Ann")]).fresh[0].invitation
    for which in (ann.id, InvitationId("inv_nothing")):
        error = refused(
            lambda wanted=which: invitations.revoke_invitation(server.world, server.rooms, BOB, mine, wanted)
        )
        assert error.code is ErrorCode.NOT_FOUND


def test_one_bad_person_invites_nobody_and_each_is_named(server: Stage) -> None:
    wanted = meetings.create_meeting(server.world, ADA, "6e B").meeting.id
    for bad, field in (
        (Invitee(" "), "name"),
        (Invitee("x" * 65), "name"),
        (Invitee("Bob", "no address"), "email"),
        (Invitee("Bob", "bob@example.org", more_emails=("nobody",)), "more_emails"),
        (Invitee("Bob", more_emails=("bob@example.org",)), "more_emails"),
        (Invitee("Bob", role=RoomRole.HOST), "role"),
    ):
        people = [Invitee("Ann"), bad, Invitee("")]
        error = refused(lambda some=people: invitations.invite(server.world, ADA, wanted, some))
        assert set(error.fields) == {f"people.1.{field}", "people.2.name"}
    assert invitations.list_invitations(server.world, ADA, wanted) == []


def test_a_meeting_has_a_bounded_number_of_links(server: Stage) -> None:
    wanted = meetings.create_meeting(server.world, ADA, "6e B").meeting.id
    everybody = [Invitee(f"Pupil {number}") for number in range(MAX_INVITATIONS)]
    made = invitations.invite(server.world, ADA, wanted, everybody, Source.ROSTER).fresh
    assert len({one.secret for one in made}) == MAX_INVITATIONS
    assert {one.invitation.source for one in made} == {Source.ROSTER}
    error = refused(lambda: invitations.invite(server.world, ADA, wanted, [Invitee("One more")]))
    assert error.code is ErrorCode.CONFLICT
    again = invitations.invite(server.world, ADA, wanted, everybody)
    assert (again.fresh, len(again.kept)) == ([], MAX_INVITATIONS)


def names_there(server: Stage, wanted: MeetingId) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.name, one.addresses) for one in invitations.list_invitations(server.world, ADA, wanted)]


def test_the_same_list_again_doubles_nobody(server: Stage) -> None:
    wanted = meetings.create_meeting(server.world, ADA, "6e B").meeting.id
    first = [Invitee("Léa MARTIN", "lea@example.org"), Invitee("Tom Petit"), Invitee("Tom Petit")]
    made = invitations.invite(server.world, ADA, wanted, first)
    assert [one.invitation.name for one in made.fresh] == ["Léa MARTIN", "Tom Petit"]
    again = [Invitee("Martin Lea"), Invitee("Tom PETIT"), Invitee("Zoé")]
    second = invitations.invite(server.world, ADA, wanted, again)
    assert [one.invitation.name for one in second.fresh] == ["Zoé"]
    assert [one.name for one in second.kept] == ["Léa MARTIN", "Tom Petit"]
    assert len(names_there(server, wanted)) == 3


def test_two_of_one_name_are_two_when_one_says_so_and_stay_two(server: Stage) -> None:
    wanted = meetings.create_meeting(server.world, ADA, "6e B").meeting.id
    twins = [Invitee("Ann Bell", "a@example.org"), Invitee("Ann Bell", "b@example.org", others=1)]
    for made in (2, 0):
        assert len(invitations.invite(server.world, ADA, wanted, twins).fresh) == made
    assert names_there(server, wanted) == [
        ("Ann Bell", ("a@example.org",)),
        ("Ann Bell", ("b@example.org",)),
    ]


def test_an_update_changes_name_and_addresses_and_leaves_the_link(server: Stage) -> None:
    wanted = meetings.create_meeting(server.world, ADA, "6e B").meeting.id
    before = invitations.invite(server.world, ADA, wanted, [Invitee("Lea Martin")]).fresh[0].invitation
    both = ("lea@example.org", "father@example.org")
    change = Invitee("Léa Martin", both[0], more_emails=both[1:], updates=before.id)
    made = invitations.invite(server.world, ADA, wanted, [change])
    assert (made.fresh, made.kept) == ([], ())
    after = invitations.list_invitations(server.world, ADA, wanted)[0]
    assert (after.id, after.secret_hash, after.name) == (before.id, before.secret_hash, "Léa Martin")
    assert after.addresses == both
    assert audit.view_audit(server.world, ADA, wanted).records[0].action == "change-invitation"
    # The address is not forgotten where a list has none.
    bare = Invitee("Léa Martin", updates=before.id)
    assert invitations.invite(server.world, ADA, wanted, [bare]).updated[0].addresses == both


def test_an_update_of_a_link_of_another_meeting_changes_nothing_there(server: Stage) -> None:
    hers = meetings.create_meeting(server.world, ADA, "Hers").meeting.id
    mine = meetings.create_meeting(server.world, BOB, "Mine").meeting.id
    ann = invitations.invite(server.world, ADA, hers, [Invitee("Ann")]).fresh[0].invitation
    made = invitations.invite(server.world, BOB, mine, [Invitee("Eve", updates=ann.id)])
    assert [one.invitation.name for one in made.fresh] == ["Eve"]
    assert invitations.list_invitations(server.world, ADA, hers) == [ann]


REPORT = Report(MeetingId("mtg_1"), Category.THREAT, "He said…", "Ann", "Bob", ())


def test_a_report_gets_a_number_and_its_reporter_sees_the_outcome(server: Stage) -> None:
    first = cases.open_case(server.world, REPORT)
    second = cases.open_case(server.world, REPORT)
    assert (first.number, second.number) == ("P-2026-0001", "P-2026-0002")
    newest = cases.list_cases(server.world, ADA)[0].case
    assert newest.number == "P-2026-0002"
    cases.change_case(server.world, ADA, newest.id, CaseState.CLOSED, " Spoken with both. ")
    seen = cases.look_at_case(server.world, second.secret, HERE)
    assert (seen.case.state, seen.case.outcome, seen.contact) == (
        CaseState.CLOSED,
        "Spoken with both.",
        None,
    )
    contact = OrganizationChanges(safeguarding_contact="safe@example.org")
    organization.change_organization(server.world, server.rooms, ADA, contact)
    assert cases.look_at_case(server.world, first.secret, HERE).contact == "safe@example.org"


def test_a_year_counts_anew(server: Stage) -> None:
    cases.open_case(server.world, REPORT)
    server.clock.pass_time(timedelta(days=60))
    assert cases.open_case(server.world, REPORT).number == "P-2027-0001"
    assert next_number(2026, "P-2026-9999") == "P-2026-10000"


def test_the_register_is_for_administrators_and_reading_it_is_audited(server: Stage) -> None:
    cases.open_case(server.world, REPORT)
    case = cases.list_cases(server.world, ADA)[0].case
    for act in (
        lambda: cases.list_cases(server.world, BOB),
        lambda: cases.view_case(server.world, BOB, case.id),
        lambda: cases.change_case(server.world, BOB, case.id, CaseState.CLOSED, None),
    ):
        assert refused(act).code is ErrorCode.NOT_ALLOWED
    assert cases.view_case(server.world, ADA, case.id) == CaseView(case, None, MailProblem.OFF)
    with server.world.store.read() as stored:
        assert [one.action for one in stored.audit.all()] == ["view-cases", "view-cases"]
    missing = CaseId("cas_nothing")
    assert refused(lambda: cases.view_case(server.world, ADA, missing)).code is ErrorCode.NOT_FOUND
    assert refused(lambda: cases.change_case(server.world, ADA, case.id, None, "x" * 2001)).fields.keys() == {
        "outcome"
    }


def test_a_wrong_secret_shows_no_case(server: Stage) -> None:
    cases.open_case(server.world, REPORT)
    error = refused(lambda: cases.look_at_case(server.world, "guessed", HERE))
    assert error.code is ErrorCode.CASE_UNKNOWN


def test_a_refusal_is_noted_with_a_meeting_that_exists_alone(server: Stage) -> None:
    wanted = meetings.create_meeting(server.world, ADA, "6e B").meeting.id
    audit.note_refusal(server.world, None, "delete-meeting", wanted)
    audit.note_refusal(server.world, BOB, "x" * 500, "mtg_made_up")
    with server.world.store.read() as stored:
        noted = [one for one in stored.audit.all() if not one.allowed]
    assert [(one.actor_id, one.subject_id, one.meeting_id) for one in noted] == [
        (None, wanted, wanted),
        (BOB.id, "unknown", None),
    ]
    assert [one.allowed for one in audit.view_audit(server.world, ADA, wanted).records] == [False, True]
