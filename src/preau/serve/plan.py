"""What the front door needs to know before it opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from preau.serve.backends import BackendAddress
from preau.serve.heads import Headers, Network, floor
from preau.serve.routing import Backend


@dataclass(frozen=True)
class Limits:
    """How much and how long; the head's time starts with its first byte, the body's with the end of the head.

    A whole body has `body_timeout_s`, and a second more for each `body_bytes_per_s` that came; once it is
    answered before it is whole, it has `body_grace_s`.
    """

    head_bytes: int = 32 * 1024
    head_timeout_s: float = 10.0
    body_timeout_s: float = 20.0
    body_bytes_per_s: float = 16 * 1024
    body_grace_s: float = 0.1
    idle_timeout_s: float = 75.0
    stall_timeout_s: float = 60.0
    hold_s: float = 2.0
    linger_s: float = 1.0


@dataclass(frozen=True)
class DoorPlan:
    """Where the back ends are, whom to believe, what to pass, and how patient to be.

    `beneath`: the headers of every answer that has none of the same name.
    """

    backends: Mapping[Backend, BackendAddress]
    trusted_proxies: Sequence[Network] = ()
    limits: Limits = field(default_factory=Limits)
    beneath: Headers = field(default_factory=lambda: floor(is_https=False))
    #: Whether LiveKit's RoomService is passed to the public.
    is_room_service_public: bool = False
