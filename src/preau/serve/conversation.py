"""One public connection: its requests, one after another, each answered by a back end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

import h11

from preau.serve import heads
from preau.serve.backends import BackendAddress, BackendExchange, NotThere
from preau.serve.heads import Network
from preau.serve.relay import CHUNK_BYTES, Side, close, relay
from preau.serve.routing import Backend, backend_for

_RETRY_AFTER_S = 1
_REPEAT_PAUSE_S = 0.05


@dataclass(frozen=True)
class Limits:
    """How much and how long; the head's time starts with its first byte."""

    head_bytes: int = 32 * 1024
    head_timeout_s: float = 10.0
    idle_timeout_s: float = 75.0
    stall_timeout_s: float = 60.0
    hold_s: float = 2.0
    linger_s: float = 1.0


class CallerGone(Exception):
    """The browser closed the connection or stopped reading: there is nobody to answer."""


class BackendGone(Exception):
    """The back end ended before the first byte of its response."""


class Conversation:
    """Reads requests from `side` until it ends, is upgraded or breaks a limit."""

    def __init__(
        self,
        side: Side,
        backends: Mapping[Backend, BackendAddress],
        trusted_proxies: Sequence[Network],
        limits: Limits,
    ) -> None:
        self._side = side
        self._backends = backends
        self._trusted_proxies = trusted_proxies
        self._limits = limits
        self._machine = h11.Connection(h11.SERVER, max_incomplete_event_size=limits.head_bytes)
        self._peer = _plain_address(side.writer.get_extra_info("peername"))

    async def run(self) -> None:
        """Returns when the connection is to be closed."""
        wait_s = self._limits.head_timeout_s
        try:
            while (request := await self._next_request(wait_s)) is not None:
                await self._answer(request)
                if self._machine.our_state is not h11.DONE or self._machine.their_state is not h11.DONE:
                    break
                self._machine.start_next_cycle()
                wait_s = self._limits.idle_timeout_s
            await self._linger()
        except (CallerGone, OSError):
            return

    async def refuse(self, answer: heads.Answer) -> None:
        """Answers without reading anything, and closes."""
        try:
            await self._give(answer)
            await self._linger()
        except (CallerGone, OSError):
            return

    async def _next_request(self, wait_s: float) -> h11.Request | None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait_s
        has_begun = bool(self._machine.trailing_data[0])
        try:
            while (event := self._machine.next_event()) is h11.NEED_DATA:
                async with asyncio.timeout_at(deadline):
                    data = await self._side.reader.read(CHUNK_BYTES)
                if data and not has_begun:
                    has_begun = True
                    deadline = loop.time() + self._limits.head_timeout_s
                self._machine.receive_data(data)
        except TimeoutError:
            if has_begun:
                await self._give(heads.HEAD_TIMEOUT)
            return None
        except h11.RemoteProtocolError as failure:
            if has_begun:
                await self._give(heads.unreadable(failure.error_status_hint))
            return None
        return event if isinstance(event, h11.Request) else None

    async def _answer(self, request: h11.Request) -> None:
        if heads.is_ambiguous(request):
            return await self._give(heads.UNREADABLE)
        address = self._backends[backend_for(request.target, has_sfu=Backend.SFU in self._backends)]
        head = heads.request_for_backend(request, self._caller(request))
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._limits.hold_s
        while True:
            try:
                side = await address.connect(deadline)
            except NotThere:
                return await self._give(heads.STARTING, retry_after_s=_RETRY_AFTER_S)
            try:
                return await self._exchange(
                    request, head, BackendExchange(side, self._limits.stall_timeout_s)
                )
            except BackendGone:
                if self._machine.their_state is h11.ERROR:
                    return await self._give(heads.UNREADABLE)
                if not heads.is_repeatable(request) or loop.time() >= deadline:
                    return await self._give(heads.GONE)
            except TimeoutError:
                return await self._give(heads.SLOW)
            finally:
                await close(side)
            await asyncio.sleep(_REPEAT_PAUSE_S)

    async def _exchange(self, request: h11.Request, head: h11.Request, exchange: BackendExchange) -> None:
        body: asyncio.Task[None] | None = None
        try:
            if heads.has_body(request):
                await exchange.send(head)
                body = asyncio.create_task(self._send_body(exchange))
            else:
                self._machine.next_event()
                await exchange.send(head, h11.EndOfMessage())
            first = await self._first_of_response(exchange)
            if isinstance(first, h11.InformationalResponse):
                await self._switch(first, exchange)
            else:
                await self._pass_response(first, exchange)
        except (OSError, h11.RemoteProtocolError) as failure:
            if isinstance(failure, TimeoutError):
                raise
            raise BackendGone from None
        finally:
            if body is not None:
                body.cancel()
                await asyncio.gather(body, return_exceptions=True)

    async def _first_of_response(self, exchange: BackendExchange) -> h11.Response | h11.InformationalResponse:
        while True:
            event = await exchange.next_event()
            if isinstance(event, h11.Response):
                return event
            if isinstance(event, h11.InformationalResponse) and event.status_code == 101:
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise BackendGone

    async def _pass_response(self, first: h11.Response, exchange: BackendExchange) -> None:
        """From the first byte on, a failure of the back end can only be told by closing."""
        await self._send(heads.response_for_caller(first))
        try:
            while not isinstance(event := await exchange.next_event(), h11.EndOfMessage):
                if not isinstance(event, h11.Data):
                    raise CallerGone
                await self._send(h11.Data(data=event.data))
        except (OSError, h11.RemoteProtocolError):
            self._side.writer.transport.abort()
            raise CallerGone from None
        await self._send(h11.EndOfMessage())

    async def _switch(self, response: h11.InformationalResponse, exchange: BackendExchange) -> None:
        await self._send(response)
        early_from_browser = self._machine.trailing_data[0]
        early_from_backend = exchange.bytes_after_upgrade()
        if early_from_browser:
            exchange.side.writer.write(early_from_browser)
        if early_from_backend:
            self._side.writer.write(early_from_backend)
        await relay(self._side, exchange.side)

    async def _send_body(self, exchange: BackendExchange) -> None:
        try:
            await self._copy_body(exchange)
        except (CallerGone, TimeoutError, h11.RemoteProtocolError):
            # The body will never be whole; the back end must not wait for the rest.
            exchange.side.writer.transport.abort()

    async def _copy_body(self, exchange: BackendExchange) -> None:
        while True:
            event = self._machine.next_event()
            if event is h11.NEED_DATA:
                if self._machine.they_are_waiting_for_100_continue:
                    await self._send(h11.InformationalResponse(status_code=100, headers=[]))
                async with asyncio.timeout(self._limits.stall_timeout_s):
                    self._machine.receive_data(await self._side.reader.read(CHUNK_BYTES))
            elif isinstance(event, h11.Data):
                await exchange.send(h11.Data(data=event.data))
            elif isinstance(event, h11.EndOfMessage):
                return await exchange.send(h11.EndOfMessage())
            else:
                raise CallerGone

    async def _give(self, answer: heads.Answer, *, retry_after_s: int | None = None) -> None:
        if self._machine.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            raise CallerGone
        await self._send(*answer.events(retry_after_s=retry_after_s))

    async def _send(self, *events: h11.Event) -> None:
        self._side.writer.write(b"".join(self._machine.send(event) or b"" for event in events))
        try:
            async with asyncio.timeout(self._limits.stall_timeout_s):
                await self._side.writer.drain()
        except (OSError, TimeoutError):
            self._side.writer.transport.abort()
            raise CallerGone from None

    async def _linger(self) -> None:
        """Reads what still comes, briefly: closing over unread bytes would destroy the answer on its way."""
        writer = self._side.writer
        if self._machine.their_state in {h11.DONE, h11.CLOSED} or not writer.can_write_eof():
            return
        if writer.is_closing():
            # The caller was faster.
            return
        writer.write_eof()
        try:
            async with asyncio.timeout(self._limits.linger_s):
                while await self._side.reader.read(CHUNK_BYTES):
                    pass
        except TimeoutError:
            return

    def _caller(self, request: h11.Request) -> heads.Caller:
        return heads.caller_of(self._peer, "http", request.headers, self._trusted_proxies)


def _plain_address(peername: tuple[str, int] | tuple[str, int, int, int] | None) -> str:
    """An IPv4 address that came in through an IPv6 socket is written as IPv4."""
    if peername is None:
        return "127.0.0.1"
    address = ip_address(peername[0].partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)
