"""The machine: one handler per command, and what follows from every one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from preau.meet.live import arrivals, chat, door, governing, leaks, moderation, timing
from preau.meet.live import commands as do
from preau.meet.live.rights import with_changed_rights
from preau.meet.live.room import Room, Step
from preau.meet.live.supervision import supervised
from preau.meet.live.waiting import with_news_of_hosts

_HANDLERS: Mapping[type, Callable[[Step, Any, datetime], Step]] = {
    do.Knock: door.knock,
    do.LeaveNote: door.leave_note,
    do.AdmitPeople: door.admit,
    do.Deny: door.deny,
    do.Resume: arrivals.resume,
    do.Leave: arrivals.leave,
    do.LoseConnection: arrivals.lose_connection,
    do.SendChat: chat.send_chat,
    do.DeleteMessage: chat.delete_message,
    do.RaiseHand: chat.raise_hand,
    do.LowerHand: chat.lower_hand,
    do.LowerHandOf: chat.lower_hand_of,
    do.LowerAllHands: chat.lower_all_hands,
    do.Mute: moderation.mute,
    do.StopCamera: moderation.stop_camera,
    do.StopShare: moderation.stop_share,
    do.AskToUnmute: moderation.ask_to_unmute,
    do.MuteAll: moderation.mute_all,
    do.StopAllCameras: moderation.stop_all_cameras,
    do.Remove: moderation.remove,
    do.LetBack: moderation.let_back,
    do.BanPerson: moderation.ban,
    do.LiftBan: moderation.lift_ban,
    do.Open: governing.open_room,
    do.SetRules: governing.set_rules,
    do.ChangeRules: governing.change_rules,
    do.ChangeLink: governing.change_link,
    do.RevokeInvitation: governing.revoke_invitation,
    do.EndSignIns: governing.end_sign_ins,
    do.KnockInVain: leaks.knock_in_vain,
    do.TellHosts: governing.tell_hosts,
    do.Lock: governing.lock,
    do.Unlock: governing.unlock,
    do.Freeze: governing.freeze,
    do.Thaw: governing.thaw,
    do.Spotlight: governing.spotlight,
    do.Rename: governing.rename,
    do.SetRole: governing.set_role,
    do.EndForAll: governing.end_for_all,
    do.Restart: timing.restart,
    do.Tick: timing.tick,
    do.End: timing.end,
}


def handle(room: Room, command: do.Command, now: datetime) -> Step:
    """What `command` makes of `room` at `now` (UTC)."""
    step = _HANDLERS[type(command)](Step(room), command, now)
    if step.room.has_ended:
        return step
    step = leaks.with_leaks_told(supervised(step, now), now)
    return with_news_of_hosts(room, with_changed_rights(room, step))
