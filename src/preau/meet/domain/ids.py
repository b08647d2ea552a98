"""Identifiers, each its own type, minted from random bytes that the caller supplies."""

from __future__ import annotations

import base64
from typing import NewType

AccountId = NewType("AccountId", str)
SignInId = NewType("SignInId", str)
MeetingId = NewType("MeetingId", str)
OccurrenceId = NewType("OccurrenceId", str)
ParticipantId = NewType("ParticipantId", str)
MessageId = NewType("MessageId", str)
InvitationId = NewType("InvitationId", str)
CaseId = NewType("CaseId", str)

ID_BYTES = 15


def _readable(prefix: str, entropy: bytes) -> str:
    """A prefix that names the kind and 24 letters and digits that carry 120 bits."""
    return f"{prefix}_{base64.b32encode(entropy[:ID_BYTES]).decode().lower()}"


def account_id(entropy: bytes) -> AccountId:
    """The id of an account from at least `ID_BYTES` random bytes."""
    return AccountId(_readable("acc", entropy))


def sign_in_id(entropy: bytes) -> SignInId:
    """The id of a sign-in, which says nothing about its cookie."""
    return SignInId(_readable("sgn", entropy))


def meeting_id(entropy: bytes) -> MeetingId:
    """The id of a meeting from at least `ID_BYTES` random bytes."""
    return MeetingId(_readable("mtg", entropy))


def occurrence_id(entropy: bytes) -> OccurrenceId:
    """The id of an occurrence, which is also the name of its LiveKit room."""
    return OccurrenceId(_readable("occ", entropy))


def participant_id(entropy: bytes) -> ParticipantId:
    """The id of a participant, which is also its LiveKit identity."""
    return ParticipantId(_readable("par", entropy))


def invitation_id(entropy: bytes) -> InvitationId:
    """The id of an invitation from at least `ID_BYTES` random bytes."""
    return InvitationId(_readable("inv", entropy))


def case_id(entropy: bytes) -> CaseId:
    """The id of a case from at least `ID_BYTES` random bytes."""
    return CaseId(_readable("cas", entropy))


def letter_id(entropy: bytes) -> str:
    """The id of a mail that belongs to nothing that has one."""
    return _readable("ltr", entropy)
