"""What people, teams and groups are called, by the references that cases give."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import get_args

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from console.accounts.tables import ACCOUNTS, TEAMS
from console.lifecycle.table import SYSTEM, shipped_table
from console.pages.saying import Saying
from console.words import Language, handler_word, pick
from schemas.alerts import Handler

EVERY_MS = 15_000
HANDLERS = frozenset(get_args(Handler))


@dataclass(slots=True)
class Names:
    """Names of accounts and teams as they were read last."""

    engine: Engine
    _known: dict[str, str] = field(default_factory=dict)
    _read_at: int = 0

    async def refresh(self, at: int) -> None:
        """Reads them anew, once in a while."""
        if at - self._read_at < EVERY_MS and self._read_at:
            return
        with suppress(SQLAlchemyError):  # The next time will do.
            self._known = await asyncio.to_thread(self.read)
            self._read_at = at

    def read(self) -> dict[str, str]:
        """The names by reference."""
        people = sa.select(ACCOUNTS.c.login, ACCOUNTS.c.name)
        teams = sa.select(TEAMS.c.id, TEAMS.c.name)
        with self.engine.connect() as connection:
            known = {f"person:{row.login}": row.name for row in connection.execute(people)}
            return known | {f"team:{row.id}": row.name for row in connection.execute(teams)}

    def of(self, ref: str, language: Language) -> str:
        """What a reference is called; the bare name where nobody has told."""
        kind, _, name = ref.partition(":")
        if kind == "group":
            return group_word(name, language)
        if name == SYSTEM:
            return Saying(language).text("system")
        return self._known.get(ref, name)


def group_word(name: str, language: Language) -> str:
    """All of a first handler or of a role."""
    if name in HANDLERS:
        return handler_word(name, language)  # type: ignore[arg-type]
    roles = {role: pick(words, language) for role, words in shipped_table().roles.items()}
    return roles.get(name, name)  # type: ignore[call-overload, no-any-return]
