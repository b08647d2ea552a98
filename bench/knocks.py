"""Strangers at one door, each in a browser never seen before: the load of `bench/host_frames`.

`python -m bench.knocks SOCKET_URL CODE --knocks 1000 --over 60` knocks evenly over that many seconds by the
meeting's open link. Whoever is held at the door stays until the end; whoever is refused goes. Prints as JSON
what they were told.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
from collections import Counter

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

SUBPROTOCOL = Subprotocol("preau.control.v1")
ANSWER_WITHIN_S = 30.0


async def knock(address: str, name: str, until: asyncio.Event, told: Counter[str]) -> None:
    """One stranger; what they are told is counted by its code, or by its type when it has none."""
    cookie = {"cookie": f"preau_device={secrets.token_urlsafe(32)}"}
    frame = {"type": "knock", "request": 1, "name": name, "resume": None}
    frame |= {"invitation": None, "passcode": None}
    try:
        async with connect(address, subprotocols=[SUBPROTOCOL], additional_headers=cookie) as line:
            await line.send(json.dumps(frame))
            answer = json.loads(await asyncio.wait_for(line.recv(), ANSWER_WITHIN_S))
            told[answer.get("code") or answer["type"]] += 1
            if answer["type"] == "waiting":
                await until.wait()
    except (OSError, TimeoutError, WebSocketException) as error:
        told[type(error).__name__] += 1


async def crowd(address: str, knocks: int, over_s: float) -> Counter[str]:
    """All of them, evenly over the time; answers what they were told."""
    told: Counter[str] = Counter()
    until = asyncio.Event()
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    async with asyncio.TaskGroup() as strangers:
        for index in range(knocks):
            await asyncio.sleep(began_s + index * over_s / knocks - loop.time())
            strangers.create_task(knock(address, f"Stranger {index}", until, told))
        await asyncio.sleep(began_s + over_s - loop.time())
        until.set()
    return told


def main() -> None:
    """Reads the command line, knocks, prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("socket_url", help="ws://host:port of the platform")
    parser.add_argument("code", help="the meeting's code, whose open link may knock")
    parser.add_argument("--knocks", type=int, default=1000)
    parser.add_argument("--over", type=float, default=60.0, help="seconds")
    given = parser.parse_args()
    address = f"{given.socket_url}/api/v1/meetings/{given.code}/control"
    print(json.dumps(dict(asyncio.run(crowd(address, given.knocks, given.over)))))


if __name__ == "__main__":
    main()
