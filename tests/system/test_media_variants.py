"""How an operator wants media protected and sent is how it is, as LiveKit's own client reports it."""

from __future__ import annotations

import pytest
from livekit import api

from preau.sfu.testing import running_server
from tests.kit.media_client import MediaPerson, in_media, speaking

#: The development pair's secret is too short for the library that signs.
KEYS = ["--key", "variants", "--secret", "a-secret-of-thirty-two-characters"]
#: By our name of a profile, what libwebrtc calls it (IANA's names of RFC 5764 and RFC 7714).
CIPHERS = {
    "aes-128-gcm": "AEAD_AES_128_GCM",
    "aes-256-gcm": "AEAD_AES_256_GCM",
    "aes-128-cm-sha1": "AES_CM_128_HMAC_SHA1_80",
}


def _token(identity: str) -> str:
    grants = api.VideoGrants(room_join=True, room="variants")
    return api.AccessToken(*KEYS[1::2]).with_identity(identity).with_grants(grants).to_jwt()


async def _ciphers(person: MediaPerson) -> set[str]:
    """Of every connection of that client with the server."""
    stats = await person.room.get_rtc_stats()
    of_all = [*stats.publisher_stats, *stats.subscriber_stats]
    transports = [one.transport.transport for one in of_all if one.HasField("transport")]
    return {transport.srtp_cipher for transport in transports if transport.srtp_cipher}


async def _agreed(arguments: list[str]) -> set[str]:
    """What a call of two agrees on, once one has heard the other for half a second."""
    with running_server([*KEYS, *arguments]) as server:
        async with (
            in_media(server.url, _token("ada")) as ada,
            speaking(ada),
            in_media(server.url, _token("grace")) as grace,
        ):
            await grace.until(lambda: grace.heard > 50)
            return await _ciphers(ada) | await _ciphers(grace)


@pytest.mark.parametrize("segmentation", [[], ["--no-segmentation"]], ids=["segmented", "plain"])
@pytest.mark.parametrize("profile", CIPHERS)
async def test_the_wanted_protection_is_agreed_on(profile: str, segmentation: list[str]) -> None:
    assert await _agreed(["--srtp", profile, *segmentation]) == {CIPHERS[profile]}


async def test_the_cheapest_protection_is_agreed_on_by_default() -> None:
    assert await _agreed([]) == {"AEAD_AES_128_GCM"}


async def test_the_operators_order_counts() -> None:
    assert await _agreed(["--srtp", "aes-256-gcm,aes-128-gcm"]) == {"AEAD_AES_256_GCM"}
