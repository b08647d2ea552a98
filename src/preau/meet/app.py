"""Composition: the parts of the platform put together, and run.

The control channel is up first and imports no framework; the HTTP interface (FastAPI, half a second
of imports) is loaded with its first request, or when the first moments after a start are over.
"""

from __future__ import annotations

import asyncio
import json
import socket as sockets
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from preau.meet.control.connection import open_door
from preau.meet.control.endpoint import ControlEndpoint
from preau.meet.control.rooms import Rooms
from preau.meet.domain.errors import DomainError, ErrorCode
from preau.meet.domain.ids import OccurrenceId
from preau.meet.integrations.livekit import LiveKitMedia, NullMedia
from preau.meet.integrations.machine import Argon2Passwords, SystemClock, SystemRandomness
from preau.meet.integrations.mail import NoMail, SmtpMail
from preau.meet.integrations.spreadsheets import SpreadsheetProcesses
from preau.meet.integrations.webhooks import LiveKitWebhooks, NullWebhooks
from preau.meet.listening import listen
from preau.meet.log import LogEvent, log_event
from preau.meet.server import serve
from preau.meet.services.account_post import AccountPost
from preau.meet.services.audit import note_unnoted
from preau.meet.services.health import health_of
from preau.meet.services.late_reports import Tickets
from preau.meet.services.link_post import LinkPost, give_up_links
from preau.meet.services.ports import Mail, Media, MediaNewsReader, World
from preau.meet.services.post import deliver_due
from preau.meet.services.presence import Presence, watch_room
from preau.meet.services.retention import forget_expired
from preau.meet.services.standing import end_what_has_no_standing
from preau.meet.settings import LiveKitSettings, MeetSettings
from preau.meet.storage.open import open_store
from preau.problems import BadSetting

_LOAD_INTERFACE_AFTER_S = 2.0
_FORGET_EVERY_S = 3600.0
_WATCH_EVERY_S = 1.0
_SEND_EVERY_S = 2.0
_SUM_UP_EVERY_S = 2.0
_TRY_AGAIN_EVERY_S = 2.0
_LOOK_AT_STANDING_EVERY_S = 2.0
_WATCHED_AT_ONCE = 10

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


