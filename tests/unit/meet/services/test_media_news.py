"""What follows from what the media server tells."""

from __future__ import annotations

import pytest

from preau.meet.domain.ids import OccurrenceId, ParticipantId
from preau.meet.integrations.livekit import NullMedia
from preau.meet.services.audit import note_unnoted
from preau.meet.services.media import lost_before, note_refused_call, take_news
from preau.meet.services.meetings import create_meeting
from preau.meet.services.occurrences import start_occurrence
from preau.meet.services.ports import MediaNews
from tests.kit.audits import acts_of
from tests.kit.world import ADA, NotingRooms, Stage

ROOM, ANN = OccurrenceId("occ_1"), ParticipantId("par_ann")


class NotingMedia(NullMedia):
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def remove(self, _room: OccurrenceId, identity: ParticipantId) -> None:
        self.asked.append(("remove", identity))

    def repeat_rights(self, _room: OccurrenceId, identity: ParticipantId) -> None:
        self.asked.append(("repeat-rights", identity))


def test_who_joins_without_a_seat_is_removed_and_others_are_held_to_their_rights() -> None:
    media, rooms = NotingMedia(), NotingRooms(seats={ROOM: frozenset({ANN})})
    assert not take_news(MediaNews("participant_joined", ROOM, ANN), rooms, media)
    assert take_news(MediaNews("participant_joined", ROOM, ParticipantId("ghost")), rooms, media)
    assert not take_news(MediaNews("participant_left", ROOM, ParticipantId("ghost")), rooms, media)
    assert media.asked == [("repeat-rights", ANN), ("remove", "ghost")]


def test_a_forbidden_call_is_in_the_audit_of_its_meeting(server: Stage) -> None:
    meeting = create_meeting(server.world, ADA, "6e B").meeting
    room = start_occurrence(server.world, meeting.id).occurrence.id
    assert note_refused_call(server.world, MediaNews("call_refused/MutePublishedTrack", room, ANN))
    with server.world.store.read() as stored:
        noted = acts_of(stored, meeting.id, 1)[0]
    assert (noted.action, noted.participant_id, noted.allowed) == ("media-mute-published-track", ANN, False)


def test_what_the_media_server_could_not_tell_is_known_by_its_number() -> None:
    assert lost_before(MediaNews("participant_joined", ROOM, ANN, 7)) == 7
    assert lost_before(MediaNews("calls_refused", ROOM, ANN, 7)) == 0, "these are refusals, not losses"


def test_calls_beyond_a_measure_are_in_the_audit_as_a_sum(server: Stage) -> None:
    meeting = create_meeting(server.world, ADA, "6e B").meeting
    room = start_occurrence(server.world, meeting.id).occurrence.id
    assert note_refused_call(server.world, MediaNews("calls_refused", room, ANN, 950))
    assert note_refused_call(server.world, MediaNews("calls_refused", room, ParticipantId(""), 3))
    for nonsense in (0, -5):
        assert note_refused_call(server.world, MediaNews("calls_refused", room, ANN, nonsense))
    with server.world.store.read() as stored:
        noted = acts_of(stored, meeting.id, 9)
    sums = [(one.action, one.participant_id, one.times) for one in noted if not one.allowed]
    assert sums == [("more-refused", None, 3), ("more-refused", ANN, 950)]


@pytest.mark.parametrize(
    "event", ["participant_joined", "call_refused", "call_refused/", "call_refused/" + "x" * 50, "x\n"]
)
def test_other_news_is_no_forbidden_call(server: Stage, event: str) -> None:
    assert not note_refused_call(server.world, MediaNews(event, ROOM, ANN))


def test_of_a_room_that_is_over_the_count_is_kept(server: Stage) -> None:
    assert note_refused_call(server.world, MediaNews("call_refused/DeleteRoom", ROOM, ANN))
    assert note_refused_call(server.world, MediaNews("calls_refused", ROOM, ANN, 41))
    assert note_refused_call(server.world, MediaNews("calls_refused", ROOM, ANN, 0))
    with server.world.store.read() as stored:
        assert stored.audit.all() == []
    note_unnoted(server.world)
    note_unnoted(server.world)
    with server.world.store.read() as stored:
        [noted] = stored.audit.all()
    assert (noted.action, noted.subject_id, noted.meeting_id, noted.times) == (
        "more-refused",
        "unknown",
        None,
        42,
    )
