"""The typed face of the native media engine (`preau._media`): our commands in, our events out."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, Protocol

from preau.sfu.rooms import media
from preau.sfu.signalling.candidates import told_as


class EngineMissing(Exception):
    """The native module is not installed."""


class PortInUse(Exception):
    """A media port is taken; the message says which."""


class EngineDied(Exception):
    """The engine's media thread ended by a fault: nothing is forwarded any more, only a new process helps."""


class NativeEngine(Protocol):
    """What is used of the native class."""

    udp_port: int
    tcp_port: int | None

    def fileno(self) -> int: ...
    def take_events(self) -> list[tuple[Any, ...]]: ...
    def close(self) -> None: ...
    def open_peer(self, peer: int, role: str) -> None: ...
    def close_peer(self, peer: int) -> None: ...
    def accept_offer(
        self, peer: int, request: int, sdp: str, receive: Sequence[tuple[str, int, str, bool, int]]
    ) -> None: ...
    def add_down(self, peer: int, down: int, track: int, stream_id: str, track_sid: str) -> None: ...
    def remove_down(self, peer: int, down: int) -> None: ...
    def negotiate(self, peer: int, request: int, ice_restart: bool) -> None: ...
    def accept_answer(self, peer: int, request: int, sdp: str) -> None: ...
    def add_candidate(self, peer: int, candidate: str) -> None: ...
    def set_down(self, down: int, enabled: bool, max_layer: int) -> None: ...
    def set_track_muted(self, track: int, muted: bool) -> None: ...
    def send_data(self, peer: int, channel: str, payload: bytes) -> None: ...


def start(
    host: str,
    udp_port: int,
    tcp_port: int | None,
    advertised: Sequence[str],
    srtp: Sequence[str],
    *,
    segmentation: bool,
) -> NativeEngine:
    """Starts the engine on these ports (0: any free; tcp None: no TCP).

    `srtp` are the profiles that may be agreed on, the best first; `segmentation` lets the kernel be given
    several datagrams as one. Raises EngineMissing, PortInUse, OSError.
    """
    try:
        native = import_module("preau._media")
    except ImportError as error:
        raise EngineMissing("The native module preau._media is not built.") from error
    try:
        engine: NativeEngine = native.Engine(
            udp_host=host,
            udp_port=udp_port,
            tcp_port=tcp_port,
            advertised=list(advertised),
            srtp=list(srtp),
            segmentation=segmentation,
        )
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(f"media port UDP {udp_port} or TCP {tcp_port} on {host} is taken") from error
        raise
    return engine


class Engine:
    """Drives a native engine with values of `rooms.media`."""

    def __init__(self, native: NativeEngine) -> None:
        self._native = native
        self._told: tuple[str, ...] = ()

    def apply(self, command: media.EngineCommand) -> None:
        """Gives one command; what fails later comes back as an event."""
        _COMMANDS[type(command)](self._native, command)

    def events(self) -> list[media.EngineEvent]:
        """Everything that happened since the last call. Raises EngineDied."""
        try:
            reported = self._native.take_events()
        except RuntimeError as error:
            raise EngineDied(str(error)) from error
        return [self._placed(_event(raw)) for raw in reported]

    def announce(self, addresses: Sequence[str]) -> None:
        """Descriptions from now on say that media are received at these addresses."""
        self._told = tuple(addresses)

    def _placed(self, event: media.EngineEvent) -> media.EngineEvent:
        if self._told and isinstance(event, (media.Answered, media.Offered)):
            return replace(event, sdp=told_as(event.sdp, self._told))
        return event

    def fileno(self) -> int:
        """A descriptor that is readable while events wait."""
        return self._native.fileno()

    @property
    def ports(self) -> tuple[int, int | None]:
        """UDP and TCP port really bound."""
        return self._native.udp_port, self._native.tcp_port

    def close(self) -> None:
        """Ends the engine and its threads."""
        self._native.close()


