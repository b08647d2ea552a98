"""The one way from a command to its act: who asks, whether the policy lets them, what is recorded of it."""

from __future__ import annotations

from preau.meet.domain.ids import ParticipantId
from preau.meet.domain.policy import NOTHING, About, Action, Actor, decide, is_privileged
from preau.meet.live.commands import ConnectionId, Request
from preau.meet.live.effects import Audit, Confirm, Refuse
from preau.meet.live.people import Participant
from preau.meet.live.room import Room, Step


def participant_on(room: Room, connection: ConnectionId) -> Participant | None:
    """The participant whose connection it is."""
    participant_id = room.seat_of(connection)
    return None if participant_id is None else room.view.participant(participant_id)


def about(room: Room, participant_id: ParticipantId) -> About:
    """What the policy asks about the participant that something is to be done to."""
    subject = room.view.participant(participant_id)
    return NOTHING if subject is None else About(subject.role)


def permit(
    step: Step, command: Request, action: Action, what: About = NOTHING, subject_id: str = ""
) -> tuple[Step, Participant | None]:
    """The participant who asks, when the policy lets them; otherwise the step refuses, and None."""
    room = step.room
    who = participant_on(room, command.connection)
    waiting = room.place_of(command.connection)
    actor = Actor(room_role=None if who is None else who.role, is_waiting=waiting is not None)
    decision = decide(actor, action, about=what)
    if who is not None and decision.code is None:
        return step, who
    participant_id = waiting if who is None else who.id
    if participant_id is not None and is_privileged(action, what):
        step = step.then(_record(room, participant_id, action, subject_id, is_allowed=False))
    code = "not-admitted" if who is None or decision.code is None else decision.code.value
    return refuse(step, command, code), None


def may_wait_and(step: Step, command: Request, action: Action) -> tuple[Step, ParticipantId | None]:
    """As `permit`, for what people at the door may do."""
    waiting = step.room.place_of(command.connection)
    if decide(Actor(is_waiting=waiting is not None), action).is_allowed:
        return step, waiting
    is_inside = step.room.seat_of(command.connection) is not None
    return refuse(step, command, "not-waiting" if is_inside else "not-admitted"), None


def refuse(step: Step, command: Request, code: str, *, retry_after_s: int | None = None) -> Step:
    """The step that answers no."""
    return step.then(Refuse(command.connection, command.request, code, retry_after_s))


def confirm(step: Step, command: Request, sequence: int | None = None) -> Step:
    """The step that answers yes."""
    return step.then(Confirm(command.connection, command.request, sequence))


def audited(step: Step, who: Participant, action: Action, subject_id: str = "") -> Step:
    """The step with a record of a privileged act that was done."""
    return step.then(_record(step.room, who.id, action, subject_id, is_allowed=True))


def _record(
    room: Room, participant_id: ParticipantId, action: Action, subject_id: str, *, is_allowed: bool
) -> Audit:
    identity = room.memory.identities.get(participant_id)
    account_id = None if identity is None else identity.account_id
    return Audit(participant_id, account_id, action.value, subject_id, is_allowed)
