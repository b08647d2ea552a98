"""Carries the effects of a step out: to the connections of a room, and to the media server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from preau.meet.control import answers
from preau.meet.control.answers import MeetingFacts
from preau.meet.domain.ids import MeetingId, OccurrenceId, ParticipantId
from preau.meet.live import effects as fx
from preau.meet.live.commands import ConnectionId
from preau.meet.live.room import Setting
from preau.meet.services.late_reports import Tickets
from preau.meet.services.ports import Clock, Media


class Line(Protocol):
    """A connection as its room sees it."""

    def put(self, frame: str) -> None: ...
    def refuse(self, request: int, code: str, retry_after_s: int | None = None) -> None: ...
    def wait(self, request: int) -> str:
        """Note that it waits; returns the secret that it resumes with, made for that knock (0: as before)."""

    def admit(self, participant_id: ParticipantId, request: int) -> str:
        """Note who it is now; returns the secret, as `wait` does."""

    def close(self, code: str, reason: str | None = None) -> None: ...


@dataclass(frozen=True)
class RoomFacts:
    """What never changes while a room runs."""

    meeting_id: MeetingId
    occurrence_id: OccurrenceId
    about: MeetingFacts


class Delivery:
    """One room's. Whom it cannot reach any more it passes over: the loss is a command of its own."""

    def __init__(
        self,
        facts: RoomFacts,
        lines: Mapping[ConnectionId, Line],
        media: Media,
        clock: Clock,
        tickets: Tickets,
    ) -> None:
        self._facts = facts
        self._lines = lines
        self._media = media
        self._clock = clock
        self._tickets = tickets
        room = facts.occurrence_id
        self._carriers: Mapping[type, Callable[[Any, Setting], None]] = {
            fx.Announce: self._announce,
            fx.Admit: self._admit,
            fx.TellWaiting: self._tell_waiting,
            fx.ShowWhole: self._show_whole,
            fx.Confirm: lambda one, _: self.put(one.connection, answers.done(one.request, one.sequence)),
            fx.Refuse: lambda one, _: self.refuse(one.connection, one.request, one.code, one.retry_after_s),
            fx.CloseConnection: self._close,
            fx.PassOnRequestToUnmute: lambda one, _: self.put(
                one.connection, answers.asked_to_unmute(one.by)
            ),
            fx.SetMediaRights: lambda one, _: media.set_rights(room, one.participant_id, one.rights),
            fx.MuteSource: lambda one, _: media.mute(room, one.participant_id, one.source),
            fx.EndShare: lambda one, _: media.stop_share(room, one.participant_id, one.rights),
            fx.RemoveFromMedia: lambda one, _: media.remove(room, one.participant_id),
            fx.EndOccurrence: lambda _one, _: media.close_room(room),
            # Written with the entries of its step, before anything is carried out.
            fx.Audit: lambda _one, _: None,
        }

    def carry_out(self, effects: Sequence[fx.Effect], setting: Setting) -> None:
        """All of them, in order."""
        for effect in effects:
            self._carriers[type(effect)](effect, setting)

    def put(self, connection: ConnectionId, frame: str) -> None:
        """Send a frame to somebody who is there."""
        line = self._lines.get(connection)
        if line is not None:
            line.put(frame)

    def refuse(
        self, connection: ConnectionId, request: int, code: str, retry_after_s: int | None = None
    ) -> None:
        """Refuse a request of somebody who is there."""
        line = self._lines.get(connection)
        if line is not None:
            line.refuse(request, code, retry_after_s)

    def _announce(self, effect: fx.Announce, _setting: Setting) -> None:
        frame = answers.event(effect.entry)
        for connection in effect.to:
            self.put(connection, frame)
        hidden = answers.withheld(effect.entry) if effect.withheld_from else ""
        for connection in effect.withheld_from:
            self.put(connection, hidden)

    def _admit(self, effect: fx.Admit, setting: Setting) -> None:
        line = self._lines.get(effect.connection)
        participant = effect.view.participant(effect.participant_id)
        if line is None or participant is None:
            return
        room, now = self._facts.occurrence_id, self._clock.now()
        grant = self._media.grant(room, participant.id, participant.name, effect.rights, now)
        secret = line.admit(participant.id, effect.request)
        view = None
        if effect.missed is None:
            view = answers.snapshot(effect.view, participant.id, self._facts.about, setting)
        line.put(
            answers.admitted(
                effect.request,
                participant.id,
                secret,
                grant,
                report_ticket=self._tickets.give(self._facts.meeting_id, participant.name, now),
                is_resumed=effect.is_resumed,
                view=view,
            )
        )
        for entry in effect.missed or ():
            is_withheld = entry.sequence in effect.withheld
            line.put(answers.withheld(entry) if is_withheld else answers.event(entry))

    def _tell_waiting(self, effect: fx.TellWaiting, _setting: Setting) -> None:
        line = self._lines.get(effect.connection)
        if line is None:
            return
        frame = answers.waiting(
            effect.request,
            effect.participant_id,
            line.wait(effect.request),
            has_host=effect.has_host,
            host=effect.host,
            note_left=effect.note_left,
            is_second_device=effect.is_second_device,
        )
        line.put(frame)

    def _show_whole(self, effect: fx.ShowWhole, setting: Setting) -> None:
        view = answers.snapshot(effect.view, effect.participant_id, self._facts.about, setting)
        self.put(effect.connection, answers.whole(view))

    def _close(self, effect: fx.CloseConnection, _setting: Setting) -> None:
        line = self._lines.get(effect.connection)
        if line is not None:
            line.close(effect.code, effect.reason)
