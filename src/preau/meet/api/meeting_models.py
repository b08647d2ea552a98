"""Bodies of requests and answers about meetings, their links and their audit."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from preau.meet.api.models import Body, MailProblemName, Text, iso
from preau.meet.domain.beginnings import Beginning, Beginnings
from preau.meet.domain.ids import InvitationId
from preau.meet.domain.invitations import MAX_INVITATIONS, MAX_MORE_EMAILS, Invitation, Invitee
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import Kind, Rules, differing
from preau.meet.services.doors import InvitationView, LinkView
from preau.meet.services.invitations import FreshLink, Made
from preau.meet.services.meetings import MeetingView
from preau.meet.services.secrets import secret_link

KindName = Literal["class", "meeting", "friends"]
InvitedRole = Literal["participant", "observer", "cohost"]


class RulesAnswer(BaseModel):
    """What a room allows."""

    open_link: bool = Field(description="Whether guests may knock with the meeting's link alone.")
    waiting_room: Literal["everybody", "not-invited", "not-known"]
    supervised: bool
    starts_muted: bool
    share: Literal["hosts", "all"]
    chat: Literal["off", "hosts", "all"]
    slow_mode_s: Literal[0, 10, 30, 60]
    unmute: bool
    camera: bool
    rename: bool

    @staticmethod
    def of(rules: Rules) -> RulesAnswer:
        """The answer about rules."""
        return RulesAnswer.model_validate(vars(rules))


class MeetingBody(Body):
    """A meeting to be. Without a kind it is what most meetings are in a house of this server's profile."""

    title: Text | None = None
    kind: KindName | None = None

    def kind_or_none(self) -> Kind | None:
        """The kind that was named."""
        return Kind(self.kind) if self.kind else None


class MeetingChanges(Body):
    """What to change about a meeting; what is left out stays as it is."""

    title: Text | None = None
    rules: dict[str, bool | int | Text] | None = Field(
        default=None, max_length=50, description="Some of the rules, by their names."
    )
    passcode: Text | None = Field(
        default=None, description="From 8 to 64 characters; an empty text or null takes the passcode away."
    )

    def changed_passcode(self) -> str | None:
        """The new passcode, "" for none, or None when nothing was said about it."""
        return (self.passcode or "") if "passcode" in self.model_fields_set else None


class MeetingAnswer(BaseModel):
    """A meeting, as its owner sees it."""

    id: str
    code: str
    title: str
    link: str
    kind: KindName
    rules: RulesAnswer = Field(description="The rules that count.")
    differing: list[str] = Field(description="Names of the rules that are not as this kind begins with.")
    locked_rules: list[str] = Field(description="Names of the rules that an administrator locked.")
    has_passcode: bool
    created_at: str = Field(json_schema_extra={"format": "date-time"})
    last_started_at: str | None
    is_running: bool
    participant_count: int

    @staticmethod
    def of(view: MeetingView, public_url: str, participant_count: int | None) -> MeetingAnswer:
        """The answer about a meeting; `participant_count` None: it does not run."""
        meeting = view.meeting
        return MeetingAnswer(
            id=meeting.id,
            code=meeting.code,
            title=meeting.title,
            link=f"{public_url}/m/{meeting.code}",
            kind=meeting.kind.value,
            rules=RulesAnswer.of(view.rules),
            differing=list(differing(view.rules, view.safe)),
            locked_rules=sorted(view.organization.locked_rules),
            has_passcode=meeting.passcode_hash is not None,
            created_at=iso(meeting.created_at) or "",
            last_started_at=iso(meeting.last_started_at),
            is_running=participant_count is not None and participant_count > 0,
            participant_count=participant_count or 0,
        )


class MeetingList(BaseModel):
    """The account's meetings, the latest activity first."""

    meetings: list[MeetingAnswer]
    usual_kind: KindName = Field(description="What a new meeting is for when nobody says.")


class BeginningsAnswer(BaseModel):
    """How devices begin in the room, whatever is chosen before."""

    microphone: Beginning
    camera: Beginning

    @staticmethod
    def of(begins: Beginnings) -> BeginningsAnswer:
        """The answer about these."""
        return BeginningsAnswer.model_validate(vars(begins))


class LinkAnswer(BaseModel):
    """What a meeting's link shows before anybody enters."""

    code: str
    is_host: bool
    title: str | None = Field(description="Hosts only.")
    name: str | None = Field(description="A name to suggest.")
    needs_passcode: bool
    begins: BeginningsAnswer

    @staticmethod
    def of(view: LinkView) -> LinkAnswer:
        """The answer about a link."""
        return LinkAnswer.model_validate({**vars(view), "begins": BeginningsAnswer.of(view.begins)})


