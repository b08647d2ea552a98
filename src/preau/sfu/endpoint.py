"""The signalling WebSocket: who is let in, frames in and out, and a clear word when it ends."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from preau.sfu.api import tokens
from preau.sfu.hub import Hub
from preau.sfu.model import Admission, ClientDetails, DisconnectReason, LeaveAction
from preau.sfu.outbox import SLOW_READER, Closing, Outbox
from preau.sfu.room_task import RoomTask
from preau.sfu.rooms import commands
from preau.sfu.rooms.moderating import over_limits
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say
from preau.sfu.signalling.allowance import ENTRY, Allowance
from preau.sfu.signalling.connection import Connection, End, Garbled, Pass, Reply
from preau.sfu.wire.errors import WireError
from preau.sfu.wire.infos import capabilities_from
from preau.sfu.wire.requests import decode_request
from preau.sfu.wire.responses import encode_response

_LOG = logging.getLogger("preau.sfu.signalling")
_REFUSED_STATUS = {"room-full": 429, "room-unknown": 404, "room-closed": 404}
#: A close frame's reason is at most 123 bytes (RFC 6455).
_REASON_BYTES = 123
_CLOSE_PATIENCE_S = 1.0


@dataclass(frozen=True, slots=True)
class _Line:
    """Whose connection it is, and of which room; of none, when there was nothing to resume."""

    connection: int
    task: RoomTask | None
    identity: str


def admit(hub: Hub, request: HTTPConnection) -> Admission:
    """Who asks to join what. Raises TokenError and RoomRefusal."""
    token = bearer(request) or request.query_params.get("access_token", "")
    grants = tokens.verify(token, {hub.settings.key: hub.settings.secret}, hub.clocks.date_s())
    who = tokens.admission(grants)
    if attributes := _attributes(request.query_params.get("attributes", "")):
        if not who.permission.can_update_metadata:
            message = (
                "no permissions to access the room: the token does not allow attributes of its holder's."
            )
            raise tokens.TokenError("attributes-not-allowed", message)
        who = replace(who, attributes={**who.attributes, **attributes})
    if problem := over_limits(who.name, who.metadata, who.attributes):
        raise tokens.TokenError("metadata-too-long", problem, 400)
    hub.check_credential(who, is_resuming=False)
    task = hub.find(who.room)
    if task is not None:
        task.room.check_admissible(who)
    elif not hub.settings.auto_create:
        raise commands.RoomRefusal("room-unknown", "requested room does not exist")
    return who


def bearer(request: HTTPConnection) -> str:
    """The token of the Authorization header."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _attributes(encoded: str) -> Mapping[str, str]:
    """Attributes a client gives itself; an empty value would take one away, which is not for it to do."""
    if not encoded:
        return {}
    try:
        padded = encoded + "=" * (-len(encoded) % 4)
        values = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise tokens.TokenError("attributes-malformed", "cannot decode attributes", 400) from error
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise tokens.TokenError("attributes-malformed", "cannot decode attributes", 400)
    return {tokens.well_formed(name): tokens.well_formed(value) for name, value in values.items() if value}


def refusal_response(error: tokens.TokenError | commands.RoomRefusal) -> Response:
    """The HTTP answer to who is not let in: a plain sentence, and the stable code in a header."""
    status = error.http_status if isinstance(error, tokens.TokenError) else _REFUSED_STATUS[error.code]
    return PlainTextResponse(error.message, status, headers={"X-Preau-Error": error.code})


