"""A link that was passed on is not suspected in a thousand ordinary classes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from preau.meet.domain.ids import ParticipantId
from preau.meet.domain.invitations import Provenance
from preau.meet.domain.rules import Waiting
from preau.meet.live import commands as do
from preau.meet.live.commands import ConnectionId
from preau.meet.live.events import HostTold
from preau.meet.live.leaks import LATE_AFTER
from tests.kit.room_stage import CALM, ONE, Stage, ada, knock

OPEN_LINK, INVITED = Provenance.OPEN_LINK, Provenance.INVITED

CLASS = st.fixed_dictionaries(
    {
        "size": st.integers(1, 40),
        "has_links": st.booleans(),
        "late": st.integers(0, 5),
        "others": st.integers(0, 3),
        "patience_s": st.integers(0, 300),
        "pace_ms": st.integers(0, 8000),
    }
)


@settings(max_examples=1000, deadline=None)
@given(CLASS)
def test_no_notice_in_a_thousand_ordinary_classes(course: dict[str, int]) -> None:
    """A class comes by one kind of link, some from two browsers, some late; a few are not of it."""
    stage = Stage(replace(CALM, waiting_room=Waiting.NOT_INVITED), max_participants=100)
    size, late, others = course["size"], course["late"], course["others"]
    stage.do(ada())
    for number in range(size + late + others):
        if number == size:
            stage.now += LATE_AFTER
        stage.now += timedelta(milliseconds=course["pace_ms"])
        who = ParticipantId(f"par_p{number}")
        is_invited = bool(course["has_links"]) and number < size + late
        for again in range(1 + (number % 4 == 0)):
            line = ConnectionId(1000 + 2 * number + again)
            more: dict[str, Any] = {
                "device_key": f"{number} {again}",
                "network": f"net {again}",
                "is_second_device": is_invited and again > 0,
            }
            stage.do(knock(who, line, INVITED if is_invited else OPEN_LINK, **more))
            stage.do(do.LoseConnection(line))
        if stage.now.second * 7 % 300 >= course["patience_s"] and number < size + late:
            stage.do(do.AdmitPeople(ONE, 2, tuple(one.id for one in stage.room.view.waiting)[:100]))
    told = [entry.event for entry in stage.written if isinstance(entry.event, HostTold)]
    assert not [one for one in told if one.what == "leak-suspected"]
