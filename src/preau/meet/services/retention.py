"""Forgetting what is out of date; docs/data-inventory.md says how long each thing is kept."""

from __future__ import annotations

from datetime import timedelta

from preau.meet.services.doors import DEVICE_COOKIE_LIFE
from preau.meet.services.ports import World

AUDIT_LIFE = timedelta(days=183)
DEVICE_LIFE = timedelta(days=365)
CLOSED_CASE_LIFE = timedelta(days=3 * 365)


def forget_expired(world: World) -> None:
    """Remove what expired: sign-ins, one-time links, old audit records, cases closed long ago."""
    now = world.clock.now()
    with world.store.write() as stored:
        stored.sign_ins.remove_expired(now)
        stored.sign_ins.forget_devices(now - DEVICE_LIFE)
        stored.one_time_links.remove_expired(now)
        stored.passcode_devices.forget_before(now - DEVICE_COOKIE_LIFE)
        stored.audit.remove_before(now - AUDIT_LIFE)
        stored.cases.remove_closed_before(now - CLOSED_CASE_LIFE)
