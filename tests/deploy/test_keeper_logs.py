"""An estate's log out of the keeper's file."""

from pathlib import Path

import pytest

from deploy.embedded.keeper_logs import KeeperLogs
from deploy.embedded.rawlog import Place, Record, Slice
from deploy.embedded.store import Store
from processors.core.afterwards import found_afterwards
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


async def test_it_reads_beside_the_keeper(tmp_path: Path) -> None:
    store = Store(tmp_path)
    late = replayed("access.duress", 600, HOUR_S)
    put(store, EVENTS.name, "e", *envelopes(*ticks(HOUR_S), late))
    put(store, EVENTS.name, "other", *envelopes(event("door.forced", 500)))
    put(store, LATE.name, "e", *envelopes(late))
    put(store, ALERTS.name, "told-before", b"{}")

    log = await KeeperLogs(tmp_path).read("e", 0, ticks(60)[1].at)

    assert log.events == (*ticks(HOUR_S)[1:], late)
    assert log.late == (late,)
    assert log.known == {"told-before"}
    assert [alert.rule for alert in found_afterwards(log, shipped_rules())] == ["duress"]
    store.close()


async def test_without_a_file_it_says_which(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"keeper\.db"):
        await KeeperLogs(tmp_path).read("e", 0, 0)
