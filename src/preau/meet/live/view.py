"""What everybody in the room can see, and the one rule that changes it: view + entry = next view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from preau.meet.domain.ids import ParticipantId
from preau.meet.live.events import (
    ChatMessage,
    ChatPosted,
    Entry,
    HandLowered,
    HandRaised,
    Participant,
    ParticipantConnected,
    ParticipantDisconnected,
    ParticipantJoined,
    ParticipantLeft,
)


@dataclass(frozen=True)
class RoomView:
    """The room as of `sequence`: the roster in order of arrival and the chat in order of writing."""

    sequence: int = 0
    participants: tuple[Participant, ...] = ()
    chat: tuple[ChatMessage, ...] = ()

    def participant(self, participant_id: ParticipantId) -> Participant | None:
        """The participant of that id, or None when it is not in the room."""
        return next((one for one in self.participants if one.id == participant_id), None)


def _change(view: RoomView, participant_id: ParticipantId, **changes: Any) -> RoomView:
    participants = tuple(
        replace(one, **changes) if one.id == participant_id else one for one in view.participants
    )
    return replace(view, participants=participants)


def _joined(view: RoomView, event: ParticipantJoined) -> RoomView:
    others = tuple(one for one in view.participants if one.id != event.participant.id)
    return replace(view, participants=(*others, event.participant))


def _left(view: RoomView, event: ParticipantLeft) -> RoomView:
    return replace(
        view, participants=tuple(one for one in view.participants if one.id != event.participant_id)
    )


def _posted(view: RoomView, event: ChatPosted) -> RoomView:
    return replace(view, chat=(*view.chat, event.message))


_REDUCERS: Mapping[type, Callable[[RoomView, Any], RoomView]] = {
    ParticipantJoined: _joined,
    ParticipantLeft: _left,
    ParticipantConnected: lambda view, event: _change(view, event.participant_id, connected=True),
    ParticipantDisconnected: lambda view, event: _change(view, event.participant_id, connected=False),
    HandRaised: lambda view, event: _change(view, event.participant_id, hand_raised_at=event.at),
    HandLowered: lambda view, event: _change(view, event.participant_id, hand_raised_at=None),
    ChatPosted: _posted,
}


def apply(view: RoomView, entry: Entry) -> RoomView:
    """The view after one more entry, which has to be the next in sequence."""
    if entry.sequence != view.sequence + 1:
        raise ValueError(f"entry {entry.sequence} does not follow {view.sequence}")
    return replace(_REDUCERS[type(entry.event)](view, entry.event), sequence=entry.sequence)
