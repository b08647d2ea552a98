"""Chat and hands: what participants write, and how they ask to speak."""

from __future__ import annotations

from datetime import datetime, timedelta

from preau.meet.domain.rules import Chat
from preau.meet.live.audience import runs_the_room
from preau.meet.live.commands import (
    DeleteMessage,
    LowerAllHands,
    LowerHand,
    LowerHandOf,
    RaiseHand,
    SendChat,
)
from preau.meet.live.events import ChatPosted, HandLowered, HandRaised, MessageDeleted
from preau.meet.live.people import Audience, ChatMessage, Participant
from preau.meet.live.permission import audited, confirm, permit, refuse
from preau.meet.live.room import MAX_CHAT_LINES, Room, Step


def send_chat(step: Step, command: SendChat, now: datetime) -> Step:
    """Write a line under the name of whoever holds the connection; a repeated message id changes nothing."""
    step, sender = permit(step, command)
    if sender is None:
        return step
    known = step.room.memory.lines.get(command.message_id)
    if known is not None:
        # The id of somebody else's line: a client would take the new line for the old one.
        is_own = known.participant_id == sender.id
        return confirm(step, command, known.sequence) if is_own else refuse(step, command, "not-allowed")
    code = _chat_refusal(step.room, sender, command, now)
    if code is not None:
        return refuse(step, command, code)
    sequence = step.room.view.sequence + 1
    to = command.to or _widest(step.room, sender)
    message = ChatMessage(command.message_id, sequence, now, sender.id, sender.name, command.text, to)
    return confirm(step.write(ChatPosted(message), now), command, sequence)


def _widest(room: Room, sender: Participant) -> Audience:
    """To whom somebody may write."""
    is_free = room.view.rules.chat is Chat.ALL or runs_the_room(sender)
    return Audience.ALL if is_free else Audience.HOSTS


def _chat_refusal(room: Room, sender: Participant, command: SendChat, now: datetime) -> str | None:
    if len(room.memory.lines) >= MAX_CHAT_LINES:
        return "chat-full"
    if room.view.rules.chat is Chat.OFF:
        return "chat-off"
    return None if runs_the_room(sender) else _refusal_of_participants(room, sender, command, now)


def _refusal_of_participants(room: Room, sender: Participant, command: SendChat, now: datetime) -> str | None:
    if room.view.is_frozen:
        return "frozen"
    if room.view.is_paused:
        return "paused"
    if command.to is Audience.ALL and _widest(room, sender) is Audience.HOSTS:
        return "not-allowed"
    wrote_at = room.memory.wrote_at.get(sender.id)
    pause = timedelta(seconds=room.view.rules.slow_mode_s)
    return "slow-mode" if wrote_at is not None and wrote_at + pause > now else None


def delete_message(step: Step, command: DeleteMessage, now: datetime) -> Step:
    """Take a line away; a deleted one stays deleted."""
    line = step.room.memory.lines.get(command.message_id)
    step, who = permit(step, command, command.message_id)
    if who is None:
        return step
    if line is None:
        return refuse(step, command, "message-unknown")
    if any(one.message_id == line.message_id for one in step.room.view.chat):
        step = step.write(MessageDeleted(line.message_id), now)
        is_own = line.participant_id == who.id
        step = step if is_own else audited(step, who, command, line.message_id)
    return confirm(step, command)


def raise_hand(step: Step, command: RaiseHand, now: datetime) -> Step:
    """Raise the hand; a raised one keeps its place in the queue."""
    step, who = permit(step, command)
    if who is None:
        return step
    if who.hand_raised_at is None:
        step = step.write(HandRaised(who.id, now), now)
    return confirm(step, command)


def lower_hand(step: Step, command: LowerHand, now: datetime) -> Step:
    """Lower the hand; lowering a lowered one changes nothing."""
    step, who = permit(step, command)
    return step if who is None else confirm(_lowered(step, who, now), command)


def lower_hand_of(step: Step, command: LowerHandOf, now: datetime) -> Step:
    """Lower somebody's hand."""
    step, who = permit(step, command, command.participant_id)
    if who is None:
        return step
    subject = step.room.view.participant(command.participant_id)
    if subject is None:
        return refuse(step, command, "participant-unknown")
    return confirm(audited(_lowered(step, subject, now), who, command, subject.id), command)


def lower_all_hands(step: Step, command: LowerAllHands, now: datetime) -> Step:
    """Lower every hand."""
    step, who = permit(step, command)
    if who is None:
        return step
    for one in step.room.view.participants:
        step = _lowered(step, one, now)
    return confirm(audited(step, who, command), command)


def _lowered(step: Step, one: Participant, now: datetime) -> Step:
    return step if one.hand_raised_at is None else step.write(HandLowered(one.id), now)
