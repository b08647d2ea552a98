"""A participant whose media come from the native load and whose signalling is a flood: it stands between.

What both say passes until the flood begins; then only the flood does, as fast as the server reads, and the
load goes on sending, since it hears nothing any more.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

from livekit.protocol import models, rtc
from websockets.frames import Frame, Opcode

from preau.sfu.signalling.sdp import MAX_SDP_BYTES
from preau.sfu.wire.limits import MAX_RULES, MAX_SIDS

_CHUNK_BYTES = 65536
_JUNK_LINE = "a=x-junk:" + "x" * 600 + "\r\n"
_JUNK_LINES = 400


class Hostile:
    """The one in between. `port`: where the load finds it."""

    def __init__(self, host: str, server_port: int) -> None:
        self._host, self._server_port = host, server_port
        self._to_server: asyncio.StreamWriter | None = None
        self._said = bytearray()
        self._is_flooding = False
        self._pumps: set[asyncio.Task[None]] = set()
        self.port = 0
        self.frames = 0

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Takes the load's connection."""
        server = await asyncio.start_server(self._connected, self._host, 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            for pump in self._pumps:
                pump.cancel()
            if self._to_server is not None:
                self._to_server.close()
            server.close()

    async def flood(self, track_sid: str, *, silences_itself: bool) -> None:
        """Asks at the limits without end, or until the server ends the connection."""
        self._is_flooding = True
        writer = self._to_server
        if writer is None:
            raise SystemExit("the hostile client has not joined")
        asking = requests(track_sid, self._offer(), silences_itself=silences_itself)
        with contextlib.suppress(ConnectionError):
            while not writer.is_closing():
                data = next(asking).SerializeToString()
                writer.write(Frame(Opcode.BINARY, data).serialize(mask=True))
                await writer.drain()
                # A full buffer alone lets others have their turn.
                await asyncio.sleep(0)
                self.frames += 1

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, self._to_server = await asyncio.open_connection(self._host, self._server_port)

        def tell(chunk: bytes) -> None:
            if not self._is_flooding:
                writer.write(chunk)

        for pump in (self._pump(reader, self._hear), self._pump(from_server, tell)):
            self._pumps.add(asyncio.create_task(pump))

    def _hear(self, chunk: bytes) -> None:
        self._said += chunk
        if not self._is_flooding and self._to_server is not None:
            self._to_server.write(chunk)

    async def _pump(self, reader: asyncio.StreamReader, write: Callable[[bytes], object]) -> None:
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(_CHUNK_BYTES):
                write(chunk)

    def _offer(self) -> str:
        """The load's last description of what it sends."""
        offers = [one.offer.sdp for one in requests_of(bytes(self._said)) if one.HasField("offer")]
        return offers[-1] if offers else ""


def requests_of(said: bytes) -> Iterator[rtc.SignalRequest]:
    """The requests in what a client sent: its frames, without the mask."""
    at = said.find(b"\r\n\r\n") + 4
    while at + 2 <= len(said):
        size = said[at + 1] & 127
        header = 2
        if size >= 126:
            wide = 2 if size == 126 else 8
            size = int.from_bytes(said[at + 2 : at + 2 + wide], "big")
            header += wide
        mask = said[at + header : at + header + 4]
        start = at + header + 4
        body = bytes(byte ^ mask[place & 3] for place, byte in enumerate(said[start : start + size]))
        if said[at] & 15 == Opcode.BINARY:
            yield rtc.SignalRequest.FromString(body)
        at = start + size


def requests(track_sid: str, offer: str, *, silences_itself: bool) -> Iterator[rtc.SignalRequest]:
    """Everything that costs the server or the others something, at its limit, over and over.

    Also what takes its own sound from the others now and then, if `silences_itself`.
    """
    sids = [f"TR_{number:012}" for number in range(MAX_SIDS)]
    number = 1000
    while True:
        number += 1
        is_odd = number % 2 == 1
        for muted in (True, False) * 20:
            sid = track_sid if silences_itself else "TR_none"
            yield rtc.SignalRequest(mute=rtc.MuteTrackRequest(sid=sid, muted=muted))
        rules = [
            rtc.TrackPermission(participant_identity=f"somebody {rule}", all_tracks=is_odd)
            for rule in range(MAX_RULES)
        ]
        yield rtc.SignalRequest(
            subscription_permission=rtc.SubscriptionPermission(
                all_participants=is_odd, track_permissions=rules
            )
        )
        yield rtc.SignalRequest(
            subscription_permission=rtc.SubscriptionPermission(all_participants=True, track_permissions=rules)
        )
        yield rtc.SignalRequest(
            add_track=rtc.AddTrackRequest(
                cid="c" * 256,
                name="n" * 256,
                stream="s" * 256,
                source=models.TrackSource.MICROPHONE,
                layers=[models.VideoLayer(rid="r" * 64)] * 3,
            )
        )
        yield rtc.SignalRequest(subscription=rtc.UpdateSubscription(track_sids=sids, subscribe=True))
        yield rtc.SignalRequest(track_setting=rtc.UpdateTrackSettings(track_sids=sids))
        metadata = rtc.UpdateParticipantMetadata(metadata="m" * 512 * 1024, name="n" * 256)
        yield rtc.SignalRequest(update_metadata=metadata)
        yield rtc.SignalRequest(sync_state=rtc.SyncState(track_sids_disabled=sids))
        yield rtc.SignalRequest(answer=rtc.SessionDescription(sdp="a" * MAX_SDP_BYTES, id=number))
        if offer:
            padded = offer + _JUNK_LINE * _JUNK_LINES
            yield rtc.SignalRequest(offer=rtc.SessionDescription(type="offer", sdp=padded, id=number))
            yield rtc.SignalRequest(offer=rtc.SessionDescription(type="offer", sdp=offer, id=number))
