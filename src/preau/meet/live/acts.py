"""What participants do in the room: chat and the hand."""

from __future__ import annotations

from datetime import datetime

from preau.meet.domain.policy import Action, Actor, decide
from preau.meet.live.commands import ConnectionId, LowerHand, RaiseHand, SendChat
from preau.meet.live.effects import Confirm, Refuse
from preau.meet.live.events import ChatMessage, ChatPosted, HandLowered, HandRaised, Participant
from preau.meet.live.room import MAX_CHAT_LINES, Room, Step


def _actor(room: Room, connection: ConnectionId) -> Participant | None:
    participant_id = room.seat_of(connection)
    return None if participant_id is None else room.view.participant(participant_id)


def _may(participant: Participant, action: Action) -> bool:
    return decide(Actor(room_role=participant.role), action).is_allowed


def send_chat(step: Step, command: SendChat, now: datetime) -> Step:
    """Write a line under the name of whoever holds the connection; a repeated message id changes nothing."""
    sender = _actor(step.room, command.connection)
    code = _chat_refusal(step.room, sender, command)
    if sender is None or code is not None:
        return step.then(Refuse(command.connection, command.request, code or "not-admitted"))
    known = step.room.lines.get(command.message_id)
    if known is not None:
        return step.then(Confirm(command.connection, command.request, known.sequence))
    sequence = step.room.view.sequence + 1
    message = ChatMessage(command.message_id, sequence, now, sender.id, sender.name, command.text)
    return step.write(ChatPosted(message), now).then(Confirm(command.connection, command.request, sequence))


def _chat_refusal(room: Room, sender: Participant | None, command: SendChat) -> str | None:
    if sender is None:
        return "not-admitted"
    known = room.lines.get(command.message_id)
    if known is not None:
        # The id of somebody else's line: a client would take the new line for the old one.
        return None if known.participant_id == sender.id else "not-allowed"
    if not _may(sender, Action.SEND_CHAT):
        return "not-allowed"
    return "chat-full" if len(room.lines) >= MAX_CHAT_LINES else None


def raise_hand(step: Step, command: RaiseHand, now: datetime) -> Step:
    """Raise the hand; a raised one keeps its place in the queue."""
    participant = _actor(step.room, command.connection)
    if participant is None:
        return step.then(Refuse(command.connection, command.request, "not-admitted"))
    if not _may(participant, Action.RAISE_HAND):
        return step.then(Refuse(command.connection, command.request, "not-allowed"))
    if participant.hand_raised_at is None:
        step = step.write(HandRaised(participant.id, now), now)
    return step.then(Confirm(command.connection, command.request, None))


def lower_hand(step: Step, command: LowerHand, now: datetime) -> Step:
    """Lower the hand; lowering a lowered one changes nothing."""
    participant = _actor(step.room, command.connection)
    if participant is None:
        return step.then(Refuse(command.connection, command.request, "not-admitted"))
    if participant.hand_raised_at is not None:
        step = step.write(HandLowered(participant.id), now)
    return step.then(Confirm(command.connection, command.request, None))
