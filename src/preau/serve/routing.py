"""Which of the two servers answers a request: decided by the path alone. Pure."""

from __future__ import annotations

from enum import Enum

_SIGNALLING = b"/rtc"
_ROOM_SERVICE = b"/twirp"


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


def backend_for(target: bytes, *, has_sfu: bool, is_room_service_public: bool = False) -> Backend | None:
    """LiveKit's paths belong to the embedded media server when there is one, everything else to meet.

    None: nobody's. The platform calls the media server's RoomService past this door, and no page calls it at
    all.
    """
    path = path_of(target)
    if has_sfu and (path == _SIGNALLING or path.startswith(_SIGNALLING + b"/")):
        return Backend.SFU
    if has_sfu and path.startswith(_ROOM_SERVICE + b"/"):
        return Backend.SFU if is_room_service_public else None
    return Backend.MEET
