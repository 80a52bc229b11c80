"""An office whose people are told: accounts, duties, contacts, channels, what happens to cases."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher

from console.accounts.book import Account, AccountBook, Team
from console.accounts.passwords import Passwords
from console.accounts.principal import KINDS
from console.audit.chain import Signed
from console.cases.surroundings import Surroundings
from console.lifecycle.table import Role
from console.notify import store
from console.notify.roster import Extra, Shift
from console.notify.service import CLAIM_MS, Telling
from console.notify.tables import NOTICE_ATTEMPTS, NOTICES
from console.office import Office
from console.register.vault import Vault
from console.settings import ConsoleSettings
from schemas.alerts import Alert
from tests.console.cases.conftest import CONFIG
from tests.console.cases.working import Work
from tests.console.conftest import Clock
from tests.console.desks import make_key
from tests.console.samples import ESTATE, NINE, alert, words

QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
LINK = "https://office.example/m/cases/{case}"
SECRET = "a secret of sixteen and more"
SIGNED = Signed("admin", "test", NINE)
LOCAL = '{host: "127.0.0.1", ports: [PORT], addresses: [127.0.0.0/8]}'
HOOK = f"""
  hook:
    kind: webhook
    url: http://127.0.0.1:PORT/in
    secret: {SECRET}
    confidential: true
"""


def channels_text(port: int, channels: str = HOOK, more: str = "") -> str:
    """A channels file whose receiver is on this machine."""
    text = f"link: {LINK}\nallow:\n  - {LOCAL}\nchannels: {channels}\n{more}"
    return text.replace("PORT", str(port))


def write_channels(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "channels.yaml"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return file


@dataclass
class Scene:
    """One console."""

    settings: ConsoleSettings
    clock: Clock
    stack: ExitStack
    claim_ms: int = CLAIM_MS
    office: Office = field(init=False)
    work: Work = field(init=False)
    telling: Telling = field(init=False)

    def __post_init__(self) -> None:
        make_key(self.settings.data)
        self.office = Office(self.settings, self.clock)
        self.stack.callback(self.office.close)
        self.work = Work(self.office.cases, Surroundings({ESTATE: CONFIG}))
        titles = self.office.views.titles
        titles["door_forced"] = words("门被强开", "door forced")
        titles["duress"] = words("胁迫", "duress")
        self.telling = Telling(self.office, Vault(self.settings.master_key), self.claim_ms)
        self.stack.callback(self.telling.close)

    def person(self, login: str, role: Role = "police", **given: Any) -> None:
        plain = {"areas": ("*",), "kinds": KINDS[role]} | given
        AccountBook(self.office.engine, QUICK).make(
            Account(login, login.title(), role, **plain), None, SIGNED
        )

    def team(self, name: str, *members: str, role: Role = "police") -> None:
        book = AccountBook(self.office.engine, QUICK)
        book.set_team(Team(name, name, role, ("*",), members), SIGNED)

    def duty(self, entry: Shift | Extra) -> None:
        self.telling.people.add(entry, SIGNED)

    def reach(self, login: str, channel: str = "hook", address: str = "") -> None:
        takes = self.telling.book.channels[channel].takes
        self.telling.people.set_contact(login, channel, address, takes, SIGNED)

    def officer(
        self, login: str = "wang", duty: Any = "police", role: Role = "police", area: str = "*"
    ) -> None:
        """Somebody who is always on duty and reached by the webhook."""
        self.person(login, role)
        self.duty(Shift(person=login, duty=duty, part="00:00-24:00", area=area))
        self.reach(login)

    def take(self, *alerts: Alert) -> None:
        self.work.take(*alerts, at=self.clock())

    def push(self, name: str = "a1", severity: str = "orange", **given: Any) -> None:
        self.take(alert(name, severity=severity, delivery="push", **given))

    async def turn(self) -> None:
        """One turn, to the last answer."""
        await self.telling.turn()
        await self.telling.settled()

    async def later(self, seconds: float) -> None:
        """A turn after some time."""
        self.clock.at += round(seconds * 1000)
        await self.turn()

    def rows(self) -> list[Any]:
        with self.office.engine.connect() as connection:
            order = (NOTICES.c.due_at, NOTICES.c.id)
            return list(connection.execute(sa.select(NOTICES).order_by(*order)))

    def told(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Who was told first, and why: reason, status and people of each first round."""
        return sorted(
            (row.reason, row.status, store.people_of(row.people))
            for row in self.rows()
            if row.round == 0
        )

    def attempts(self) -> list[Any]:
        with self.office.engine.connect() as connection:
            query = sa.select(NOTICE_ATTEMPTS).order_by(NOTICE_ATTEMPTS.c.id)
            return list(connection.execute(query))
