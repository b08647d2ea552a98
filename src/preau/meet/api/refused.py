"""Attempts at what somebody may not do, for the audit: each route that only owners or administrators have."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from preau.meet.api.context import SIGN_IN_COOKIE
from preau.meet.log import LogEvent, log_event
from preau.meet.services.audit import count_refusal, note_refusal
from preau.meet.services.refusals import RefusedIn
from preau.meet.services.sign_ins import who

_PRIVILEGED_TAGS = frozenset({"meetings", "house"})
#: A page asks these to find out whether it is signed in; that is no attempt at anything.
_HARMLESS = frozenset({"list_meetings"})


def note_refused_act(request: Request) -> None:
    """Write the refusal down, or count it where a neighbourhood fills the audit. Never fails."""
    route: Any = request.scope.get("route")
    if route is None or _PRIVILEGED_TAGS.isdisjoint(getattr(route, "tags", ())) or route.name in _HARMLESS:
        return
    parts = request.app.state.parts
    address = request.client.host if request.client else ""
    try:
        wanted = request.path_params.get("id") if "meetings" in route.tags else None
        if not count_refusal(parts.world, address, RefusedIn(wanted)):
            return
        account = who(parts.world, request.cookies.get(SIGN_IN_COOKIE))
        note_refusal(parts.world, account, route.name.replace("_", "-"), wanted)
    except Exception as error:  # The refusal stands, whether or not the database took a note of it.
        log_event(LogEvent.INTERNAL_ERROR, error=type(error).__name__)
