"""The few facts signalling needs of a session description: its sections and who sends what in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

#: Longest description read, in bytes; longer ones are refused. The engine's limits too.
MAX_SDP_BYTES = 512 * 1024
#: Most sections and most lines read of one description.
MAX_SECTIONS = 500
MAX_LINES = 20_000

_SENDING = frozenset({"sendonly", "sendrecv"})
_DIRECTIONS = frozenset({"sendonly", "sendrecv", "recvonly", "inactive"})


class SectionKind(Enum):
    """Kind of an m-section; anything but audio and video is OTHER."""

    AUDIO = "audio"
    VIDEO = "video"
    OTHER = "other"


class SdpError(Exception):
    """The text is no session description; the message is one plain sentence."""


@dataclass(frozen=True, slots=True)
class Section:
    """One m-section of an offer. `track_id` is the client's own id of the track it sends (from msid).

    `codecs` are names in lower case, the most wanted first.
    """

    mid: str
    kind: SectionKind
    sends: bool
    track_id: str
    rids: tuple[str, ...]
    codecs: tuple[str, ...] = ()


@dataclass(slots=True)
class _Draft:
    kind: SectionKind
    rejected: bool
    mid: str = ""
    direction: str = "sendrecv"
    track_id: str = ""
    ssrc_track_id: str = ""
    rids: list[str] = field(default_factory=list)
    payload_types: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)

    def finish(self) -> Section:
        return Section(
            mid=self.mid,
            kind=self.kind,
            sends=self.direction in _SENDING and not self.rejected,
            track_id=self.track_id or self.ssrc_track_id,
            rids=tuple(self.rids),
            codecs=tuple(
                dict.fromkeys(self.names[number] for number in self.payload_types if number in self.names)
            ),
        )


def read_sections(sdp: str) -> tuple[Section, ...]:
    """The m-sections in order (RFC 8866, 8843, 8830, 8853). Raises SdpError."""
    if len(sdp) > MAX_SDP_BYTES:
        raise SdpError(f"A session description has at most {MAX_SDP_BYTES} bytes.")
    if not sdp.startswith("v="):
        raise SdpError("A session description begins with a v= line.")
    if sdp.count("\n") >= MAX_LINES:
        raise SdpError(f"A session description has at most {MAX_LINES} lines.")
    drafts: list[_Draft] = []
    # Lines end as RFC 8866 says and nowhere else: other ends would not be counted.
    for line in map(str.rstrip, sdp.split("\n")):
        if line.startswith("m="):
            drafts.append(_open(line))
            if len(drafts) > MAX_SECTIONS:
                raise SdpError(f"A session description has at most {MAX_SECTIONS} sections.")
        elif drafts and line.startswith("a="):
            _attribute(drafts[-1], line[2:])
    return tuple(draft.finish() for draft in drafts)


def _open(line: str) -> _Draft:
    words = line[2:].split()
    if len(words) < 3:
        raise SdpError("An m= line names a kind, a port and a protocol.")
    kind = SectionKind(words[0]) if words[0] in ("audio", "video") else SectionKind.OTHER
    # Port 0 means refused, except that a bundled section carries its port elsewhere (see `a=bundle-only`).
    return _Draft(kind=kind, rejected=words[1] == "0", payload_types=tuple(words[3:]))


def _attribute(draft: _Draft, text: str) -> None:
    name, _, value = text.partition(":")
    if name in _DIRECTIONS:
        draft.direction = name
    elif name == "mid":
        draft.mid = value.strip()
    elif name == "bundle-only":
        draft.rejected = False
    elif name == "msid":
        draft.track_id = _second(value)
    elif name == "ssrc":
        _, _, attribute = value.partition(" ")
        if attribute.startswith("msid:"):
            draft.ssrc_track_id = _second(attribute[5:])
    elif name == "rtpmap":
        number, _, codec = value.partition(" ")
        draft.names[number] = codec.partition("/")[0].strip().lower()
    elif name == "rid":
        words = value.split()
        if len(words) > 1 and words[1] == "send":
            draft.rids.append(words[0])


def _second(value: str) -> str:
    words = value.split()
    return words[1].strip("{}") if len(words) > 1 else ""


def only_tcp(sdp: str) -> str:
    """The description without its UDP candidates: the peer connects over TCP or not at all."""
    kept = (line for line in sdp.splitlines(keepends=True) if not _is_udp_candidate(line))
    return "".join(kept)


def _is_udp_candidate(line: str) -> bool:
    if not line.startswith("a=candidate:"):
        return False
    words = line.split()
    return len(words) > 2 and words[2].lower() == "udp"
