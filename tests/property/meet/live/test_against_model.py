"""The machine against the reference, whatever people do: the same answers and the same room for everybody.

After each step: what each client made of what it was told is what a fresh snapshot would show; the rights
that the media server was told are those that hold; and the log alone, read back from JSON, is the same room.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from preau.meet.domain.ids import InvitationId, MessageId, ParticipantId
from preau.meet.domain.invitations import Provenance
from preau.meet.domain.media_rights import MediaRights
from preau.meet.domain.roles import RoomRole
from preau.meet.domain.rules import change, rules_to_json
from preau.meet.live import commands as do
from preau.meet.live import effects as fx
from preau.meet.live.codec import entry_to_json, event_from_json, event_to_log
from preau.meet.live.commands import Command, ConnectionId, Knock
from preau.meet.live.events import Entry, HostTold
from preau.meet.live.machine import handle
from preau.meet.live.memory import Memory, remember
from preau.meet.live.people import Audience, Participant
from preau.meet.live.room import Room, Setting, rebuild
from preau.meet.live.view import RoomView, apply
from tests.kit.room_stage import CALM, START
from tests.property.meet.live.acts import ACT
from tests.property.meet.live.choices import (
    ACTS,
    COMES,
    LINES,
    MESSAGES,
    MOST,
    MOST_LINES,
    OWNER,
    PUPIL,
    ROLES,
    RULES,
    SPEECH,
    WHO,
)
from tests.property.meet.live.model import Model

# A thousand stories take half a minute here; a slower machine gets its time.
pytestmark = pytest.mark.timeout(600)
EXAMPLES = int(os.environ.get("PREAU_TEST_ROOM_EXAMPLES", "1000"))


def shown(view: RoomView, viewer: Participant) -> RoomView:
    """What of the room somebody sees."""
    if viewer.role.value in {"host", "cohost"}:
        return view
    chat = tuple(one for one in view.chat if one.to.value == "all" or one.participant_id == viewer.id)
    return replace(view, chat=chat, waiting=(), warned=(), bans=())


class RoomAgainstModel(RuleBasedStateMachine):
    """Plays both, and compares."""

    def __init__(self) -> None:
        super().__init__()
        self.room = Room(Setting(MOST), empty_since=START)
        self.now = START
        self.model = Model(START, rules_to_json(CALM), MOST, empty_at=START)
        self.log: list[Entry] = []
        self.told_view, self.told_memory = RoomView(), Memory()
        self.clients: dict[ParticipantId, RoomView] = {}
        self.on_line: dict[ConnectionId, ParticipantId] = {}
        self.rights: dict[ParticipantId, MediaRights] = {}
        self.bans: dict[str, str] = {}
        self.count = 0

    # --- both take a step --------------------------------------------------------------------------------

    def step(self, command: Command) -> str:
        """How the machine answers."""
        made = handle(self.room, command, self.now)
        for entry in made.entries:
            self._read_back(entry)
        self.room = made.room
        for effect in made.effects:
            self._hear(effect)
        return self._answer(made.effects)

    def _read_back(self, entry: Entry) -> None:
        body = json.loads(json.dumps(event_to_log(entry.event)))
        read = Entry(entry.sequence, entry.at, event_from_json(body))
        self.log.append(read)
        self.told_view = apply(self.told_view, read)
        self.told_memory = remember(self.told_memory, read)
        assert "hash" not in json.dumps(entry_to_json(entry)), "no secret is on the wire"

    def _hear(self, effect: fx.Effect) -> None:
        if isinstance(effect, fx.Announce):
            for line in effect.to:
                who = self.on_line[line]
                self.clients[who] = apply(self.clients[who], effect.entry)
            for line in effect.withheld_from:
                who = self.on_line[line]
                self.clients[who] = replace(self.clients[who], sequence=effect.entry.sequence)
        elif isinstance(effect, fx.Admit):
            self._come_in(effect)
        elif isinstance(effect, fx.ShowWhole):
            self.clients[effect.participant_id] = self._fresh(effect.view, effect.participant_id)
        elif isinstance(effect, fx.SetMediaRights):
            self.rights[effect.participant_id] = effect.rights
        elif isinstance(effect, fx.CloseConnection):
            self.on_line.pop(effect.connection, None)

    def _come_in(self, effect: fx.Admit) -> None:
        who = effect.participant_id
        self.on_line[effect.connection] = who
        self.rights[who] = effect.rights
        if effect.missed is None:
            self.clients[who] = self._fresh(effect.view, who)
            return
        for entry in effect.missed:
            if entry.sequence in effect.withheld:
                self.clients[who] = replace(self.clients[who], sequence=entry.sequence)
            else:
                self.clients[who] = apply(self.clients[who], entry)

    def _fresh(self, view: RoomView, who: ParticipantId) -> RoomView:
        viewer = view.participant(who)
        assert viewer is not None
        return shown(view, viewer)

    def _answer(self, effects: Sequence[fx.Effect]) -> str:
        found: list[str] = []
        for effect in effects:
            if isinstance(effect, fx.Refuse):
                found.append(effect.code)
            elif isinstance(effect, fx.Confirm):
                found.append("done")
            elif isinstance(effect, fx.Admit) and effect.request:
                found.append("admitted")
            elif isinstance(effect, fx.TellWaiting) and effect.request:
                found.append("waiting")
        assert len(found) <= 1, "a request has one answer"
        return found[0] if found else ""

    def both(self, command: Command, expected: str) -> None:
        assert self.step(command) == expected, command
        self.model.settle()

    def line_of(self, number: int) -> int:
        """A connection: mostly of somebody who runs the room, else anybody's, or nobody's."""
        people = [one for one in self.model.people.values() if one.line is not None]
        running = [one.line for one in people if one.role in {"host", "cohost"}]
        held = running if number >= 10 else [one.line for one in people] if number >= 3 else []
        line = held[number % len(held)] if held else None
        return number % MOST_LINES + 1 if line is None else line

    def anybodys_line(self, number: int) -> int:
        """A connection: mostly of somebody in the room."""
        held = [one.line for one in self.model.people.values() if one.line is not None]
        return held[number % len(held)] if held and number >= 3 else number % MOST_LINES + 1

    def free_line(self, number: int) -> int:
        """A connection on which nobody is, mostly."""
        free = [line for line in range(1, MOST_LINES + 1) if not self.model.is_taken(line)]
        return free[number % len(free)] if free and number >= 3 else number % MOST_LINES + 1

    def who(self, number: int) -> ParticipantId:
        """Somebody who is here or waits, or else nobody at all."""
        known = [*self.model.people, *self.model.door]
        return ParticipantId(known[number % len(known)] if number < 6 and known else "par_nobody")

    def whom(self, act: str, number: int) -> ParticipantId:
        """Somebody whom the act is for, mostly."""
        hosts = {who for who, one in self.model.people.items() if one.role == "host"}
        fitting = list(self.model.door if act in {"admit", "deny"} else self.model.people.keys() - hosts)
        fitting.sort()
        return ParticipantId(fitting[number % len(fitting)]) if fitting and number < 6 else self.who(number)

    # --- rules -------------------------------------------------------------------------------------------

    @initialize(
        chosen=st.lists(RULES, max_size=5),
        guests=st.lists(COMES, min_size=1, max_size=4),
        has_owner=st.sampled_from([True, True, False]),
        acts=st.lists(st.sampled_from(["Freeze", "Lock", "ban", "deny", "admit", "remove"]), max_size=3),
    )
    def begin(
        self,
        chosen: list[tuple[str, Any]],
        guests: list[dict[str, Any]],
        has_owner: bool,
        acts: list[str],
    ) -> None:
        self.model.rules |= dict(chosen)
        self.step(do.Open(change(CALM, dict(chosen))))
        self.model.settle()
        for line, come in enumerate(([OWNER] if has_owner else []) + guests, 1):
            self.somebody_knocks_on(line, come)
        for act in acts:
            self.the_room_is_run_from(1, act, [self.whom(act, 0)], ("unmute", False), RoomRole.COHOST)

    @rule(seconds=st.sampled_from([0, 1, 5, 7, 15, 31, 31, 61, 121, 301]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.model.now = self.now
        self.model.tick()
        self.both(do.Tick(), "")
        if not self.model.ended:
            assert self.room.in_media() == self.model.who_may_hear(), "who is shown as away hears nothing"

    @rule(seconds=st.sampled_from([1, 7, 10]))
    def the_clock_is_slow(self, seconds: int) -> None:
        """What is due is found by the next command."""
        self.now += timedelta(seconds=seconds)
        self.model.now = self.now

    def _alive(self) -> bool:
        return not self.model.ended

    @precondition(_alive)
    @rule(line=LINES, come=COMES)
    def somebody_knocks(self, line: int, come: dict[str, Any]) -> None:
        self.somebody_knocks_on(self.free_line(line), come)

    def somebody_knocks_on(self, line: int, come: dict[str, Any]) -> None:
        self.count += 1
        provenance = Provenance(come["provenance"])
        has_link = provenance in {Provenance.INVITED, Provenance.ROSTER}
        come = {**come, "invitation": come["invitation"] if has_link else None}
        come["second"] = come["second"] and has_link
        come["role"] = "host" if provenance is Provenance.OWNER else come["role"]
        come["name"] = f"Person {self.count}"
        who = ParticipantId(f"par_{self.count}")
        command = Knock(
            ConnectionId(line),
            1,
            who,
            f"hash of {who}",
            f"Person {self.count}",
            RoomRole(come["role"]),
            provenance,
            come["device"],
            InvitationId(come["invitation"]) if has_link else None,
            None,
            come["second"],
            come["network"],
        )
        self.both(command, self.model.knock(who, line, come))

    @precondition(_alive)
    @rule(number=LINES, is_shut=st.booleans(), is_later=st.booleans())
    def a_crowd_comes(self, number: int, is_shut: bool, is_later: bool) -> None:
        """Seldom, because it is long: browsers never seen before, by the open link or turned away with it."""
        if number % 8:
            return
        if is_later:
            self.time_passes(901)
        for one in range(101 if is_shut else (11, 61)[number % 16 == 0]):
            device, network = f"crowd {self.count} {one % 97}", f"net {one % 5}"
            if is_shut:
                self.model.see(device, network, None, "", refused=True)
                self.both(do.KnockInVain(device, network), "")
            else:
                come = {**OWNER, "provenance": "open-link", "device": device, "role": "participant"}
                line = self.free_line(31)
                self.somebody_knocks_on(line, {**come, "network": network})
                self.a_connection_breaks(line - 1)

    @precondition(_alive)
    @rule(
        number=WHO,
        line=LINES,
        has=st.sampled_from(["all", "all", "all", "all", "no secret", "another browser"]),
        is_gone=st.booleans(),
    )
    def somebody_comes_back(self, number: int, line: int, has: str, is_gone: bool) -> None:
        line, who, gone = self.free_line(line), self.who(number), list(self.model.gone)
        if is_gone and gone:
            who = ParticipantId(gone[-1 - number % len(gone)])
        people = {**self.model.people, **self.model.door, **self.model.gone}
        secret = people[who].secret if who in people and has != "no secret" else "guess"
        device = people[who].device if who in people and has != "another browser" else "library"
        last = self.clients[who].sequence if who in self.clients else 0
        command = do.Resume(ConnectionId(line), 1, who, f"hash of {secret}", last, device)
        self.both(command, self.model.resume(who, line, secret, device))

    @precondition(_alive)
    @rule(
        number=WHO,
        is_by_wish=st.booleans(),
        seconds=st.sampled_from([1, 130, 590, 599, 600, 601, 610]),
        meanwhile=st.sampled_from(["", "", "", "Lock", "Freeze", "rule", "remove"]),
    )
    def somebody_goes_and_is_back_later(
        self, number: int, is_by_wish: bool, seconds: int, meanwhile: str
    ) -> None:
        people = self.with_role(*RoomRole)
        if not people:
            return
        who = people[number % len(people)]
        one = self.model.people[who]
        line, secret, device = one.line or 1, one.secret, one.device
        if is_by_wish:
            self.somebody_leaves(line - 1)
        else:
            self.a_connection_breaks(line - 1)
        if meanwhile:
            target = [self.whom("remove", number)]
            closed = ("open_link", False)
            self.the_room_is_run_from(self.line_of(31), meanwhile, target, closed, RoomRole.COHOST)
        self.time_passes(seconds)
        if self.model.ended:
            return
        command = do.Resume(ConnectionId(line), 1, who, f"hash of {secret}", 0, device)
        self.both(command, self.model.resume(who, line, secret, device))

    @precondition(_alive)
    @rule(line=LINES)
    def a_connection_breaks(self, line: int) -> None:
        line = line % MOST_LINES + 1
        self.model.lose(line)
        self.on_line.pop(ConnectionId(line), None)
        self.both(do.LoseConnection(ConnectionId(line)), "")

    @precondition(_alive)
    @rule(dice=st.integers(0, 7))
    def the_server_is_killed(self, dice: int) -> None:
        if dice:
            return
        self.room = rebuild(tuple(self.log), self.room.setting, self.now)
        self.on_line.clear()
        self.model.restart()
        self.both(do.Restart(), "")

    @precondition(_alive)
    @rule(line=LINES)
    def somebody_leaves(self, line: int) -> None:
        line = line % MOST_LINES + 1
        expected = self.model.leave(line)
        if expected == "done":
            self.on_line.pop(ConnectionId(line), None)
        self.both(do.Leave(ConnectionId(line), 1), expected)

    @precondition(_alive)
    @rule(line=LINES)
    def somebody_leaves_a_note(self, line: int) -> None:
        line = line % MOST_LINES + 1
        self.both(do.LeaveNote(ConnectionId(line), 1, "it is me"), self.model.note(line))

    @precondition(_alive)
    @rule(
        line=LINES,
        message_ids=st.lists(MESSAGES, min_size=1, max_size=4),
        to=st.sampled_from([None, None, "all", "hosts"]),
    )
    def somebody_writes(self, line: int, message_ids: list[str], to: str | None) -> None:
        line = self.anybodys_line(line)
        audience = None if to is None else Audience(to)
        for message_id in message_ids:
            command = do.SendChat(ConnectionId(line), 1, MessageId(message_id), "text", audience)
            self.both(command, self.model.chat(line, message_id, to))

    @precondition(_alive)
    @rule(line=LINES, message_id=MESSAGES, is_last=st.booleans())
    def somebody_deletes(self, line: int, message_id: str, is_last: bool) -> None:
        line = self.anybodys_line(line)
        message_id = next(reversed(self.model.lines), message_id) if is_last else message_id
        command = do.DeleteMessage(ConnectionId(line), 1, MessageId(message_id))
        self.both(command, self.model.delete(line, message_id))

    @precondition(_alive)
    @rule(line=LINES, is_up=st.booleans())
    def a_hand_goes(self, line: int, is_up: bool) -> None:
        line = self.anybodys_line(line)
        command: type[do.Request] = do.RaiseHand if is_up else do.LowerHand
        self.both(command(ConnectionId(line), 1), self.model.hand(line, is_up))

    @precondition(_alive)
    @rule(act=ACTS, line=LINES, numbers=st.lists(WHO, min_size=1, max_size=3), changed=RULES, role=ROLES)
    def the_room_is_run(
        self, act: str, line: int, numbers: list[int], changed: tuple[str, Any], role: RoomRole
    ) -> None:
        people = [self.whom(act, number) for number in numbers]
        self.the_room_is_run_from(self.line_of(line), act, people, changed, role)

    @precondition(_alive)
    @rule(number=WHO, ways=st.lists(st.sampled_from(SPEECH), max_size=3), is_left_alone=st.booleans())
    def somebody_speaks_on_request(self, number: int, ways: list[str], is_left_alone: bool) -> None:
        """Left to chance, a host, a participant, the rule and an ask would hardly come together."""
        if not self.with_role("host", "cohost"):
            self.somebody_knocks_on(self.free_line(31), OWNER)
        if not self.with_role("participant"):
            self.somebody_knocks_on(self.free_line(31), PUPIL)
        people = self.with_role("participant") or [self.whom("ask", number)]
        people = [people[number % len(people)]]
        for act in ("quiet", "ask", *ways):
            name = "rule" if act in {"quiet", "loud"} else act
            changed = ("unmute", act == "loud")
            self.the_room_is_run_from(self.line_of(31), name, people, changed, RoomRole.OBSERVER)
        if is_left_alone:
            supervised = ("supervised", True)
            self.the_room_is_run_from(self.line_of(31), "rule", people, supervised, RoomRole.OBSERVER)
            for who in self.with_role("host", "cohost"):
                self.a_connection_breaks((self.model.people[who].line or 1) - 1)
            self.time_passes(7)

    def with_role(self, *roles: str) -> list[ParticipantId]:
        """Who is connected in one of these roles."""
        people = self.model.people.items()
        return [ParticipantId(who) for who, one in people if one.role in roles and one.line is not None]

    def the_room_is_run_from(
        self,
        line: int,
        act: str,
        people: list[ParticipantId],
        changed: tuple[str, Any],
        role: RoomRole,
    ) -> None:
        command, expected = ACT[act](self, line, people, changed, role)
        self.both(command, expected)
        for ban in self.room.view.bans:
            self.bans.setdefault(ban.id, people[0])

    # --- what holds after each of them -------------------------------------------------------------------

    @invariant()
    def the_room_is_as_it_should_be(self) -> None:
        view, model = self.room.view, self.model
        assert self.room.has_ended == model.ended
        assert {one.id: one.role.value for one in view.participants} == {
            who: one.role for who, one in model.people.items()
        }
        assert {one.id for one in view.waiting} == set(model.door)
        assert {one.id for one in view.participants if one.hand_raised_at} == {
            who for who, one in model.people.items() if one.hand
        }
        assert {one.id for one in view.participants if one.may_speak} == {
            who for who, one in model.people.items() if one.asked
        }
        flags = (view.is_locked, view.is_frozen, view.is_paused, view.spotlight)
        assert flags == (model.locked, model.frozen, model.paused, model.spotlight)
        assert rules_to_json(view.rules) == model.rules
        assert {one.message_id: one.to.value for one in view.chat} == {
            one: line["to"] for one, line in model.lines.items() if not line["deleted"]
        }
        assert len(view.bans) == len(model.bans)
        told = [(one.at, one.event) for one in self.log if isinstance(one.event, HostTold)]
        assert [(at, one.name) for at, one in told if one.what == "leak-suspected"] == model.leaks

    @invariant()
    def the_log_alone_gives_the_room_back(self) -> None:
        assert self.told_view == self.room.view
        assert self.told_memory == self.room.memory

    @invariant()
    def everybody_sees_what_a_fresh_snapshot_would_show(self) -> None:
        for line, who in self.on_line.items():
            assert self.room.seats[who].connection == line
            assert self.room.seats[who].has_media
            assert self.clients[who] == self._fresh(self.room.view, who)

    @invariant()
    def the_media_server_knows_the_rights_that_hold(self) -> None:
        if self.model.ended:
            return
        for who in self.model.people:
            sources, hears = self.model.rights(who)
            told = self.rights.get(ParticipantId(who))
            # Who was admitted while away has no grant yet, and gets one with the rights of that moment.
            assert told is None or told == MediaRights(frozenset(sources), hears), who

    def teardown(self) -> None:
        again = rebuild(tuple(self.log), self.room.setting, self.now)
        assert (again.view, again.memory) == (self.room.view, self.room.memory)
        assert (set(again.seats), set(again.places)) == (set(self.room.seats), set(self.room.places))


RoomAgainstModel.TestCase.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestRoomAgainstModel = RoomAgainstModel.TestCase
