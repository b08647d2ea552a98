"""What goes out by mail: letters in English and French, and when one that could not be sent is tried again.

A letter about a report names nobody and quotes nothing: mail is read on the way and kept for years.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from preau.meet.domain.accounts import LANGUAGES
from preau.meet.domain.cases import Category
from preau.meet.domain.ids import CaseId
from preau.meet.domain.rules import Kind
from preau.meet.domain.text import clean_line

TRIED_FOR = timedelta(days=5)
_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (15, 60, 300, 900, 3600, 14400))
_RULE = "\n\n----\n\n"


class MailState(StrEnum):
    """What became of a letter. `FAILED`: given up; somebody has to see to it by another way."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class MailProblem(StrEnum):
    """Why a letter did not leave, or cannot."""

    OFF = "off"
    """No mail server is set."""
    NO_CONTACT = "no-contact"
    """Nobody is named to whom it could go."""
    UNREACHABLE = "unreachable"
    NOT_ENCRYPTED = "not-encrypted"
    SIGN_IN_REFUSED = "sign-in-refused"
    REFUSED = "refused"
    LOST = "lost"
    """It was in memory alone when the server was started anew."""


@dataclass(frozen=True)
class Letter:
    """One mail. `id` is the same however often it is tried; `sender_name` stands before our address."""

    id: str
    to: str
    sender_name: str
    subject: str
    text: str


@dataclass(frozen=True)
class CaseMail:
    """The letter about a case: to whoever is the contact by then. `at`: when it was last tried.

    `problem`: what the last attempt met. `asked_at`: when somebody had it sent, or sent again; from then on
    it is tried as long as one that was written with its case.
    """

    case_id: CaseId
    meeting_kind: Kind | None
    due_at: datetime
    state: MailState = MailState.WAITING
    attempts: int = 0
    at: datetime | None = None
    problem: MailProblem | None = None
    asked_at: datetime | None = None


def next_attempt(first_at: datetime, attempts: int, now: datetime) -> datetime | None:
    """When a letter that failed `attempts` times is tried again: pauses grow; None once it is given up."""
    due_at = now + _PAUSES[min(attempts, len(_PAUSES)) - 1]
    return due_at if due_at < first_at + TRIED_FOR else None


@dataclass(frozen=True)
class CaseFacts:
    """What a letter about a report says; `link` leads to the register, behind the sign-in."""

    number: str
    category: Category
    meeting_kind: Kind | None
    at: datetime
    link: str


@dataclass(frozen=True)
class LinkFacts:
    """What a letter with a personal link says."""

    name: str
    host: str
    title: str
    link: str


_CATEGORIES: Mapping[str, Mapping[Category, str]] = {
    "en": {
        Category.INTRUSION: "a stranger in the meeting",
        Category.INSULT: "insults",
        Category.THREAT: "threats",
        Category.SEXUAL: "sexual content",
        Category.VIOLENCE: "violence",
        Category.SELF_HARM: "self-harm",
        Category.DISCRIMINATION: "discrimination",
        Category.PRIVACY: "privacy",
        Category.OTHER: "something else",
    },
    "fr": {
        Category.INTRUSION: "une personne étrangère dans la réunion",
        Category.INSULT: "des insultes",
        Category.THREAT: "des menaces",
        Category.SEXUAL: "un contenu sexuel",
        Category.VIOLENCE: "des violences",
        Category.SELF_HARM: "une mise en danger de soi",
        Category.DISCRIMINATION: "une discrimination",
        Category.PRIVACY: "la vie privée",
        Category.OTHER: "autre chose",
    },
}
_KINDS: Mapping[str, Mapping[Kind | None, str]] = {
    "en": {
        Kind.CLASS: "a class",
        Kind.MEETING: "a meeting",
        Kind.FRIENDS: "a call among friends",
        None: "a meeting",
    },
    "fr": {
        Kind.CLASS: "un cours",
        Kind.MEETING: "une réunion",
        Kind.FRIENDS: "un appel entre proches",
        None: "une réunion",
    },
}
_CASE_SUBJECTS = {"en": "Report {number}", "fr": "Signalement {number}"}
_CASE_TEXTS = {
    "en": """Somebody reported what happened in {kind} on this server.

Number: {number}
About: {category}
When: {at}

What was written, and by whom, is not in this mail. Sign in as an administrator to read it and to answer:
{link}
""",
    "fr": """Une personne a signalé ce qui s'est passé dans {kind} sur ce serveur.

Numéro : {number}
Motif : {category}
Date : {at}

Ce qui a été écrit, et par qui, ne figure pas dans ce message. Pour le lire et y répondre, connectez-vous
avec un compte d'administration :
{link}
""",
}
_MOMENTS = {"en": "%Y-%m-%d, %H:%M UTC", "fr": "%d/%m/%Y à %H:%M (UTC)"}

_TRIAL_SUBJECTS = {"en": "Mail from Préau works", "fr": "Les messages de Préau arrivent"}
_TRIAL_TEXTS = {
    "en": "This is the test mail you asked for. Reports and personal links can go out by mail.\n",
    "fr": "Voici le message d'essai que vous avez demandé. Les signalements et les liens personnels peuvent "
    "partir par courriel.\n",
}

_LINK_SUBJECTS = {"en": "Your link to “{title}”", "fr": "Votre lien pour « {title} »"}
_LINK_TEXTS = {
    "en": """Hello {name},

{host} invites you to the meeting “{title}”. This link is yours alone:
{link}

It works in the first browser that opens it, so open it on the device you will use, and do not pass it on.
If you did not expect this mail, you can ignore it.
""",
    "fr": """Bonjour {name},

{host} vous invite à la réunion « {title} ». Ce lien n'est qu'à vous :
{link}

Il fonctionne dans le premier navigateur qui l'ouvre : ouvrez-le sur l'appareil que vous utiliserez, et ne
le transmettez à personne. Si vous n'attendiez pas ce message, vous pouvez l'ignorer.
""",
}


def case_letter(letter_id: str, to: str, sender_name: str, facts: CaseFacts, language: str | None) -> Letter:
    """The letter to the safeguarding contact; in both languages when theirs is not known."""
    languages = (language,) if language in LANGUAGES else ("fr", "en")
    subjects = [_CASE_SUBJECTS[one].format(number=facts.number) for one in languages]
    texts = [
        _CASE_TEXTS[one].format(
            kind=_KINDS[one][facts.meeting_kind],
            number=facts.number,
            category=_CATEGORIES[one][facts.category],
            at=facts.at.strftime(_MOMENTS[one]),
            link=facts.link,
        )
        for one in languages
    ]
    return Letter(letter_id, to, clean_line(sender_name), " / ".join(subjects), _RULE.join(texts))


def trial_letter(letter_id: str, to: str, sender_name: str, language: str) -> Letter:
    """The letter an administrator sends to find out whether mail works."""
    known = language if language in LANGUAGES else "en"
    return Letter(letter_id, to, clean_line(sender_name), _TRIAL_SUBJECTS[known], _TRIAL_TEXTS[known])


def link_letter(letter_id: str, to: str, sender_name: str, facts: LinkFacts, language: str) -> Letter:
    """The letter that brings somebody their personal link."""
    known = language if language in LANGUAGES else "en"
    said = {
        "name": clean_line(facts.name),
        "host": clean_line(facts.host),
        "title": clean_line(facts.title),
        "link": facts.link,
    }
    subject = _LINK_SUBJECTS[known].format(**said)
    return Letter(letter_id, to, clean_line(sender_name), subject, _LINK_TEXTS[known].format(**said))
