"""The `Mail` port for tests of use cases: keeps what it is given, and fails as a test says."""

from __future__ import annotations

from dataclasses import dataclass, field

from preau.meet.domain.letters import Letter
from preau.meet.services.ports import MailOutcome, MailResult


@dataclass
class Postbox:
    """`results`: of the next attempts, in order; afterwards `outcome`."""

    outcome: MailOutcome = MailOutcome.SENT
    sender: str | None = "preau@example.org"
    taken: list[Letter] = field(default_factory=list)
    results: list[MailResult] = field(default_factory=list)

    async def send(self, letter: Letter) -> MailResult:
        self.taken.append(letter)
        return self.results.pop(0) if self.results else MailResult(self.outcome)
