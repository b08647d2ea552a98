"""Mail about accounts: links that have a password chosen, and what their owners should know.

Letters are in memory alone, because the database keeps no link that could be used; what a restart finds
unsent is lost, and asked for once more by whoever misses it.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

from preau.meet.domain.account_letters import About, AccountFacts, account_letter
from preau.meet.domain.accounts import Account
from preau.meet.domain.ids import ID_BYTES, letter_id
from preau.meet.domain.letters import Letter
from preau.meet.domain.policy import Action
from preau.meet.domain.text import clean_email
from preau.meet.log import LogEvent, log_event
from preau.meet.services.accounts import add_link
from preau.meet.services.audit_ports import AuditRecord
from preau.meet.services.delivery import deliver
from preau.meet.services.limits import Attempts, Limit, prefix_key
from preau.meet.services.ports import Mail, Transaction, World
from preau.meet.services.secrets import hash_of, secret_link
from preau.meet.services.sign_ins import SignedIn

FORGOTTEN_LINK_LIFE = timedelta(hours=1)
#: Whether there is an account makes no difference to any of them. A neighbourhood is a whole school.
ASKED_PER_ADDRESS = Limit(3, timedelta(hours=1))
ASKED_PER_PREFIX = Limit(30, timedelta(hours=1))
ASKED_PER_SERVER = Limit(300, timedelta(hours=1))
_AT_ONCE = 2
_MOST_WAITING = 1000


class AccountPost:
    """Takes letters from any thread once its loop runs, and sends them a few at a time."""

    def __init__(self, world: World, mail: Mail, public_url: str) -> None:
        self._world = world
        self._mail = mail
        self._public_url = public_url
        self._limits = (Attempts(ASKED_PER_ADDRESS), Attempts(ASKED_PER_PREFIX), Attempts(ASKED_PER_SERVER))
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_on(self) -> bool:
        """Whether a mail server is set."""
        return self._world.sends_mail

    def start(self) -> None:
        """On the loop that is to send."""
        self._loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """Send no more."""
        for task in tuple(self._tasks):
            task.cancel()

    def link(self, secret: str) -> str:
        """The link that has a password chosen."""
        return secret_link(self._public_url, "sign-in", secret)

    def send_link(self, account: Account, secret: str, about: About) -> None:
        """Have a link sent to whose account it is; nothing without a mail server."""
        self._write(account, AccountFacts(about, self._world.clock.now(), self.link(secret)))

    def tell_of_password(self, account: Account) -> None:
        """The password was changed: whoever owns the account is told."""
        link = f"{self._public_url}/forgotten"
        self._write(account, AccountFacts(About.OTHER_CREDENTIAL, self._world.clock.now(), link))

    def tell_of_device(self, signed_in: SignedIn) -> None:
        """Whoever owns the account is told when it is used on a device that is new to it."""
        if signed_in.is_new_device:
            made, link = signed_in.sign_in, f"{self._public_url}/account"
            facts = AccountFacts(About.NEW_DEVICE, made.created_at, link, made.browser, made.system)
            self._write(signed_in.account, facts)

    def ask_for_link(self, email: str, address: str) -> None:
        """Somebody forgot the password. Says nothing of whether there is an account, nor does its time.

        Raises `rate-limited`.
        """
        now, wanted = self._world.clock.steady(), clean_email(email)
        keyed = tuple(zip(self._limits, (hash_of(wanted or ""), prefix_key(address), ""), strict=True))
        for attempts, key in keyed:
            attempts.check(key, now)
        for attempts, key in keyed:
            attempts.count(key, now)
        if self.is_on and wanted is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._begin_link, wanted)

    def _write(self, account: Account, facts: AccountFacts) -> None:
        if not self.is_on or self._loop is None:
            return
        with self._world.store.read() as stored:
            sender_name = stored.organizations.get().name
        made = letter_id(self._world.randomness.draw(ID_BYTES))
        self._loop.call_soon_threadsafe(self._begin, account_letter(made, account, sender_name, facts))

    def _begin(self, letter: Letter) -> None:
        if len(self._tasks) < _MOST_WAITING:
            self._keep(asyncio.create_task(self._send(letter)))

    def _begin_link(self, email: str) -> None:
        if len(self._tasks) < _MOST_WAITING:
            self._keep(asyncio.create_task(self._send_asked(email)))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, letter: Letter) -> None:
        await deliver(self._mail, self._turns, letter)

    async def _send_asked(self, email: str) -> None:
        try:
            found = await asyncio.to_thread(self._make_link, email)
        except Exception as error:  # The database may be away; whoever asked asks again.
            log_event(LogEvent.INTERNAL_ERROR, error=type(error).__name__)
            return
        if found is not None:
            await asyncio.to_thread(self.send_link, *found, About.FORGOTTEN)

    def _make_link(self, email: str) -> tuple[Account, str] | None:
        with self._world.store.write() as stored:
            account = stored.accounts.by_email(email)
            if account is None or account.disabled_at is not None:
                return None
            now = self._world.clock.now()
            stored.audit.add(AuditRecord(now, None, Action.ASK_FOR_LINK.value, account.id))
            return account, self._add_link(stored, account)

    def _add_link(self, stored: Transaction, account: Account) -> str:
        return add_link(self._world, stored, account, FORGOTTEN_LINK_LIFE, replacing=False)
