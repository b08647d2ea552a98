"""The media server through LiveKit's public API: any LiveKit server, the embedded engine among them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from importlib import import_module
from typing import Any

from preau.meet.domain.ids import OccurrenceId, ParticipantId
from preau.meet.integrations.grants import sign_grant
from preau.meet.log import LogEvent, log_event
from preau.meet.services.ports import MediaGrant

RETRY_AFTER_S = (0.5, 2.0, 8.0, 30.0)
_CALL_TIMEOUT_S = 5.0
_MAX_WAITING_CALLS = 2000


class LiveKitMedia:
    """The `Media` port over one LiveKit server. livekit-api is imported with the first call, off the loop."""

    def __init__(self, api_url: str, key: str, secret: str, browser_url: str) -> None:
        self._api_url = api_url
        self._key = key
        self._secret = secret
        self._browser_url = browser_url
        self._tasks: set[asyncio.Task[None]] = set()
        self._api: Any = None
        self._opening = asyncio.Lock()

    def grant(self, room: OccurrenceId, identity: ParticipantId, name: str, now: datetime) -> MediaGrant:
        """A permission to enter one room as one participant, for ten minutes."""
        signed = sign_grant(self._key, self._secret, room=room, identity=identity, name=name, now=now)
        return MediaGrant(self._browser_url, signed)

    def remove(self, room: OccurrenceId, identity: ParticipantId) -> None:
        """Take somebody out of a room, soon; who is not there any more needs nothing."""

        async def call(api: Any) -> None:
            wanted = import_module("livekit.api").RoomParticipantIdentity(room=room, identity=identity)
            await api.room.remove_participant(wanted)

        self._start("remove-participant", call)

    def close_room(self, room: OccurrenceId) -> None:
        """Close a room, soon."""

        async def call(api: Any) -> None:
            await api.room.delete_room(import_module("livekit.api").DeleteRoomRequest(room=room))

        self._start("delete-room", call)

    async def drained(self) -> None:
        """Returns once everything asked for was done or given up."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        """Give up what is still to be tried, and close the connections."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._api is not None:
            await self._api.aclose()

    def _start(self, name: str, call: Callable[[Any], Awaitable[None]]) -> None:
        if len(self._tasks) >= _MAX_WAITING_CALLS:
            log_event(LogEvent.MEDIA_CALL_FAILED, call=name, error="too-many-waiting")
            return
        task = asyncio.get_running_loop().create_task(self._try(name, call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try(self, name: str, call: Callable[[Any], Awaitable[None]]) -> None:
        for wait_s in (*RETRY_AFTER_S, None):
            error = await self._attempt(call)
            if error is None:
                return
            log_event(LogEvent.MEDIA_CALL_FAILED, call=name, error=error, retry_after_s=wait_s)
            if wait_s is not None:
                await asyncio.sleep(wait_s)

    async def _attempt(self, call: Callable[[Any], Awaitable[None]]) -> str | None:
        """None once it is done, otherwise the kind of failure."""
        try:
            async with asyncio.timeout(_CALL_TIMEOUT_S):
                await call(await self._opened())
        except Exception as error:  # Whatever a network can do; the caller tries again.
            # LiveKit's answer for a room or participant that is gone already (Twirp's error codes).
            if getattr(error, "code", None) == "not_found":
                return None
            return type(error).__name__
        return None

    async def _opened(self) -> Any:
        async with self._opening:
            if self._api is None:
                module = await asyncio.to_thread(import_module, "livekit.api")
                self._api = module.LiveKitAPI(self._api_url, self._key, self._secret, failover=False)
        return self._api


class NullMedia:
    """No media server is configured: rooms work, without sound and picture."""

    def grant(self, _room: OccurrenceId, _identity: ParticipantId, _name: str, _now: datetime) -> MediaGrant:
        """Nothing to connect to."""
        return MediaGrant("", "")

    def remove(self, _room: OccurrenceId, _identity: ParticipantId) -> None:
        """Nobody is there."""

    def close_room(self, _room: OccurrenceId) -> None:
        """There is none."""

    async def stop(self) -> None:
        """Nothing runs."""
