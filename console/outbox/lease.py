"""The right to send: of several consoles on one database one has it at a time."""

import sqlalchemy as sa
from sqlalchemy import Engine, Table

from console.database import writing

LEASE_MS = 15_000


class Lease:
    """One console's side of a lease that stands in a table of one row."""

    def __init__(self, engine: Engine, table: Table, holder: str) -> None:
        """`holder` is this console's name among those on the database."""
        self._engine, self._table, self._holder = engine, table, holder

    def taken(self, now: int) -> bool:
        """Take or keep the right (`now` in ms); False while another console has it."""
        free = sa.or_(self._table.c.holder == self._holder, self._table.c.until < now)
        values = {"holder": self._holder, "until": now + LEASE_MS}
        with writing(self._engine) as tx:
            return tx.execute(self._table.update().where(free).values(values)).rowcount == 1
