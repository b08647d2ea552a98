"""What those who run the room do to what others send and to who is in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from preau.meet.live.audience import runs_the_room
from preau.meet.live.commands import (
    Act,
    ActAbout,
    AskToUnmute,
    BanPerson,
    LetBack,
    LiftBan,
    Mute,
    MuteAll,
    Remove,
    StopAllCameras,
    StopCamera,
    StopShare,
)
from preau.meet.live.effects import EndShare, MuteSource, PassOnRequestToUnmute
from preau.meet.live.events import BanLifted, PersonBanned, RemovalUndone
from preau.meet.live.leaving import put_out
from preau.meet.live.people import Ban, BanId, Participant
from preau.meet.live.permission import audited, confirm, permit, refuse
from preau.meet.live.rights import rights_of
from preau.meet.live.room import Step
from preau.meet.live.speech import allow_speech, end_speech


def mute(step: Step, command: Mute, now: datetime) -> Step:
    """Silence somebody's microphone; who spoke on request does so no longer."""

    def silenced(step: Step, one: Participant) -> Step:
        return end_speech(step.then(MuteSource(one.id, "microphone")), [one], now)

    return _on_media(step, command, silenced)


def stop_camera(step: Step, command: StopCamera, _now: datetime) -> Step:
    """Turn somebody's camera off."""
    return _on_media(step, command, lambda step, one: step.then(MuteSource(one.id, "camera")))


def stop_share(step: Step, command: StopShare, _now: datetime) -> Step:
    """End somebody's screen share."""

    def ended(step: Step, one: Participant) -> Step:
        return step.then(EndShare(one.id, rights_of(step.room.view, one)))

    return _on_media(step, command, ended)


def _on_media(step: Step, command: ActAbout, act: Callable[[Step, Participant], Step]) -> Step:
    room = step.room
    step, who = permit(step, command, command.participant_id)
    if who is None:
        return step
    subject = room.view.participant(command.participant_id)
    if subject is None:
        return refuse(step, command, "participant-unknown")
    return confirm(audited(act(step, subject), who, command, subject.id), command)


def ask_to_unmute(step: Step, command: AskToUnmute, now: datetime) -> Step:
    """Ask somebody to turn the microphone on, and let them; nobody can do it for another."""
    room = step.room
    step, who = permit(step, command, command.participant_id)
    if who is None:
        return step
    seat, subject = room.seats.get(command.participant_id), room.view.participant(command.participant_id)
    if subject is None or seat is None or seat.connection is None:
        return refuse(step, command, "participant-unknown")
    asked = allow_speech(step, subject, now).then(PassOnRequestToUnmute(seat.connection, who.name))
    return confirm(audited(asked, who, command, subject.id), command)


def mute_all(step: Step, command: MuteAll, now: datetime) -> Step:
    """Silence everybody but those who run the room; nobody speaks on request any longer."""

    def silenced(step: Step) -> Step:
        return end_speech(_without(step, "microphone"), step.room.view.participants, now)

    return _on_everybody(step, command, silenced)


def stop_all_cameras(step: Step, command: StopAllCameras, _now: datetime) -> Step:
    """Turn every camera off but those of the people who run the room."""
    return _on_everybody(step, command, lambda step: _without(step, "camera"))


def _without(step: Step, source: str) -> Step:
    others = (one for one in step.room.view.participants if not runs_the_room(one))
    return step.then(*(MuteSource(one.id, source) for one in others))


def _on_everybody(step: Step, command: Act, act: Callable[[Step], Step]) -> Step:
    step, who = permit(step, command)
    return step if who is None else confirm(audited(act(step), who, command), command)


def remove(step: Step, command: Remove, now: datetime) -> Step:
    """Put somebody out of the room; who comes back waits."""
    room = step.room
    step, who = permit(step, command, command.participant_id)
    if who is None:
        return step
    if command.participant_id not in room.seats:
        return refuse(step, command, "participant-unknown")
    step = confirm(audited(step, who, command, command.participant_id), command)
    return put_out(step, command.participant_id, "removed", now, code="removed")


def let_back(step: Step, command: LetBack, now: datetime) -> Step:
    """Undo a removal."""
    step, who = permit(step, command, command.participant_id)
    if who is None:
        return step
    departed = step.room.memory.departed.get(command.participant_id)
    if departed is None or departed.reason != "removed":
        return refuse(step, command, "participant-unknown")
    step = step.write(RemovalUndone(command.participant_id), now)
    return confirm(audited(step, who, command, command.participant_id), command)


def ban(step: Step, command: BanPerson, now: datetime) -> Step:
    """Put somebody out, or turn away from the door, and remember what a return is told by."""
    room = step.room
    step, who = permit(step, command, command.participant_id)
    if who is None:
        return step
    identity = room.memory.identities.get(command.participant_id)
    subject = room.view.participant(command.participant_id) or room.view.waiting_person(
        command.participant_id
    )
    if identity is None or subject is None:
        return refuse(step, command, "participant-unknown")
    step = confirm(audited(step, who, command, subject.id), command)
    banned = Ban(BanId(f"ban_{room.view.sequence + 1}"), subject.name, now)
    step = step.write(PersonBanned(banned, identity.marks), now)
    return put_out(step, subject.id, "banned", now, code="banned")


def lift_ban(step: Step, command: LiftBan, now: datetime) -> Step:
    """Let somebody knock again."""
    step, who = permit(step, command, command.ban_id)
    if who is None:
        return step
    if all(one.id != command.ban_id for one in step.room.view.bans):
        return refuse(step, command, "ban-unknown")
    step = step.write(BanLifted(command.ban_id), now)
    return confirm(audited(step, who, command, command.ban_id), command)
