"""What was written is there, once, in its highest revision; also after a restart."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from console.batch import Batch, Position, Record, SeenView, read_batch
from console.database import DatabaseFault, migrate, open_database
from console.feed import AlertFilter
from console.lookup import Lookup
from console.store import Store
from console.tables import METADATA
from schemas.alerts import Alert
from tests.console.samples import HOUR, NINE, alert, device, suppressed

ALL = AlertFilter(suppressed="any")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'new' / 'console.db'}"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_database(url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> Store:
    return Store(engine)


@pytest.fixture
def lookup(engine: Engine) -> Lookup:
    return Lookup(engine)


def write(store: Store, *alerts: Alert) -> list[tuple[str, int]]:
    """Writes alerts; those that were news, by id and revision."""
    changes = store.write(Batch(alerts=list(alerts)))
    return [(change.alert.id, change.alert.revision) for change in changes]


def ids(alerts: list[Alert]) -> list[str]:
    return [one.id for one in alerts]


def test_only_what_is_news_is_written(store: Store, lookup: Lookup) -> None:
    assert write(store, alert("a", 1), alert("b", 0)) == [("a", 1), ("b", 0)]
    assert write(store, alert("a", 1), alert("b", 1), alert("c")) == [("b", 1), ("c", 0)]
    assert write(store, alert("a", 0)) == []
    found = {one.id: one.revision for one in lookup.alerts(ALL, 10)}
    assert found == {"a": 1, "b": 1, "c": 0}


def test_an_alert_comes_back_whole(store: Store, lookup: Lookup) -> None:
    write(store, suppressed("s", subject="p:1", also=("property",)))
    assert lookup.alert("s") == suppressed("s", subject="p:1", also=("property",))
    assert lookup.alert("t") is None


def test_a_restart_finds_everything(store: Store, url: str) -> None:
    views = {"device/lakeside/north-panel": SeenView(device(), NINE)}
    positions = {("community.alerts", 0): Position(7, NINE)}
    store.write(Batch(alerts=[alert()], views=views, positions=positions))
    again = Lookup(open_database(url))
    assert again.alerts(ALL, 10) == [alert()]
    assert again.views() == views
    assert again.positions() == positions
    assert again.last_sequence() == 1


def test_positions_and_views_are_replaced_and_taken_back(store: Store, lookup: Lookup) -> None:
    key, partition = "device/lakeside/north-panel", ("community.alerts", 0)
    store.write(Batch(views={key: SeenView(device(), 1)}, positions={partition: Position(7, 1)}))
    lost = SeenView(device(state="lost"), 2)
    store.write(Batch(views={key: lost}, positions={partition: Position(3, 2)}))
    assert lookup.views() == {key: lost}
    assert lookup.positions() == {partition: Position(3, 2)}
    store.write(Batch(views={key: SeenView(None, 3)}))
    assert lookup.views() == {}


def test_a_view_of_another_version_is_left_out(
    store: Store, lookup: Lookup, engine: Engine
) -> None:
    store.write(Batch(views={"device/lakeside/north-panel": SeenView(device(), 1)}))
    with engine.begin() as connection:
        connection.execute(text("update views set body = '{}'"))
    assert lookup.views() == {}


def test_a_batch_is_kept_whole_or_not_at_all(store: Store, lookup: Lookup) -> None:
    broken = Position(None, 0)  # type: ignore[arg-type]
    with pytest.raises(Exception, match="NOT NULL"):
        store.write(Batch(alerts=[alert()], positions={("community.alerts", 0): broken}))
    assert lookup.alerts(ALL, 10) == []
    assert write(store, alert()) == [("a1", 0)]


def test_newest_first_and_page_by_page(store: Store, lookup: Lookup) -> None:
    write(store, *(alert(f"a{n}", opened_at=NINE + n // 2) for n in range(7)))
    assert ids(lookup.alerts(ALL, 3)) == ["a6", "a5", "a4"]
    pages, after = [], None
    while page := lookup.alerts(ALL, 2, after):
        pages.append(ids(page))
        after = (page[-1].opened_at, page[-1].id)
    assert pages == [["a6", "a5"], ["a4", "a3"], ["a2", "a1"], ["a0"]]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AlertFilter(), ["c", "b", "a"]),
        (AlertFilter(severity="red"), ["b"]),
        (AlertFilter(rule="duress"), ["b"]),
        (AlertFilter(estate="hillside"), ["c"]),
        (AlertFilter(delivery="statistic"), ["a"]),
        (AlertFilter(suppressed="true"), ["d"]),
        (AlertFilter(suppressed="any"), ["d", "c", "b", "a"]),
        (AlertFilter(severity="red", estate="hillside"), []),
    ],
)
def test_filters(store: Store, lookup: Lookup, wanted: AlertFilter, found: list[str]) -> None:
    alerts = [
        alert("a", delivery="statistic"),
        alert("b", severity="red", rule="duress"),
        alert("c", estate="hillside"),
        suppressed("d"),
    ]
    write(store, *alerts)
    assert ids(lookup.alerts(wanted, 10)) == found
    assert sorted(found) == [one.id for one in alerts if wanted.holds(one)]


def test_the_standing_and_the_recent_are_for_the_feed(store: Store, lookup: Lookup) -> None:
    write(
        store,
        alert("old-stands", opened_at=NINE - 9 * HOUR),
        alert("old-cleared", opened_at=NINE - 9 * HOUR, cleared_at=NINE - 8 * HOUR),
        alert("new-cleared", cleared_at=NINE + 1),
        alert("counted", delivery="statistic"),
        suppressed("suppressed"),
    )
    assert ids(lookup.standing(NINE - HOUR, 10)) == ["new-cleared", "old-stands"]
    assert lookup.newest_opening() == NINE


def test_changes_come_once_each_at_their_latest_in_order(store: Store, lookup: Lookup) -> None:
    write(store, alert("a"), alert("b"))
    write(store, alert("c"))
    write(store, alert("a", 1))
    changes = lookup.changes_after(0, 10)
    assert [(c.sequence, c.alert.id, c.alert.revision) for c in changes] == [
        (2, "b", 0),
        (3, "c", 0),
        (4, "a", 1),
    ]
    assert [c.sequence for c in lookup.changes_after(2, 10)] == [3, 4]
    assert [c.sequence for c in lookup.changes_after(0, 1)] == [2]
    assert lookup.sequence_of("a", 0) == 1
    assert lookup.sequence_of("a", 7) is None


def test_trimming_forgets_old_changes_only_and_never_counts_anew(
    store: Store, lookup: Lookup
) -> None:
    write(store, alert("a"), alert("b"), alert("c"))
    store.trim(kept=1)
    assert [c.alert.id for c in lookup.changes_after(0, 10)] == ["c"]
    store.trim(kept=0)
    assert write(store, alert("d")) == [("d", 0)]
    assert [c.sequence for c in lookup.changes_after(0, 10)] == [4]
    assert len(lookup.alerts(ALL, 10)) == 4


def test_what_a_newer_version_can_read_is_read_at_its_start(
    store: Store, lookup: Lookup, engine: Engine
) -> None:
    readable = alert().model_dump_json()
    unreadable = readable.replace('"id"', '"mood":"calm","id"', 1)
    batch = read_batch([Record("community.alerts", 0, 0, NINE, b"a1", unreadable.encode())])
    assert store.write(batch) == []
    assert store.read_again() == []
    assert lookup.unreadable() == 1
    with engine.begin() as connection:
        connection.execute(
            text("update unreadable set value = :value"), {"value": readable.encode()}
        )
    assert [change.alert.id for change in store.read_again()] == ["a1"]
    assert lookup.unreadable() == 0
    assert lookup.alert("a1") == alert()


def test_migrations_make_the_tables_that_the_program_knows(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    assert differences == []


def test_sqlite_writes_ahead(engine: Engine, url: str) -> None:
    with engine.connect() as connection:
        assert connection.scalar(text("pragma journal_mode")) == "wal"
        assert connection.scalar(text("pragma synchronous")) == 1
    mode = Path(url.removeprefix("sqlite:///")).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("url", ["nonsense", "sqlite:////proc/none/console.db", "mysterydb://x/y"])
def test_a_database_that_cannot_be_used_is_said_in_one_line(url: str) -> None:
    with pytest.raises(DatabaseFault, match=r"SC_DATABASE_URL") as fault:
        open_database(url)
    assert "\n" not in str(fault.value)
