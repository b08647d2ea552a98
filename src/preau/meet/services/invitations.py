"""Personal links of a meeting: made one by one or from a list, renewed, revoked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from preau.meet.domain import ids
from preau.meet.domain.accounts import Account
from preau.meet.domain.errors import conflict, invalid, not_found
from preau.meet.domain.ids import ID_BYTES, InvitationId, MeetingId
from preau.meet.domain.invitations import (
    MAX_INVITATIONS,
    Invitation,
    Invitee,
    Source,
    read_invitee,
    read_list,
)
from preau.meet.domain.letters import MailState
from preau.meet.domain.meetings import Meeting
from preau.meet.domain.policy import Action
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.link_post import LinkLetter, LinkPost, letter_with_link
from preau.meet.services.meetings import own_meeting
from preau.meet.services.ports import LiveRooms, Transaction, World
from preau.meet.services.secrets import hash_of, new_secret


@dataclass(frozen=True)
class FreshLink:
    """A personal link just made; `secret` is shown this once and stored nowhere."""

    invitation: Invitation
    secret: str


def list_invitations(world: World, account: Account | None, wanted: MeetingId) -> Sequence[Invitation]:
    """The personal links of one of the account's meetings, in the order they were made."""
    with world.store.read() as stored:
        _, meeting = own_meeting(stored, account, Action.VIEW_INVITATIONS, wanted)
        return stored.invitations.of_meeting(meeting.id)


def invite(
    world: World,
    account: Account | None,
    wanted: MeetingId,
    people: Sequence[Invitee],
    post: LinkPost | None = None,
) -> Sequence[FreshLink]:
    """A personal link for each of these people. All or, when one cannot be invited, none.

    `post`: sends each who has an address the link; None: nobody. Raises `rate-limited`.
    """
    cleaned: list[Invitee] = []
    for number, person in enumerate(people, 1):
        invitee, problem = read_invitee(person.name, person.email, person.role)
        if problem is not None:
            raise invalid({"people": f"Person {number}: {problem}"})
        cleaned.append(invitee)
    return _invite(world, account, wanted, cleaned, Source.INVITED, post=post)


def invite_list(
    world: World, account: Account | None, wanted: MeetingId, text: str, post: LinkPost | None = None
) -> Sequence[FreshLink]:
    """As `invite`, for each person of a pasted list."""
    people, problem = read_list(text)
    if problem is not None:
        raise invalid({"csv": problem})
    return _invite(world, account, wanted, people, Source.ROSTER, post=post)


def _invite(
    world: World,
    account: Account | None,
    wanted: MeetingId,
    people: Sequence[Invitee],
    source: Source,
    *,
    post: LinkPost | None,
) -> Sequence[FreshLink]:
    now = world.clock.now()
    with world.store.write() as stored:
        owner, meeting = own_meeting(stored, account, Action.INVITE, wanted)
        if len(stored.invitations.of_meeting(meeting.id)) + len(people) > MAX_INVITATIONS:
            raise conflict(f"A meeting has at most {MAX_INVITATIONS} personal links.")
        if post is not None:
            post.claim(owner, [person.email for person in people if person.email is not None])
        made: list[FreshLink] = []
        letters: list[LinkLetter] = []
        for person in people:
            secret = new_secret(world.randomness)
            invitation = Invitation(
                id=ids.invitation_id(world.randomness.draw(ID_BYTES)),
                meeting_id=meeting.id,
                name=person.name,
                email=person.email,
                role=person.role,
                source=source,
                secret_hash=hash_of(secret),
                device_hash=None,
                bound_at=None,
                created_at=now,
            )
            stored.audit.add(AuditRecord(now, owner.id, Action.INVITE.value, invitation.id, meeting.id))
            if post is not None and invitation.email is not None:
                invitation = replace(invitation, mail=MailState.WAITING, mailed_at=now)
                about = (owner, meeting, invitation)
                letters.append(letter_with_link(world, stored, about, secret, post.public_url))
            made.append(FreshLink(invitation, secret))
        stored.invitations.add([one.invitation for one in made])
    if post is not None:
        post.hand_over(letters)
    return made


def renew_invitation(
    world: World,
    rooms: LiveRooms,
    account: Account | None,
    wanted: MeetingId,
    which: InvitationId,
    *,
    post: LinkPost | None = None,
) -> FreshLink:
    """Another link for the same person, free for another device; who came by the old one is out.

    `post` sends it to who has an address; None: it is not sent. Raises `rate-limited`, `invalid-fields`.
    """
    secret, now = new_secret(world.randomness), world.clock.now()
    letters: list[LinkLetter] = []
    with world.store.write() as stored:
        owner, invitation, meeting = _own(stored, account, Action.RENEW_INVITATION, (wanted, which), now)
        fresh = replace(
            invitation,
            secret_hash=hash_of(secret),
            device_hash=None,
            bound_at=None,
            mail=None,
            mailed_at=None,
            mail_problem=None,
        )
        if post is not None:
            if fresh.email is None:
                raise invalid({"send": "There is no address to send it to."})
            post.claim(owner, [fresh.email])
            fresh = replace(fresh, mail=MailState.WAITING, mailed_at=now)
            about = (owner, meeting, fresh)
            letters.append(letter_with_link(world, stored, about, secret, post.public_url))
        stored.invitations.update(fresh)
    rooms.revoke_invitation(meeting.id, invitation.id)
    if post is not None:
        post.hand_over(letters)
    return FreshLink(fresh, secret)


def mail_invitation(
    world: World, account: Account | None, wanted: MeetingId, which: InvitationId, post: LinkPost
) -> Invitation:
    """Send who got no letter another one, with another link, since nobody keeps the one before.

    A link whose letter waits or was sent, or that somebody used, stays as it is. Raises `rate-limited`,
    `invalid-fields`.
    """
    secret, now = new_secret(world.randomness), world.clock.now()
    with world.store.write() as stored:
        owner, meeting = own_meeting(stored, account, Action.MAIL_INVITATION, wanted)
        invitation = stored.invitations.by_id(which)
        if invitation is None or invitation.meeting_id != meeting.id:
            raise not_found()
        is_another = stored.invitations.mail_again(invitation.id, hash_of(secret), now)
        fresh = stored.invitations.by_id(which)
        if not is_another or fresh is None or fresh.email is None:
            return fresh or invitation
        post.claim(owner, [fresh.email])
        letter = letter_with_link(world, stored, (owner, meeting, fresh), secret, post.public_url)
    post.hand_over([letter])
    return fresh


def revoke_invitation(
    world: World, rooms: LiveRooms, account: Account | None, wanted: MeetingId, which: InvitationId
) -> None:
    """Take a personal link back; who came by it is out."""
    now = world.clock.now()
    with world.store.write() as stored:
        _, invitation, meeting = _own(stored, account, Action.REVOKE_INVITATION, (wanted, which), now)
        stored.invitations.remove(invitation.id)
    rooms.revoke_invitation(meeting.id, invitation.id)


def _own(
    stored: Transaction,
    account: Account | None,
    action: Action,
    which: tuple[MeetingId, InvitationId],
    now: datetime,
) -> tuple[Account, Invitation, Meeting]:
    wanted, invitation_id = which
    owner, meeting = own_meeting(stored, account, action, wanted)
    invitation = stored.invitations.by_id(invitation_id)
    if invitation is None or invitation.meeting_id != meeting.id:
        raise not_found()
    stored.audit.add(AuditRecord(now, owner.id, action.value, invitation.id, meeting.id))
    return owner, invitation, meeting
