"""How many visits are to be made, for all open pages: the same ones that `/visits` lists."""

from collections import defaultdict
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from console.accounts.principal import Principal
from console.database import looked_up
from console.paper.tables import VISIT_AREAS, VISITS
from console.rights import may

PAGE = "/visits"


class OpenVisits:
    """The visits that are open, with the areas they lie in, as last read."""

    def __init__(self, engine: Engine) -> None:
        """None are known yet."""
        self._engine = engine
        self._areas: Mapping[str, set[str]] = {}
        self._counted: dict[frozenset[str], int] = {}

    async def refresh(self) -> None:
        """Read them anew; while the database is too busy to tell, what was known stays."""
        try:
            found = await looked_up(self._engine, self.read)
        except SQLAlchemyError:
            return
        self.take(found)

    def read(self) -> Mapping[str, set[str]]:
        """The areas of each open visit."""
        query = (
            sa.select(VISITS.c.id, VISIT_AREAS.c.area)
            .outerjoin(VISIT_AREAS, VISIT_AREAS.c.visit == VISITS.c.id)
            .where(VISITS.c.state == "open")
        )
        found: dict[str, set[str]] = defaultdict(set)
        with self._engine.connect() as connection:
            for name, area in connection.execute(query):
                found[name].add(area)
        return found

    def take(self, found: Mapping[str, set[str]]) -> None:
        """Go by what was read."""
        if found != self._areas:
            self._areas = found
            self._counted.clear()

    def count(self, who: Principal) -> int:
        """How many lie in somebody's areas; none for who may not see the list."""
        if not may(who, PAGE):
            return 0
        known = self._counted.get(who.areas)
        if known is None:
            known = sum(who.covers(areas) for areas in self._areas.values())
            self._counted[who.areas] = known
        return known
