"""Bodies of requests and answers about the organization and the case register."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from preau.meet.api.models import Body, MailProblemName, Text, iso
from preau.meet.domain.organization import Organization
from preau.meet.services.cases import CaseOutcome, CaseView, OpenedCase
from preau.meet.services.ports import MailResult
from preau.meet.services.post import MailView

ProfileName = Literal["school", "public-body", "work", "friends"]
StateName = Literal["open", "in-progress", "closed"]
CategoryName = Literal[
    "intrusion",
    "insult",
    "threat",
    "sexual",
    "violence",
    "self-harm",
    "discrimination",
    "privacy",
    "other",
]
Paragraphs = Annotated[str, Field(max_length=10_000)]


MailStateName = Literal["off", "waiting", "sent", "failed"]
MailOutcomeName = Literal["sent", "off", "unreachable", "not-encrypted", "sign-in-refused", "refused"]


class MailAnswer(BaseModel):
    """How things stand with mail."""

    sender: str | None = Field(description="The address our mail comes from; null: no mail server is set.")
    waiting: int = Field(description="Reports that the contact is still to be told of.")
    failed: int = Field(description="Open reports that the contact could not be told of.")

    @staticmethod
    def of(view: MailView) -> MailAnswer:
        """The answer about mail."""
        return MailAnswer.model_validate(vars(view))


class MailTrial(BaseModel):
    """What became of a test mail."""

    result: MailOutcomeName
    to: str = Field(description="Where it was to go: the address of whoever asked.")
    reply: str = Field(description="What the mail server answered; empty when it did not get that far.")

    @staticmethod
    def of(result: MailResult, to: str) -> MailTrial:
        """The answer about a trial."""
        return MailTrial(result=result.outcome.value, to=to, reply=result.reply)


class OrganizationAnswer(BaseModel):
    """The organization, as administrators see it."""

    name: str
    profile: ProfileName
    locked_rules: list[str]
    safeguarding_contact: str | None
    mail: MailAnswer

    @staticmethod
    def of(organization: Organization, mail: MailView) -> OrganizationAnswer:
        """The answer about the organization."""
        return OrganizationAnswer(
            name=organization.name,
            profile=organization.profile.value,
            locked_rules=sorted(organization.locked_rules),
            safeguarding_contact=organization.safeguarding_contact,
            mail=MailAnswer.of(mail),
        )


class OrganizationBody(Body):
    """What to change about the organization; what is left out stays as it is."""

    name: Text | None = None
    profile: ProfileName | None = None
    locked_rules: list[Text] | None = Field(default=None, max_length=50)
    safeguarding_contact: Text | None = Field(default=None, description="Null or empty takes it away.")

    def changed_contact(self) -> str | None:
        """The new contact, "" for none, or None when nothing was said about it."""
        said = "safeguarding_contact" in self.model_fields_set
        return (self.safeguarding_contact or "") if said else None


class Evidence(BaseModel):
    """A line of chat the reporter chose to show."""

    at: str = Field(json_schema_extra={"format": "date-time"})
    name: str
    text: str


class CaseAnswer(BaseModel):
    """A case, as administrators see it."""

    id: str
    number: str = Field(examples=["P-2026-0001"])
    at: str = Field(json_schema_extra={"format": "date-time"})
    meeting_id: str
    category: CategoryName
    text: str
    reporter_name: str
    about_name: str | None
    evidence: list[Evidence]
    state: StateName
    outcome: str | None
    outcome_at: str | None
    mail: MailStateName = Field(description="What became of the mail to the contact; off: there is none.")
    mail_problem: MailProblemName | None = Field(
        description="What keeps the mail to the contact from leaving, or kept it at the last attempt."
    )

    @staticmethod
    def of(view: CaseView) -> CaseAnswer:
        """The answer about a case."""
        case, report = view.case, view.case.report
        return CaseAnswer(
            id=case.id,
            number=case.number,
            at=iso(case.at) or "",
            meeting_id=report.meeting_id,
            category=report.category.value,
            text=report.text,
            reporter_name=report.reporter_name,
            about_name=report.about_name,
            evidence=[
                Evidence(at=iso(one.at) or "", name=one.name, text=one.text) for one in report.evidence
            ],
            state=case.state.value,
            outcome=case.outcome,
            outcome_at=iso(case.outcome_at),
            mail=view.mail.state.value if view.mail else "off",
            mail_problem=view.problem.value if view.problem else None,
        )


class CaseList(BaseModel):
    """The register, the newest case first."""

    cases: list[CaseAnswer]


class CaseBody(Body):
    """What to change about a case; what is left out stays as it is."""

    state: StateName | None = None
    outcome: Paragraphs | None = None


class LateReportBody(Body):
    """What somebody reports who was in a meeting's room; the ticket came with the admission."""

    ticket: Text
    category: CategoryName
    text: Paragraphs = ""


class OpenedCaseAnswer(BaseModel):
    """What a reporter keeps."""

    case_number: str = Field(examples=["P-2026-0001"])
    secret: str = Field(description="To look at the outcome with.")

    @staticmethod
    def of(opened: OpenedCase) -> OpenedCaseAnswer:
        """The answer about a case that was opened."""
        return OpenedCaseAnswer(case_number=opened.number, secret=opened.secret)


class CaseLook(BaseModel):
    """A case, as who reported it sees it."""

    number: str
    at: str = Field(json_schema_extra={"format": "date-time"})
    category: CategoryName
    state: StateName
    outcome: str | None
    outcome_at: str | None
    contact: str | None = Field(description="The e-mail address of the safeguarding contact.")

    @staticmethod
    def of(outcome: CaseOutcome) -> CaseLook:
        """The answer to who reported."""
        case = outcome.case
        return CaseLook(
            number=case.number,
            at=iso(case.at) or "",
            category=case.report.category.value,
            state=case.state.value,
            outcome=case.outcome,
            outcome_at=iso(case.outcome_at),
            contact=outcome.contact,
        )
