"""With which devices somebody begins in a room, as they are told before they are in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from preau.meet.domain.roles import MODERATORS, RoomRole
from preau.meet.domain.rules import Rules


class Beginning(StrEnum):
    """How one device begins."""

    AS_CHOSEN = "as-chosen"
    OFF = "off"
    """Off on arrival; its owner may turn it on."""
    BY_RULE = "by-rule"
    """Off, and stays off until those who run the room say otherwise."""
    OBSERVER = "observer"
    """Off as long as somebody is there to see and hear."""


@dataclass(frozen=True)
class Beginnings:
    """How microphone and camera begin."""

    microphone: Beginning
    camera: Beginning


def beginnings(rules: Rules, role: RoomRole) -> Beginnings:
    """How the devices of who comes in that role begin under these rules.

    A freeze or a pause is not among it: what goes on in a room is told to those inside.
    """
    if role in MODERATORS:
        return Beginnings(Beginning.AS_CHOSEN, Beginning.AS_CHOSEN)
    if role is RoomRole.OBSERVER:
        return Beginnings(Beginning.OBSERVER, Beginning.OBSERVER)
    allowed = Beginning.OFF if rules.starts_muted else Beginning.AS_CHOSEN
    return Beginnings(
        microphone=allowed if rules.unmute else Beginning.BY_RULE,
        camera=allowed if rules.camera else Beginning.BY_RULE,
    )
