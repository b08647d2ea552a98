"""What is asked of the servers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

VIDEO = {
    "kind": "video",
    "rate_hz": 30,
    "layers": [{"rid": "", "width": 1280, "height": 720, "packets": 5, "packet_bytes": 1200}],
}
AUDIO = {
    "kind": "audio",
    "rate_hz": 50,
    "layers": [{"rid": "", "width": 0, "height": 0, "packets": 1, "packet_bytes": 160}],
}
#: More than two cores carry.
FLOOD = VIDEO | {"rate_hz": 400}
#: 150, 500 and 1700 kbit/s, as a camera sends in a call.
SIMULCAST = {
    "kind": "video",
    "rate_hz": 30,
    "layers": [
        {"rid": "q", "width": 320, "height": 180, "packets": 1, "packet_bytes": 630},
        {"rid": "h", "width": 640, "height": 360, "packets": 2, "packet_bytes": 1040},
        {"rid": "f", "width": 1280, "height": 720, "packets": 7, "packet_bytes": 1010},
    ],
}


@dataclass(frozen=True)
class Load:
    """Publishers who only send, or receive one another too, and subscribers who only receive, all of them."""

    name: str
    title: str
    publishers: int
    subscribers: int
    tracks: tuple[dict[str, Any], ...]
    publishers_listen: bool = False
    #: The kernel counts what arrives, one packet in 512 is read: more than the load could read arrives.
    deaf: bool = False
    #: Whether subscribers are hidden from one another, as viewers are; else each hears of every other.
    hidden: bool = False
    #: Cores of the server.
    cores: int = 1
    #: Whether the load's cores take in what arrives for it. They take in what arrives for the server as well,
    #: so only where that is next to nothing; and not if the server has every core.
    delivered_by_load: bool = False
    #: How one more participant behaves, who publishes and listens as well and of whom nothing is counted
    #: (`bench/load/src/mischief.rs`); None: there is none.
    extra: str | None = None

    @property
    def people(self) -> int:
        """Everybody who takes part."""
        return self.publishers + self.subscribers + (self.extra is not None)

    @property
    def packets_per_s(self) -> float:
        """That should arrive: of each track its best layer."""
        rate = sum(track["rate_hz"] * track["layers"][-1]["packets"] for track in self.tracks)
        return float(self.subscriptions / len(self.tracks) * rate)

    @property
    def subscriptions(self) -> int:
        """Pairs of a track and somebody who receives it."""
        listeners = self.subscribers + (self.publishers - 1) * self.publishers_listen
        return len(self.tracks) * self.publishers * listeners

    @property
    def is_plain(self) -> bool:
        """Whether everybody has one way and one encoding, which is all that some systems can do."""
        return not self.publishers_listen and [len(track["layers"]) for track in self.tracks] == [1]

    def members(self, tokens: list[str]) -> list[dict[str, Any]]:
        """The participants of a plan, publishers first, one more behind them; `tokens` are theirs."""
        publishing = self.publishers + (self.extra is not None)
        return [
            {
                "access_token": token,
                "publishes": number < publishing,
                "subscribes": self.publishers_listen or number >= self.publishers,
                "extra": self.extra if number == self.publishers else None,
            }
            for number, token in enumerate(tokens)
        ]

    def with_publishers(self, publishers: int, name: str) -> Load:
        """The same with another number of publishers."""
        return replace(self, name=name, publishers=publishers)


#: How the one more participant of the hostile loads behaves; without one they show what the others cost.
CONDUCTS = (None, "normal", "tenfold", "replays", "garbage", "noise")


def hostile(extra: str | None) -> Load:
    """The load of a call with one more participant."""
    title = f"5 people with camera, 24 listeners, and {extra or 'nobody'} more"
    return Load(f"hostile-{extra or 'nobody'}", title, 5, 24, (AUDIO, SIMULCAST), True, extra=extra)


LOADS = {
    load.name: load
    for load in (
        Load(
            "video",
            "16 publishers x 50 subscribers, 720p in bursts of 5",
            16,
            50,
            (VIDEO,),
            delivered_by_load=True,
        ),
        Load(
            "webinar",
            "1 publisher x 500 subscribers, 720p in bursts of 5",
            1,
            500,
            (VIDEO,),
            hidden=True,
            delivered_by_load=True,
        ),
        Load(
            "audio",
            "20 publishers x 50 subscribers, one small packet at a time",
            20,
            50,
            (AUDIO,),
            delivered_by_load=True,
        ),
        Load("flood-1", "more than one core carries, all in one room", 16, 100, (FLOOD,), deaf=True),
        Load("flood-2", "the same on two cores", 16, 100, (FLOOD,), deaf=True, cores=2),
        Load(
            "meeting", "30 people, 5 of them with microphone and simulcast", 5, 25, (AUDIO, SIMULCAST), True
        ),
        *map(hostile, CONDUCTS),
    )
}
#: Loads that are measured in turns and compared with one another, by one name.
GROUPS = {
    "flood": ("flood-1", "flood-2"),
    "hostile": tuple(hostile(extra).name for extra in CONDUCTS),
}
_IN_GROUPS = {name for group in GROUPS.values() for name in group}
#: What can be asked for; `half-core` is `video` with as many publishers as take half a core of each server.
ASKED = (*(name for name in LOADS if name not in _IN_GROUPS), *GROUPS, "half-core")
#: More does not fit the load's own core.
MOST_PUBLISHERS = 40


def half_core_publishers(load: Load, cores_used: float) -> int:
    """How many publishers of a load take a server half a core, given what the whole load takes."""
    wanted = round(load.publishers * 0.5 / max(cores_used, 0.01))
    return max(1, min(MOST_PUBLISHERS, wanted))
