"""Participants' data before the turn of their room: bounded for each, and nobody waits for another."""

from __future__ import annotations

import pytest
from livekit.protocol import models

from preau.sfu.data_line import MOST_BYTES, MOST_PACKETS, DataLine
from preau.sfu.model import LeaveAction, Permission, Sender
from preau.sfu.rooms.commands import NoteData, TooMuchData
from preau.sfu.rooms.effects import Notify
from preau.sfu.rooms.media import PacketReceived, PeerId
from preau.sfu.signalling import responses as say
from preau.sfu.wire import data
from preau.sfu.wire.data import MAX_PACKET_BYTES, stamp_packet
from preau.sfu.wire.errors import WireError
from tests.kit.request_frames import counted
from tests.kit.sfu_room import Stage

EVE, ANN = PeerId(1), PeerId(2)


def packet(peer: PeerId = EVE, size: int = 10, *, reliable: bool = True) -> PacketReceived:
    return PacketReceived(peer, reliable, bytes(size))


def test_of_packets_that_may_not_be_sent_one_word_waits_and_all_are_counted() -> None:
    line = DataLine()
    waiting = [line.enter(packet(), may_send=False) for _ in range(50_000)]
    assert [one for one in waiting if one is not None] == [NoteData(EVE)]
    assert line.turn(NoteData(EVE)) == NoteData(EVE, times=50_000)
    assert line.enter(packet(), may_send=False) == NoteData(EVE)


@pytest.mark.parametrize("size", [1, MAX_PACKET_BYTES])
def test_a_flood_waits_up_to_a_limit_and_then_ends_its_sender_alone(size: int) -> None:
    line = DataLine()
    flood = [line.enter(packet(size=size), may_send=True) for _ in range(MOST_PACKETS + 10)]
    kept = [one for one in flood if isinstance(one, PacketReceived)]
    assert len(kept) == min(MOST_PACKETS, MOST_BYTES // size)
    assert [one for one in flood if isinstance(one, TooMuchData)] == [TooMuchData(EVE)]
    assert line.enter(packet(ANN), may_send=True) == packet(ANN)
    for one in (*kept, TooMuchData(EVE)):
        line.turn(one)
    assert line.enter(packet(), may_send=True) == packet()


def test_what_may_be_lost_is_lost_and_ends_nobody() -> None:
    line = DataLine()
    flood = [line.enter(packet(reliable=False), may_send=True) for _ in range(MOST_PACKETS + 10)]
    assert flood[MOST_PACKETS:] == [None] * 10


def test_other_inputs_pass_as_they_are() -> None:
    other = object()
    assert DataLine().turn(other) is other


def test_the_room_tells_of_refused_packets_as_often_as_they_came() -> None:
    stage = Stage()
    stage.join("eve", Permission(can_publish_data=False))
    stage.do(NoteData(stage.peers("eve")[0], times=500))
    stage.pass_time(10)
    told = [one for one in stage.found(Notify) if one.event.startswith("call")]
    assert sum(1 if one.times is None else one.times for one in told) == 500


def test_who_sends_too_much_joins_afresh() -> None:
    stage = Stage()
    stage.arrive("eve", "ann")
    stage.do(TooMuchData(stage.peers("eve")[0]))
    [told] = stage.told("eve", say.LeaveNotice)
    assert told.action is LeaveAction.RECONNECT
    assert stage.told("ann", say.LeaveNotice) == []


SENDER = Sender("PA_eve", "eve", speaks_for_others=True)
#: The fields that lead to every list of a data packet, by number.
LISTS = {
    "destination_identities": (5,),
    "user.destination_sids": (2, 3),
    "user.destination_identities": (2, 6),
    "transcription.segments": (7, 4),
    "metrics.str_data": (8, 3),
    "metrics.time_series": (8, 4),
    "metrics.time_series.samples": (8, 4, 4),
    "metrics.events": (8, 5),
    "stream_header.attributes": (13, 8),
    "stream_trailer.attributes": (15, 3),
    "something of a newer protocol": (900,),
}


@pytest.mark.parametrize("fields", LISTS.values(), ids=LISTS)
def test_a_packet_with_a_hundred_thousand_values_is_refused_before_it_is_decoded(
    fields: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = counted(fields[-1], b"") * 80_000
    for number in reversed(fields[:-1]):
        body = counted(number, body)
    assert len(body) < MAX_PACKET_BYTES
    monkeypatch.setattr(models, "DataPacket", None)
    with pytest.raises(WireError, match="at most") as caught:
        stamp_packet(body, SENDER, reliable=True)
    assert caught.value.code == "too-many-values"


def test_a_packet_with_many_receivers_and_a_long_text_is_passed_on() -> None:
    names = [f"pupil {number}" for number in range(data.MAX_DESTINATIONS)]
    content = models.ChatMessage(id="1", message="é" * 60_000)
    sent = models.DataPacket(destination_identities=names, chat_message=content)
    stamped = stamp_packet(sent.SerializeToString(), SENDER, reliable=True)
    assert stamped.destination_identities == frozenset(names)
