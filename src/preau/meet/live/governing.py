"""How the room is run: rules, lock and freeze, roles, names, the spotlight, and its end by the host."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import BadRuleError, Rules, change, differing
from preau.meet.live.audience import runs_the_room
from preau.meet.live.commands import (
    Act,
    ChangeLink,
    ChangeRules,
    EndForAll,
    EndSignIns,
    Freeze,
    Lock,
    Open,
    Rename,
    RevokeInvitation,
    SetRole,
    SetRules,
    Spotlight,
    TellHosts,
    Thaw,
    Unlock,
)
from preau.meet.live.effects import Audit, ShowWhole
from preau.meet.live.events import (
    HostTold,
    LinkChanged,
    ParticipantRenamed,
    RoleChanged,
    RoomEvent,
    RoomFrozen,
    RoomLocked,
    RoomThawed,
    RoomUnlocked,
    RulesChanged,
    SpotlightChanged,
)
from preau.meet.live.leaving import put_out
from preau.meet.live.people import Participant
from preau.meet.live.permission import audited, confirm, permit, refuse, renamed
from preau.meet.live.room import Step
from preau.meet.live.speech import end_speech
from preau.meet.live.timing import end_now

STRANGER_REMOVED = "stranger-removed"


def open_room(step: Step, command: Open, now: datetime) -> Step:
    """The log begins with the rules, so that it tells the whole room by itself."""
    return _with_rules(step, command.rules, now)


def set_rules(step: Step, command: SetRules, now: datetime) -> Step:
    """Change some rules for this occurrence."""
    step, who = permit(step, command, "rules")
    if who is None:
        return step
    if step.room.setting.locked_rules & set(command.changes):
        return refuse(step, command, "rule-locked")
    try:
        rules = change(step.room.view.rules, command.changes)
    except BadRuleError:
        return refuse(step, command, "rule-bad")
    for name in sorted(command.changes):
        step = audited(step, who, command, name)
    if rules != step.room.view.rules:
        step = _with_rules(step, rules, now)
    return confirm(step, command)


def change_rules(step: Step, command: ChangeRules, now: datetime) -> Step:
    """Take over what the meeting's page, or an administrator, made of the rules."""
    setting = replace(step.room.setting, locked_rules=command.locked_rules)
    step = step.change(replace(step.room, setting=setting))
    return step if command.rules == step.room.view.rules else _with_rules(step, command.rules, now)


def _with_rules(step: Step, rules: Rules, now: datetime) -> Step:
    step = step.write(RulesChanged(rules, differing(rules, step.room.setting.safe_rules)), now)
    return end_speech(step, step.room.view.participants, now) if rules.unmute else step


def lock(step: Step, command: Lock, now: datetime) -> Step:
    """Let nobody new in."""
    is_done = step.room.view.is_locked
    return _switch(step, command, None if is_done else RoomLocked(), now)


def unlock(step: Step, command: Unlock, now: datetime) -> Step:
    """Let people in again."""
    is_done = not step.room.view.is_locked
    return _switch(step, command, None if is_done else RoomUnlocked(), now)


def freeze(step: Step, command: Freeze, now: datetime) -> Step:
    """Stop everything that participants send, and shut the door; nobody speaks on request any longer."""
    view = step.room.view
    frozen = _switch(step, command, None if view.is_frozen else RoomFrozen(), now)
    return end_speech(frozen, view.participants, now) if frozen.entries else frozen


def thaw(step: Step, command: Thaw, now: datetime) -> Step:
    """All is as it was before the freeze, but for who spoke on request."""
    is_done = not step.room.view.is_frozen
    return _switch(step, command, None if is_done else RoomThawed(), now)


def _switch(step: Step, command: Act, event: RoomEvent | None, now: datetime) -> Step:
    step, who = permit(step, command)
    if who is None:
        return step
    step = step if event is None else step.write(event, now)
    return confirm(audited(step, who, command), command)


def spotlight(step: Step, command: Spotlight, now: datetime) -> Step:
    """Show somebody, or nobody, large to everybody."""
    step, who = permit(step, command, command.participant_id or "")
    if who is None:
        return step
    view = step.room.view
    if command.participant_id is not None and view.participant(command.participant_id) is None:
        return refuse(step, command, "participant-unknown")
    if view.spotlight != command.participant_id:
        step = step.write(SpotlightChanged(command.participant_id), now)
    return confirm(audited(step, who, command, command.participant_id or ""), command)


def rename(step: Step, command: Rename, now: datetime) -> Step:
    """Give somebody, or oneself, another name."""
    subject = renamed(step.room, command)
    step, who = permit(step, command, (command.participant_id or "") if subject is None else subject.id)
    if who is None:
        return step
    if subject is None:
        return refuse(step, command, "participant-unknown")
    if subject.name != command.name:
        step = step.write(ParticipantRenamed(subject.id, command.name), now)
    step = step if subject.id == who.id else audited(step, who, command, subject.id)
    return confirm(step, command)


def set_role(step: Step, command: SetRole, now: datetime) -> Step:
    """Give somebody another role; who makes another the host becomes co-host."""
    step, who = permit(step, command, command.participant_id)
    if who is None:
        return step
    subject = step.room.view.participant(command.participant_id)
    if subject is None:
        return refuse(step, command, "participant-unknown")
    step = _with_role(step, subject, command.role, now)
    if command.role is RoomRole.HOST:
        step = _with_role(step, who, RoomRole.COHOST, now)
    return confirm(audited(step, who, command, subject.id), command)


def _with_role(step: Step, one: Participant, role: RoomRole, now: datetime) -> Step:
    if one.role is role:
        return step
    step = step.write(RoleChanged(one.id, role), now)
    after, seat = step.room.view.participant(one.id), step.room.seats.get(one.id)
    if after is None or seat is None or seat.connection is None or runs_the_room(one) == runs_the_room(after):
        return step
    return step.then(ShowWhole(seat.connection, one.id, step.room.view))


def end_for_all(step: Step, command: EndForAll, now: datetime) -> Step:
    """End the meeting for everybody."""
    step, who = permit(step, command)
    return step if who is None else end_now(confirm(audited(step, who, command), command), now)


def change_link(step: Step, command: ChangeLink, now: datetime) -> Step:
    """Tell everybody the meeting's new link."""
    return step.write(LinkChanged(command.code), now)


def revoke_invitation(step: Step, command: RevokeInvitation, now: datetime) -> Step:
    """Put out whoever came, or waits, by a personal link that is no more."""
    for participant_id, identity in step.room.memory.identities.items():
        if identity.invitation_id == command.invitation_id:
            step = put_out(step, participant_id, "revoked", now, code="removed")
    return step


def end_sign_ins(step: Step, command: EndSignIns, now: datetime) -> Step:
    """Put out whoever came in by a sign-in that is no more; to the others they left."""
    for participant_id, identity in step.room.memory.identities.items():
        if identity.sign_in_id in command.sign_in_ids:
            reason = "left" if participant_id in step.room.seats else "gave-up"
            step = put_out(step, participant_id, reason, now, code="signed-out")
    return step


def tell_hosts(step: Step, command: TellHosts, now: datetime) -> Step:
    """Tell those who run the room; a stranger who got as far as the media room is on record too."""
    if command.what == STRANGER_REMOVED:
        step = step.then(Audit(None, None, STRANGER_REMOVED, "", is_allowed=False))
    return step.write(HostTold(command.what, command.name), now)