def _channel(*, reliable: bool) -> str:
    return "reliable" if reliable else "lossy"


def _open(native: NativeEngine, command: media.OpenPeer) -> None:
    native.open_peer(command.peer, "publisher" if command.publishes else "subscriber")


def _accept_offer(native: NativeEngine, command: media.AcceptOffer) -> None:
    receive = [(one.mid, int(one.track), one.mime, one.stereo, one.announced_bps) for one in command.receive]
    native.accept_offer(command.peer, command.request, command.sdp, receive)


def _add_down(native: NativeEngine, command: media.AddDown) -> None:
    native.add_down(command.peer, command.down, command.track, command.group, command.track_sid)


def _send(native: NativeEngine, command: media.SendPacket) -> None:
    native.send_data(command.peer, _channel(reliable=command.reliable), command.payload)


_COMMANDS: dict[type, Callable[[NativeEngine, Any], None]] = {
    media.OpenPeer: _open,
    media.ClosePeer: lambda native, command: native.close_peer(command.peer),
    media.AcceptOffer: _accept_offer,
    media.AddDown: _add_down,
    media.RemoveDown: lambda native, command: native.remove_down(command.peer, command.down),
    media.Negotiate: lambda native, command: native.negotiate(
        command.peer, command.request, command.ice_restart
    ),
    media.AcceptAnswer: lambda native, command: native.accept_answer(
        command.peer, command.request, command.sdp
    ),
    media.AddCandidate: lambda native, command: native.add_candidate(command.peer, command.candidate),
    media.SetDown: lambda native, command: native.set_down(command.down, command.enabled, command.max_layer),
    media.SetTrackMuted: lambda native, command: native.set_track_muted(command.track, command.muted),
    media.SendPacket: _send,
}


def _event(raw: tuple[Any, ...]) -> media.EngineEvent:
    name, *values = raw
    convert = _EVENTS.get(name)
    return convert(*values) if convert else media.Observed(name)


def _answered(
    peer: int, request: int, sdp: str, tracks: Sequence[tuple[Any, ...]], refused: Sequence[int]
) -> media.EngineEvent:
    received = tuple(
        media.ReceivedTrack(mid=mid, track=media.TrackId(track), mime=mime, rids=tuple(rids))
        for mid, track, mime, rids in tracks
    )
    refused_tracks = tuple(media.TrackId(track) for track in refused)
    return media.Answered(media.PeerId(peer), media.RequestId(request), sdp, received, refused_tracks)


def _offered(peer: int, request: int, sdp: str) -> media.EngineEvent:
    return media.Offered(media.PeerId(peer), media.RequestId(request), sdp)


def _agreed(peer: int, request: int, downs: Sequence[tuple[int, str]]) -> media.EngineEvent:
    pairs = tuple((media.DownId(down), mid) for down, mid in downs)
    return media.Agreed(media.PeerId(peer), media.RequestId(request), pairs)


def _refused(peer: int, request: int, code: str, detail: str) -> media.EngineEvent:
    return media.Refused(media.PeerId(peer), media.RequestId(request), code, detail)


def _peer_state(peer: int, state: str) -> media.EngineEvent:
    return media.PeerChanged(media.PeerId(peer), media.PeerState(state))


def _data(peer: int, channel: str, payload: bytes) -> media.EngineEvent:
    return media.PacketReceived(media.PeerId(peer), channel == "reliable", payload)


def _levels(levels: Sequence[tuple[int, int, bool]]) -> media.EngineEvent:
    return media.AudioLevels(
        tuple(media.AudioLevel(media.TrackId(track), level, active) for track, level, active in levels)
    )


_EVENTS: dict[str, Callable[..., media.EngineEvent]] = {
    "answered": _answered,
    "offered": _offered,
    "agreed": _agreed,
    "refused": _refused,
    "peer_state": _peer_state,
    "data": _data,
    "audio_levels": _levels,
}
