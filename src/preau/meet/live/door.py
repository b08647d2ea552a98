"""The door: who comes in at once, who waits, who is turned away, and what the hosts say to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from preau.meet.domain.ids import ParticipantId
from preau.meet.domain.invitations import Provenance
from preau.meet.domain.names import those_like
from preau.meet.domain.rules import Waiting
from preau.meet.live.arrivals import let_in, take_back
from preau.meet.live.commands import AdmitPeople, Deny, Knock, LeaveNote
from preau.meet.live.crowds import KNOCK_EVERY, crowded_out, hold_off_s, is_crowded, with_knock
from preau.meet.live.events import DoorNoteLeft, HostTold, ParticipantJoined, PersonWaiting
from preau.meet.live.leaks import see
from preau.meet.live.leaving import put_out, stop_waiting
from preau.meet.live.people import Identity, Participant, WaitingPerson
from preau.meet.live.permission import audited, confirm, may_wait_and, permit, refuse
from preau.meet.live.room import Room, Seat, Step
from preau.meet.live.waiting import BY_PERSONAL_LINK, told_at_the_door

_MAY_ENTER: dict[Waiting, frozenset[Provenance]] = {
    Waiting.EVERYBODY: frozenset(),
    Waiting.NOT_INVITED: BY_PERSONAL_LINK,
    Waiting.NOT_KNOWN: BY_PERSONAL_LINK | {Provenance.ACCOUNT},
}


def knock(step: Step, command: Knock, now: datetime) -> Step:
    """Somebody new: let in, have wait, or turn away."""
    room = step.room
    identity = Identity(
        command.secret_hash,
        command.role_wanted,
        command.device_key,
        command.invitation_id,
        command.account_id,
        command.sign_in_id,
    )
    if room.seat_of(command.connection) is not None or room.place_of(command.connection) is not None:
        return refuse(step, command, "already-admitted")
    code = _turned_away(room, command, identity)
    step = see(step, command, now, is_refused=code is not None)
    if code is not None:
        return refuse(step, command, code)
    own = _own_place(room, command)
    if own is not None:
        return take_back(step, own, command, now)
    if _has_to_wait(room, command, identity):
        return _wait(step, command, identity, now)
    if _is_full(step.room):
        step = _give_up_own_lost_seat(step, command, now)
    if _is_full(step.room):
        return refuse(step, command, "room-full")
    participant = Participant(
        command.participant_id, command.name, command.role_wanted, now, command.provenance
    )
    step = step.write(ParticipantJoined(participant, identity), now)
    return let_in(step, participant.id, Seat(command.connection), command.request, now)


def _turned_away(room: Room, command: Knock, identity: Identity) -> str | None:
    """Why the door stays shut, or None. Nothing shuts it to the meeting's owner."""
    if command.provenance is Provenance.OWNER:
        return None
    is_shut = room.view.is_locked or room.view.is_frozen
    is_stranger = command.provenance is Provenance.OPEN_LINK and not room.view.rules.open_link
    if is_shut or is_stranger or room.memory.is_banned(identity.marks):
        return "meeting-unknown"
    return "denied" if identity.marks & room.memory.denied else None


def _has_to_wait(room: Room, command: Knock, identity: Identity) -> bool:
    if command.provenance is Provenance.OWNER:
        return False
    was_removed = bool(identity.marks & room.memory.removed)
    may_enter = command.provenance in _MAY_ENTER[room.view.rules.waiting_room]
    return was_removed or command.is_second_device or not may_enter


def _wait(step: Step, command: Knock, identity: Identity, now: datetime) -> Step:
    room = step.room
    pause_s = hold_off_s(room, command, identity, now)
    if pause_s is None and is_crowded(room, command):
        pause_s = int(KNOCK_EVERY.total_seconds())
    if pause_s is not None:
        return refuse(step, command, "rate-limited", retry_after_s=pause_s)
    displaced = crowded_out(room, command)
    if displaced is not None:
        step = put_out(step, displaced, "crowded-out", now, code="room-full")
    names = [one.name for one in room.view.participants] + [one.name for one in room.view.waiting]
    waiting = WaitingPerson(
        id=command.participant_id,
        name=command.name,
        provenance=command.provenance,
        at=now,
        looks_like=those_like(command.name, names),
        is_second_device=command.is_second_device,
        was_removed_before=bool(identity.marks & room.memory.removed),
    )
    step = step.write(PersonWaiting(waiting, identity), now)
    step = step.place(waiting.id, Seat(command.connection), now)
    step = step.change(replace(step.room, knocked=with_knock(step.room, command, now)))
    step = told_at_the_door(step, waiting.id, command.request)
    if command.is_second_device:
        step = step.write(HostTold("second-device", command.name), now)
    return step


