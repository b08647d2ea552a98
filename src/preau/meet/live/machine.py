"""The machine: one handler per command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from preau.meet.live import acts, arrivals, timing
from preau.meet.live.commands import (
    Command,
    End,
    Enter,
    Leave,
    LoseConnection,
    LowerHand,
    RaiseHand,
    Restart,
    Resume,
    SendChat,
    Tick,
)
from preau.meet.live.room import Room, Step

_HANDLERS: Mapping[type, Callable[[Step, Any, datetime], Step]] = {
    Enter: arrivals.enter,
    Resume: arrivals.resume,
    Leave: arrivals.leave,
    LoseConnection: arrivals.lose_connection,
    SendChat: acts.send_chat,
    RaiseHand: acts.raise_hand,
    LowerHand: acts.lower_hand,
    Restart: timing.restart,
    Tick: timing.tick,
    End: timing.end,
}


def handle(room: Room, command: Command, now: datetime) -> Step:
    """What `command` makes of `room` at `now` (UTC)."""
    return _HANDLERS[type(command)](Step(room), command, now)