def client_details(request: HTTPConnection) -> ClientDetails:
    """What the client says of itself in the query."""
    query = request.query_params
    return ClientDetails(
        sdk=query.get("sdk", "")[:64],
        version=query.get("version", "")[:64],
        protocol=_number(query.get("protocol", "")),
        os=query.get("os", "")[:64],
        browser=query.get("browser", "")[:64],
        device_model=query.get("device_model", "")[:64],
        client_protocol=_number(query.get("client_protocol", "")),
        capabilities=capabilities_from(query.get("capabilities", "")),
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0


def _is_on(text: str) -> bool:
    return text.lower() in ("1", "true")


async def signalling(hub: Hub, socket: WebSocket) -> None:
    """One signalling connection from its first byte to its last."""
    connection, outbox = hub.connect()
    task: RoomTask | None = None
    try:
        try:
            who, is_resuming = await _admitted_in_time(hub, socket)
            if is_resuming:
                sid = socket.query_params["sid"]
                task = await _resume(hub, who, commands.Resume(connection, sid, who.identity), outbox)
            else:
                task = await _join(hub, socket, connection, who)
        except (tokens.TokenError, commands.RoomRefusal) as error:
            await socket.send_denial_response(refusal_response(error))
            return
        await socket.accept()
        await _converse(hub, socket, outbox, _Line(connection, task, who.identity))
    finally:
        if task is not None:
            task.submit(commands.ConnectionLost(connection))
        hub.disconnect(connection)


async def _admitted_in_time(hub: Hub, socket: WebSocket) -> tuple[Admission, bool]:
    """Who comes, and whether it comes back: at once, or when it has its share again. Raises as `admit`."""
    who, is_resuming = _credential(hub, socket)
    task = hub.find(who.room)
    wait_s = task.allowance(who.identity).spend(ENTRY, hub.clocks.steady_s()) if task else 0.0
    if not wait_s:
        return who, is_resuming
    await asyncio.sleep(wait_s)
    # It may have been taken back meanwhile.
    return _credential(hub, socket)


def _credential(hub: Hub, socket: WebSocket) -> tuple[Admission, bool]:
    query = socket.query_params
    if not (_is_on(query.get("reconnect", "")) and query.get("sid")):
        return admit(hub, socket), False
    token = bearer(socket) or query.get("access_token", "")
    grants = tokens.verify(token, {hub.settings.key: hub.settings.secret}, hub.clocks.date_s())
    who = tokens.admission(grants)
    hub.check_credential(who, is_resuming=True)
    return who, True


async def _resume(hub: Hub, who: Admission, command: commands.Resume, outbox: Outbox) -> RoomTask | None:
    """Goes on as before. None when there is nothing to resume; the client is told to join afresh."""
    task = hub.find(who.room)
    try:
        if task is None:
            raise commands.RoomRefusal("participant-unknown", "The room is over.")
        # What the older connection asked before comes first.
        await task.ask_in_turn(command)
    except commands.RoomRefusal as refusal:
        notice = say.LeaveNotice(DisconnectReason.STATE_MISMATCH, LeaveAction.RECONNECT)
        outbox.put(encode_response(notice))
        outbox.close(1000, f"{refusal.code}: {refusal.message}")
        return None
    return task


async def _join(hub: Hub, socket: WebSocket, connection: int, who: Admission) -> RoomTask:
    query = socket.query_params
    task = hub.room(who.room, who.room_options)
    await task.ask(
        commands.Join(
            connection=connection,
            admission=who,
            client_details=client_details(socket),
            auto_subscribe=_is_on(query.get("auto_subscribe", "1")),
            adaptive=_is_on(query.get("adaptive_stream", "")),
        )
    )
    return task


async def _converse(hub: Hub, socket: WebSocket, outbox: Outbox, line: _Line) -> None:
    """Reads and writes until either side ends."""
    reading = asyncio.create_task(_read(hub, socket, outbox, line))
    writing = asyncio.create_task(_write(socket, outbox))
    slow = asyncio.create_task(outbox.overflowed.wait())
    running = {reading, writing, slow}
    try:
        await asyncio.wait({reading, writing, slow}, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done() and not writing.done():
            _LOG.warning("slow-reader: connection %d is ended", line.connection)
            writing.cancel()
            await _close(socket, SLOW_READER)
        elif reading.done() and not writing.done():
            # What was queued before the end (a leave notice, the reason) still goes out.
            await asyncio.wait({writing}, timeout=0.2 if outbox.is_empty else _CLOSE_PATIENCE_S)
            if outbox.closing is not None and not writing.done():
                writing.cancel()
                await _close(socket, outbox.closing)
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _read(hub: Hub, socket: WebSocket, outbox: Outbox, line: _Line) -> None:
    """One frame at a time: the next is read when the room has done what the last one asked, or later.

    So a client that asks for more than its share fills its own socket, not the room.
    """
    machine = Connection(line.task.allowance(line.identity) if line.task else Allowance())
    while True:
        try:
            message = await socket.receive()
        except (WebSocketDisconnect, RuntimeError):
            return
        if message["type"] == "websocket.disconnect":
            return
        output = machine.receive(_decoded(message), _size_of(message), hub.clocks.steady_s())
        match output:
            case Reply(response):
                outbox.put(encode_response(response))
            case Pass(request) if line.task is not None:
                await line.task.settle(commands.Asked(line.connection, request))
            case End(code, reason):
                _LOG.info("connection %d is ended: %s", line.connection, reason)
                outbox.close(code, reason)
                return
            case _:
                pass
        if machine.wait_s:
            await asyncio.sleep(machine.wait_s)


def _size_of(message: Mapping[str, object]) -> int:
    frame = message.get("bytes") or message.get("text")
    return len(frame) if isinstance(frame, (bytes, str)) else 0


def _decoded(message: Mapping[str, object]) -> ask.Request | Garbled:
    frame = message.get("bytes")
    if not isinstance(frame, bytes):
        return Garbled("text-frame", "Signalling is spoken in binary frames.")
    try:
        return decode_request(frame)
    except WireError as error:
        return Garbled(error.code, error.message)


async def _write(socket: WebSocket, outbox: Outbox) -> None:
    while True:
        item = await outbox.take()
        if isinstance(item, Closing):
            await _close(socket, item)
            return
        try:
            await socket.send_bytes(item)
        except (WebSocketDisconnect, RuntimeError):
            return


async def _close(socket: WebSocket, closing: Closing) -> None:
    if socket.application_state is not WebSocketState.CONNECTED:
        return
    reason = closing.reason.encode()[:_REASON_BYTES].decode(errors="ignore")
    with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
        async with asyncio.timeout(_CLOSE_PATIENCE_S):
            await socket.close(closing.code, reason)
