"""The one way from a command to its act: who asks, whether the policy lets them, what is recorded of it."""

from __future__ import annotations

from preau.meet.domain.ids import ParticipantId
from preau.meet.domain.policy import NOTHING, About, Actor, decide, is_privileged
from preau.meet.live.commands import Act, ActAbout, ConnectionId, DeleteMessage, Rename, Request
from preau.meet.live.effects import Audit, Confirm, Refuse
from preau.meet.live.people import Participant
from preau.meet.live.room import Room, Step


def participant_on(room: Room, connection: ConnectionId) -> Participant | None:
    """The participant whose connection it is."""
    participant_id = room.seat_of(connection)
    return None if participant_id is None else room.view.participant(participant_id)


def renamed(room: Room, command: Rename) -> Participant | None:
    """Whose name it is about."""
    if command.participant_id is None:
        return participant_on(room, command.connection)
    return room.view.participant(command.participant_id)


def what_of(room: Room, command: Act) -> About:
    """What the policy asks about what an act is about."""
    asking = participant_on(room, command.connection)
    match command:
        case Rename():
            subject = renamed(room, command)
            is_own = command.participant_id is None or (asking is not None and asking == subject)
            role = None if subject is None else subject.role
            return About(role, is_own=is_own, is_permitted=room.view.rules.rename)
        case DeleteMessage():
            line = room.memory.lines.get(command.message_id)
            is_own = line is not None and asking is not None and line.participant_id == asking.id
            return About(is_own=is_own)
        case ActAbout():
            subject = room.view.participant(command.participant_id)
            return NOTHING if subject is None else About(subject.role)
    return NOTHING


def is_attempt(room: Room | None, command: Request) -> bool:
    """Whether the policy has it recorded that this was tried and refused. None: by somebody in no room."""
    if not isinstance(command, Act):
        return False
    if room is not None:
        return is_privileged(command.action, what_of(room, command))
    return is_privileged(
        command.action, About(is_own=isinstance(command, Rename) and not command.participant_id)
    )


def permit(step: Step, command: Act, subject_id: str = "") -> tuple[Step, Participant | None]:
    """The participant who asks, when the policy lets them; otherwise the step refuses, and None."""
    room, action, what = step.room, command.action, what_of(step.room, command)
    who = participant_on(room, command.connection)
    waiting = room.place_of(command.connection)
    actor = Actor(room_role=None if who is None else who.role, is_waiting=waiting is not None)
    decision = decide(actor, action, about=what)
    if who is not None and decision.code is None:
        return step, who
    participant_id = waiting if who is None else who.id
    if participant_id is not None and is_privileged(action, what):
        step = step.then(_record(room, participant_id, command, subject_id, is_allowed=False))
    code = "not-admitted" if who is None or decision.code is None else decision.code.value
    return refuse(step, command, code), None


def may_wait_and(step: Step, command: Act) -> tuple[Step, ParticipantId | None]:
    """As `permit`, for what people at the door may do."""
    waiting = step.room.place_of(command.connection)
    if decide(Actor(is_waiting=waiting is not None), command.action).is_allowed:
        return step, waiting
    is_inside = step.room.seat_of(command.connection) is not None
    return refuse(step, command, "not-waiting" if is_inside else "not-admitted"), None


def refuse(step: Step, command: Request, code: str, *, retry_after_s: int | None = None) -> Step:
    """The step that answers no."""
    return step.then(Refuse(command.connection, command.request, code, retry_after_s))


def confirm(step: Step, command: Request, sequence: int | None = None) -> Step:
    """The step that answers yes."""
    return step.then(Confirm(command.connection, command.request, sequence))


def audited(step: Step, who: Participant, command: Act, subject_id: str = "") -> Step:
    """The step with a record of a privileged act that was done."""
    return step.then(_record(step.room, who.id, command, subject_id, is_allowed=True))


def _record(
    room: Room, participant_id: ParticipantId, command: Act, subject_id: str, *, is_allowed: bool
) -> Audit:
    identity = room.memory.identities.get(participant_id)
    account_id = None if identity is None else identity.account_id
    return Audit(participant_id, account_id, command.action.value, subject_id, is_allowed)
