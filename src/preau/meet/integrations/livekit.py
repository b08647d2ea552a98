"""The media server through LiveKit's public API: any LiveKit server, the embedded engine among them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from preau.meet.domain.ids import OccurrenceId, ParticipantId
from preau.meet.domain.media_rights import SHARES, SOURCES, MediaRights
from preau.meet.integrations.grants import GRANT_LIFE, Holder, sign_grant
from preau.meet.integrations.lanes import Call, Key, Lanes, Outcome
from preau.meet.log import LogEvent, log_event
from preau.meet.services.ports import MediaGrant, MediaPresence

_CALL_TIMEOUT_S = 5.0
_RIGHTS, _MUTE, _SHARE, _REMOVE, _CLOSE = (
    "update-participant",
    "mute-track",
    "stop-share",
    "remove-participant",
    "delete-room",
)
_EVERYTHING = frozenset({_RIGHTS, _MUTE, _SHARE, _REMOVE})


@dataclass
class _Person:
    """What was last decided about somebody, and until when a grant that says otherwise can be used."""

    rights: MediaRights
    outstanding: list[tuple[datetime, MediaRights]] = field(default_factory=list)

    def stale_for_s(self, now: datetime) -> float:
        """How long somebody may still come in with other rights than these."""
        self.outstanding = [(until, rights) for until, rights in self.outstanding if until > now]
        ends = [until for until, rights in self.outstanding if rights != self.rights]
        return max((until - now).total_seconds() for until in ends) if ends else 0.0


class LiveKitMedia:
    """The `Media` port over one LiveKit server. livekit-api is imported with the first call, off the loop."""

    def __init__(self, api_url: str, key: str, secret: str, browser_url: str) -> None:
        self._api_url = api_url
        self._key = key
        self._secret = secret
        self._browser_url = browser_url
        self._api: Any = None
        self._opening = asyncio.Lock()
        self._lanes = Lanes(_CALL_TIMEOUT_S)
        self._people: dict[Key, _Person] = {}
        #: Of who was removed just now: from when on a credential is a new one.
        self._renewed: dict[Key, datetime] = {}
        self._is_unreachable = False

    def grant(
        self, room: OccurrenceId, identity: ParticipantId, name: str, rights: MediaRights, now: datetime
    ) -> MediaGrant:
        """A permission to enter one room as one participant, for a minute."""
        person = self._people.setdefault((room, identity), _Person(rights))
        person.rights = rights
        person.stale_for_s(now)
        person.outstanding.append((now + GRANT_LIFE, rights))
        holder = Holder(room, identity, name, rights)
        begins = max(now, self._renewed.get((room, identity), now))
        signed = sign_grant(self._key, self._secret, holder, begins, os.urandom(16).hex())
        return MediaGrant(self._browser_url, signed)

    def set_rights(self, room: OccurrenceId, identity: ParticipantId, rights: MediaRights) -> None:
        """Change what somebody may send and receive, soon, and hold a grant that is still out to it."""
        person = self._people.setdefault((room, identity), _Person(rights))
        person.rights = rights
        patience_s = person.stale_for_s(datetime.now(UTC))
        self._put_rights(room, identity, rights, patience_s)

    def repeat_rights(self, room: OccurrenceId, identity: ParticipantId) -> None:
        """Somebody just came in: by a grant, which may be older than the latest decision."""
        person = self._people.get((room, identity))
        if person is not None and person.stale_for_s(datetime.now(UTC)) > 0:
            self._put_rights(room, identity, person.rights, 0.0)

    def mute(self, room: OccurrenceId, identity: ParticipantId, source: str) -> None:
        """Mute the tracks somebody has of a source, soon."""

        async def attempt() -> Outcome:
            api, module = await self._opened()
            wanted = module.RoomParticipantIdentity(room=room, identity=identity)
            found = await api.room.get_participant(wanted)
            for track in found.tracks:
                if track.source == _SOURCE_NUMBERS[source] and not track.muted:
                    request = module.MuteRoomTrackRequest(
                        room=room, identity=identity, track_sid=track.sid, muted=True
                    )
                    await api.room.mute_published_track(request)
            return Outcome.DONE

        self._lanes.put((room, identity), Call(_MUTE, attempt))

    def stop_share(self, room: OccurrenceId, identity: ParticipantId, rights: MediaRights) -> None:
        """Take the right to share away, which ends the share, then give the rights that hold afterwards."""
        self._person(room, identity, rights)
        without = MediaRights(rights.sources - SHARES, rights.hears)

        async def attempt() -> Outcome:
            await self._update(room, identity, without)
            if without != rights:
                await self._update(room, identity, rights)
            return Outcome.DONE

        self._lanes.put((room, identity), Call(_SHARE, attempt))

    def remove(self, room: OccurrenceId, identity: ParticipantId) -> None:
        """Take somebody out of a room, soon. Whoever comes afterwards is found by its missing seat."""
        self._people.pop((room, identity), None)
        now = datetime.now(UTC)
        # A server that minds it refuses every credential made until now; in them dates are whole seconds.
        revoked = int(now.timestamp()) + 1
        self._renewed = {key: moment for key, moment in self._renewed.items() if moment > now}
        self._renewed[room, identity] = datetime.fromtimestamp(revoked, UTC)

        async def attempt() -> Outcome:
            api, module = await self._opened()
            request = module.RoomParticipantIdentity(room=room, identity=identity, revoke_token_ts=revoked)
            await api.room.remove_participant(request)
            return Outcome.DONE

        self._lanes.put((room, identity), Call(_REMOVE, attempt, _EVERYTHING))

    def close_room(self, room: OccurrenceId) -> None:
        """Close a room, soon."""
        for key in [key for key in self._people if key[0] == room]:
            del self._people[key]

        async def attempt() -> Outcome:
            api, module = await self._opened()
            await api.room.delete_room(module.DeleteRoomRequest(room=room))
            return Outcome.DONE

        self._lanes.put((room, ""), Call(_CLOSE, attempt))

    async def list_identities(self, room: OccurrenceId) -> Sequence[MediaPresence] | None:
        """Who is in a room; on the way, whoever has other rights than were decided gets the right ones."""
        try:
            async with asyncio.timeout(_CALL_TIMEOUT_S):
                api, module = await self._opened()
                found = await api.room.list_participants(module.ListParticipantsRequest(room=room))
        except Exception as error:  # It is asked again in a moment; one line in the log is enough.
            if getattr(error, "code", None) == "not_found":
                return ()
            if not self._is_unreachable:
                kind = type(error).__name__
                log_event(
                    LogEvent.MEDIA_CALL_FAILED, call="list-participants", error=kind, retry_after_s=None
                )
            self._is_unreachable = True
            return None
        self._is_unreachable = False
        for one in found.participants:
            person = self._people.get((room, one.identity))
            if person is not None and rights_of(one.permission) != person.rights:
                self._put_rights(room, ParticipantId(one.identity), person.rights, 0.0)
        return [MediaPresence(ParticipantId(one.identity), one.name) for one in found.participants]

    async def drained(self) -> None:
        """Returns once everything asked for was done or given up."""
        await self._lanes.drained()

    async def stop(self) -> None:
        """Give up what is still to be tried, and close the connections."""
        await self._lanes.stop()
        if self._api is not None:
            await self._api.aclose()

    def _person(self, room: OccurrenceId, identity: ParticipantId, rights: MediaRights) -> _Person:
        person = self._people.setdefault((room, identity), _Person(rights))
        person.rights = rights
        return person

    def _put_rights(
        self, room: OccurrenceId, identity: ParticipantId, rights: MediaRights, patience_s: float
    ) -> None:
        async def attempt() -> Outcome:
            await self._update(room, identity, rights)
            return Outcome.DONE

        self._lanes.put((room, identity), Call(_RIGHTS, attempt, frozenset({_RIGHTS}), patience_s))

    async def _update(self, room: OccurrenceId, identity: ParticipantId, rights: MediaRights) -> None:
        api, module = await self._opened()
        permission = module.ParticipantPermission(
            can_subscribe=rights.hears,
            can_publish=bool(rights.sources),
            can_publish_sources=[_SOURCE_NUMBERS[source] for source in SOURCES if source in rights.sources],
            can_publish_data=False,
            can_update_metadata=False,
        )
        await api.room.update_participant(
            module.UpdateParticipantRequest(room=room, identity=identity, permission=permission)
        )

    async def _opened(self) -> tuple[Any, Any]:
        async with self._opening:
            module = await asyncio.to_thread(import_module, "livekit.api")
            if self._api is None:
                self._api = module.LiveKitAPI(self._api_url, self._key, self._secret, failover=False)
        return self._api, module


#: The numbers of LiveKit's `TrackSource`.
_SOURCE_NUMBERS = {"camera": 1, "microphone": 2, "screen_share": 3, "screen_share_audio": 4}


def rights_of(permission: Any) -> MediaRights:
    """The rights in a permission of LiveKit's; no list of sources means every one."""
    numbers = set(permission.can_publish_sources)
    named = frozenset(name for name, number in _SOURCE_NUMBERS.items() if number in numbers)
    sources = (named if numbers else frozenset(SOURCES)) if permission.can_publish else frozenset()
    return MediaRights(sources, hears=permission.can_subscribe)


class NullMedia:
    """No media server is configured: rooms work, without sound and picture."""

    def grant(
        self,
        _room: OccurrenceId,
        _identity: ParticipantId,
        _name: str,
        _rights: MediaRights,
        _now: datetime,
    ) -> MediaGrant:
        """Nothing to connect to."""
        return MediaGrant("", "")

    def set_rights(self, _room: OccurrenceId, _identity: ParticipantId, _rights: MediaRights) -> None:
        """Nothing is sent."""

    def repeat_rights(self, _room: OccurrenceId, _identity: ParticipantId) -> None:
        """Nothing is sent."""

    def mute(self, _room: OccurrenceId, _identity: ParticipantId, _source: str) -> None:
        """Nothing is sent."""

    def stop_share(self, _room: OccurrenceId, _identity: ParticipantId, _rights: MediaRights) -> None:
        """Nothing is sent."""

    def remove(self, _room: OccurrenceId, _identity: ParticipantId) -> None:
        """Nobody is there."""

    def close_room(self, _room: OccurrenceId) -> None:
        """There is none."""

    async def list_identities(self, _room: OccurrenceId) -> Sequence[MediaPresence] | None:
        """Nobody is there."""
        return ()

    async def stop(self) -> None:
        """Nothing runs."""
