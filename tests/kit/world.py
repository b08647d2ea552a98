"""A world for tests of use cases: the real store on SQLite, a hand-set clock, and rooms that only note."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from preau.meet.domain.accounts import Account
from preau.meet.domain.codes import MeetingCode
from preau.meet.domain.ids import AccountId, InvitationId, MeetingId, OccurrenceId, ParticipantId, SignInId
from preau.meet.domain.roles import AccountRole
from preau.meet.domain.rules import Rules
from preau.meet.integrations.machine import Argon2Passwords, SystemRandomness
from preau.meet.services.ports import RoomDoor, World
from preau.meet.storage.engine import open_engine
from preau.meet.storage.store import DatabaseStore

#: Nothing is kept from anybody here, and a test of limits hashes dozens of times.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


class HandClock:
    """The time is what the test says."""

    def __init__(self) -> None:
        self.moment = MONDAY
        self.passed = timedelta()

    def now(self) -> datetime:
        return self.moment

    def steady_s(self) -> float:
        return self.passed.total_seconds()

    def steady(self) -> datetime:
        return MONDAY + self.passed

    def pass_time(self, time: timedelta) -> None:
        self.moment += time
        self.passed += time

    def be_set(self, by: timedelta) -> None:
        """Somebody sets the wall clock."""
        self.moment += by


@dataclass
class NotingRooms:
    """The `LiveRooms` port for rooms that do not run, unless a test says what stands at a door."""

    doors: dict[MeetingId, RoomDoor] = field(default_factory=dict)
    seats: dict[OccurrenceId, frozenset[ParticipantId]] = field(default_factory=dict)
    told: list[tuple[object, ...]] = field(default_factory=list)
    banned: set[str | None] = field(default_factory=set)
    in_use: frozenset[SignInId] = frozenset()
    running: tuple[MeetingId, ...] = ()

    def participant_count(self, _meeting_id: MeetingId) -> int | None:
        return None

    def end(self, meeting_id: MeetingId) -> None:
        self.told.append(("end", meeting_id))

    def is_expected(self, room: OccurrenceId, identity: ParticipantId) -> bool:
        return identity in self.seats.get(room, ())

    def door(self, meeting_id: MeetingId) -> RoomDoor | None:
        return self.doors.get(meeting_id)

    def is_banned(
        self,
        _meeting_id: MeetingId,
        device_key: str | None,
        invitation_id: InvitationId | None,
        account_id: AccountId | None,
    ) -> bool:
        return not self.banned.isdisjoint({device_key, invitation_id, account_id})

    def change_rules(self, meeting_id: MeetingId, rules: Rules, locked_rules: Collection[str]) -> None:
        self.told.append(("change-rules", meeting_id, rules, frozenset(locked_rules)))

    def link_changed(self, meeting_id: MeetingId, code: MeetingCode) -> None:
        self.told.append(("link-changed", meeting_id, code))

    def revoke_invitation(self, meeting_id: MeetingId, invitation_id: InvitationId) -> None:
        self.told.append(("revoke", meeting_id, invitation_id))

    def end_sign_ins(self, sign_in_ids: Collection[SignInId]) -> None:
        self.told.append(("end-sign-ins", frozenset(sign_in_ids)))

    def sign_ins_in_use(self) -> frozenset[SignInId]:
        return self.in_use

    def running_meetings(self) -> Collection[MeetingId]:
        return self.running

    def knocked_in_vain(self, meeting_id: MeetingId, device_key: str, network: str) -> None:
        self.told.append(("knocked-in-vain", meeting_id, device_key, network))

    def seated(self) -> Mapping[OccurrenceId, frozenset[ParticipantId]]:
        return self.seats

    def stranger_removed(self, room: OccurrenceId, name: str) -> None:
        self.told.append(("stranger-removed", room, name))


ADA = Account(AccountId("acc_ada"), "Ada", "ada@example.org", AccountRole.ADMIN, "en", None, MONDAY)
BOB = replace(ADA, id=AccountId("acc_bob"), name="Bob", email="bob@example.org", role=AccountRole.MEMBER)


@dataclass
class Stage:
    """The world, its clock and its rooms; Ada administers the server, Bob has an account."""

    world: World
    clock: HandClock
    rooms: NotingRooms


def stage(folder: Path, template: Path) -> Stage:
    """A server with two accounts, on a copy of an empty database: running the migrations takes a while."""
    clock = HandClock()
    shutil.copy(template, folder / "preau.db")
    engine = open_engine(f"sqlite:///{folder / 'preau.db'}")
    event.listen(engine, "connect", _forget_power_cuts)
    store = DatabaseStore(engine)
    world = World(store, clock, SystemRandomness(), Argon2Passwords(CHEAP))
    with store.write() as stored:
        stored.accounts.add(ADA)
        stored.accounts.add(BOB)
    return Stage(world, clock, NotingRooms())


def _forget_power_cuts(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Nothing here outlives its test, and the disk would take much of the time of hundreds of them."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()
