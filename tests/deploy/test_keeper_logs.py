"""An estate's log out of the keeper's file."""

import sqlite3
from pathlib import Path

import pytest

from deploy.embedded.keeper_logs import PAGE, KeeperLogs
from deploy.embedded.rawlog import Place, Record, Slice
from deploy.embedded.store import Store
from processors.afterwards.logs import Span
from processors.core.afterwards import Hearings
from processors.rules.catalogue import shipped_rules
from schemas.events import Event, encode
from schemas.topics import ALERTS, EVENTS, LATE
from tests.core.make import event
from tests.core.test_afterwards import HOUR_S, replayed, ticks


def put(store: Store, topic: str, key: str, *values: bytes) -> None:
    place = Place(topic, 0)
    first = store.ends().get(place, 0)
    records = tuple(Record(first + at, 1, key.encode(), value) for at, value in enumerate(values))
    store.apply([Slice(place, records, first + len(records), 1)], {place: first + len(records)})


def envelopes(*events: Event) -> list[bytes]:
    return [encode([one]) for one in events]


SINCE = ticks(60)[1].at
SPAN = Span("e", 0, SINCE, SINCE)


async def test_it_reads_beside_the_keeper(tmp_path: Path) -> None:
    store = Store(tmp_path)
    late, before = replayed("access.duress", 600, HOUR_S), event("door.forced", 1)
    put(store, EVENTS.name, "e", *envelopes(before, *ticks(HOUR_S), late, event("door.opened", 70)))
    put(store, EVENTS.name, "other", *envelopes(event("door.forced", 500)))
    put(store, EVENTS.name, "e", b"no envelope", encode([event("door.forced", 900)]))
    put(store, LATE.name, "e", *envelopes(late))
    put(store, ALERTS.name, "told-before", b"{}")
    hearings, logs = Hearings(), KeeperLogs(tmp_path)

    await logs.read(SPAN, hearings)

    assert hearings.held == 3
    found = [alert.rule for alert in hearings.judge(shipped_rules()).alerts]
    assert found == ["duress", "granted_no_entry"]
    assert await logs.told(SPAN, {"told-before", "never"}) == {"told-before"}
    assert len(await logs.everything(SINCE)) == len(ticks(HOUR_S)) - 1 + 4
    store.close()


async def test_it_leaves_nothing_open_while_it_tells(tmp_path: Path) -> None:
    """A question that stands open would keep the keeper from emptying its write-ahead log."""
    store = Store(tmp_path)
    many = [event("door.opened", 100 + number, sequence=number) for number in range(3 * PAGE + 5)]
    put(store, EVENTS.name, "e", *envelopes(*many))

    class Watching(Hearings):
        busy = 0

        def heard(self, event: Event) -> None:
            super().heard(event)
            with sqlite3.connect(store.path) as db:
                self.busy += db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]

    hearings = Watching()
    await KeeperLogs(tmp_path).read(SPAN, hearings)

    assert (hearings.held, hearings.busy) == (len(many), 0)
    store.close()


async def test_without_a_file_it_says_which(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"keeper\.db"):
        await KeeperLogs(tmp_path).read(SPAN, Hearings())
