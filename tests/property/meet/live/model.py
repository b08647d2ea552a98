"""A reference of the room to test the machine against: what should be so, in the plainest way.

It knows no events, logs or effects; it changes in place and says how each request ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.property.meet.live import crowd
from tests.property.meet.live.person import Person

GRACE_S, MEDIA_S, SUPERVISION_S, EMPTY_S, LEAK_S, BACK_S, KEPT_S = 120, 15, 7, 300, 600, 600, 1800
MODERATORS = {"host", "cohost"}


@dataclass
class Model:
    """One room."""

    now: datetime
    rules: dict[str, Any]
    most: int
    people: dict[str, Person] = field(default_factory=dict)
    door: dict[str, Person] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    bans: dict[str, frozenset[str]] = field(default_factory=dict)
    lines: dict[str, dict[str, Any]] = field(default_factory=dict)
    wrote_at: dict[str, datetime] = field(default_factory=dict)
    knocks: list[tuple[datetime, str]] = field(default_factory=list)
    comers: list[tuple[datetime, str, str, bool]] = field(default_factory=list)
    locked: bool = False
    frozen: bool = False
    paused: bool = False
    unsupervised_at: datetime | None = None
    spotlight: str | None = None
    empty_at: datetime | None = None
    ended: bool = False
    seen: list[dict[str, Any]] = field(default_factory=list)
    welcomed: set[str] = field(default_factory=set)
    run_at: datetime | None = None
    leaks: list[tuple[datetime, str]] = field(default_factory=list)
    gone: dict[str, Person] = field(default_factory=dict)

    # --- what follows from everything --------------------------------------------------------------------

    def settle(self) -> None:
        """Supervision, and since when nobody is here."""
        if self.ended:
            return
        self._know()
        is_supervised = any(one.role in MODERATORS and one.line is not None for one in self.people.values())
        if is_supervised:
            self._tell_of_leaks()
        if not self.rules["supervised"] or is_supervised:
            self.paused, self.unsupervised_at = False, None
        elif not self.paused:
            if self.unsupervised_at is None and self.people:
                self.unsupervised_at = self.now
            elif self.unsupervised_at is None or self._is_past(self.unsupervised_at, SUPERVISION_S):
                self.paused, self.unsupervised_at = True, None
        if self.people or self.door:
            self.empty_at = None
        elif self.empty_at is None:
            self.empty_at = self.now

    def _is_past(self, moment: datetime, seconds: int) -> bool:
        return moment + timedelta(seconds=seconds) <= self.now

    def rights(self, who: str) -> tuple[set[str], bool]:
        """What somebody may send, and whether it hears."""
        one = self.people[who]
        everything = {"camera", "microphone", "screen_share", "screen_share_audio"}
        if one.role in MODERATORS:
            return everything, True
        if one.role == "observer" or self.frozen:
            return set(), not self.paused
        if not self.rules["unmute"] and (not one.asked or self.paused):
            everything -= {"microphone"}
        if not self.rules["camera"]:
            everything -= {"camera"}
        if self.rules["share"] == "hosts":
            everything -= {"screen_share", "screen_share_audio"}
        return everything, not self.paused

    # --- links that were passed on -----------------------------------------------------------------------

    def _know(self) -> None:
        """Whose browser was in the room at any time, and since when somebody runs it."""
        for one in self.people.values():
            self.welcomed |= {mark for mark in one.marks if mark.startswith("device ")}
            if one.role in MODERATORS and self.run_at is None and one.came_running:
                self.run_at = self.now

    def see(self, device: str, network: str, link: str | None, name: str, *, refused: bool) -> None:
        late = self.run_at is not None and self._is_past(self.run_at, 15 * 60)
        self.seen.append(
            {"at": self.now, "device": f"device {device}", "network": network, "link": link}
            | {"name": name, "late": late, "refused": refused}
        )

    def _tell_of_leaks(self) -> None:
        if self.leaks and not self._is_past(self.leaks[-1][0], LEAK_S):
            return
        recent = [one for one in self.seen if not self._is_past(one["at"], LEAK_S)]
        for link in dict.fromkeys(one["link"] for one in recent if one["link"]):
            uses = [one for one in recent if one["link"] == link]
            devices, networks = ({one[what] for one in uses} for what in ("device", "network"))
            if len(devices) > 3 or (len(devices) > 1 and len(networks) > 2):
                self.leaks.append((self.now, uses[-1]["name"]))
                return
        strangers = [one for one in recent if not one["link"] and one["device"] not in self.welcomed]
        late = {one["device"] for one in strangers if one["late"]}
        many = len({one["device"] for one in strangers}) > 60 or len(late) > 10
        if many or sum(one["refused"] for one in strangers) > 100:
            self.leaks.append((self.now, ""))

    # --- the door ----------------------------------------------------------------------------------------

    def is_taken(self, line: int) -> bool:
        return any(one.line == line for one in (*self.people.values(), *self.door.values()))

    def knock(self, who: str, line: int, come: dict[str, Any]) -> str:
        """`come`: provenance, role, device, invitation, second, network, name."""
        if self.is_taken(line):
            return "already-admitted"
        marks = {f"device {come['device']}"}
        if come["invitation"]:
            marks.add(f"invitation {come['invitation']}")
        is_owner = come["provenance"] == "owner"
        shut = "" if is_owner else self._shut(marks, come["provenance"])
        if come["provenance"] not in {"owner", "account"}:
            link = come["invitation"]
            name = come["name"] if link else ""
            self.see(come["device"], come["network"], link, name, refused=bool(shut))
        if shut:
            return shut
        own = self._own_place(come)
        return self._sit_again(own, who, line) if own else self._let_in_or_wait(who, line, come, marks)

    def _let_in_or_wait(self, who: str, line: int, come: dict[str, Any], marks: set[str]) -> str:
        waits = come["provenance"] != "owner" and (
            bool(marks & self.removed) or come["second"] or come["provenance"] not in self._welcome()
        )
        is_stranger = come["provenance"] == "open-link" and f"device {come['device']}" not in self.welcomed
        if waits and self._knocks_too_much(come, marks, is_stranger):
            return "rate-limited"
        person = Person(come["role"], frozenset(marks), line, came_running=come["role"] in MODERATORS)
        person.device, person.link, person.secret = come["device"], come["invitation"], who
        person.came_by = come["provenance"]
        if waits:
            self.knocks.append((self.now, come["device"]))
            if is_stranger:
                self._make_room(come["network"])
            self.comers.append((self.now, who, come["network"], is_stranger))
            self.door[who] = person
            return "waiting"
        if len(self.people) >= self.most:
            return "room-full"
        self.people[who] = person
        return "admitted"

    def _shut(self, marks: set[str], provenance: str) -> str:
        is_banned = any(marks & banned for banned in self.bans.values())
        is_stranger = provenance == "open-link" and not self.rules["open_link"]
        if self.locked or self.frozen or is_banned or is_stranger:
            return "meeting-unknown"
        return "denied" if marks & self.denied else ""

    def _welcome(self) -> set[str]:
        return {
            "everybody": set(),
            "not-invited": {"invited", "roster"},
            "not-known": {"invited", "roster", "account"},
        }[self.rules["waiting_room"]]

    def _knocks_too_much(self, come: dict[str, Any], marks: set[str], is_stranger: bool) -> bool:
        """Each thirty seconds, three places each; of strangers a class, and room for those from elsewhere."""
        own = [
            at for at, who in self.knocks if who == come["device"] and at + timedelta(seconds=30) > self.now
        ]
        if own or sum(bool(one.marks & marks) for one in self.door.values()) >= 3:
            return True
        if not is_stranger:
            return False
        is_full = len(self._strangers()) >= 100 and self._displaced(come["network"]) is None
        return crowd.is_too_much(self.comers, come["network"], self.now) or is_full

    def _strangers(self) -> dict[str, bool]:
        """Who waits and was never inside, and whether their line is cut."""
        waiting = [(who, one) for who, one in self.door.items() if one.came_by == "open-link"]
        return {who: one.line is None for who, one in waiting if f"device {one.device}" not in self.welcomed}

    def _displaced(self, network: str) -> str | None:
        return crowd.displaced(self.comers, self._strangers(), network)

    def _make_room(self, network: str) -> None:
        who = self._displaced(network) if len(self._strangers()) >= 100 else None
        if who is not None:
            del self.door[who]

    def _own_place(self, come: dict[str, Any]) -> str:
        """By a personal link in its own browser one has the place one has already."""
        if not come["invitation"] or come["second"]:
            return ""
        mine = (come["device"], come["invitation"])
        everybody = {**self.people, **self.door}.items()
        return next((who for who, one in everybody if (one.device, one.link) == mine), "")

    def _sit_again(self, own: str, secret: str, line: int) -> str:
        one = self.people.get(own) or self.door[own]
        one.line, one.lost_at, one.secret = line, None, secret
        return "admitted" if own in self.people else "waiting"

    def resume(self, who: str, line: int, secret: str, device: str) -> str:
        if self.is_taken(line):
            return "already-admitted"
        one = self.people.get(who) or self.door.get(who) or self.gone.get(who)
        if one is None or (one.secret, one.device) != (secret, device):
            return "resume-unknown"
        if one.went_at is not None:
            return self._come_back(who, one, line)
        one.line, one.lost_at = line, None
        return "admitted" if who in self.people else "waiting"

    def _come_back(self, who: str, one: Person, line: int) -> str:
        """Without the door, for a while, unless one was put out or the door is shut to one's like."""
        is_late = one.went_at is None or self._is_past(one.went_at, BACK_S)
        is_kept_out = bool(one.marks & self.removed) or one.came_by == "owner"
        if is_late or one.went or is_kept_out or self._shut(set(one.marks), one.came_by):
            return "resume-unknown"
        if len(self.people) >= self.most:
            return "room-full"
        del self.gone[who]
        one.line, one.lost_at, one.went_at = line, None, None
        one.hand = one.asked = False
        one.came_running = one.role in MODERATORS
        self.people[who] = one
        return "admitted"

    def let_back(self, line: int, target: str) -> str:
        refused = self._may(line)
        if refused:
            return refused
        one = self.gone.get(target)
        if one is None or one.went != "removed":
            return "participant-unknown"
        one.went = ""
        self.removed -= one.marks
        return "done"

    def lose(self, line: int) -> None:
        for one in (*self.people.values(), *self.door.values()):
            if one.line == line:
                one.line, one.lost_at = None, self.now

    def restart(self) -> None:
        self.unsupervised_at = None
        # How long a room was empty is in no log: the time begins anew.
        self.empty_at = None if self.empty_at is None else self.now
        self.seen.clear()
        self.comers.clear()
        for one in (*self.people.values(), *self.door.values()):
            one.line, one.lost_at = None, self.now

    def tick(self) -> None:
        for held in (self.people, self.door):
            for who in [
                who for who, one in held.items() if one.lost_at and self._is_past(one.lost_at, GRACE_S)
            ]:
                self._out(who)
        if not self.people and not self.door and self.empty_at is None:
            self.empty_at = self.now
        if self.empty_at is not None and self._is_past(self.empty_at, EMPTY_S):
            self.ended = True

    def who_may_hear(self) -> set[str]:
        """Who is in the media room, or may be."""
        away = {
            who for who, one in self.people.items() if one.lost_at and self._is_past(one.lost_at, MEDIA_S)
        }
        return set(self.people) - away

    def _out(self, who: str, why: str = "") -> None:
        if who in self.people:
            for other in [other for other, one in self.gone.items() if one.went_at is not None]:
                if self._is_past(self.gone[other].went_at or self.now, KEPT_S):
                    del self.gone[other]
            one = self.gone[who] = self.people[who]
            one.line, one.went_at, one.went = None, self.now, why
        self.people.pop(who, None)
        self.door.pop(who, None)
        if self.spotlight == who:
            self.spotlight = None

    # --- acts --------------------------------------------------------------------------------------------

    def on(self, line: int) -> str | None:
        return next((who for who, one in self.people.items() if one.line == line), None)

    def leave(self, line: int) -> str:
        held = {**self.people, **self.door}
        who = next((who for who, one in held.items() if one.line == line), None)
        if who is None:
            return "not-admitted"
        self._out(who)
        return "done"

    def note(self, line: int) -> str:
        if self.on(line) is not None:
            return "not-waiting"
        one = next((one for one in self.door.values() if one.line == line), None)
        if one is None:
            return "not-admitted"
        if one.note:
            return "note-left-already"
        one.note = True
        return "done"

    def chat(self, line: int, message_id: str, to: str | None) -> str:
        who = self.on(line)
        if who is None:
            return "not-admitted"
        one = self.people[who]
        if one.role == "observer":
            return "not-allowed"
        if message_id in self.lines:
            return "done" if self.lines[message_id]["by"] == who else "not-allowed"
        widest = "all" if one.role in MODERATORS or self.rules["chat"] == "all" else "hosts"
        refused = "chat-off" if self.rules["chat"] == "off" else self._hushed(who, to == "all" != widest)
        if not refused:
            self.lines[message_id] = {"by": who, "to": to or widest, "deleted": False}
            self.wrote_at[who] = self.now
        return refused or "done"

    def _hushed(self, who: str, is_too_wide: bool) -> str:
        pause = timedelta(seconds=self.rules["slow_mode_s"])
        is_too_soon = who in self.wrote_at and self.wrote_at[who] + pause > self.now
        reasons = {
            "frozen": self.frozen,
            "paused": self.paused,
            "not-allowed": is_too_wide,
            "slow-mode": is_too_soon,
        }
        is_free = self.people[who].role in MODERATORS
        return "" if is_free else next((code for code, holds in reasons.items() if holds), "")

    def delete(self, line: int, message_id: str) -> str:
        who = self.on(line)
        if who is None:
            return "not-admitted"
        found = self.lines.get(message_id)
        is_own = found is not None and found["by"] == who
        if self.people[who].role not in MODERATORS and not is_own:
            return "not-allowed"
        if found is None:
            return "message-unknown"
        found["deleted"] = True
        return "done"

    def hand(self, line: int, is_up: bool) -> str:
        who = self.on(line)
        if who is None:
            return "not-admitted"
        if self.people[who].role == "observer":
            return "not-allowed"
        self.people[who].hand = is_up
        return "done"

    def _may(self, line: int, target: str | None = None, *, only_host: bool = False) -> str:
        """The refusal of an act of those who run the room, `target` being somebody hosts are spared by."""
        who = self.on(line)
        if who is None:
            return "not-admitted"
        is_host = target in self.people and self.people[target].role == "host"
        allowed = {"host"} if only_host else MODERATORS
        return "" if self.people[who].role in allowed and not is_host else "not-allowed"

    def act_on_media(self, line: int, target: str) -> str:
        return self._may(line, target) or ("done" if target in self.people else "participant-unknown")

    def ask(self, line: int, target: str) -> str:
        refused = self._may(line, target)
        one = self.people.get(target)
        if refused or one is None or one.line is None:
            return refused or "participant-unknown"
        if one.role == "participant" and not self.rules["unmute"] and not self.frozen:
            one.asked = True
        return "done"

    def mute(self, line: int, target: str) -> str:
        answer = self.act_on_media(line, target)
        if answer == "done":
            self.people[target].asked = False
        return answer

    def mute_all(self, line: int) -> str:
        refused = self._may(line)
        if not refused:
            self._nobody_is_asked()
        return refused or "done"

    def _nobody_is_asked(self) -> None:
        for one in self.people.values():
            one.asked = False

    def switch(self, line: int, name: str, value: bool) -> str:
        refused = self._may(line)
        if not refused:
            setattr(self, name, value)
            if self.frozen:
                self._nobody_is_asked()
        return refused or "done"

    def set_rule(self, line: int, name: str, value: Any) -> str:
        refused = self._may(line)
        if not refused:
            self.rules[name] = value
            if self.rules["unmute"]:
                self._nobody_is_asked()
        return refused or "done"

    def lower(self, line: int, target: str | None) -> str:
        refused = self._may(line)
        if refused:
            return refused
        if target is not None and target not in self.people:
            return "participant-unknown"
        for who, one in self.people.items():
            one.hand = one.hand and target not in {None, who}
        return "done"

    def light(self, line: int, target: str | None) -> str:
        refused = self._may(line)
        if refused:
            return refused
        if target is not None and target not in self.people:
            return "participant-unknown"
        self.spotlight = target
        return "done"

    def admit(self, line: int, targets: list[str]) -> str:
        refused = self._may(line)
        wanted = [who for who in dict.fromkeys(targets) if who in self.door]
        if refused or not wanted:
            return refused or "not-waiting"
        if len(self.people) >= self.most:
            return "room-full"
        for who in wanted[: self.most - len(self.people)]:
            self.people[who] = self.door.pop(who)
        return "done"

    def deny(self, line: int, target: str) -> str:
        refused = self._may(line)
        if refused or target not in self.door:
            return refused or "not-waiting"
        self.denied |= self.door[target].marks
        self._out(target)
        return "done"

    def remove(self, line: int, target: str) -> str:
        refused = self._may(line, target)
        if refused or target not in self.people:
            return refused or "participant-unknown"
        self.removed |= self.people[target].marks
        self._out(target, "removed")
        return "done"

    def ban(self, line: int, target: str) -> str:
        refused = self._may(line, target)
        one = self.people.get(target) or self.door.get(target)
        if refused or one is None:
            return refused or "participant-unknown"
        if target in self.people:
            self.removed |= one.marks
        self.bans[f"of {target}"] = one.marks
        self._out(target, "banned")
        return "done"

    def lift(self, line: int, target: str) -> str:
        refused = self._may(line)
        if refused or f"of {target}" not in self.bans:
            return refused or "ban-unknown"
        del self.bans[f"of {target}"]
        return "done"

    def give_role(self, line: int, target: str, role: str) -> str:
        refused = self._may(line, target, only_host=True)
        if refused or target not in self.people:
            return refused or "participant-unknown"
        if role == "host":
            self.people[self.on(line) or ""].role = "cohost"
        self.people[target].role = role
        return "done"
