"""A participant's credential follows what becomes of it, so that a full reconnect brings back the newest."""

from __future__ import annotations

import pytest

from preau.sfu.model import Admission, Permission
from preau.sfu.rooms import commands
from preau.sfu.rooms.effects import Renew
from preau.sfu.rooms.joining import RENEW_PAUSE_S, RENEW_S
from preau.sfu.signalling import requests as ask
from preau.sfu.signalling import responses as say
from tests.kit.sfu_room import Stage

OWN = Permission(can_update_metadata=True)


def renewed(stage: Stage) -> list[Admission]:
    return [renewal.admission for renewal in stage.found(Renew)]


@pytest.mark.parametrize(
    "change",
    [
        commands.UpdateParticipant("ada", name="Ada L."),
        commands.UpdateParticipant("ada", metadata="m"),
        commands.UpdateParticipant("ada", attributes={"hand": "up"}),
        commands.UpdateParticipant("ada", permission=Permission(can_publish=False)),
    ],
)
def test_a_change_by_the_server_is_in_the_next_credential(change: commands.UpdateParticipant) -> None:
    stage = Stage()
    stage.join("ada", OWN)
    stage.pass_time(2)
    stage.clear()
    stage.do(change)
    told = stage.told("ada", say.ParticipantsChanged)[-1].participants[0]
    (credential,) = renewed(stage)
    assert (told.name, told.metadata, told.permission) == (
        credential.name,
        credential.metadata,
        credential.permission,
    )
    assert dict(told.attributes) == dict(credential.attributes)
    stage.clear()
    stage.do(change)
    assert (renewed(stage), stage.told("ada", say.ParticipantsChanged)) == ([], [])


def test_a_change_of_ones_own_is_in_the_next_credential() -> None:
    stage = Stage()
    stage.join("ada", OWN)
    stage.pass_time(2)
    stage.clear()
    stage.ask("ada", ask.UpdateMetadata("m", "Ada L.", {"hand": "up"}, request_id=1))
    (credential,) = renewed(stage)
    assert (credential.name, credential.metadata, credential.attributes) == ("Ada L.", "m", {"hand": "up"})


def test_many_changes_cost_a_credential_a_second_and_the_last_one_counts() -> None:
    stage = Stage()
    stage.join("ada", OWN)
    stage.pass_time(2)
    stage.clear()
    for number in range(50):
        stage.ask("ada", ask.UpdateMetadata("", f"Ada {number}", {}, request_id=number))
    assert [one.name for one in renewed(stage)] == ["Ada 0"]
    stage.pass_time(RENEW_PAUSE_S)
    assert [one.name for one in renewed(stage)] == ["Ada 0", "Ada 49"]
    stage.pass_time(RENEW_S / 2)
    assert len(renewed(stage)) == 2


def test_rights_taken_away_are_in_the_credential_at_once() -> None:
    stage = Stage()
    stage.join("ada", OWN)
    stage.clear()
    stage.do(commands.UpdateParticipant("ada", permission=Permission(can_publish=False)))
    assert [one.permission.can_publish for one in renewed(stage)] == [False]


@pytest.mark.parametrize(
    ("request_", "problem"),
    [
        (ask.UpdateMetadata("", "é" * 129, {}, 1), "name length exceeds limits 256"),
        (ask.UpdateMetadata("é" * (256 * 1024 + 1), "", {}, 1), "metadata size exceeds limits 524288"),
        (ask.UpdateMetadata("", "", {"é" * 16384: "é" * 16385}, 1), "attribute size exceeds limits 65536"),
    ],
)
def test_lengths_count_in_bytes(request_: ask.UpdateMetadata, problem: str) -> None:
    stage = Stage()
    stage.join("ada", OWN)
    stage.ask("ada", request_)
    outcome = stage.told("ada", say.RequestOutcome)[-1]
    assert (outcome.reason, outcome.message) == (say.Reason.LIMIT_EXCEEDED, problem)
