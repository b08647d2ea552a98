"""What can be seen of the room, and the one rule that changes it: view + entry = next view.

This is the view of those who run the room; `audience` says what of it the others see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from preau.meet.domain.ids import ParticipantId
from preau.meet.domain.rules import Kind, Profile, Rules, bundle
from preau.meet.live import events as happened
from preau.meet.live.events import Entry
from preau.meet.live.people import Ban, ChatMessage, Participant, WaitingPerson

STRICTEST = bundle(Profile.SCHOOL, Kind.CLASS)


@dataclass(frozen=True)
class RoomView:
    """The room as of `sequence`: the roster in order of arrival, the chat in order of writing, the door.

    `warned`: who was let in although the door warned of them, as they stood there.
    `code` is None until the meeting's link changes.
    """

    sequence: int = 0
    participants: tuple[Participant, ...] = ()
    chat: tuple[ChatMessage, ...] = ()
    rules: Rules = STRICTEST
    differing: tuple[str, ...] = ()
    is_locked: bool = False
    is_frozen: bool = False
    is_paused: bool = False
    spotlight: ParticipantId | None = None
    waiting: tuple[WaitingPerson, ...] = ()
    warned: tuple[WaitingPerson, ...] = ()
    bans: tuple[Ban, ...] = ()
    code: str | None = None

    def participant(self, participant_id: ParticipantId) -> Participant | None:
        """The participant of that id, or None when it is not in the room."""
        return next((one for one in self.participants if one.id == participant_id), None)

    def waiting_person(self, participant_id: ParticipantId) -> WaitingPerson | None:
        """Whoever waits under that id, or None."""
        return next((one for one in self.waiting if one.id == participant_id), None)


def _change(view: RoomView, participant_id: ParticipantId, **changes: Any) -> RoomView:
    participants = tuple(
        replace(one, **changes) if one.id == participant_id else one for one in view.participants
    )
    return replace(view, participants=participants)


def _change_waiting(view: RoomView, participant_id: ParticipantId, **changes: Any) -> RoomView:
    waiting = tuple(replace(one, **changes) if one.id == participant_id else one for one in view.waiting)
    return replace(view, waiting=waiting)


def _joined(view: RoomView, event: happened.ParticipantJoined) -> RoomView:
    others = tuple(one for one in view.participants if one.id != event.participant.id)
    return replace(view, participants=(*others, event.participant))


def _left(view: RoomView, event: happened.ParticipantLeft) -> RoomView:
    return replace(
        view, participants=tuple(one for one in view.participants if one.id != event.participant_id)
    )


def _came_to_wait(view: RoomView, event: happened.PersonWaiting) -> RoomView:
    return replace(view, waiting=(*view.waiting, event.waiting))


def _stopped_waiting(view: RoomView, event: happened.PersonStoppedWaiting) -> RoomView:
    waited = view.waiting_person(event.participant_id)
    is_marked = waited is not None and event.reason == "admitted" and waited.has_warning
    return replace(
        view,
        waiting=tuple(one for one in view.waiting if one.id != event.participant_id),
        warned=(*view.warned, waited) if waited and is_marked else view.warned,
    )


def _posted(view: RoomView, event: happened.ChatPosted) -> RoomView:
    return replace(view, chat=(*view.chat, event.message))


def _deleted(view: RoomView, event: happened.MessageDeleted) -> RoomView:
    return replace(view, chat=tuple(one for one in view.chat if one.message_id != event.message_id))


def _banned(view: RoomView, event: happened.PersonBanned) -> RoomView:
    return replace(view, bans=(*view.bans, event.ban))


def _ban_lifted(view: RoomView, event: happened.BanLifted) -> RoomView:
    return replace(view, bans=tuple(one for one in view.bans if one.id != event.ban_id))


def _rules(view: RoomView, event: happened.RulesChanged) -> RoomView:
    return replace(view, rules=event.rules, differing=event.differing)


_REDUCERS: Mapping[type, Callable[[RoomView, Any], RoomView]] = {
    happened.ParticipantJoined: _joined,
    happened.ParticipantLeft: _left,
    happened.ParticipantConnected: lambda view, event: _change(view, event.participant_id, connected=True),
    happened.ParticipantDisconnected: lambda view, event: _change(
        view, event.participant_id, connected=False
    ),
    happened.RemovalUndone: lambda view, _: view,
    happened.ParticipantRenamed: lambda view, event: _change(view, event.participant_id, name=event.name),
    happened.RoleChanged: lambda view, event: _change(view, event.participant_id, role=event.role),
    happened.HandRaised: lambda view, event: _change(view, event.participant_id, hand_raised_at=event.at),
    happened.HandLowered: lambda view, event: _change(view, event.participant_id, hand_raised_at=None),
    happened.SpeechAllowed: lambda view, event: _change(view, event.participant_id, may_speak=True),
    happened.SpeechEnded: lambda view, event: _change(view, event.participant_id, may_speak=False),
    happened.ChatPosted: _posted,
    happened.MessageDeleted: _deleted,
    happened.PersonWaiting: _came_to_wait,
    happened.PersonStoppedWaiting: _stopped_waiting,
    happened.DoorNoteLeft: lambda view, event: _change_waiting(view, event.participant_id, note=event.text),
    happened.WaitingConnection: lambda view, event: _change_waiting(
        view, event.participant_id, connected=event.connected
    ),
    happened.RulesChanged: _rules,
    happened.RoomLocked: lambda view, _: replace(view, is_locked=True),
    happened.RoomUnlocked: lambda view, _: replace(view, is_locked=False),
    happened.RoomFrozen: lambda view, _: replace(view, is_frozen=True),
    happened.RoomThawed: lambda view, _: replace(view, is_frozen=False),
    happened.RoomPaused: lambda view, _: replace(view, is_paused=True),
    happened.RoomResumed: lambda view, _: replace(view, is_paused=False),
    happened.SpotlightChanged: lambda view, event: replace(view, spotlight=event.participant_id),
    happened.PersonBanned: _banned,
    happened.BanLifted: _ban_lifted,
    happened.LinkChanged: lambda view, event: replace(view, code=event.code),
    happened.HostTold: lambda view, _: view,
}


def apply(view: RoomView, entry: Entry) -> RoomView:
    """The view after one more entry, which has to be the next in sequence."""
    if entry.sequence != view.sequence + 1:
        raise ValueError(f"entry {entry.sequence} does not follow {view.sequence}")
    return replace(_REDUCERS[type(entry.event)](view, entry.event), sequence=entry.sequence)
