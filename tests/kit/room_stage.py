"""A room in the test's hand, and people for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from preau.meet.domain.ids import AccountId, InvitationId, MessageId, ParticipantId
from preau.meet.domain.invitations import Provenance
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import Kind, Profile, Rules, bundle
from preau.meet.live import effects as fx
from preau.meet.live.commands import Command, ConnectionId, Knock, Open, Resume, SendChat, Tick
from preau.meet.live.machine import handle
from preau.meet.live.people import Audience, Participant
from preau.meet.live.room import Room, Setting

START = datetime(2026, 11, 24, 8, tzinfo=UTC)
#: What most tests are not about: nobody by the open link waits for a reason of the rules alone.
CALM = replace(bundle(Profile.WORK, Kind.MEETING), supervised=False)
ADA, ANN, BOB, EVE = (ParticipantId(f"par_{name}") for name in ("ada", "ann", "bob", "eve"))
ONE, TWO, THREE, FOUR, FIVE = (ConnectionId(number) for number in range(1, 6))
A = TypeVar("A")


class Stage:
    """A room with a clock in the test's hand; keeps everything that came out."""

    def __init__(self, rules: Rules = CALM, max_participants: int = 10, **setting: Any) -> None:
        self.room = Room(Setting(max_participants, **setting), empty_since=START)
        self.now = START
        self.written: list[Any] = []
        self.do(Open(rules))
        self.written.clear()

    def do(self, *commands: Command) -> Sequence[fx.Effect]:
        effects: list[fx.Effect] = []
        for command in commands:
            step = handle(self.room, command, self.now)
            self.room = step.room
            self.written += step.entries
            effects += step.effects
        return effects

    def wait(self, time: timedelta) -> Sequence[fx.Effect]:
        self.now += time
        return self.do(Tick())

    def code(self, command: Command) -> str:
        """The code a request is refused with, or `done`."""
        effects = self.do(command)
        answers = [one for one in effects if isinstance(one, fx.Refuse | fx.Confirm)]
        (answer,) = answers
        return answer.code if isinstance(answer, fx.Refuse) else "done"

    def events(self) -> list[str]:
        return [type(entry.event).__name__ for entry in self.written]

    def person(self, participant_id: ParticipantId) -> Participant:
        found = self.room.view.participant(participant_id)
        assert found is not None
        return found


def knock(
    participant_id: ParticipantId,
    connection: ConnectionId,
    provenance: Provenance = Provenance.INVITED,
    role: RoomRole = RoomRole.PARTICIPANT,
    **more: Any,
) -> Knock:
    """A knock of somebody with a browser and, by personal link, an invitation of their own."""
    name = participant_id.removeprefix("par_")
    if provenance in {Provenance.INVITED, Provenance.ROSTER}:
        more.setdefault("invitation_id", InvitationId(f"inv_{name}"))
    if provenance in {Provenance.OWNER, Provenance.ACCOUNT}:
        more.setdefault("account_id", AccountId(f"acc_{name}"))
    more.setdefault("device_key", f"{name}'s device")
    more.setdefault("name", name.capitalize())
    return Knock(
        connection=connection,
        request=1,
        participant_id=participant_id,
        secret_hash=f"{name}'s hash",
        role_wanted=role,
        provenance=provenance,
        **more,
    )


def ada(connection: ConnectionId = ONE) -> Knock:
    """The meeting's owner."""
    return knock(ADA, connection, Provenance.OWNER, RoomRole.HOST)


def ann(connection: ConnectionId = TWO, **more: Any) -> Knock:
    """Somebody with a personal link."""
    return knock(ANN, connection, **more)


def bob(connection: ConnectionId = THREE, **more: Any) -> Knock:
    """Somebody else with a personal link."""
    return knock(BOB, connection, **more)


def eve(connection: ConnectionId = FOUR, **more: Any) -> Knock:
    """Somebody by the open link."""
    return knock(EVE, connection, Provenance.OPEN_LINK, **more)


def back(
    participant_id: ParticipantId,
    connection: ConnectionId,
    last: int,
    shown: str | None = None,
    device: str | None = None,
) -> Resume:
    name = participant_id.removeprefix("par_")
    return Resume(
        connection, 1, participant_id, shown or f"{name}'s hash", last, device or f"{name}'s device"
    )


def line(text: str, number: int = 1, connection: ConnectionId = ONE, to: Audience | None = None) -> SendChat:
    return SendChat(connection, 7, MessageId(f"message-{number}"), text, to)


def all_of(effects: Sequence[fx.Effect], kind: type[A]) -> list[A]:
    return [effect for effect in effects if isinstance(effect, kind)]


def one_of(effects: Sequence[fx.Effect], kind: type[A]) -> A:
    (found,) = all_of(effects, kind)
    return found
