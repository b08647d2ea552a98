"""Who speaks, and how well everybody is connected."""

from __future__ import annotations

import math
from collections.abc import Mapping

from preau.sfu.model import ConnectionQuality, ParticipantState, SpeakerInfo, TrackKind, TrackSource
from preau.sfu.rooms import media
from preau.sfu.rooms.state import Member, RoomState
from preau.sfu.signalling import responses as say

#: Connection quality is told this often, when it changed.
QUALITY_S = 5.0
_STEPS = 8


def heard(room: RoomState, event: media.AudioLevels, _now: float) -> None:
    """Loudness of the last 400 ms: everybody learns what changed of those they hear, and of themselves.

    Only microphones speak, and not while they are muted, whatever their clients send.
    """
    now_speaking: dict[str, float] = {}
    for level in event.levels:
        member = room.by_track.get(level.track)
        if member is not None and level.active and _is_open_microphone(member, level.track):
            loudness = linear(level.level_dbov)
            now_speaking[member.sid] = max(loudness, now_speaking.get(member.sid, 0.0))
    for sid in room.feigned_until_s:
        now_speaking.setdefault(sid, room.speaking.get(sid, 0.0))
    changes = changed(room.speaking, now_speaking)
    room.speaking = now_speaking
    tell(room, changes)


def _is_open_microphone(member: Member, track: media.TrackId) -> bool:
    info = next((one.info for one in member.tracks.values() if one.track == track), None)
    return info is not None and info.source is TrackSource.MICROPHONE and not info.muted


def linear(level_dbov: int) -> float:
    """Loudness from 0 to 1 in steps of an eighth, rounded up, of a level in -dBov (RFC 6464)."""
    return min(1.0, math.ceil(math.pow(10, -level_dbov / 20) * _STEPS) / _STEPS)


def changed(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[SpeakerInfo, ...]:
    """Differences, loudest first; who fell silent comes last."""
    louder = [
        SpeakerInfo(sid, level, active=True) for sid, level in after.items() if before.get(sid) != level
    ]
    louder.sort(key=lambda speaker: -speaker.level)
    silent = [SpeakerInfo(sid, 0.0, active=False) for sid in before if sid not in after]
    return (*louder, *silent)


def tell(room: RoomState, changes: tuple[SpeakerInfo, ...]) -> None:
    """Tells each participant of the speakers it hears, and of itself."""
    if not changes:
        return
    for member in room.members.values():
        audible = _audible(room, member)
        mine = tuple(change for change in changes if change.sid in audible)
        if mine:
            room.send(member, say.SpeakersChanged(mine))


def _audible(room: RoomState, member: Member) -> set[str]:
    sids = {member.sid}
    for down in member.downs.values():
        owner = room.owners.get(down.track_sid)
        if owner and owner.tracks[down.track_sid].info.kind is TrackKind.AUDIO:
            sids.add(owner.sid)
    return sids


def feign(room: RoomState, member: Member, seconds: int, now: float) -> None:
    """Scenario `speaker_update`: the participant seems to speak for some seconds, to everybody."""
    until_s = now + max(0, min(seconds, 60))
    room.feigned_until_s[member.sid] = until_s
    room.speaking[member.sid] = 0.9
    room.wake(until_s)
    room.tell(room.members.values(), say.SpeakersChanged((SpeakerInfo(member.sid, 0.9, active=True),)))


def end_feigned(room: RoomState, now: float) -> None:
    """Ends what `feign` began."""
    for sid in [sid for sid, until_s in room.feigned_until_s.items() if until_s <= now]:
        del room.feigned_until_s[sid]
        room.speaking.pop(sid, None)
        room.tell(room.members.values(), say.SpeakersChanged((SpeakerInfo(sid, 0.0, active=False),)))
    for until_s in room.feigned_until_s.values():
        room.wake(until_s)


def tell_quality(room: RoomState, now: float) -> None:
    """Everybody connected is EXCELLENT until it is measured: a false alarm makes clients reconnect."""
    active = [member for member in room.members.values() if member.state is ParticipantState.ACTIVE]
    if now < room.quality_due_s:
        if active:
            room.wake(room.quality_due_s)
        return
    room.quality_due_s = now + QUALITY_S
    for member in active:
        known = {member.sid, *(down.owner_sid for down in member.downs.values())}
        news = sorted(known - member.quality_told)
        member.quality_told = known
        if news:
            room.send(member, say.QualityChanged(tuple((sid, ConnectionQuality.EXCELLENT) for sid in news)))
    if active:
        room.wake(room.quality_due_s)