class InvitationLook(BaseModel):
    """What a personal link shows before anybody enters."""

    code: str
    name: str = Field(description="The name its holder will have; it is fixed.")
    host: str
    title: str
    begins: BeginningsAnswer

    @staticmethod
    def of(view: InvitationView) -> InvitationLook:
        """The answer about a personal link."""
        begins = BeginningsAnswer.of(view.begins)
        return InvitationLook(
            code=view.code, name=view.name, host=view.host_name, title=view.title, begins=begins
        )


class Person(Body):
    """Somebody to invite."""

    name: Text
    email: Text | None = None
    more_emails: list[Text] = Field(
        default=[], max_length=MAX_MORE_EMAILS, description="Where the link goes besides: the other parent's."
    )
    role: InvitedRole = "participant"
    updates: Text | None = Field(
        default=None, description="An invitation that gets this name and these addresses; its link stays."
    )
    others: int = Field(
        default=0,
        ge=0,
        le=MAX_INVITATIONS,
        description="How many other people of this very name are meant: only beyond them it is the same one.",
    )

    def invitee(self) -> Invitee:
        """As the domain has it."""
        updates = None if self.updates is None else InvitationId(self.updates)
        more = tuple(self.more_emails)
        return Invitee(self.name, self.email, RoomRole(self.role), more, updates, self.others)


class InvitationsBody(Body):
    """People to invite."""

    people: list[Person] = Field(max_length=MAX_INVITATIONS)
    from_list: bool = Field(default=False, description="Whether they come from a list that was read in.")
    send: bool = Field(default=False, description="Whether those with an address get their links by mail.")


class RenewalBody(Body):
    """How to give somebody another link."""

    send: bool = Field(default=False, description="Whether the link goes to the person's address by mail.")


class InvitationAnswer(BaseModel):
    """A personal link, as the meeting's owner sees it."""

    id: str
    name: str
    email: str | None
    more_emails: list[str]
    role: InvitedRole
    source: Literal["invited", "roster"]
    is_bound: bool = Field(description="Whether a browser has used it, which is the one it works in.")
    bound_at: str | None
    created_at: str = Field(json_schema_extra={"format": "date-time"})
    link: str | None = Field(description="Only in the answer that made it.")
    mail: Literal["off", "waiting", "sent", "failed"] = Field(
        description="What became of the mail with this link; off: it was not sent."
    )
    mail_problem: MailProblemName | None = Field(description="Why the mail with this link was given up.")

    @staticmethod
    def of(invitation: Invitation) -> InvitationAnswer:
        """The answer about a link that was made before."""
        return _invitation_answer(invitation, None)

    @staticmethod
    def of_fresh(fresh: FreshLink, public_url: str) -> InvitationAnswer:
        """The answer about a link just made."""
        return _invitation_answer(fresh.invitation, secret_link(public_url, "i", fresh.secret))


_ROLES: dict[RoomRole, InvitedRole] = {
    RoomRole.PARTICIPANT: "participant",
    RoomRole.OBSERVER: "observer",
    RoomRole.COHOST: "cohost",
}


def _invitation_answer(invitation: Invitation, link: str | None) -> InvitationAnswer:
    return InvitationAnswer(
        id=invitation.id,
        name=invitation.name,
        email=invitation.email,
        more_emails=list(invitation.more_emails),
        role=_ROLES[invitation.role],
        source=invitation.source.value,
        is_bound=invitation.device_hash is not None,
        bound_at=iso(invitation.bound_at),
        created_at=iso(invitation.created_at) or "",
        link=link,
        mail=invitation.mail.value if invitation.mail else "off",
        mail_problem=invitation.mail_problem.value if invitation.mail_problem else None,
    )


class InvitationList(BaseModel):
    """Personal links, in the order they were made."""

    invitations: list[InvitationAnswer]
    sends_mail: bool = Field(description="Whether this server can send links by mail.")


class InvitationsMade(InvitationList):
    """The personal links that were made, and who had one already."""

    updated: list[InvitationAnswer] = Field(description="Those with another name or address now.")
    kept: list[InvitationAnswer] = Field(
        description="Those who were there already; nothing changed for them."
    )

    @staticmethod
    def of(made: Made, public_url: str, *, sends_mail: bool) -> InvitationsMade:
        """The answer that alone has the links."""
        return InvitationsMade(
            invitations=[InvitationAnswer.of_fresh(one, public_url) for one in made.fresh],
            updated=[InvitationAnswer.of(one) for one in made.updated],
            kept=[InvitationAnswer.of(one) for one in made.kept],
            sends_mail=sends_mail,
        )
