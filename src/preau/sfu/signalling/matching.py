"""Which m-section of an offer carries which announced track."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from preau.sfu.model import TrackKind
from preau.sfu.signalling.sdp import Section, SectionKind

_KIND = {TrackKind.AUDIO: SectionKind.AUDIO, TrackKind.VIDEO: SectionKind.VIDEO}


@dataclass(frozen=True, slots=True)
class Announced:
    """A track that was announced and not yet seen in an offer. `cids` are the client's ids for it."""

    sid: str
    kind: TrackKind
    cids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Carried:
    """A track that a section carries already, under the client's id seen then."""

    sid: str
    track_id: str


@dataclass(frozen=True, slots=True)
class Match:
    """Outcome for one offer: new bindings, mids that go on, mids whose track ended."""

    bound: tuple[tuple[Section, str], ...]
    kept: tuple[str, ...]
    ended: tuple[str, ...]


def match_sections(
    sections: Sequence[Section], carried: Mapping[str, Carried], announced: Sequence[Announced]
) -> Match:
    """Matches by the client's id first; then the first announced track of the kind, since browsers may
    rename tracks (Firefox, replaceTrack). A carried section goes on unless it stops sending, or takes
    up another announced track."""
    waiting = list(announced)
    bound: list[tuple[Section, str]] = []
    kept: list[str] = []
    open_sections: list[Section] = []
    for section in sections:
        if not section.sends or section.kind is SectionKind.OTHER:
            continue
        before = carried.get(section.mid)
        found = None if before and before.track_id == section.track_id else _by_id(section, waiting)
        if found:
            waiting.remove(found)
            bound.append((section, found.sid))
        elif before:
            kept.append(section.mid)
        else:
            open_sections.append(section)
    for section in open_sections:
        if found := _by_kind(section, waiting):
            waiting.remove(found)
            bound.append((section, found.sid))
    ended = tuple(mid for mid in carried if mid not in kept)
    return Match(bound=tuple(bound), kept=tuple(kept), ended=ended)


def _by_id(section: Section, waiting: Sequence[Announced]) -> Announced | None:
    return next(
        (one for one in waiting if section.track_id in one.cids and _KIND[one.kind] is section.kind), None
    )


def _by_kind(section: Section, waiting: Sequence[Announced]) -> Announced | None:
    return next((one for one in waiting if _KIND[one.kind] is section.kind), None)
