"""`python -m tests.kit.two_speak URL TOKEN TOKEN`: one speaks, the other hears and says by which way.

A program of its own, so that it can run where the test does not: in another network namespace.
"""

from __future__ import annotations

import asyncio
import sys

from tests.kit.media_client import in_media, speaking


async def _main(url: str, first: str, second: str) -> None:
    async with in_media(url, first) as ada, speaking(ada), in_media(url, second) as grace:
        await grace.until(lambda: grace.heard > 50)
        stats = await grace.room.get_rtc_stats()
        pairs = [one.candidate_pair for one in stats.subscriber_stats if one.HasField("candidate_pair")]
        remote = {pair.candidate_pair.remote_candidate_id for pair in pairs if pair.candidate_pair.nominated}
        candidates = [
            one.remote_candidate for one in stats.subscriber_stats if one.HasField("remote_candidate")
        ]
        for one in candidates:
            if one.rtc.id in remote:
                print(f"heard by {one.candidate.protocol} from {one.candidate.address}")


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:4]))
