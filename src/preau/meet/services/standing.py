"""What rooms rest on may end elsewhere: a sign-in by age or at the shell, a meeting with its owner's account.

Looked at regularly; what this server does itself reaches the rooms at once.
"""

from __future__ import annotations

from preau.meet.services.ports import LiveRooms, World


def end_what_has_no_standing(world: World, rooms: LiveRooms) -> None:
    """Put out who came in by a sign-in that is no more, and end rooms of meetings that are no more."""
    in_use, running = rooms.sign_ins_in_use(), rooms.running_meetings()
    if not in_use and not running:
        return
    with world.store.read() as stored:
        living = stored.sign_ins.living(in_use, world.clock.now()) if in_use else frozenset()
        gone = [one for one in running if stored.meetings.by_id(one) is None]
    if in_use - living:
        rooms.end_sign_ins(in_use - living)
    for meeting_id in gone:
        rooms.end(meeting_id)
