"""Of several consoles on one database one sends at a time."""

import pytest
from sqlalchemy import Engine, Table

from console.cases.tables import ACT_LEASE
from console.database import open_database
from console.outbox.lease import LEASE_MS, Lease
from console.outbox.tables import OUTBOX_LEASE

NINE = 1_770_000_000_000


@pytest.fixture
def engine(database_url: str) -> Engine:
    return open_database(database_url)


@pytest.mark.parametrize("table", [ACT_LEASE, OUTBOX_LEASE], ids=lambda table: table.name)
def test_another_may_only_when_it_was_not_kept(engine: Engine, table: Table) -> None:
    one, other = (Lease(engine, table, name) for name in ("one", "other"))
    assert one.taken(NINE)
    assert one.taken(NINE + 1000)
    assert not other.taken(NINE + 2000)
    assert not other.taken(NINE + 1000 + LEASE_MS)
    assert other.taken(NINE + 1001 + LEASE_MS)
    assert not one.taken(NINE + 1002 + LEASE_MS)
