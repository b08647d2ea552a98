"""The bodies of requests: how long one may be, how long it may take, how many may be on their way at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.exceptions import HTTPException

from preau.meet.services.rosters import MAX_FILE_BYTES
from preau.shares import NoRoom, Place, Shares, neighbourhood

MAX_BODY_BYTES = 64 * 1024
#: Where more may come, from whoever may invite there: a file with a list, and the people of one.
_LARGER_BODIES = {"/invitations/preview": MAX_FILE_BYTES, "/invitations": 256 * 1024}
BODY_TIMEOUT_S = 20.0
#: One neighbourhood has half of them, which is 16 MB.
MAX_UNFINISHED_BODIES = 512

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


class Body:
    """The body of one request as the application receives it, within the limits.

    `places`: those of all bodies that are not whole yet; the longest on its way gives way to a new one.
    """

    def __init__(self, scope: Scope, receive: Receive, places: Shares[Body]) -> None:
        self._receive = receive
        self._places = places
        client = scope.get("client")
        self._prefix = neighbourhood(client[0] if client else "")
        self._most_bytes = _most_bytes(scope["path"])
        announced = dict(scope["headers"]).get(b"content-length", b"")
        self._is_announced_too_large = announced.isdigit() and int(announced[:20]) > self._most_bytes
        self._received = 0
        self._is_whole = False
        self._deadline_s: float | None = None
        self._place: Place[Body] | None = None
        self._reading: asyncio.Timeout | None = None

    async def receive(self) -> Message:
        """The next part. Raises HTTPException (400 broken off, 408 too slow, 413 too large, 429 too many)."""
        if self._is_whole:
            return await self._receive()
        if self._is_announced_too_large:
            raise HTTPException(413)
        self._begin()
        try:
            async with asyncio.timeout_at(self._deadline_s) as self._reading:
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408) from None
        if message["type"] != "http.request":
            # Nobody is there to read the answer; without one this would be an error of ours.
            raise HTTPException(400)
        self._received += len(message.get("body", b""))
        if self._received > self._most_bytes:
            raise HTTPException(413)
        if not message.get("more_body", False):
            self._is_whole = True
            self.end()
        return message

    def end(self) -> None:
        """It is whole, or nobody reads it any more."""
        if self._place is not None:
            self._places.leave(self._place)

    def give_up(self) -> None:
        """Its place is another's now."""
        now_s = asyncio.get_running_loop().time()
        self._deadline_s = now_s
        if self._reading is not None and not self._reading.expired():
            self._reading.reschedule(now_s)

    def _begin(self) -> None:
        if self._place is not None:
            return
        self._deadline_s = asyncio.get_running_loop().time() + BODY_TIMEOUT_S
        try:
            self._place, displaced = self._places.enter(self._prefix, self)
        except NoRoom:
            raise HTTPException(429) from None
        self._places.wait(self._place)
        if displaced is not None:
            displaced.owner.give_up()


def _most_bytes(path: str) -> int:
    if not path.startswith("/api/v1/meetings/"):
        return MAX_BODY_BYTES
    return next((most for end, most in _LARGER_BODIES.items() if path.endswith(end)), MAX_BODY_BYTES)
