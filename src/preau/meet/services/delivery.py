"""Handing over one letter that is in memory alone, with a few attempts."""

from __future__ import annotations

import asyncio

from preau.meet.domain.letters import Letter
from preau.meet.services.ports import Mail, MailResult

PAUSES_S = (0.0, 10.0, 60.0, 360.0, 900.0)
"""Before each attempt. A mail server that puts strangers off takes the letter after some minutes."""


async def deliver(mail: Mail, turns: asyncio.Semaphore, letter: Letter) -> MailResult:
    """What became of a letter in the end; `turns` says how many are handed over at once."""
    for pause_s in PAUSES_S[:-1]:
        await asyncio.sleep(pause_s)
        result = await _hand_over(mail, turns, letter)
        if result.problem is None or result.is_final:
            return result
    await asyncio.sleep(PAUSES_S[-1])
    return await _hand_over(mail, turns, letter)


async def _hand_over(mail: Mail, turns: asyncio.Semaphore, letter: Letter) -> MailResult:
    async with turns:
        return await mail.send(letter)
