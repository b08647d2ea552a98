"""People, lines of chat and moments as JSON values."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from preau.meet.domain.ids import AccountId, InvitationId, MessageId, ParticipantId, SignInId
from preau.meet.domain.invitations import Provenance
from preau.meet.domain.roles import RoomRole
from preau.meet.live.people import Audience, Ban, BanId, ChatMessage, Identity, Participant, WaitingPerson

Json = dict[str, Any]


def time_to_json(moment: datetime) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def time_from_json(text: str) -> datetime:
    """The moment `time_to_json` wrote."""
    return datetime.fromisoformat(text)


def participant_to_json(one: Participant) -> Json:
    """A participant as everybody sees it."""
    return {
        "id": one.id,
        "name": one.name,
        "role": one.role.value,
        "provenance": one.provenance.value,
        "joined_at": time_to_json(one.joined_at),
        "hand_raised_at": None if one.hand_raised_at is None else time_to_json(one.hand_raised_at),
        "connected": one.connected,
        "may_speak": one.may_speak,
    }


def participant_from_json(value: Json) -> Participant:
    """The participant `participant_to_json` wrote; one of an older log came by the open link, unasked."""
    raised = value["hand_raised_at"]
    return Participant(
        id=ParticipantId(value["id"]),
        name=value["name"],
        role=RoomRole(value["role"]),
        joined_at=time_from_json(value["joined_at"]),
        provenance=Provenance(value.get("provenance", Provenance.OPEN_LINK)),
        hand_raised_at=None if raised is None else time_from_json(raised),
        connected=value["connected"],
        may_speak=value.get("may_speak", False),
    )


def waiting_to_json(one: WaitingPerson) -> Json:
    """Somebody who waits, as those who run the room see it."""
    return {
        "id": one.id,
        "name": one.name,
        "provenance": one.provenance.value,
        "at": time_to_json(one.at),
        "note": one.note,
        "looks_like": list(one.looks_like),
        "is_second_device": one.is_second_device,
        "was_removed_before": one.was_removed_before,
        "connected": one.connected,
    }


def waiting_from_json(value: Json) -> WaitingPerson:
    """Whom `waiting_to_json` wrote."""
    return WaitingPerson(
        id=ParticipantId(value["id"]),
        name=value["name"],
        provenance=Provenance(value["provenance"]),
        at=time_from_json(value["at"]),
        note=value["note"],
        looks_like=tuple(value["looks_like"]),
        is_second_device=value["is_second_device"],
        was_removed_before=value["was_removed_before"],
        connected=value["connected"],
    )


def ban_to_json(ban: Ban) -> Json:
    """A ban as those who run the room see it."""
    return {"id": ban.id, "name": ban.name, "at": time_to_json(ban.at)}


def ban_from_json(value: Json) -> Ban:
    """The ban `ban_to_json` wrote."""
    return Ban(BanId(value["id"]), value["name"], time_from_json(value["at"]))


def message_to_json(message: ChatMessage) -> Json:
    """A line of chat as its readers see it."""
    return {
        "message_id": message.message_id,
        "sequence": message.sequence,
        "at": time_to_json(message.at),
        "participant_id": message.participant_id,
        "name": message.name,
        "text": message.text,
        "to": message.to.value,
    }


def message_from_json(value: Json) -> ChatMessage:
    """The line `message_to_json` wrote; one of an older log was for everybody."""
    return ChatMessage(
        message_id=MessageId(value["message_id"]),
        sequence=value["sequence"],
        at=time_from_json(value["at"]),
        participant_id=ParticipantId(value["participant_id"]),
        name=value["name"],
        text=value["text"],
        to=Audience(value.get("to", Audience.ALL)),
    )


def identity_to_json(identity: Identity) -> Json:
    """What the server knows of somebody, for the log alone."""
    return {
        "secret_hash": identity.secret_hash,
        "role": identity.role.value,
        "device_key": identity.device_key,
        "invitation_id": identity.invitation_id,
        "account_id": identity.account_id,
        "sign_in_id": identity.sign_in_id,
    }


def identity_from_json(value: Json | None) -> Identity:
    """The identity `identity_to_json` wrote; from the wire, where there is none, one that resumes nothing."""
    if value is None:
        return Identity("", RoomRole.PARTICIPANT, "")
    invitation_id, account_id = value["invitation_id"], value["account_id"]
    sign_in_id = value.get("sign_in_id")
    return Identity(
        secret_hash=value["secret_hash"],
        role=RoomRole(value["role"]),
        device_key=value["device_key"],
        invitation_id=None if invitation_id is None else InvitationId(invitation_id),
        account_id=None if account_id is None else AccountId(account_id),
        sign_in_id=None if sign_in_id is None else SignInId(sign_in_id),
    )