class Platform:
    """One meeting platform as an ASGI application; `start` and `stop` on the event loop that serves it."""

    def __init__(self, settings: MeetSettings, world: World) -> None:
        self._settings = settings
        self._world = world
        self._media, self._news = _media_of(settings.livekit)
        self._mail: Mail = SmtpMail(settings.mail) if settings.mail else NoMail()
        self._links = LinkPost(world, self._mail, settings.public_url)
        self._account_post = AccountPost(world, self._mail, settings.public_url)
        livekit = settings.livekit
        self._tickets = Tickets(livekit.secret.encode()) if livekit else Tickets.of_one_run()
        self._rooms = Rooms(world, self._media, self._tickets, settings.max_participants)
        self._control = ControlEndpoint(
            open_door(world, self._rooms),
            settings.allowed_origins,
            is_https=settings.is_https,
        )
        self._interface: App | None = None
        self._loading = asyncio.Lock()
        self._chores: tuple[asyncio.Task[None], ...] = ()

    def start(self) -> None:
        """Rebuild the rooms that ran; the control channel answers from now on."""
        self._rooms.start()
        self._links.start()
        self._account_post.start()
        self._chores = (
            asyncio.create_task(self._load_soon()),
            asyncio.create_task(self._forget_regularly()),
            asyncio.create_task(self._watch_presence()),
            asyncio.create_task(self._send_letters()),
            asyncio.create_task(self._sum_up_refusals()),
            asyncio.create_task(self._try_database_again()),
            asyncio.create_task(self._watch_standing()),
        )

    async def stop(self) -> None:
        """Tell everybody to come back, write what waits, let go of the media server."""
        for chore in self._chores:
            chore.cancel()
        self._links.stop()
        self._account_post.stop()
        await self._rooms.stop()
        await self._note_unnoted()
        await self._media.stop()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request or WebSocket."""
        if scope["type"] == "websocket":
            await self._control(scope, receive, send)
        elif scope["type"] == "http":
            if self._interface is None and scope["path"] == "/healthz":
                # A supervisor asks this first; the answer should not wait for what it does not need.
                await _answer_health(send, self._world.store.trouble)
                return
            interface = await self._loaded()
            await interface(scope, receive, send)

    async def _load_soon(self) -> None:
        await asyncio.sleep(_LOAD_INTERFACE_AFTER_S)
        await self._loaded()

    async def _forget_regularly(self) -> None:
        while True:
            await asyncio.sleep(_FORGET_EVERY_S)
            try:
                await asyncio.to_thread(forget_expired, self._world)
            except Exception as error:  # The database may be away for a while; the next time will do.
                _log_fault(error)

    async def _try_database_again(self) -> None:
        while True:
            await asyncio.sleep(_TRY_AGAIN_EVERY_S)
            if self._world.store.trouble is not None:
                await asyncio.to_thread(self._world.store.try_again)

    async def _sum_up_refusals(self) -> None:
        while True:
            await asyncio.sleep(_SUM_UP_EVERY_S)
            await self._note_unnoted()

    async def _watch_standing(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_AT_STANDING_EVERY_S)
            try:
                await asyncio.to_thread(end_what_has_no_standing, self._world, self._rooms)
            except Exception as error:  # Nobody is put out because the database is away.
                log_event(LogEvent.INTERNAL_ERROR, error=type(error).__name__)

    async def _note_unnoted(self) -> None:
        try:
            await asyncio.to_thread(note_unnoted, self._world)
        except Exception as error:  # What could not be written is counted on.
            _log_fault(error)

    async def _send_letters(self) -> None:
        started_at = self._world.clock.now()
        is_tidy = False
        while not is_tidy or self._world.sends_mail:
            # First of all not: in the moments after a start everybody comes back at once.
            await asyncio.sleep(_SEND_EVERY_S)
            try:
                if not is_tidy:
                    await asyncio.to_thread(give_up_links, self._world, started_at)
                    is_tidy = True
                if self._world.sends_mail:
                    await deliver_due(self._world, self._mail, self._settings.public_url)
            except Exception as error:  # The database may be away; what waits is still there the next time.
                _log_fault(error)

    async def _watch_presence(self) -> None:
        """Each second: nobody is in a media room who has no seat in its meeting."""
        presence, loop = Presence(), asyncio.get_running_loop()
        # Not in the first moments after a start, when everybody comes back at once.
        await asyncio.sleep(_LOAD_INTERFACE_AFTER_S)
        while True:
            next_at_s = loop.time() + _WATCH_EVERY_S
            running = tuple(self._rooms.seated())
            presence.forget_rooms(frozenset(running))
            for first in range(0, len(running), _WATCHED_AT_ONCE):
                rooms = running[first : first + _WATCHED_AT_ONCE]
                await asyncio.gather(*(self._watch(presence, room) for room in rooms))
            await asyncio.sleep(max(0.0, next_at_s - loop.time()))

    async def _watch(self, presence: Presence, room: OccurrenceId) -> None:
        now = self._world.clock.steady()
        if await watch_room(presence, room, self._rooms, self._media, now):
            log_event(LogEvent.MEDIA_STRANGER_REMOVED, occurrence_id=room)

    async def _loaded(self) -> App:
        if self._interface is None:
            async with self._loading:
                if self._interface is None:
                    self._interface = await asyncio.to_thread(self._build_interface)
        return self._interface

    def _build_interface(self) -> App:
        parts = import_module("preau.meet.api.context").Parts(
            world=self._world,
            rooms=self._rooms,
            media=self._media,
            news=self._news,
            mail=self._mail,
            links=self._links,
            account_post=self._account_post,
            spreadsheets=SpreadsheetProcesses(),
            tickets=self._tickets,
            public_url=self._settings.public_url,
            is_https=self._settings.is_https,
        )
        build: Callable[..., App] = import_module("preau.meet.api.app").build_app
        return build(parts, self._settings.allowed_origins, media_origins(self._settings.livekit))


def _log_fault(error: Exception) -> None:
    """One line for a chore that failed; a database that cannot be used has told so itself, once."""
    if not (isinstance(error, DomainError) and error.code is ErrorCode.NOT_SAVED):
        log_event(LogEvent.INTERNAL_ERROR, error=type(error).__name__)


async def _answer_health(send: Send, trouble: str | None) -> None:
    status, health = health_of(trouble)
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(health).encode()})


def _media_of(livekit: LiveKitSettings | None) -> tuple[Media, MediaNewsReader]:
    if livekit is None:
        return NullMedia(), NullWebhooks()
    media = LiveKitMedia(livekit.api_url, livekit.key, livekit.secret, livekit.browser_url)
    return media, LiveKitWebhooks(livekit.key, livekit.secret)


def media_origins(livekit: LiveKitSettings | None) -> tuple[str, ...]:
    """Where the page connects for media besides its own origin: LiveKit's clients use WebSocket and fetch."""
    if livekit is None or not livekit.browser_url:
        return ()
    parts = urlsplit(livekit.browser_url)
    is_secure = parts.scheme == "wss"
    return tuple(
        f"{scheme}://{parts.netloc}" for scheme in (("wss", "https") if is_secure else ("ws", "http"))
    )


def open_world(settings: MeetSettings) -> World:
    """The database, brought up to date, and the machine's services."""
    if settings.database_url.startswith("sqlite"):
        try:
            settings.data_dir.parent.mkdir(parents=True, exist_ok=True)
            settings.data_dir.mkdir(mode=0o700, exist_ok=True)
        except OSError:
            raise BadSetting(
                "PREAU_DATA_DIR", str(settings.data_dir), "a folder that can be written"
            ) from None
    store = open_store(settings.database_url)
    sends_mail = settings.mail is not None
    return World(store, SystemClock(), SystemRandomness(), Argon2Passwords(), sends_mail=sends_mail)


@contextmanager
def opened_world(settings: MeetSettings) -> Iterator[World]:
    """As `open_world`, for one act: what it wrote stands in the database's one file afterwards."""
    world = open_world(settings)
    try:
        yield world
    finally:
        world.store.close()


def migrate(settings: MeetSettings) -> None:
    """Bring the database up to date."""
    with opened_world(settings):
        pass


def run(settings: MeetSettings, port: int) -> None:
    """Serve on 127.0.0.1 until SIGTERM or SIGINT. Raises `Problem` for what the operator can put right."""
    run_on(settings, listen(port))


def run_on(settings: MeetSettings, socket: sockets.socket) -> None:
    """As `run`, on a socket that listens already."""
    with opened_world(settings) as world:
        serve(Platform(settings, world), socket)