def _own_place(room: Room, command: Knock) -> ParticipantId | None:
    """Who knocks has a place already: the page was lost, and with it the secret.

    By a personal link in its browser that is so whether the old page is still there or not; of an account,
    which may be in a room twice, only a seat whose line is cut is meant.
    """
    for participant_id, identity in room.memory.identities.items():
        if identity.device_key != command.device_key:
            continue
        is_link = command.invitation_id is not None and identity.invitation_id == command.invitation_id
        if is_link and not command.is_second_device:
            return participant_id
        seat = room.seats.get(participant_id)
        is_account = command.account_id is not None and identity.account_id == command.account_id
        is_same_sign_in = identity.sign_in_id in {None, command.sign_in_id}
        if is_account and is_same_sign_in and seat is not None and seat.connection is None:
            return participant_id
    return None


def _is_full(room: Room) -> bool:
    return len(room.seats) >= room.setting.max_participants


def _give_up_own_lost_seat(step: Step, command: Knock, now: datetime) -> Step:
    """From elsewhere again: in a full room the seat whose line was cut must not keep its own account out."""
    if command.account_id is None:
        return step
    for participant_id, seat in step.room.seats.items():
        identity = step.room.memory.identities.get(participant_id)
        if seat.connection is None and identity is not None and identity.account_id == command.account_id:
            return put_out(step, participant_id, "left", now, code="replaced")
    return step


def leave_note(step: Step, command: LeaveNote, now: datetime) -> Step:
    """Write the one line to the hosts."""
    step, participant_id = may_wait_and(step, command)
    waiting = None if participant_id is None else step.room.view.waiting_person(participant_id)
    if waiting is None:
        return step
    if waiting.note is not None:
        return refuse(step, command, "note-left-already")
    return confirm(step.write(DoorNoteLeft(waiting.id, command.text), now), command)


def admit(step: Step, command: AdmitPeople, now: datetime) -> Step:
    """Let people in, as many as there are seats for; whose connection is away finds the seat on return."""
    step, who = permit(step, command, "".join(command.participant_ids[:1]))
    if who is None:
        return step
    wanted = [one for one in dict.fromkeys(command.participant_ids) if one in step.room.places]
    if not wanted:
        return refuse(step, command, "not-waiting")
    free = step.room.setting.max_participants - len(step.room.seats)
    if free <= 0:
        return refuse(step, command, "room-full")
    for participant_id in wanted[:free]:
        step = audited(_admit_one(step, participant_id, now), who, command, participant_id)
    return confirm(step, command)


def _admit_one(step: Step, participant_id: ParticipantId, now: datetime) -> Step:
    room = step.room
    waiting, identity = room.view.waiting_person(participant_id), room.memory.identities.get(participant_id)
    if waiting is None or identity is None:
        return step
    place = room.places[participant_id]
    participant = Participant(
        waiting.id, waiting.name, identity.role, now, waiting.provenance, connected=waiting.connected
    )
    step = stop_waiting(step, participant_id, "admitted", now)
    step = step.write(ParticipantJoined(participant, identity), now)
    return let_in(step, participant_id, place, 0, now)


def deny(step: Step, command: Deny, now: datetime) -> Step:
    """Refuse somebody who waits, for the rest of the occurrence."""
    step, who = permit(step, command, command.participant_id)
    if who is None:
        return step
    if command.participant_id not in step.room.places:
        return refuse(step, command, "not-waiting")
    step = put_out(step, command.participant_id, "denied", now, code="denied", why=command.reason)
    return confirm(audited(step, who, command, command.participant_id), command)
