"""The life of `preau serve`: ports, door and children come up together and go down together."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module

from preau.problems import DataDirOpen
from preau.serve import data_dir, ports
from preau.serve.backends import BackendAddress
from preau.serve.children import Child, ChildPlan
from preau.serve.data_dir import EngineKey
from preau.serve.door import Door
from preau.serve.environments import for_media_server, for_platform, for_setup_link
from preau.serve.heads import floor
from preau.serve.plan import DoorPlan
from preau.serve.routing import Backend
from preau.serve.settings import ServeSettings

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True)
class Layout:
    """The loopback ports of this run and the key between the two servers; no engine: LiveKit is elsewhere."""

    meet_port: int
    sfu_port: int | None
    engine: EngineKey | None


def serve(settings: ServeSettings, environ: Mapping[str, str]) -> None:
    """Blocks until a stop signal. Raises Problem before anything is started, or when a child cannot start."""
    # First of all: who starts it a second time is told so, and not that some program has the port.
    held = data_dir.lock(settings.data_dir)
    listener = ports.bind_public(settings)
    if settings.has_sfu:
        ports.check_media(settings)
    data_dir.note_ports(held, ports.names(settings))
    if data_dir.open_to_others(settings.data_dir):
        print(DataDirOpen(str(settings.data_dir)).line(), file=sys.stderr, flush=True)
    layout = _layout(settings)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_Supervisor(settings, environ, layout).run(listener))


def child_plans(settings: ServeSettings, environ: Mapping[str, str], layout: Layout) -> list[ChildPlan]:
    """The programs to start. Pure."""
    plans = [_meet_plan(settings, environ, layout)]
    if layout.engine is not None and layout.sfu_port is not None:
        plans.append(_sfu_plan(settings, environ, layout, layout.engine, layout.sfu_port))
    return plans


def door_plan(settings: ServeSettings, layout: Layout) -> DoorPlan:
    """What the front door is to know. Pure."""
    return DoorPlan(
        _backends(layout),
        settings.trusted_proxies,
        beneath=floor(is_https=settings.public_url.startswith("https:")),
        is_room_service_public=settings.is_room_service_public,
    )


class _Supervisor:
    def __init__(self, settings: ServeSettings, environ: Mapping[str, str], layout: Layout) -> None:
        self._settings = settings
        self._environ = environ
        self._layout = layout
        self._children = [Child(plan) for plan in child_plans(settings, environ, layout)]
        self._door = Door(door_plan(settings, layout))

    async def run(self, listener: socket.socket) -> None:
        must_stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in _STOP_SIGNALS:
            loop.add_signal_handler(number, must_stop.set)
        await self._door.open(listener)
        lives = [asyncio.create_task(child.run()) for child in self._children]
        announcement = asyncio.create_task(self._announce())
        stop = asyncio.create_task(must_stop.wait())
        try:
            await asyncio.wait([*lives, stop], return_when=asyncio.FIRST_COMPLETED)
        finally:
            announcement.cancel()
            self._door.stop_accepting()
            # The door stays open meanwhile: what the servers say in parting still reaches the browsers.
            await asyncio.gather(*(child.stop() for child in self._children))
            await self._door.close()
            for life in lives:
                if not life.done():
                    life.cancel()
            stop.cancel()
        for ended in await asyncio.gather(*lives, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended

    async def _announce(self) -> None:
        for child in self._children:
            await child.has_been_healthy.wait()
        print(f"Open: {self._settings.public_url}", flush=True)
        # A process of its own: meet's database code would otherwise stay in this one for good.
        process = await asyncio.create_subprocess_exec(
            *_preau("admin", "setup-link"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            env=for_setup_link(self._environ),
        )
        printed, _ = await process.communicate()
        link = printed.decode().strip()
        if link:
            print(f"Set up: {link}", flush=True)


def _layout(settings: ServeSettings) -> Layout:
    meet_port, sfu_port = ports.private_ports(2)
    if not settings.has_sfu:
        return Layout(meet_port, None, None)
    return Layout(meet_port, sfu_port, data_dir.engine_key(settings.data_dir))


def _backends(layout: Layout) -> dict[Backend, BackendAddress]:
    backends = {Backend.MEET: BackendAddress(layout.meet_port)}
    if layout.sfu_port is not None:
        backends[Backend.SFU] = BackendAddress(layout.sfu_port)
    return backends


def _meet_plan(settings: ServeSettings, environ: Mapping[str, str], layout: Layout) -> ChildPlan:
    environment = for_platform(environ)
    if layout.engine is not None:
        environment |= {
            "PREAU_ENGINE_URL": f"http://127.0.0.1:{layout.sfu_port}",
            "PREAU_ENGINE_KEY": layout.engine.key,
            "PREAU_ENGINE_SECRET": layout.engine.secret,
        }
    arguments = [sys.executable, "-m", "preau.meet", "--port", str(layout.meet_port)]
    waiting = [*arguments, "--standby"] if settings.has_standby else None
    return ChildPlan("meet", arguments, environment, layout.meet_port, "/healthz", waiting)


def _sfu_plan(
    settings: ServeSettings, environ: Mapping[str, str], layout: Layout, engine: EngineKey, port: int
) -> ChildPlan:
    arguments = [sys.executable, "-m", "preau.sfu"]
    arguments += ["--bind", "127.0.0.1", "--port", str(port)]
    arguments += ["--udp-port", str(settings.media_udp_port), "--tcp-port", str(settings.media_tcp_port)]
    arguments += ["--webhook", f"http://127.0.0.1:{layout.meet_port}/api/v1/webhooks/livekit"]
    for address in ports.advertised(settings):
        arguments += ["--advertise", address]
    if settings.media_srtp:
        arguments += ["--srtp", ",".join(settings.media_srtp)]
    if not settings.media_segmentation:
        arguments.append("--no-segmentation")
    # Not as arguments: every account of the machine can read those.
    environment = for_media_server(environ) | {"PREAU_SFU_KEY": engine.key, "PREAU_SFU_SECRET": engine.secret}
    return ChildPlan("sfu", arguments, environment, port, "/")


def _preau(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "preau.cli", *arguments]


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        factory: Callable[[], asyncio.AbstractEventLoop] = import_module("uvloop").new_event_loop
    except ImportError:
        return None
    return factory
