"""The house a server stands in: its name, its profile, and which rules nobody may change."""

from __future__ import annotations

from dataclasses import dataclass, replace

from preau.meet.domain.rules import RULE_NAMES, Kind, Profile, Rules, bundle
from preau.meet.domain.text import MAX_NAME_CHARACTERS, clean_email, clean_line

_FIRST_KINDS = {
    Profile.SCHOOL: Kind.CLASS,
    Profile.PUBLIC_BODY: Kind.MEETING,
    Profile.WORK: Kind.MEETING,
    Profile.FRIENDS: Kind.FRIENDS,
}


@dataclass(frozen=True)
class Organization:
    """`locked_rules` stay as the profile has them. `safeguarding_contact` is an e-mail address."""

    name: str = ""
    profile: Profile = Profile.SCHOOL
    locked_rules: frozenset[str] = frozenset()
    safeguarding_contact: str | None = None


def first_kind(profile: Profile) -> Kind:
    """What a meeting is for when nobody said."""
    return _FIRST_KINDS[profile]


def safe_rules(organization: Organization, kind: Kind) -> Rules:
    """The rules a meeting begins with, which are also those that differences are told from."""
    return bundle(organization.profile, kind)


def in_force(organization: Organization, kind: Kind, chosen: Rules) -> Rules:
    """The chosen rules, except that a locked one is as the profile has it, whenever it was locked."""
    safe = safe_rules(organization, kind)
    return replace(chosen, **{name: getattr(safe, name) for name in organization.locked_rules})


def read_organization(organization: Organization) -> tuple[Organization, dict[str, str]]:
    """The organization with its texts cleaned, and a reason for each field that is wrong."""
    problems: dict[str, str] = {}
    name = clean_line(organization.name)
    if len(name) > MAX_NAME_CHARACTERS:
        problems["name"] = f"At most {MAX_NAME_CHARACTERS} characters."
    unknown = organization.locked_rules - set(RULE_NAMES)
    if unknown:
        problems["locked_rules"] = f"There is no rule {sorted(unknown)[0][:40]!r}."
    contact = organization.safeguarding_contact
    cleaned = clean_email(contact) if contact else None
    if contact and cleaned is None:
        problems["safeguarding_contact"] = "Enter an e-mail address."
    return replace(organization, name=name, safeguarding_contact=cleaned), problems
