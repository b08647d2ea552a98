"""Whether live connections get through to a Préau, looked at from where this runs, as a browser would.

A proxy that drops WebSockets lets the page open and everybody in front of it stay outside.
"""

from __future__ import annotations

import json

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from preau.problems import Problem

_PATIENCE_S = 10.0
_CONTROL = "/api/v1/meetings/doctor/control"
_SIGNALLING = "/rtc"
_MEND = (
    "Let the proxy in front pass the headers Upgrade and Connection, speak HTTP/1.1 and keep connections "
    "open; docs/operate/network.md shows how."
)


def live_connections(public_url: str, *, has_media_server: bool | None) -> str:
    """What is right. Raises Problem for what is not; `has_media_server` None: not known, either is right."""
    address = public_url.rstrip("/").replace("http", "ws", 1)
    _look_at_control(address, public_url)
    if has_media_server is not False:
        _look_at_signalling(address, is_needed=has_media_server is True)
    return f"WebSockets get through at {public_url}"


def _look_at_control(address: str, public_url: str) -> None:
    """Nobody is in a meeting of that name, and the refusal is proof that a line went there and back."""
    url = address + _CONTROL
    try:
        with connect(
            url,
            origin=Origin(public_url.rstrip("/")),
            subprotocols=[Subprotocol("preau.control.v1")],
            open_timeout=_PATIENCE_S,
            close_timeout=1.0,
            proxy=None,
        ) as channel:
            channel.send(json.dumps({"type": "ping", "request": 1}))
            answer = json.loads(channel.recv(_PATIENCE_S))
    except InvalidStatus as refused:
        raise Problem(f"{url} was answered with HTTP {refused.response.status_code}. {_MEND}") from None
    except (WebSocketException, TimeoutError, ValueError):
        raise Problem(f"{url} opened or not, nothing came back on it. {_MEND}") from None
    except OSError as failure:
        raise Problem(
            f"{public_url} cannot be reached from here ({failure.strerror or failure}); look at its name, "
            "the firewall, the proxy and its certificate."
        ) from None
    if not isinstance(answer, dict) or answer.get("code") != "not-admitted":
        raise Problem(f"something else than Préau answers at {url}; look at where the proxy passes it.")


def _look_at_signalling(address: str, *, is_needed: bool) -> None:
    """Without a token it is refused, by the media server itself if the upgrade came as far as there."""
    url = address + _SIGNALLING
    try:
        with connect(url, open_timeout=_PATIENCE_S, close_timeout=1.0, proxy=None):
            raise Problem(f"something else than Préau answers at {url}; look at where the proxy passes it.")
    except InvalidStatus as refused:
        is_there = refused.response.headers.get("X-Preau-Error") == "token-missing"
        is_elsewhere = not is_needed and b'"not-allowed"' in (refused.response.body or b"")
        if not is_there and not is_elsewhere:
            raise Problem(f"{url} was answered with HTTP {refused.response.status_code}. {_MEND}") from None
    except (WebSocketException, OSError):
        raise Problem(f"nothing came back from {url}. {_MEND}") from None
