"""A room as one machine: `handle(input, now)` gives effects and, for some inputs, an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from preau.sfu.model import Admission, RoomInfo, RoomOptions, Sender
from preau.sfu.rooms import (
    commands,
    failing,
    joining,
    leaving,
    media,
    moderating,
    negotiating,
    publishing,
    refusing,
    relaying,
    simulating,
    speaking,
    subscribing,
    timing,
)
from preau.sfu.rooms.effects import Effect, Notify
from preau.sfu.rooms.state import IdSource, Member, RoomState
from preau.sfu.signalling import requests as ask


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an input led to, in order; `value` answers what the server API asked."""

    effects: tuple[Effect, ...]
    value: object = None
    refusal: commands.RoomRefusal | None = None


class Room:
    """One room. `now` and all times are seconds of a clock that nobody sets; `date_s` is the date of that
    moment in seconds since 1970, for what is told to others."""

    def __init__(
        self,
        name: str,
        options: RoomOptions,
        ids: IdSource,
        now: float,
        date_s: float,
        *,
        feigns: bool = False,
    ) -> None:
        self._state = RoomState(
            sid=ids.sid("RM_"),
            name=name,
            options=options.settled(),
            feigns=feigns,
            ids=ids,
            created_at_s=date_s,
            date_s=date_s,
            trailer=ids.trailer(),
            empty_since_s=now,
        )
        self._state.wake(now)
        self._state.emit(Notify("room_started", self._state.info()))

    def handle(self, command: object, now: float, date_s: float) -> Outcome:
        """Does what is asked. A refusal leaves the room as it was.

        What an input wanted done before it was refused, or failed, is not done: not now, as half of it, and
        not with the next input, which has nothing to do with it.
        """
        state, value, refusal = self._state, None, None
        state.now, state.date_s = now, date_s
        told_before = len(state.effects)
        try:
            value = _HANDLERS[type(command)](state, command, now)
        except Exception as error:
            del state.effects[told_before:]
            if not isinstance(error, commands.RoomRefusal):
                raise
            refusal = error
        effects, state.effects = tuple(state.effects), []
        return Outcome(effects=effects, value=value, refusal=refusal)

    @property
    def wake_s(self) -> float:
        """When a Tick is due."""
        return self._state.wake_s

    @property
    def finished(self) -> bool:
        """Whether the room is over."""
        return self._state.finished

    @property
    def has_speakers(self) -> bool:
        """Whether silence would be news."""
        return bool(self._state.speaking)

    def info(self) -> RoomInfo:
        """The room as everybody sees it."""
        return self._state.info()

    def sender(self, peer: media.PeerId) -> Sender | None:
        """Who is behind a peer."""
        member = self._state.by_peer.get(peer)
        if member is None:
            return None
        permission = member.permission
        return Sender(
            member.sid,
            member.identity,
            is_hidden=permission.hidden,
            speaks_for_others=member.admission.is_agent,
            may_send_data=permission.can_publish_data,
        )

    def check_admissible(self, admission: Admission) -> None:
        """Raises RoomRefusal when the holder of this credential could not join now."""
        joining.check_admissible(self._state, admission)

    def holds(self, admission: Admission) -> bool:
        """Whether somebody connected came in by this very token."""
        return joining.is_held(self._state, admission)


def _asked(state: RoomState, command: commands.Asked, now: float) -> None:
    member = state.by_connection.get(command.connection)
    handler = _REQUESTS.get(type(command.request))
    if member is not None and handler is not None:
        handler(state, member, command.request, now)


def _connection_lost(state: RoomState, command: commands.ConnectionLost, now: float) -> None:
    leaving.connection_lost(state, command.connection, now)


_REQUESTS: dict[type, Callable[[RoomState, Member, Any, float], None]] = {
    ask.Offer: publishing.offer,
    ask.Answer: negotiating.answer,
    ask.Trickle: negotiating.trickle,
    ask.AddTrack: publishing.add_track,
    ask.Mute: publishing.mute,
    ask.UpdateSubscription: subscribing.update,
    ask.TrackSetting: subscribing.setting,
    ask.Leave: leaving.leave,
    ask.SubscriptionPermission: subscribing.set_rule,
    ask.SyncState: joining.sync_state,
    ask.Simulate: simulating.simulate,
    ask.UpdateMetadata: moderating.update_metadata,
    ask.UpdateAudioTrack: publishing.update_audio,
    ask.UpdateVideoTrack: publishing.update_video,
    ask.Unsupported: publishing.unsupported,
}

_HANDLERS: dict[type, Callable[[RoomState, Any, float], object]] = {
    commands.Join: joining.join,
    commands.Resume: joining.resume,
    commands.Asked: _asked,
    commands.ConnectionLost: _connection_lost,
    commands.Relay: relaying.relay,
    commands.NoteData: relaying.note_data,
    commands.TooMuchData: relaying.too_much_data,
    commands.Tick: timing.tick,
    commands.ListParticipants: moderating.list_participants,
    commands.GetParticipant: moderating.get_participant,
    commands.RemoveParticipant: moderating.remove_participant,
    commands.MuteTrack: moderating.mute_track,
    commands.UpdateParticipant: moderating.update_participant,
    commands.ChangeSubscriptions: moderating.change_subscriptions,
    commands.SendServerData: relaying.server_data,
    commands.SetRoomMetadata: moderating.set_metadata,
    commands.NoteRefusal: refusing.note_call,
    commands.DeleteRoom: moderating.delete,
    commands.ShutDown: moderating.shut_down,
    media.Answered: publishing.answered,
    media.Offered: negotiating.offered,
    media.Agreed: negotiating.agreed,
    media.Refused: failing.refused,
    media.PeerChanged: failing.peer_changed,
    media.AudioLevels: speaking.heard,
}
