"""RoomService over HTTP: what a call may cost is settled by its head, before one byte of its body is read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from preau.sfu.api import room_service
from preau.sfu.endpoint import bearer
from preau.sfu.hub import Hub
from preau.shares import Shares, neighbourhood

#: A whole body, in seconds.
BODY_TIMEOUT_S = 10.0
#: Bodies that are being read at once; one neighbourhood has half.
MAX_UNFINISHED_BODIES = 32
_KINDS = frozenset({"application/json", "application/protobuf"})


class _TooLarge(Exception):
    """The body is longer than its method takes."""


class Calls:
    """The calls of one server."""

    def __init__(self, hub: Hub, body_timeout_s: float = BODY_TIMEOUT_S) -> None:
        self._hub = hub
        self._body_timeout_s = body_timeout_s
        # Its owner is what ends the reading of a body whose place is given away.
        self._bodies: Shares[Callable[[], None]] = Shares(MAX_UNFINISHED_BODIES)

    async def answer(self, request: Request) -> Response:
        """The answer to one call."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _KINDS:
            return error_response(room_service.TwirpError("bad_route", f"unexpected Content-Type: {kind!r}"))
        settings = self._hub.settings
        caller = room_service.Caller(
            bearer(request), {settings.key: settings.secret}, self._hub.clocks.date_s()
        )
        method = request.path_params["method"]
        try:
            grants = room_service.permit(self._hub, caller, method)
            body = await self._body(request, room_service.most_body_bytes(method))
            answer = await room_service.call(
                self._hub, grants, method, body, is_json=kind == "application/json"
            )
        except room_service.TwirpError as error:
            return error_response(error)
        except _TooLarge as problem:
            return PlainTextResponse(str(problem), 413)
        except TimeoutError:
            return PlainTextResponse("the body of the call took too long to arrive", 408)
        except ClientDisconnect:
            # Nobody is there to read it.
            return PlainTextResponse("the body of the call broke off", 400)
        return Response(answer, media_type=kind)

    async def _body(self, request: Request, most_bytes: int) -> bytes:
        """The whole body. Raises _TooLarge, TimeoutError, ClientDisconnect."""
        problem = _TooLarge(f"the body of this call has at most {most_bytes} bytes")
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > most_bytes:
            raise problem
        parts: list[bytes] = []
        size = 0
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._body_timeout_s) as limit:
            address = request.client.host if request.client else ""
            place, displaced = self._bodies.enter(
                neighbourhood(address), lambda: limit.reschedule(loop.time())
            )
            self._bodies.wait(place)
            if displaced is not None:
                displaced.owner()
            try:
                async for part in request.stream():
                    size += len(part)
                    if size > most_bytes:
                        raise problem
                    parts.append(part)
            finally:
                self._bodies.leave(place)
        return b"".join(parts)


def error_response(error: room_service.TwirpError) -> Response:
    """An error in Twirp's form."""
    return Response(error.body(), error.http_status, media_type="application/json")
