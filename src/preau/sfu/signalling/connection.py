"""One signalling connection: what it answers by itself, what it passes on, when it is ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say

#: A client that sends more frames than this within one second is ended.
MAX_FRAMES_PER_SECOND = 500


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
    """State of one connection."""

    _second: int = 0
    _frames: int = 0
    _own: Mapping[type, Callable[[ask.Request, float], Output]] = field(
        default_factory=lambda: MappingProxyType({ask.Ping: _pong, ask.PingRequest: _pong_response})
    )

    def receive(self, frame: ask.Request | Garbled, now: float) -> Output | None:
        """What to do about a frame; `now` in seconds since 1970."""
        if self._too_many(now):
            return End(1008, f"too-many-frames: at most {MAX_FRAMES_PER_SECOND} frames a second.")
        if isinstance(frame, Garbled):
            return End(1007, f"{frame.code}: {frame.message}")
        if isinstance(frame, ask.Ignored):
            return None
        handler = self._own.get(type(frame))
        return handler(frame, now) if handler else Pass(frame)

    def _too_many(self, now: float) -> bool:
        second = int(now)
        self._frames = self._frames + 1 if second == self._second else 1
        self._second = second
        return self._frames > MAX_FRAMES_PER_SECOND


def _pong(_request: ask.Request, now: float) -> Output:
    return Reply(say.Pong(timestamp_ms=int(now * 1000)))


def _pong_response(request: ask.Request, now: float) -> Output:
    echo = request.timestamp_ms if isinstance(request, ask.PingRequest) else 0
    return Reply(say.PongResponse(last_ping_timestamp_ms=echo, timestamp_ms=int(now * 1000)))
