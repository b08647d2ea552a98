"""Somebody who floods the signalling of a running media server, while others speak, hear and are removed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from livekit.protocol import rtc
from websockets.asyncio.client import connect

from preau.sfu.testing import RunningServer, running_server
from tests.kit.media_client import in_media, speaking
from tests.system.test_sfu_signalling import remove, send_without_end, token, url


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with running_server() as running:
        yield running


def flood() -> bytes:
    """What costs most of what is taken: a long list of rules."""
    rules = [rtc.TrackPermission(participant_sid=f"PA_{number}", all_tracks=True) for number in range(1000)]
    permission = rtc.SubscriptionPermission(track_permissions=rules)
    return rtc.SignalRequest(subscription_permission=permission).SerializeToString()


async def test_who_speaks_is_heard_and_silenced_while_somebody_floods(server: RunningServer) -> None:
    async with (
        connect(url(server, token("flood"))) as connection,
        in_media(server.url, token("ben")) as ben,
        in_media(server.url, token("mallory")) as mallory,
    ):
        flooding = asyncio.create_task(send_without_end(connection, flood()))
        async with speaking(mallory):
            await ben.until(lambda: ben.heard > 0)
            assert (await remove(server, "mallory")).status_code == 200
            await ben.until(lambda: "mallory" not in ben.others())
            assert ben.subscriptions() == 0
        assert not flooding.done(), "who floods is slowed down and not shut out"
        flooding.cancel()
