"""Who is in a room and at its door, what they write, and what is remembered of them. Values alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NewType

from preau.meet.domain.ids import AccountId, InvitationId, MessageId, ParticipantId, SignInId
from preau.meet.domain.invitations import Provenance
from preau.meet.domain.roles import RoomRole

BanId = NewType("BanId", str)


class Audience(StrEnum):
    """Who reads a line of chat: everybody, or its writer and those who run the room."""

    ALL = "all"
    HOSTS = "hosts"


@dataclass(frozen=True)
class Participant:
    """A person in the room as the others see it.

    `connected`: the control connection holds. `may_speak`: was asked to, whatever the rule `unmute` says.
    """

    id: ParticipantId
    name: str
    role: RoomRole
    joined_at: datetime
    provenance: Provenance = Provenance.OPEN_LINK
    hand_raised_at: datetime | None = None
    connected: bool = True
    may_speak: bool = False


@dataclass(frozen=True)
class WaitingPerson:
    """Somebody at the door, to those who run the room. `looks_like`: names this one could be taken for."""

    id: ParticipantId
    name: str
    provenance: Provenance
    at: datetime
    note: str | None = None
    looks_like: tuple[str, ...] = ()
    is_second_device: bool = False
    was_removed_before: bool = False
    connected: bool = True

    @property
    def has_warning(self) -> bool:
        """Whether whoever lets this one in should look twice."""
        return bool(self.looks_like) or self.is_second_device or self.was_removed_before


@dataclass(frozen=True)
class Ban:
    """Somebody who does not come in any more in this occurrence, under the name of then."""

    id: BanId
    name: str
    at: datetime


@dataclass(frozen=True)
class ChatMessage:
    """One line of chat. `message_id` is made by its sender; `sequence` orders it among all events."""

    message_id: MessageId
    sequence: int
    at: datetime
    participant_id: ParticipantId
    name: str
    text: str
    to: Audience = Audience.ALL


@dataclass(frozen=True)
class Identity:
    """What only the server knows of somebody: what a place is resumed with, and what a return is told by.

    `role` is the one to come in with. `device_key` stands for a browser and is never shown. `sign_in_id`: by
    which sign-in they came in, where it was that which opened the door.
    """

    secret_hash: str
    role: RoomRole
    device_key: str
    invitation_id: InvitationId | None = None
    account_id: AccountId | None = None
    sign_in_id: SignInId | None = None

    @cached_property
    def marks(self) -> frozenset[str]:
        """By any one of these the same person is known again; asked of all who wait at every knock."""
        return marks_of(self.device_key, self.invitation_id, self.account_id)


def marks_of(
    device_key: str | None, invitation_id: InvitationId | None, account_id: AccountId | None
) -> frozenset[str]:
    """What the same person is known by again; None: that is not there to be known."""
    found = {"device": device_key, "invitation": invitation_id, "account": account_id}
    return frozenset(f"{kind} {value}" for kind, value in found.items() if value is not None)


@dataclass(frozen=True)
class Departed:
    """Somebody who was in the room, as they were when they went. `reason`: as of `ParticipantLeft`."""

    name: str
    provenance: Provenance
    identity: Identity
    at: datetime
    reason: str
