"""Which watch entries somebody sees: all of them, or those of their estates whose hits reach them.

What holds everywhere is for whom no area bounds. Whoever an area bounds sees an entry of an estate
in their areas where its hits would come to them, by their role or a team, and where they entered,
own or approved it: who is named nowhere is told of neither the hits nor the search. Rows outside
are as unknown as rows that are not there.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from console.accounts.principal import Principal
from console.cases.surroundings import Surroundings
from console.register.planning import Refused
from console.register.tables import HISTORY
from console.watch.tables import WATCH_ENTRIES

KIND = "watch"
EVERYWHERE_NEEDED = "estate: name one of yours; what holds everywhere is for whom no area bounds"
OUTSIDE = "estate: is not in your areas"


@dataclass(frozen=True, slots=True)
class WatchSight:
    """What somebody sees of the watch entries, and for where they may propose."""

    who: Principal
    around: Surroundings

    @property
    def is_whole(self) -> bool:
        """Whether they see all of it."""
        return self.who.is_everywhere

    def covers(self, estate: str) -> bool:
        """Whether an estate as a whole lies in their areas; a part of it is not enough."""
        return self.who.covers(self.around.areas(estate, estate))

    def estates(self, known: tuple[str, ...]) -> list[str]:
        """Those among some estates that they may propose for."""
        return [estate for estate in known if self.covers(estate)]

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """What holds in the database for the rows that they see."""
        columns = WATCH_ENTRIES.c
        if self.is_whole:
            return []
        if not self.who.sees("police", police_only=True):
            return [sa.false()]
        estates = {e for e in self.around.estates if self.covers(e)} | self.who.areas
        first = (HISTORY.c.kind == KIND, HISTORY.c.entry == columns.id, HISTORY.c.version == 1)
        theirs = [columns.roles.contains(f'"{name}"', autoescape=True) for name in self._names]
        theirs += [columns.owner == self.who.login, columns.approver == self.who.login]
        theirs.append(sa.exists().where(*first, HISTORY.c.who == self.who.login))
        return [columns.estate.in_(sorted(estates)), sa.or_(*theirs)]

    @property
    def _names(self) -> list[str]:
        return sorted(self.who.names)

    def check(self, estate: str | None) -> None:
        """Raises Refused for an estate that they may not propose for."""
        if self.is_whole:
            return
        if not self.who.sees("police", police_only=True):
            raise Refused("kinds: watch entries are for whom police cases are shown to")
        if estate is None:
            raise Refused(EVERYWHERE_NEEDED)
        if not self.covers(estate):
            raise Refused(OUTSIDE)
