"""Letters with personal links. They are in memory alone: the database keeps no link that could be used.

Whatever a restart finds unsent is lost, and shows as failed; a new link sends another letter.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from preau.meet.domain.accounts import Account
from preau.meet.domain.errors import invalid
from preau.meet.domain.ids import ID_BYTES, letter_id
from preau.meet.domain.invitations import Invitation
from preau.meet.domain.letters import Letter, LinkFacts, MailProblem, MailState, link_letter
from preau.meet.domain.meetings import Meeting
from preau.meet.domain.policy import Action
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.delivery import deliver
from preau.meet.services.limits import Attempts, Limit
from preau.meet.services.ports import Mail, Transaction, World
from preau.meet.services.secrets import secret_link

#: Six classes of a day, or one meeting as large as they come; and not a way to fill strangers' mailboxes.
LINKS_PER_ACCOUNT = Limit(600, timedelta(hours=1))
LINKS_PER_SERVER = Limit(3000, timedelta(hours=1))
#: A family's children, and a link renewed once or twice.
LINKS_PER_ADDRESS = Limit(10, timedelta(hours=1))
_AT_ONCE = 2


@dataclass(frozen=True)
class LinkLetter:
    """Letters with one personal link, one for each address, and the hash by which that link is known.

    One each, because parents do not always know one another's address.
    """

    secret_hash: str
    letters: tuple[Letter, ...]


class LinkPost:
    """Takes letters from any thread once its loop runs, and sends them a few at a time."""

    def __init__(self, world: World, mail: Mail, public_url: str) -> None:
        self.public_url = public_url
        self._world = world
        self._mail = mail
        self._account, self._server = Attempts(LINKS_PER_ACCOUNT), Attempts(LINKS_PER_SERVER)
        self._address = Attempts(LINKS_PER_ADDRESS)
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """On the loop that is to send."""
        self._loop = asyncio.get_running_loop()

    def claim(self, account: Account, addresses: Sequence[str]) -> None:
        """Take letters off what an account may send: all, or `rate-limited`. Raises `invalid-fields`."""
        if not self._world.sends_mail:
            raise invalid({"send": "This server sends no mail."})
        claims = [(self._account, account.id, len(addresses)), (self._server, "", len(addresses))]
        claims += [(self._address, address, amount) for address, amount in Counter(addresses).items()]
        now = self._world.clock.steady()
        for attempts, key, amount in claims:
            attempts.check(key, now, amount)
        for attempts, key, amount in claims:
            attempts.count(key, now, amount)

    def hand_over(self, letters: Sequence[LinkLetter]) -> None:
        """Have letters sent."""
        if self._loop is not None and letters:
            self._loop.call_soon_threadsafe(self._begin, letters)

    def stop(self) -> None:
        """Send no more."""
        for task in tuple(self._tasks):
            task.cancel()

    def _begin(self, letters: Sequence[LinkLetter]) -> None:
        for one in letters:
            task = asyncio.create_task(self._send(one))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _send(self, one: LinkLetter) -> None:
        # At once: one that is put off must not keep the other parent waiting.
        results = await asyncio.gather(*(deliver(self._mail, self._turns, letter) for letter in one.letters))
        # The first that did not arrive is what somebody has to mend.
        problem = next((result.problem for result in results if result.problem is not None), None)
        state = MailState.SENT if problem is None else MailState.FAILED
        await asyncio.to_thread(self._note, one, state, problem)

    def _note(self, one: LinkLetter, state: MailState, problem: MailProblem | None) -> None:
        with self._world.store.write() as stored:
            stored.invitations.note_mail(one.secret_hash, state, self._world.clock.now(), problem)


def give_up_links(world: World, started_at: datetime) -> None:
    """Letters with links that waited before the server started are lost."""
    with world.store.write() as stored:
        stored.invitations.give_up_mail(started_at)


def letter_with_link(
    world: World,
    stored: Transaction,
    about: tuple[Account, Meeting, Invitation],
    secret: str,
    public_url: str,
) -> LinkLetter:
    """The letters to an invitee, one for each address, in their or their host's language; on record."""
    owner, _, invitation = about
    stored.audit.add(
        AuditRecord(
            world.clock.now(), owner.id, Action.MAIL_INVITATION.value, invitation.id, invitation.meeting_id
        )
    )
    link = secret_link(public_url, "i", secret)
    letters = [_letter(world, stored, about, to, link) for to in invitation.addresses]
    return LinkLetter(invitation.secret_hash, tuple(letters))


def _letter(
    world: World, stored: Transaction, about: tuple[Account, Meeting, Invitation], to: str, link: str
) -> Letter:
    owner, meeting, invitation = about
    invited = stored.accounts.by_email(to)
    return link_letter(
        letter_id(world.randomness.draw(ID_BYTES)),
        to,
        stored.organizations.get().name,
        LinkFacts(invitation.name, owner.name, meeting.title, link),
        (invited or owner).language,
    )
