"""A console with people in it, and how they ask it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from argon2 import PasswordHasher

from console.accounts.book import Account
from console.accounts.passwords import Passwords
from console.accounts.principal import KINDS
from console.accounts.sessions import csrf_token
from console.audit.chain import Signed
from console.guard import COOKIE, CSRF_HEADER, Guard
from console.lifecycle.table import Role
from console.office import Office
from console.rates import Rate
from console.server import House, build_api, house_of
from tests.console.conftest import TOKEN, Clock
from tests.console.samples import ESTATE, NINE

PASSWORD = "three magpies on the wire"
# The real settings take a tenth of a second and 64 MB a check, on purpose.
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
HERE = ("127.0.0.1", "a browser")


@dataclass
class Housed:
    """A house, and its application behind the guard."""

    house: House
    clock: Clock
    app: Guard
    office: Office = field(init=False)

    def __post_init__(self) -> None:
        self.office = self.house.office

    def person(self, login: str, role: Role = "police", **given: Any) -> Account:
        """An account; everywhere and with the role's kinds unless said otherwise."""
        password = given.pop("password", None)
        plain = {"areas": (ESTATE,), "kinds": KINDS[role]} | given
        account = Account(login, login.title(), role, **plain)
        signed = Signed("admin", "test", NINE)
        made = self.house.entrance.accounts.make(account, None, signed)
        if password is not None:
            self.house.entrance.accounts.set_password(login, password, signed, must_change=False)
        return made

    def session(self, login: str) -> str:
        return self.house.entrance.sessions.open(login, self.clock(), HERE)

    @asynccontextmanager
    async def browser(self, login: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
        """A browser, with an open session of a login or without one."""
        headers = {}
        if login is not None:
            secret = self.session(login)
            headers = {"Cookie": f"{COOKIE}={secret}", CSRF_HEADER: csrf_token(secret)}
        async with self.client(headers) as http:
            yield http

    @asynccontextmanager
    async def program(self, token: str = TOKEN) -> AsyncIterator[httpx.AsyncClient]:
        """A program with a token."""
        async with self.client({"Authorization": f"Bearer {token}"}) as http:
            yield http

    @asynccontextmanager
    async def client(
        self, headers: dict[str, str], address: str = "10.1.2.3"
    ) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(self.app, client=(address, 50_000))
        async with httpx.AsyncClient(
            transport=transport, base_url="http://console:8080", headers=headers
        ) as http:
            yield http


def open_house(office: Office, clock: Clock, rate: Rate | None = None) -> Housed:
    """A house over an office, with passwords that are quickly checked."""
    house = house_of(office, TOKEN)
    house.entrance.accounts.passwords = QUICK
    app = Guard(build_api(house, {}), house.entrance, rate or Rate(1000, 1000))
    return Housed(house, clock, app)


def codes(answers: Iterable[httpx.Response]) -> list[int]:
    return [answer.status_code for answer in answers]
