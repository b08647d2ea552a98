"""One public connection: its requests, one after another, each answered by a back end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, ip_address

import h11

from preau.serve import heads
from preau.serve.backends import BackendExchange, NotThere
from preau.serve.head_reader import BadHead, HeadReader
from preau.serve.plan import DoorPlan
from preau.serve.relay import CHUNK_BYTES, Side, close, relay
from preau.serve.routing import Backend, backend_for
from preau.shares import NoRoom, Place, Shares, neighbourhood

_RETRY_AFTER_S = 1
_REPEAT_PAUSE_S = 0.05


class CallerGone(Exception):
    """The browser closed the connection or stopped reading: there is nobody to answer."""


class BackendGone(Exception):
    """The back end ended before the first byte of its response."""


class Conversation:
    """Reads requests from `side` until it ends, is upgraded or breaks a limit.

    `shares`: where its place among all connections counts; it waits for its caller or works.
    """

    def __init__(self, side: Side, plan: DoorPlan, shares: Shares[Conversation]) -> None:
        self._side = side
        self._plan = plan
        self._limits = plan.limits
        self._shares = shares
        self._place: Place[Conversation] | None = None
        self._machine = h11.Connection(h11.SERVER, max_incomplete_event_size=plan.limits.head_bytes)
        self._peer = _plain_address(side.writer.get_extra_info("peername"))
        self._is_from_proxy = heads.is_trusted(self._peer, plan.trusted_proxies)
        self._body_problem: heads.Answer | None = None
        self._waits = 0

    def enter(self) -> None:
        """Take a place. Raises NoRoom."""
        prefix = None if self._is_from_proxy else neighbourhood(self._peer)
        self._place, displaced = self._shares.enter(prefix, self)
        _drop(displaced)

    def drop(self) -> None:
        """Hang up on a caller that kept the server waiting: the place is somebody else's."""
        self._side.writer.transport.abort()

    async def run(self) -> None:
        """Returns when the connection is to be closed."""
        wait_s, early = self._limits.head_timeout_s, b""
        try:
            while (request := await self._next_request(wait_s, early)) is not None:
                await self._answer(request)
                if self._machine.our_state is not h11.DONE or self._machine.their_state is not h11.DONE:
                    break
                wait_s, early = self._limits.idle_timeout_s, self._machine.trailing_data[0]
            await self._linger()
        except (CallerGone, OSError):
            return
        finally:
            if self._place is not None:
                self._shares.leave(self._place)

    async def refuse(self, answer: heads.Answer) -> None:
        """Answers without reading anything, and closes."""
        try:
            await self._give(answer, retry_after_s=_RETRY_AFTER_S)
            await self._linger()
        except (CallerGone, OSError):
            return

    async def _next_request(self, wait_s: float, early: bytes) -> h11.Request | None:
        self._machine = h11.Connection(h11.SERVER, max_incomplete_event_size=self._limits.head_bytes)
        reader = HeadReader(self._limits.head_bytes, early)
        if self._is_from_proxy:
            self._count_with(None)
        with self._waiting_for_caller():
            try:
                taken = await self._whole_head(reader, wait_s)
            except TimeoutError:
                if reader.has_begun:
                    await self._give(heads.HEAD_TIMEOUT)
                return None
            except BadHead as bad:
                await self._give(bad.answer)
                return None
        if taken is None:
            return None
        try:
            self._machine.receive_data(taken[0])
            event = self._machine.next_event()
        except h11.RemoteProtocolError as failure:
            await self._give(heads.unreadable(failure.error_status_hint))
            return None
        if taken[1]:
            self._machine.receive_data(taken[1])
        return event if isinstance(event, h11.Request) else None

    async def _whole_head(self, reader: HeadReader, wait_s: float) -> tuple[bytes, bytes] | None:
        """None when the caller hangs up first. Raises BadHead, TimeoutError."""
        loop = asyncio.get_running_loop()
        deadline, has_begun = loop.time() + wait_s, False
        while (taken := reader.take()) is None:
            if reader.has_begun and not has_begun:
                has_begun = True
                deadline = loop.time() + self._limits.head_timeout_s
            async with asyncio.timeout_at(deadline):
                data = await self._side.reader.read(CHUNK_BYTES)
            if not data:
                return None
            reader.receive(data)
        return taken

    @contextmanager
    def _waiting_for_caller(self) -> Iterator[None]:
        """Meanwhile the place may be given to somebody else. A body may come while its answer is taken."""
        if self._place is None:
            yield
            return
        self._waits += 1
        self._shares.wait(self._place)
        try:
            yield
        finally:
            self._waits -= 1
            if not self._waits:
                self._shares.work(self._place)

    async def _answer(self, request: h11.Request) -> None:
        refusal = heads.refusal_of(request)
        if refusal is not None:
            return await self._give(refusal)
        if not heads.has_body(request):
            self._machine.next_event()
        if heads.asks_about_server(request):
            return await self._send(*heads.about_server(self._plan.beneath))
        caller = heads.caller_of(self._peer, "http", request.headers, self._plan.trusted_proxies)
        try:
            if self._is_from_proxy:
                self._count_with(neighbourhood(caller.address))
        except NoRoom:
            return await self._give(heads.BUSY, retry_after_s=_RETRY_AFTER_S)
        backend = backend_for(
            request.target,
            has_sfu=Backend.SFU in self._plan.backends,
            is_room_service_public=self._plan.is_room_service_public,
        )
        if backend is None:
            return await self._give(heads.NOTHING_HERE)
        return await self._pass_on(request, heads.request_for_backend(request, caller), backend)

    def _count_with(self, prefix: str | None) -> None:
        """Behind a proxy the place is the caller's for the time of a request. Raises NoRoom."""
        if self._place is not None:
            _drop(self._shares.move(self._place, prefix))

    async def _pass_on(self, request: h11.Request, head: h11.Request, backend: Backend) -> None:
        address = self._plan.backends[backend]
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._limits.hold_s
        self._body_problem = None
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
                if self._body_problem is not None:
                    return await self._give(self._body_problem)
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
                await exchange.send(head, h11.EndOfMessage())
            first = await self._first_of_response(exchange)
            if body is not None:
                # Most bodies are a packet behind their head; with them read, the connection can be kept.
                await asyncio.wait([body], timeout=self._limits.body_grace_s)
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
        # Answered before the body was whole: what comes of it still is no next request.
        is_last = self._machine.their_state is h11.SEND_BODY
        await self._send(heads.response_for_caller(first, self._plan.beneath, is_last=is_last))
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
            with self._waiting_for_caller():
                await self._copy_body(exchange)
        except (CallerGone, TimeoutError, h11.RemoteProtocolError) as failure:
            # The body will never be whole; the back end must not wait for the rest.
            self._body_problem = heads.BODY_TIMEOUT if isinstance(failure, TimeoutError) else heads.UNREADABLE
            exchange.side.writer.transport.abort()

    async def _copy_body(self, exchange: BackendExchange) -> None:
        """Raises TimeoutError for a body that stands still, or comes too slowly as a whole."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._limits.body_timeout_s
        while True:
            event = self._machine.next_event()
            if event is h11.NEED_DATA:
                if self._machine.they_are_waiting_for_100_continue:
                    await self._send(h11.InformationalResponse(status_code=100, headers=[]))
                data = await self._body_bytes(min(deadline, loop.time() + self._limits.stall_timeout_s))
                deadline += len(data) / self._limits.body_bytes_per_s
                self._machine.receive_data(data)
            elif isinstance(event, h11.Data):
                await exchange.send(h11.Data(data=event.data))
            elif isinstance(event, h11.EndOfMessage):
                return await exchange.send(h11.EndOfMessage())
            else:
                raise CallerGone

    async def _body_bytes(self, deadline: float) -> bytes:
        """Raises CallerGone, TimeoutError."""
        try:
            async with asyncio.timeout_at(deadline):
                return await self._side.reader.read(CHUNK_BYTES)
        except ConnectionError:
            raise CallerGone from None

    async def _give(self, answer: heads.Answer, *, retry_after_s: int | None = None) -> None:
        if self._machine.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            raise CallerGone
        # What was not read cannot be followed by another request.
        is_last = self._machine.their_state is not h11.DONE
        await self._send(*answer.events(self._plan.beneath, is_last=is_last, retry_after_s=retry_after_s))

    async def _send(self, *events: h11.Event) -> None:
        self._side.writer.write(b"".join(self._machine.send(event) or b"" for event in events))
        try:
            with self._waiting_for_caller():
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
            with self._waiting_for_caller():
                async with asyncio.timeout(self._limits.linger_s):
                    while await self._side.reader.read(CHUNK_BYTES):
                        pass
        except TimeoutError:
            return


def _drop(displaced: Place[Conversation] | None) -> None:
    if displaced is not None:
        displaced.owner.drop()


def _plain_address(peername: tuple[str, int] | tuple[str, int, int, int] | None) -> str:
    """An IPv4 address that came in through an IPv6 socket is written as IPv4."""
    if peername is None:
        return "127.0.0.1"
    address = ip_address(peername[0].partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)
