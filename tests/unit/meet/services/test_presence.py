"""Nobody is in a media room unseen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from preau.meet.domain.ids import OccurrenceId, ParticipantId
from preau.meet.integrations.livekit import NullMedia
from preau.meet.services.ports import MediaPresence
from preau.meet.services.presence import RECENT, Presence, watch_room
from tests.kit.world import MONDAY, NotingRooms

ROOM = OccurrenceId("occ_1")
ANN, BOB = ParticipantId("par_ann"), ParticipantId("par_bob")


class FullMedia(NullMedia):
    """A media server that has somebody in its room, and notes who is put out."""

    def __init__(self, *present: str) -> None:
        self.present: Sequence[MediaPresence] | None = [
            MediaPresence(ParticipantId(one), one.title()) for one in present
        ]
        self.removed: list[str] = []

    async def list_identities(self, _room: OccurrenceId) -> Sequence[MediaPresence] | None:
        return self.present

    def remove(self, _room: OccurrenceId, identity: ParticipantId) -> None:
        self.removed.append(identity)


async def test_a_stranger_is_put_out_and_the_hosts_told() -> None:
    rooms, media = NotingRooms(seats={ROOM: frozenset({ANN})}), FullMedia(ANN, "ghost")
    assert await watch_room(Presence(), ROOM, rooms, media, MONDAY)
    assert media.removed == ["ghost"]
    assert rooms.told == [("stranger-removed", ROOM, "Ghost")]


async def test_a_stranger_who_takes_a_while_to_be_put_out_is_told_of_once() -> None:
    presence = Presence()
    rooms, media = NotingRooms(seats={ROOM: frozenset({ANN})}), FullMedia(ANN, "ghost")
    for seconds in range(5):
        await watch_room(presence, ROOM, rooms, media, MONDAY + timedelta(seconds=seconds))
    assert media.removed == ["ghost"] * 5
    assert rooms.told == [("stranger-removed", ROOM, "Ghost")]


async def test_everybody_with_a_seat_stays() -> None:
    rooms, media = NotingRooms(seats={ROOM: frozenset({ANN, BOB})}), FullMedia(ANN)
    assert not await watch_room(Presence(), ROOM, rooms, media, MONDAY)
    assert (media.removed, rooms.told) == ([], [])


async def test_who_just_left_is_put_out_without_alarm_and_later_with() -> None:
    presence, rooms, media = Presence(), NotingRooms(seats={ROOM: frozenset({ANN})}), FullMedia(ANN)
    await watch_room(presence, ROOM, rooms, media, MONDAY)
    rooms.seats[ROOM] = frozenset()
    assert not await watch_room(presence, ROOM, rooms, media, MONDAY + RECENT)
    assert (media.removed, rooms.told) == ([ANN], [])
    assert await watch_room(presence, ROOM, rooms, media, MONDAY + RECENT + timedelta(seconds=1))
    assert rooms.told == [("stranger-removed", ROOM, "Par_Ann")]


async def test_a_media_server_that_does_not_answer_alarms_nobody() -> None:
    rooms, media = NotingRooms(seats={ROOM: frozenset()}), FullMedia()
    media.present = None
    assert not await watch_room(Presence(), ROOM, rooms, media, MONDAY)


async def test_who_is_admitted_while_the_media_server_answers_stays() -> None:
    rooms, media = NotingRooms(seats={ROOM: frozenset()}), FullMedia()

    class Slow(FullMedia):
        async def list_identities(self, room: OccurrenceId) -> Sequence[MediaPresence] | None:
            rooms.seats[room] = frozenset({ANN})
            return [MediaPresence(ANN, "Ann")]

    media = Slow()
    assert not await watch_room(Presence(), ROOM, rooms, media, MONDAY)
    assert media.removed == []


@given(st.frozensets(st.integers(0, 9)), st.frozensets(st.integers(0, 9)), st.frozensets(st.integers(0, 9)))
def test_outsiders_are_exactly_those_present_without_a_seat(
    before: frozenset[int], seated: frozenset[int], present: frozenset[int]
) -> None:
    def people(numbers: frozenset[int]) -> frozenset[ParticipantId]:
        return frozenset(ParticipantId(str(number)) for number in numbers)

    presence = Presence()
    presence.note_seats(ROOM, people(before), MONDAY)
    found = presence.compare(
        ROOM, people(seated), [MediaPresence(ParticipantId(str(one)), "") for one in sorted(present)]
    )
    assert {one.identity for one in found.outsiders} == people(present - seated)
    assert {one.identity for one in found.strangers} == people(present - seated - before)


def test_rooms_that_ended_are_forgotten() -> None:
    presence = Presence()
    presence.note_seats(ROOM, frozenset({ANN}), MONDAY)
    presence.forget_rooms(frozenset())
    assert presence.compare(ROOM, frozenset(), [MediaPresence(ANN, "Ann")]).strangers
