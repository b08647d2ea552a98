"""Personal links by mail: sent when they are made or not at all, limited, and stored nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.domain.ids import MeetingId
from preau.meet.domain.invitations import Invitation, Invitee
from preau.meet.domain.letters import MailProblem, MailState
from preau.meet.services import delivery, invitations, link_post, meetings
from preau.meet.services.invitations import FreshLink
from preau.meet.services.link_post import (
    LINKS_PER_ACCOUNT,
    LINKS_PER_ADDRESS,
    LinkPost,
    give_up_links,
)
from preau.meet.services.ports import MailOutcome, MailResult, World
from tests.kit.postbox import Postbox
from tests.kit.world import ADA, BOB, Stage

URL = "https://meet.example.org"
PEOPLE = (Invitee("Ann", "ann@example.org"), Invitee("Zoé"), Invitee("Bob", "bob@example.org"))
OFF = MailResult(MailOutcome.REFUSED, "550 5.1.1 no such mailbox")
LATER = MailResult(MailOutcome.REFUSED, "451 4.7.1 come back later")


@pytest.fixture
def world(server: Stage, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(delivery, "PAUSES_S", (0.0, 0.0, 0.0))
    return replace(server.world, sends_mail=True)


@pytest.fixture
def wanted(world: World) -> MeetingId:
    return meetings.create_meeting(world, ADA, "6e B").meeting.id


def people_of(world: World, wanted: MeetingId) -> Sequence[Invitation]:
    return invitations.list_invitations(world, ADA, wanted)


async def settled(world: World, wanted: MeetingId) -> list[MailState | None]:
    """The states once no letter waits."""
    async with asyncio.timeout(10):
        while True:
            states = [one.mail for one in people_of(world, wanted)]
            if MailState.WAITING not in states:
                return states
            await asyncio.sleep(0.01)


def started(world: World, box: Postbox) -> LinkPost:
    post = LinkPost(world, box, URL)
    post.start()
    return post


def invite(
    world: World, wanted: MeetingId, post: LinkPost, people: Sequence[Invitee] = PEOPLE
) -> Sequence[FreshLink]:
    return invitations.invite(world, ADA, wanted, people, post=post).fresh


async def test_who_has_an_address_gets_their_own_link_and_nobody_elses(
    world: World, wanted: MeetingId
) -> None:
    box = Postbox()
    made = invite(world, wanted, started(world, box))
    assert await settled(world, wanted) == [MailState.SENT, None, MailState.SENT]
    by_address = {letter.to: letter for letter in box.taken}
    assert set(by_address) == {"ann@example.org", "bob@example.org"}
    for one in made:
        for address, letter in by_address.items():
            assert (f"{URL}/i#{one.secret}\n" in letter.text) == (one.invitation.email == address)
    with world.store.read() as stored:
        mailed = [one for one in stored.audit.all() if one.action == "mail-invitation"]
    assert [one.subject_id for one in mailed] == [made[0].invitation.id, made[2].invitation.id]
    assert all(one.meeting_id == wanted and one.actor_id == ADA.id for one in mailed)


async def test_both_parents_get_the_link_and_neither_the_others_address(
    world: World, wanted: MeetingId
) -> None:
    box = Postbox()
    both = Invitee("Léa", "mother@example.org", more_emails=("father@example.org",))
    [made] = invite(world, wanted, started(world, box), [both])
    assert await settled(world, wanted) == [MailState.SENT]
    by_address = {letter.to: letter.text for letter in box.taken}
    assert set(by_address) == {"mother@example.org", "father@example.org"}
    for text in by_address.values():
        assert f"{URL}/i#{made.secret}\n" in text
        assert "@example.org" not in text
    refusing = Postbox(results=[MailResult(MailOutcome.SENT), MailResult(MailOutcome.REFUSED, "550")])
    other = replace(both, name="Tom")
    invite(world, wanted, started(world, refusing), [other])
    assert (await settled(world, wanted))[1] is MailState.FAILED


async def test_no_link_that_could_be_used_is_in_the_database(world: World, wanted: MeetingId) -> None:
    class Never(Postbox):
        async def send(self, _letter: object) -> MailResult:
            await asyncio.Event().wait()
            raise AssertionError

    post = started(world, Never())
    made = invite(world, wanted, post)
    with world.store.read() as stored:
        kept = repr(
            [stored.invitations.of_meeting(wanted), stored.audit.all(), stored.meetings.by_id(wanted)]
        )
    assert not any(one.secret in kept for one in made)
    assert made[0].invitation.secret_hash in kept
    await asyncio.sleep(0)
    post.stop()


async def test_in_the_language_of_the_invited_or_of_their_host(world: World, wanted: MeetingId) -> None:
    with world.store.write() as stored:
        stored.accounts.update(replace(BOB, language="fr"))
    box = Postbox()
    invite(world, wanted, started(world, box))
    await settled(world, wanted)
    subjects = {letter.to: letter.subject for letter in box.taken}
    assert subjects == {
        "ann@example.org": "Your link to “6e B”",
        "bob@example.org": "Votre lien pour « 6e B »",
    }


@pytest.mark.parametrize(
    ("results", "attempts", "state"),
    [
        ([OFF], 1, MailState.FAILED),
        ([LATER, LATER], 3, MailState.SENT),
        ([MailResult(MailOutcome.UNREACHABLE)] * 3, 3, MailState.FAILED),
        ([MailResult(MailOutcome.SIGN_IN_REFUSED)], 2, MailState.SENT),
    ],
)
async def test_what_may_get_better_is_tried_again(
    world: World, wanted: MeetingId, results: list[MailResult], attempts: int, state: MailState
) -> None:
    box = Postbox(results=list(results))
    invite(world, wanted, started(world, box), PEOPLE[:1])
    assert await settled(world, wanted) == [state]
    [ann] = people_of(world, wanted)
    assert ann.mail_problem == (results[-1].problem if state is MailState.FAILED else None)
    assert len(box.taken) == attempts
    assert len({letter.id for letter in box.taken}) == 1


async def test_a_new_link_can_be_sent_and_an_unsent_one_says_nothing(
    world: World, wanted: MeetingId, server: Stage
) -> None:
    box = Postbox()
    post = started(world, box)
    ann, zoe, _ = invite(world, wanted, post)
    await settled(world, wanted)
    which = ann.invitation.id
    fresh = invitations.renew_invitation(world, server.rooms, ADA, wanted, which, post=post)
    await settled(world, wanted)
    assert f"{URL}/i#{fresh.secret}\n" in box.taken[-1].text
    quiet = invitations.renew_invitation(world, server.rooms, ADA, wanted, which)
    assert (quiet.invitation.mail, quiet.invitation.mailed_at) == (None, None)
    assert people_of(world, wanted)[0].mail is None
    with pytest.raises(DomainError) as refused:
        invitations.renew_invitation(world, server.rooms, ADA, wanted, zoe.invitation.id, post=post)
    assert set(refused.value.fields) == {"send"}
    assert people_of(world, wanted)[1] == zoe.invitation


async def test_letters_are_limited_and_then_nobody_is_invited(world: World, wanted: MeetingId) -> None:
    post = started(world, Postbox())
    crowd = [Invitee(f"Pupil {number}", f"p{number}@example.org") for number in range(301)]
    other = meetings.create_meeting(world, ADA, "Other").meeting.id
    invite(world, wanted, post, crowd[: LINKS_PER_ACCOUNT.count // 2])
    with pytest.raises(DomainError) as refused:
        invite(world, other, post, crowd)
    assert refused.value.code is ErrorCode.RATE_LIMITED
    assert people_of(world, other) == []
    assert len(invitations.invite(world, ADA, other, crowd).fresh) == len(crowd)
    post.stop()


async def test_no_mailbox_is_filled(world: World, wanted: MeetingId) -> None:
    post = started(world, Postbox())
    family = [Invitee(f"Child {number}", "home@example.org") for number in range(LINKS_PER_ADDRESS.count + 1)]
    with pytest.raises(DomainError) as refused:
        invite(world, wanted, post, family)
    assert refused.value.code is ErrorCode.RATE_LIMITED
    invite(world, wanted, post, family[1:])
    post.stop()


def test_a_restart_shows_what_was_not_sent_as_failed(world: World, wanted: MeetingId, server: Stage) -> None:
    invite(world, wanted, LinkPost(world, Postbox(), URL))
    give_up_links(world, server.clock.now())
    assert people_of(world, wanted)[0].mail is MailState.WAITING, "made after the start"
    give_up_links(world, server.clock.now() + link_post.LINKS_PER_ACCOUNT.window)
    assert [one.mail for one in people_of(world, wanted)] == [MailState.FAILED, None, MailState.FAILED]
    problems = [one.mail_problem for one in people_of(world, wanted)]
    assert problems == [MailProblem.LOST, None, MailProblem.LOST]


async def test_a_letter_that_was_given_up_is_sent_again_once_with_another_link(
    world: World, wanted: MeetingId
) -> None:
    box = Postbox(results=[OFF])
    post = started(world, box)
    ann, zoe = invite(world, wanted, post, PEOPLE[:2])
    assert await settled(world, wanted) == [MailState.FAILED, None]
    which = ann.invitation.id
    for account, code in ((BOB, ErrorCode.NOT_FOUND), (None, ErrorCode.NOT_SIGNED_IN)):
        with pytest.raises(DomainError) as refused:
            invitations.mail_invitation(world, account, wanted, which, post)
        assert refused.value.code is code
    again = invitations.mail_invitation(world, ADA, wanted, which, post)
    assert (again.mail, again.mail_problem) == (MailState.WAITING, None)
    assert again.secret_hash != ann.invitation.secret_hash
    assert invitations.mail_invitation(world, ADA, wanted, which, post) == again
    assert await settled(world, wanted) == [MailState.SENT, None]
    assert invitations.mail_invitation(world, ADA, wanted, which, post).mail is MailState.SENT
    assert invitations.mail_invitation(world, ADA, wanted, zoe.invitation.id, post) == zoe.invitation
    assert len(box.taken) == 2
    assert ann.secret not in box.taken[1].text
    with world.store.read() as stored:
        mailed = [one.subject_id for one in stored.audit.all() if one.action == "mail-invitation"]
        assert mailed == [which, which], "one record when it was made, one when it was sent again"


async def test_a_link_that_somebody_used_is_not_replaced_by_sending_again(
    world: World, wanted: MeetingId
) -> None:
    post = started(world, Postbox(results=[OFF]))
    [ann] = invite(world, wanted, post, PEOPLE[:1])
    await settled(world, wanted)
    with world.store.write() as stored:
        stored.invitations.bind(ann.invitation.id, "device", world.clock.now())
    kept = invitations.mail_invitation(world, ADA, wanted, ann.invitation.id, post)
    assert (kept.secret_hash, kept.mail) == (ann.invitation.secret_hash, MailState.FAILED)


async def test_sending_again_is_limited_like_every_letter(world: World, wanted: MeetingId) -> None:
    post = started(world, Postbox(outcome=MailOutcome.OFF, results=[OFF] * 99))
    [ann] = invite(world, wanted, post, PEOPLE[:1])
    for _ in range(LINKS_PER_ADDRESS.count - 1):
        await settled(world, wanted)
        invitations.mail_invitation(world, ADA, wanted, ann.invitation.id, post)
    await settled(world, wanted)
    with pytest.raises(DomainError) as refused:
        invitations.mail_invitation(world, ADA, wanted, ann.invitation.id, post)
    assert refused.value.code is ErrorCode.RATE_LIMITED
    assert people_of(world, wanted)[0].mail is MailState.FAILED, "and nothing was changed"


def test_without_a_mail_server_sending_is_refused_and_nobody_invited(server: Stage) -> None:
    wanted = meetings.create_meeting(server.world, ADA, "6e B").meeting.id
    post = LinkPost(server.world, Postbox(), URL)
    with pytest.raises(DomainError) as refused:
        invite(server.world, wanted, post)
    assert set(refused.value.fields) == {"send"}
    assert people_of(server.world, wanted) == []
