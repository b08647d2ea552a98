"""People in a media room, by LiveKit's own client: they speak, they hear, and packets are counted."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from livekit import rtc

PATIENCE_S = 20
_FRAME_EVERY_S = 0.01
_HALF_A_SECOND = 50
_RATE_HZ, _SAMPLES = 48_000, 480
_CHANGES: tuple[Any, ...] = (
    "track_subscribed",
    "track_unsubscribed",
    "track_published",
    "track_unpublished",
    "track_muted",
    "track_unmuted",
    "local_track_unpublished",
    "participant_connected",
    "participant_disconnected",
    "disconnected",
    "participant_permissions_changed",
)


@dataclass
class MediaPerson:
    """Somebody in a media room."""

    room: rtc.Room
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    heard: int = 0
    sent: int = 0
    track: rtc.Track | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def connect(self, url: str, token: str) -> None:
        for name in _CHANGES:
            self.room.on(name, lambda *_values: self.changed.set())
        self.room.on("track_subscribed", lambda track, *_values: self._listen(track))
        async with asyncio.timeout(PATIENCE_S):
            await self.room.connect(url, token)

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.room.disconnect()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Returns once something happened that makes it true."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self.changed.clear()
                await self.changed.wait()

    async def speaks_on(self) -> None:
        """Half a second of sending."""
        sent = self.sent
        await self.until(lambda: self.sent > sent + _HALF_A_SECOND)

    async def packets(self) -> int:
        """How many packets of the track subscribed to last have come."""
        if self.track is None:
            return 0
        stats = await self.track.get_stats()
        return sum(one.inbound_rtp.received.packets_received for one in stats if one.HasField("inbound_rtp"))

    def is_connected(self) -> bool:
        return bool(self.room.connection_state == rtc.ConnectionState.CONN_CONNECTED)

    def may_speak(self) -> bool:
        """Whether the media server told this client that it may publish a microphone."""
        permissions = self.room.local_participant.permissions
        sources = permissions.can_publish_sources
        return permissions.can_publish and (
            not sources or rtc.TrackSource.SOURCE_MICROPHONE in [int(source) for source in sources]
        )

    def others(self) -> set[str]:
        """The identities of everybody else in the media room."""
        return set(self.room.remote_participants)

    def published_by(self, identity: str) -> list[rtc.RemoteTrackPublication]:
        other = self.room.remote_participants.get(identity)
        return list(other.track_publications.values()) if other else []

    def subscriptions(self) -> int:
        return sum(
            publication.track is not None
            for other in self.room.remote_participants.values()
            for publication in other.track_publications.values()
        )

    def _listen(self, track: rtc.Track) -> None:
        if track.kind != rtc.TrackKind.KIND_AUDIO:
            return
        self.track = track

        async def count() -> None:
            async for _event in rtc.AudioStream(track):
                self.heard += 1
                self.changed.set()

        self._tasks.add(asyncio.get_running_loop().create_task(count()))


@contextlib.asynccontextmanager
async def in_media(url: str, token: str) -> AsyncIterator[MediaPerson]:
    """Somebody who came in by that token."""
    person = MediaPerson(rtc.Room())
    await person.connect(url, token)
    try:
        yield person
    finally:
        await person.leave()


@contextlib.asynccontextmanager
async def speaking(
    person: MediaPerson, source: int = rtc.TrackSource.SOURCE_MICROPHONE
) -> AsyncIterator[rtc.LocalTrackPublication]:
    """Publishes a tone and goes on sending it."""
    tone = rtc.AudioSource(_RATE_HZ, 1)
    track = rtc.LocalAudioTrack.create_audio_track("tone", tone)
    frame = rtc.AudioFrame(b"\x00\x10\x00\xf0" * (_SAMPLES // 2), _RATE_HZ, 1, _SAMPLES)

    async def send() -> None:
        while True:
            await tone.capture_frame(frame)
            person.sent += 1
            person.changed.set()
            await asyncio.sleep(_FRAME_EVERY_S)

    async with asyncio.timeout(PATIENCE_S):
        options = rtc.TrackPublishOptions(source=source)  # type: ignore[arg-type]  # an enumeration of protobuf
        publication = await person.room.local_participant.publish_track(track, options)
    sending = asyncio.get_running_loop().create_task(send())
    try:
        yield publication
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
