"""Who hears of what: those who run the room all of it, the others neither the door nor lines to the hosts."""

from __future__ import annotations

from preau.meet.domain.roles import MODERATORS
from preau.meet.live import events as happened
from preau.meet.live.events import Entry, RoomEvent
from preau.meet.live.people import Audience, ChatMessage, Participant
from preau.meet.live.view import RoomView

_FOR_THOSE_WHO_RUN_THE_ROOM = (
    happened.PersonWaiting,
    happened.PersonStoppedWaiting,
    happened.DoorNoteLeft,
    happened.WaitingConnection,
    happened.PersonBanned,
    happened.BanLifted,
    happened.RemovalUndone,
    happened.HostTold,
)


def runs_the_room(viewer: Participant) -> bool:
    """Whether somebody is host or co-host."""
    return viewer.role in MODERATORS


def may_read(message: ChatMessage, viewer: Participant) -> bool:
    """Whether a line is shown to somebody."""
    return message.to is Audience.ALL or message.participant_id == viewer.id or runs_the_room(viewer)


def may_hear(event: RoomEvent, viewer: Participant) -> bool:
    """Whether somebody is told what happened, or only that something did."""
    if isinstance(event, happened.ChatPosted):
        return may_read(event.message, viewer)
    return runs_the_room(viewer) or not isinstance(event, _FOR_THOSE_WHO_RUN_THE_ROOM)


def withheld(entries: tuple[Entry, ...], viewer: Participant, view: RoomView) -> frozenset[int]:
    """Which of the entries that somebody missed are withheld; lines that were deleted since are as well."""
    present = {message.message_id for message in view.chat}
    return frozenset(
        entry.sequence
        for entry in entries
        if not may_hear(entry.event, viewer)
        or (isinstance(entry.event, happened.ChatPosted) and entry.event.message.message_id not in present)
    )
