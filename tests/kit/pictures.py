"""Pictures of one colour, published by LiveKit's own client."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from livekit import rtc

from tests.kit.media_client import PATIENCE_S, MediaPerson

WIDTH, HEIGHT = 320, 180
_FRAME_EVERY_S = 0.05


@contextlib.asynccontextmanager
async def showing(
    person: MediaPerson,
    red: int,
    source: int = rtc.TrackSource.SOURCE_CAMERA,
    codec: int | None = None,
) -> AsyncIterator[rtc.LocalTrackPublication]:
    """Publishes a picture that is all of one red, and goes on sending it. `codec` as LiveKit numbers them."""
    camera = rtc.VideoSource(WIDTH, HEIGHT)
    track = rtc.LocalVideoTrack.create_video_track("camera", camera)
    frame = rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.RGBA, bytes((red, 0, 0, 255)) * WIDTH * HEIGHT)

    async def send() -> None:
        while True:
            camera.capture_frame(frame)
            await asyncio.sleep(_FRAME_EVERY_S)

    options = rtc.TrackPublishOptions(source=source, simulcast=False)  # type: ignore[arg-type]  # an enumeration
    if codec is not None:
        options.video_codec = codec  # type: ignore[assignment]  # an enumeration of protobuf
    sending = asyncio.get_running_loop().create_task(send())
    try:
        async with asyncio.timeout(PATIENCE_S):
            publication = await person.room.local_participant.publish_track(track, options)
        yield publication
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def red_of(track: rtc.RemoteVideoTrack) -> int:
    """The red of the first picture that is decoded."""
    stream = rtc.VideoStream(track, format=rtc.VideoBufferType.RGBA)
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for event in stream:
                return event.frame.data[0]
    finally:
        await stream.aclose()
    raise AssertionError("the track ended without a picture")
