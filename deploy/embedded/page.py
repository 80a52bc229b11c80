"""The console as part of the stack: its `/healthz` answers for the other parts too."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from functools import partial

from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.embedded.child import accepts, is_healthy

LOOK_S = 0.5


class CheckSettings(BaseSettings):
    """What must work for the whole to work: `NAME=http://…` or `NAME=tcp://HOST:PORT`, commas."""

    model_config = SettingsConfigDict(env_prefix="SC_", frozen=True, extra="ignore")

    checks: str = ""

    @property
    def addresses(self) -> dict[str, str]:
        """The address to ask, by part."""
        pairs = (item.partition("=") for item in self.checks.split(",") if item)
        return {name: address for name, _, address in pairs}


class Lookout:
    """Asks the parts again and again, and remembers what each said last."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        """Nobody was asked yet."""
        self._addresses = addresses
        self._wrong: dict[str, str | None] = dict.fromkeys(addresses, "not asked yet")

    def checks(self) -> dict[str, Callable[[], str | None]]:
        """One check a part: None, or what is wrong."""
        return {name: partial(self._wrong.get, name) for name in self._addresses}

    async def look(self) -> None:
        """Ask every part once."""
        answers = await asyncio.gather(*map(_works, self._addresses.values()))
        for name, works in zip(self._addresses, answers, strict=True):
            self._wrong[name] = None if works else "does not answer, or is not ready"

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)


async def _works(address: str) -> bool:
    if address.startswith("tcp://"):
        host, _, port = address.removeprefix("tcp://").rpartition(":")
        return await accepts(host, int(port))
    return await is_healthy(address)


async def run_page(stop: asyncio.Event) -> None:
    """Run the console until `stop`, with a lookout for the other parts beside it."""
    from console.server import run_console
    from console.settings import ConsoleSettings

    lookout = Lookout(CheckSettings().addresses)
    looking = asyncio.create_task(lookout.run())
    try:
        await run_console(ConsoleSettings(), stop, lookout.checks())
    finally:
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking
