"""Mail to somebody about the own account: a link to choose a password, and what its owner should know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from preau.meet.domain.accounts import LANGUAGES, Account
from preau.meet.domain.letters import Letter
from preau.meet.domain.text import clean_line


class About(StrEnum):
    """What a letter about an account says."""

    WELCOME = "welcome"
    """Somebody made the account; the link has its first password chosen."""
    NEW_LINK = "new-link"
    """An administrator gave another link."""
    FORGOTTEN = "forgotten"
    """Somebody asked for a link with the address."""
    NEW_DEVICE = "new-device"
    OTHER_CREDENTIAL = "password-changed"


@dataclass(frozen=True)
class AccountFacts:
    """What a letter may say. `link`: with its secret, or to the account's page. `device`: our own words."""

    about: About
    at: datetime
    link: str
    browser: str = ""
    system: str = ""


_MOMENTS = {"en": "%Y-%m-%d, %H:%M UTC", "fr": "%d/%m/%Y à %H:%M (UTC)"}
_NAMES = {
    "edge": "Edge",
    "opera": "Opera",
    "samsung": "Samsung Internet",
    "firefox": "Firefox",
    "chrome": "Chrome",
    "safari": "Safari",
    "iphone": "iPhone",
    "ipad": "iPad",
    "android": "Android",
    "chromeos": "ChromeOS",
    "windows": "Windows",
    "mac": "Mac",
    "linux": "Linux",
}
_UNKNOWN = {"en": "a browser we do not know", "fr": "un navigateur que nous ne connaissons pas"}
_ON = {"en": "{browser} on {system}", "fr": "{browser} sur {system}"}

_SUBJECTS: Mapping[str, Mapping[About, str]] = {
    "en": {
        About.WELCOME: "Your account for video meetings",
        About.NEW_LINK: "Choose a new password",
        About.FORGOTTEN: "Choose a new password",
        About.NEW_DEVICE: "Your account was used on a new device",
        About.OTHER_CREDENTIAL: "Your password was changed",
    },
    "fr": {
        About.WELCOME: "Votre compte de visioconférence",
        About.NEW_LINK: "Choisissez un nouveau mot de passe",
        About.FORGOTTEN: "Choisissez un nouveau mot de passe",
        About.NEW_DEVICE: "Votre compte a servi sur un nouvel appareil",
        About.OTHER_CREDENTIAL: "Votre mot de passe a été changé",
    },
}
_TEXTS: Mapping[str, Mapping[About, str]] = {
    "en": {
        About.WELCOME: """Hello {name},

an account for video meetings was made for you. Choose its password here:
{link}

The link works once, for three days. If you did not expect this mail, you can ignore it.
""",
        About.NEW_LINK: """Hello {name},

an administrator gave you a link to choose a new password:
{link}

It works once, for three days. Once you have chosen, every browser that was signed in is signed out.
""",
        About.FORGOTTEN: """Hello {name},

somebody asked for a new password for your account. If it was you, choose it here:
{link}

The link works once, for one hour. Once you have chosen, every browser that was signed in is signed out.
If it was not you, do nothing: your password stays as it is.
""",
        About.NEW_DEVICE: """Hello {name},

your account was signed in to on a device it had not been used on before:
{device}, {at}

If it was you, there is nothing to do. If not, sign out everywhere and change your password here:
{link}
""",
        About.OTHER_CREDENTIAL: """Hello {name},

the password of your account was changed: {at}. Every other browser was signed out.

If it was not you, ask for a new password here, or tell your administrator:
{link}
""",
    },
    "fr": {
        About.WELCOME: """Bonjour {name},

Un compte de visioconférence a été créé pour vous. Choisissez son mot de passe ici :
{link}

Le lien sert une fois, pendant trois jours. Si vous n'attendiez pas ce message, vous pouvez l'ignorer.
""",
        About.NEW_LINK: """Bonjour {name},

Un administrateur vous donne un lien pour choisir un nouveau mot de passe :
{link}

Il sert une fois, pendant trois jours. Une fois votre choix fait, tous les navigateurs connectés seront
déconnectés.
""",
        About.FORGOTTEN: """Bonjour {name},

Un nouveau mot de passe a été demandé pour votre compte. Si c'est vous, choisissez-le ici :
{link}

Le lien sert une fois, pendant une heure. Une fois votre choix fait, tous les navigateurs connectés seront
déconnectés. Si ce n'est pas vous, ne faites rien : votre mot de passe reste le même.
""",
        About.NEW_DEVICE: """Bonjour {name},

Votre compte a été ouvert sur un appareil où il n'avait pas encore servi :
{device}, le {at}

Si c'est vous, il n'y a rien à faire. Sinon, déconnectez tous les appareils et changez votre mot de passe :
{link}
""",
        About.OTHER_CREDENTIAL: """Bonjour {name},

Le mot de passe de votre compte a été changé le {at}. Tous les autres navigateurs ont été déconnectés.

Si ce n'est pas vous, demandez un nouveau mot de passe ici, ou prévenez votre administrateur :
{link}
""",
    },
}


def account_letter(letter_id: str, account: Account, sender_name: str, facts: AccountFacts) -> Letter:
    """The letter to the owner of an account, in the account's language."""
    language = account.language if account.language in LANGUAGES else LANGUAGES[0]
    text = _TEXTS[language][facts.about].format(
        name=clean_line(account.name),
        link=facts.link,
        at=facts.at.strftime(_MOMENTS[language]),
        device=_device(facts, language),
    )
    subject = _SUBJECTS[language][facts.about]
    return Letter(letter_id, account.email, clean_line(sender_name), subject, text)


def _device(facts: AccountFacts, language: str) -> str:
    browser, system = _NAMES.get(facts.browser), _NAMES.get(facts.system)
    if browser and system:
        return _ON[language].format(browser=browser, system=system)
    return browser or system or _UNKNOWN[language]
