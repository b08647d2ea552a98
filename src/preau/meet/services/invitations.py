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
)
from preau.meet.domain.letters import MailState
from preau.meet.domain.meetings import Meeting
from preau.meet.domain.policy import Action
from preau.meet.domain.roster_matches import plan
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


@dataclass(frozen=True)
class Made:
    """What came of asking for links: `kept` had one already, and have it still."""

    fresh: Sequence[FreshLink]
    updated: Sequence[Invitation]
    kept: Sequence[Invitation]


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
    source: Source = Source.INVITED,
    *,
    post: LinkPost | None = None,
) -> Made:
    """A personal link for each of these people who has none yet. All or, when one cannot be invited, none.

    Asking again makes nothing: somebody of the same name keeps the link that is there, unless the invitee
    says how many others of that name are meant. `post`: sends each who has an address the link; None: nobody.
    Raises `invalid-fields` with a field `people.<number from 0>.<name>` for each that is wrong, `conflict`,
    `rate-limited`.
    """
    cleaned = _cleaned(people)
    with world.store.write() as stored:
        owner, meeting = own_meeting(stored, account, Action.INVITE, wanted)
        there = stored.invitations.of_meeting(meeting.id)
        planned = plan(cleaned, there)
        if len(there) + len(planned.new) > MAX_INVITATIONS:
            raise conflict(f"A meeting has at most {MAX_INVITATIONS} personal links.")
        made, letters = _make(world, stored, (owner, meeting, source), planned.new, post)
        for changed in planned.updated:
            stored.invitations.update(changed)
            stored.audit.add(
                AuditRecord(
                    world.clock.now(), owner.id, Action.CHANGE_INVITATION.value, changed.id, meeting.id
                )
            )
    if post is not None:
        post.hand_over(letters)
    return Made(made, planned.updated, planned.kept)


def _cleaned(people: Sequence[Invitee]) -> list[Invitee]:
    cleaned: list[Invitee] = []
    problems: dict[str, str] = {}
    for number, person in enumerate(people):
        invitee, wrong = read_invitee(person)
        problems |= {f"people.{number}.{name}": reason for name, reason in wrong.items()}
        cleaned.append(invitee)
    if problems:
        raise invalid(problems)
    return cleaned


def _make(
    world: World,
    stored: Transaction,
    about: tuple[Account, Meeting, Source],
    people: Sequence[Invitee],
    post: LinkPost | None,
) -> tuple[list[FreshLink], list[LinkLetter]]:
    owner, meeting, source = about
    now = world.clock.now()
    if post is not None:
        post.claim(owner, [to for one in people if one.email for to in (one.email, *one.more_emails)])
    made: list[FreshLink] = []
    letters: list[LinkLetter] = []
    for person in people:
        secret = new_secret(world.randomness)
        invitation = Invitation(
            id=ids.invitation_id(world.randomness.draw(ID_BYTES)),
            meeting_id=meeting.id,
            name=person.name,
            email=person.email,
            more_emails=person.more_emails,
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
            whose = (owner, meeting, invitation)
            letters.append(letter_with_link(world, stored, whose, secret, post.public_url))
        made.append(FreshLink(invitation, secret))
    stored.invitations.add([one.invitation for one in made])
    return made, letters


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
            post.claim(owner, fresh.addresses)
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
        post.claim(owner, fresh.addresses)
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
