"""One signalling connection: what it answers by itself, what it passes on, when it is ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say
from preau.sfu.signalling.allowance import PATIENCE_S, Allowance, work_of


@dataclass(frozen=True, slots=True)
class Garbled:
    """A frame that is no request; `code` and `message` say why."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Reply:
    """To be sent back."""

    response: say.Response


@dataclass(frozen=True, slots=True)
class Pass:
    """To be handled by the room."""

    request: ask.Request


@dataclass(frozen=True, slots=True)
class End:
    """The connection is to be closed with a WebSocket close code and a reason `code: sentence`."""

    close_code: int
    reason: str


Output = Reply | Pass | End


@dataclass(slots=True)
class Connection:
    """State of one connection. `wait_s`: for how long nothing is read from it after the last frame."""

    allowance: Allowance
    wait_s: float = 0.0
    _own: Mapping[type, Callable[[ask.Request, float], Output]] = field(
        default_factory=lambda: MappingProxyType({ask.Ping: _pong, ask.PingRequest: _pong_response})
    )

    def receive(self, frame: ask.Request | Garbled, size_bytes: int, now: float) -> Output | None:
        """What to do about a frame; `now` in seconds since 1970."""
        self.wait_s = self.allowance.spend(work_of(frame, size_bytes), now)
        if self.allowance.is_abused(now):
            return End(
                1008, f"too-many-frames: more was asked than one client needs, for {PATIENCE_S:.0f} s."
            )
        if isinstance(frame, Garbled):
            return End(1007, f"{frame.code}: {frame.message}")
        if isinstance(frame, ask.Ignored):
            return None
        handler = self._own.get(type(frame))
        return handler(frame, now) if handler else Pass(frame)


def _pong(_request: ask.Request, now: float) -> Output:
    return Reply(say.Pong(timestamp_ms=int(now * 1000)))


def _pong_response(request: ask.Request, now: float) -> Output:
    echo = request.timestamp_ms if isinstance(request, ask.PingRequest) else 0
    return Reply(say.PongResponse(last_ping_timestamp_ms=echo, timestamp_ms=int(now * 1000)))
