"""Which of the two servers answers a request: decided by the path alone. Pure."""

from __future__ import annotations

from enum import Enum

_SFU_EXACT = frozenset({b"/rtc"})
_SFU_PREFIXES = (b"/rtc/", b"/twirp/")


class Backend(Enum):
    """One of the processes behind the public port."""

    MEET = "meet"
    SFU = "sfu"


def path_of(target: bytes) -> bytes:
    """The path of a target in origin (`/a?b`) or absolute form (`http://host/a?b`); RFC 9112 §3.2."""
    path = target.partition(b"?")[0]
    if path.startswith(b"/"):
        return path
    after_scheme = path.partition(b"://")[2]
    slash = after_scheme.find(b"/")
    return after_scheme[slash:] if slash >= 0 else b"/"


def backend_for(target: bytes, *, has_sfu: bool) -> Backend:
    """LiveKit's paths belong to the embedded media server when there is one, everything else to meet."""
    path = path_of(target)
    if has_sfu and (path in _SFU_EXACT or path.startswith(_SFU_PREFIXES)):
        return Backend.SFU
    return Backend.MEET
