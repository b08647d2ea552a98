"""Attempts at what somebody may not do, for the audit: each route that only owners or administrators have."""

from __future__ import annotations

import re
from typing import Any

from fastapi import Request

from preau.meet.api.context import sign_in_secret
from preau.meet.domain.acts import LIMIT_REACHED
from preau.meet.domain.errors import DomainError
from preau.meet.domain.ids import MeetingId
from preau.meet.log import LogEvent, log_event
from preau.meet.services.audit import count_refusal, note_refusal
from preau.meet.services.ports import World
from preau.meet.services.refusals import RefusedIn
from preau.meet.services.sign_ins import who

_PRIVILEGED_PATH = re.compile(
    r"/api/v1/(?:meetings(?:/(mtg_[a-z0-9]{1,40}))?|organization|cases|accounts|audit)(?:/|$)"
)
_SUBJECT_CHARACTERS = 40
_PRIVILEGED_TAGS = frozenset({"meetings", "house"})
#: A page asks these to find out whether it is signed in; that is no attempt at anything.
_HARMLESS = frozenset({"list_meetings"})


def count_foreign(world: World, path: str) -> None:
    """An act that a page of another origin tried: counted for the audit with what comes in floods."""
    privileged = _PRIVILEGED_PATH.match(path)
    if privileged is not None:
        meeting_id = privileged.group(1)
        world.unnoted.count(RefusedIn(MeetingId(meeting_id) if meeting_id else None))


def count_limit(request: Request) -> None:
    """Somebody came upon a limit: counted for the audit, by what was asked for."""
    name = getattr(request.scope.get("route"), "name", "") or "unknown"
    where = RefusedIn(action=LIMIT_REACHED, subject_id=name.replace("_", "-")[:_SUBJECT_CHARACTERS])
    request.app.state.parts.world.unnoted.count(where)


def note_refused_act(request: Request) -> None:
    """Write the refusal down, or count it where a neighbourhood fills the audit. Never fails."""
    route: Any = request.scope.get("route")
    if route is None or _PRIVILEGED_TAGS.isdisjoint(getattr(route, "tags", ())) or route.name in _HARMLESS:
        return
    parts = request.app.state.parts
    address = request.client.host if request.client else ""
    wanted = request.path_params.get("id") if "meetings" in route.tags else None
    if not count_refusal(parts.world, address, RefusedIn(wanted)):
        return
    try:
        account = who(parts.world, sign_in_secret(request, parts))
        note_refusal(parts.world, account, route.name.replace("_", "-"), wanted)
    except Exception as error:
        # The refusal stands, whether or not the database took a note of it; the next sum has it.
        parts.world.unnoted.count(RefusedIn(wanted))
        if not isinstance(error, DomainError):
            log_event(LogEvent.INTERNAL_ERROR, error=type(error).__name__)
