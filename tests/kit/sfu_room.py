"""A room for pure tests: counted ids, a hand-set clock, and what each participant was told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from preau.sfu.clocks import Clocks
from preau.sfu.model import (
    Admission,
    ClientDetails,
    ParticipantInfo,
    ParticipantKind,
    Permission,
    RoomOptions,
    TrackKind,
    TrackSource,
)
from preau.sfu.rooms import commands, media
from preau.sfu.rooms.effects import CloseConnection, Effect, Notify, Send
from preau.sfu.rooms.room import Outcome, Room
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say

T = TypeVar("T")
DEFAULTS = RoomOptions()
EVERYTHING = Permission()
A_CLIENT = ClientDetails(protocol=16)


class CountedIds:
    """Ids in order instead of at random."""

    def __init__(self) -> None:
        self._last = 0

    def sid(self, prefix: str) -> str:
        return f"{prefix}{self.number():03d}"

    def number(self) -> int:
        self._last += 1
        return self._last

    def trailer(self) -> bytes:
        return b"trailer"


@dataclass
class HandClocks(Clocks):
    """The time that passes, and the date, are what the test says."""

    now: float = 1.0
    date_offset_s: float = 1_700_000_000.0

    def date_s(self) -> float:
        return self.now + self.date_offset_s

    def steady_s(self) -> float:
        return self.now


def offer_sdp(*sections: tuple[str, str, str, str], codecs: tuple[str, ...] = ()) -> str:
    """An offer with sections (mid, kind, direction, track id); `codecs` of each, the most wanted first."""
    lines = ["v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0"]
    numbers = " ".join(str(96 + index) for index in range(max(1, len(codecs))))
    for mid, kind, direction, track_id in sections:
        lines += [f"m={kind} 9 UDP/TLS/RTP/SAVPF {numbers}", f"a=mid:{mid}", f"a={direction}"]
        # The order of these lines means nothing; that of the numbers above does.
        lines += [f"a=rtpmap:{96 + i} {codec}/90000" for i, codec in reversed(list(enumerate(codecs)))]
        if track_id:
            lines.append(f"a=msid:- {track_id}")
    return "\r\n".join(lines) + "\r\n"


@dataclass
class Stage:
    """A room and everything it wanted done. The engine's part is played by the test."""

    options: RoomOptions = DEFAULTS
    now: float = 1000.0
    feigns: bool = False
    #: By how much the date is ahead of the time that passes.
    date_offset_s: float = 1_700_000_000.0
    effects: list[Effect] = field(default_factory=list)
    connections: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    people: dict[str, ParticipantInfo] = field(default_factory=dict)
    opened: dict[str, tuple[media.PeerId, media.PeerId]] = field(default_factory=dict)
    sections: dict[str, list[tuple[str, str, str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        date_s = self.now + self.date_offset_s
        self.room = Room("school", self.options, CountedIds(), self.now, date_s, feigns=self.feigns)
        self.do(commands.Tick())

    def do(self, command: object) -> Outcome:
        outcome = self.room.handle(command, self.now, self.now + self.date_offset_s)
        self.effects += outcome.effects
        return outcome

    def clear(self) -> None:
        self.effects.clear()

    def pass_time(self, seconds: float) -> None:
        """Ticks whenever the room asked to be woken."""
        end = self.now + seconds
        while self.room.wake_s <= end and not self.room.finished:
            self.now = max(self.now, self.room.wake_s)
            self.do(commands.Tick())
        self.now = end

    def found(self, kind: type[T]) -> list[T]:
        """Effects of one kind so far."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def told(self, identity: str, kind: type[T]) -> list[T]:
        """What a participant was told, of one kind."""
        number = self.numbers[identity]
        mine = [effect.response for effect in self.found(Send) if effect.connection == number]
        return [response for response in mine if isinstance(response, kind)]

    def events(self) -> list[str]:
        """Names of the events for webhooks."""
        return [notice.event for notice in self.found(Notify)]

    def closed(self, identity: str) -> list[CloseConnection]:
        number = self.numbers[identity]
        return [effect for effect in self.found(CloseConnection) if effect.connection == number]

    def join(
        self,
        identity: str,
        permission: Permission = EVERYTHING,
        *,
        adaptive: bool = False,
        kind: ParticipantKind = ParticipantKind.STANDARD,
        client: ClientDetails = A_CLIENT,
    ) -> Outcome:
        self.connections += 1
        outcome = self.do(
            commands.Join(
                connection=self.connections,
                admission=Admission(
                    room="school", identity=identity, name=identity, permission=permission, kind=kind
                ),
                client_details=client,
                adaptive=adaptive,
            )
        )
        if outcome.refusal is None:
            self.numbers[identity] = self.connections
            self.people[identity] = self.told(identity, say.Joined)[-1].participant
            peers = [effect.peer for effect in outcome.effects if isinstance(effect, media.OpenPeer)]
            self.opened[identity] = (peers[0], peers[-1])
        return outcome

    def resume(self, identity: str, sid: str | None = None) -> Outcome:
        self.connections += 1
        outcome = self.do(commands.Resume(self.connections, sid or self.people[identity].sid, identity))
        if outcome.refusal is None:
            self.numbers[identity] = self.connections
        return outcome

    def lose(self, identity: str) -> Outcome:
        return self.do(commands.ConnectionLost(self.numbers[identity]))

    def ask(self, identity: str, request: ask.Request) -> Outcome:
        return self.do(commands.Asked(self.numbers[identity], request))

    def peers(self, identity: str) -> tuple[media.PeerId, media.PeerId]:
        """Publisher and subscriber peer of a participant: opened in this order on joining."""
        return self.opened[identity]

    def connect_media(self, identity: str) -> None:
        for peer in self.peers(identity):
            self.do(media.PeerChanged(peer, media.PeerState.CONNECTED))

    def arrive(self, *identities: str) -> None:
        """Joins, and media connects."""
        for identity in identities:
            self.join(identity)
            self.connect_media(identity)

    def publish(self, identity: str, cid: str, *, kind: TrackKind = TrackKind.VIDEO, mid: str = "0") -> str:
        """Announces, offers, and lets the engine agree. Answers the track's sid."""
        source = TrackSource.CAMERA if kind is TrackKind.VIDEO else TrackSource.MICROPHONE
        self.ask(identity, ask.AddTrack(cid=cid, kind=kind, source=source))
        accepted = self.told(identity, say.TrackAccepted)[-1]
        sections = self.sections.setdefault(identity, [])
        sections.append((mid, kind.name.lower(), "sendonly", cid))
        self.ask(identity, ask.Offer(sdp=offer_sdp(*sections), number=7))
        self.agree_to_offer()
        return accepted.track.sid

    def agree_to_offer(self) -> None:
        """The engine answers the latest offer, taking every section."""
        offered = self.found(media.AcceptOffer)[-1]
        received = tuple(
            media.ReceivedTrack(mid=one.mid, track=one.track, mime=one.mime, rids=("q", "h", "f"))
            for one in offered.receive
        )
        self.do(media.Answered(offered.peer, offered.request, "v=0\r\nanswer", received))

    def negotiate(self, identity: str) -> say.SendOffer:
        """The engine writes the offer asked for, the participant answers, the engine agrees."""
        peer = self.peers(identity)[1]
        asked = [one for one in self.found(media.Negotiate) if one.peer == peer][-1]
        self.do(media.Offered(peer, asked.request, f"v=0\r\noffer {asked.request}"))
        offer = self.told(identity, say.SendOffer)[-1]
        self.ask(identity, ask.Answer("v=0\r\nanswer", offer.number))
        downs = tuple((one.down, "0") for one in self.found(media.AddDown) if one.peer == peer)
        self.do(media.Agreed(peer, media.RequestId(0), downs))
        return offer
