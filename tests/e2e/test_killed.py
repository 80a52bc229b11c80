"""Every part killed without warning while readings flow: nothing acknowledged is lost, no alert
is told twice, and what stands in the end is what the back-test says of the recorded log.
"""

import asyncio
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from processors.core.reorder import Reorder
from schemas.alerts import Alert
from schemas.events import Event
from schemas.topics import ALERTS
from tests.e2e import doors
from tests.e2e.api import Api, Feed
from tests.e2e.doors import Mark, Residents
from tests.e2e.influx import total
from tests.e2e.log import backtest, kept, last_tick, read_all, readings, recorded
from tests.e2e.product import Product, Stack, install_topics, settings_of
from tests.e2e.publisher import Publisher, wait_until
from tests.services import mosquitto as mosquitto_service
from tests.services.fixtures import running
from tests.services.influxdb import InfluxDB
from tests.services.kafka import Kafka
from tests.services.mosquitto import Mosquitto

pytestmark = pytest.mark.e2e
READINGS = 5_000
A_SECOND = 500
LATENESS_MS = round(doors.LATENESS_S * 1000)
BETWEEN_KILLS_S = 2.0
ARRIVE_S = 90.0
BUCKET = "killed"


@contextmanager
def following(api: Api) -> Iterator[Feed]:
    feed = Feed(api)
    feed.start()
    yield feed
    feed.end()


@contextmanager
def flowing(devices: Publisher, residents: Residents, count: int) -> Iterator[None]:
    """Readings flow during the block, and on until `count` were sent and acknowledged."""
    sending = threading.Thread(target=devices.send_all, args=(residents.come(count), A_SECOND))
    sending.start()
    yield
    sending.join()
    devices.settle(ARRIVE_S)


def in_turn(kill: Callable[[str], None], names: Iterable[str]) -> None:
    """Kill one after the other, without waiting for what was killed to be back."""
    killing = []
    for name in names:
        time.sleep(BETWEEN_KILLS_S)
        killing.append(threading.Thread(target=kill, args=(name,)))
        killing[-1].start()
    for each in killing:
        each.join()


@dataclass(frozen=True)
class Judged:
    """What the back-test says of a log, up to where the live processors surely are: by id.

    `told` is what the live path has to tell. A reading that was on its way for longer than the
    lateness, as where a machine stands still for a second, is late by right: only rules that judge
    at once see it, and what it would have made may be `found` afterwards.
    """

    told: dict[str, dict[str, Any]]
    found: frozenset[str]


AT_ONCE = "duress"


def judged(events: list[Event], folder: Path) -> Judged:
    """The back-test of a log, and of the same log without what came too late."""
    until = last_tick(events) - LATENESS_MS
    whole = in_time = backtest(events, folder, until)
    if late := too_late(events):
        in_time = backtest([event for event in events if event.id not in late], folder, until)
        in_time |= {name: alert for name, alert in whole.items() if alert["rule"] == AT_ONCE}
    assert len(late) < len(events) / 10
    assert len(in_time) > 50
    assert {alert["rule"] for alert in in_time.values()} >= {
        AT_ONCE, "door_forced", "door_held", "repeated_denial",
    }  # fmt: skip
    return Judged(in_time, frozenset(whole.keys() - in_time.keys()))


def too_late(events: Iterable[Event]) -> set[str]:
    """The ids of those that came after their estate's watermark, in the log's order."""
    orders: dict[str, Reorder] = defaultdict(lambda: Reorder(LATENESS_MS))
    return {event.id for event in events if orders[event.estate].offer(event) == "late"}


def same(api: Api, expected: Judged) -> None:
    """The console comes to show exactly these alerts."""
    told = expected.told

    def shown() -> dict[str, dict[str, Any]]:
        return {name: a for name, a in api.by_id().items() if name not in expected.found}

    wait_until(lambda: shown().keys() >= told.keys(), ARRIVE_S, "every alert")
    try:
        wait_until(lambda: shown() == told, 10, "the back-test's word for every alert")
    except AssertionError as failure:
        failure.add_note("\n".join(different(shown(), told)))
        raise


def different(found: dict[str, dict[str, Any]], expected: dict[str, dict[str, Any]]) -> list[str]:
    """What the console says beside what the back-test says, of each alert they differ about."""
    return [
        f"{name}: console {found.get(name)}, back-test {expected.get(name)}"
        for name in sorted(found.keys() | expected.keys())
        if found.get(name) != expected.get(name)
    ]


def told_once(feed: Feed, expected: Judged) -> None:
    """Each alert of the stream, in each of its revisions, came once."""

    def heard() -> set[str]:
        return {name for name, _ in feed.heard} - expected.found

    wait_until(lambda: heard() == expected.told.keys(), 10, "the stream")
    assert len(feed.heard) == len(set(feed.heard))


def mosquitto(data: Path) -> Mosquitto:
    """A broker that is not killed here, so it need not save at every change, which makes it slow:
    readings that stand in line before the broker would be late by right.
    """
    return mosquitto_service.start(data, save_at_every_change=False)


@pytest.mark.services
def test_on_the_real_services(kafka: Kafka, influxdb: InfluxDB, tmp_path: Path) -> None:
    influxdb.create_bucket(BUCKET)
    (tmp_path / "site.yaml").write_text(doors.site(), encoding="utf-8")
    with (
        kafka.another(tmp_path / "kafka") as own,
        running(mosquitto, tmp_path / "mqtt") as mqtt,
    ):
        install_topics(own.bootstrap)
        told = settings_of(tmp_path / "site.yaml", mqtt.port, own.bootstrap, influxdb)
        told["INFLUX_BUCKET"] = BUCKET
        residents = Residents(seed=1)
        with (
            Product(tmp_path / "parts", told) as product,
            Publisher(mqtt.port) as devices,
            following(product.api) as feed,
        ):
            with flowing(devices, residents, READINGS):
                in_turn(product.kill, ("ingest", "process", "console", "sink"))
            events = arrived(lambda: asyncio.run(recorded(own.bootstrap)), devices)
            expected = judged(events, tmp_path)
            same(product.api, expected)
            told_once(feed, expected)
            one_word_per_revision(asyncio.run(read_all(own.bootstrap, ALERTS.name)))
            granted = residents.did["card_passed"]
            asked = "SELECT sum(count) FROM access WHERE result = 'granted'"
            wait_until(lambda: total(influxdb, BUCKET, asked) == granted, 30, "every point")


def arrived(log: Callable[[], list[Event]], devices: Publisher) -> list[Event]:
    """The log once every acknowledged reading stands in it, and time has gone on a little."""
    acknowledged = set(devices.acknowledged)
    assert len(acknowledged) == READINGS
    wait_until(lambda: readings(log()) >= acknowledged, ARRIVE_S, "every reading in the log")
    time.sleep(doors.SETTLED_S)
    return log()


def one_word_per_revision(values: Iterable[bytes]) -> None:
    """The same revision of an alert says the same in the same bytes, however often it is said."""
    said: dict[tuple[str, int], set[bytes]] = defaultdict(set)
    for value in values:
        alert = Alert.model_validate_json(value)
        said[(alert.id, alert.revision)].add(value)
    assert {len(words) for words in said.values()} == {1}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    (tmp_path / "site.yaml").write_text(doors.site(), encoding="utf-8")
    options = ("--no-auth", "--site", str(tmp_path / "site.yaml"))
    with Stack(tmp_path / "data", "up", *options) as running_stack:
        yield running_stack


def test_parts_of_the_embedded_stack(stack: Stack, tmp_path: Path) -> None:
    residents = Residents(seed=2)
    with Publisher(stack.mqtt_port) as devices, following(stack.api) as feed:
        with flowing(devices, residents, READINGS):
            in_turn(stack.kill_part, ("ingest", "process", "console", "sink", "broker"))
        events = arrived(lambda: kept(stack.data), devices)
        expected = judged(events, tmp_path)
        same(stack.api, expected)
        told_once(feed, expected)


KILLS = 5
FLOW_S = 6.0
"""Long enough that something is judged before each kill: what was not yet is left unjudged, since
readings of that time may be missing."""
FLOW_A_SECOND = 250


def test_the_whole_embedded_stack(stack: Stack, tmp_path: Path) -> None:
    """All of it five times. What its MQTT broker had in memory is counted, and nothing else.

    Devices here give up what was not acknowledged: what they sent again after the outage would be
    late by right, and judged by the back-test alone.
    """
    residents = Residents(seed=3)
    acknowledged: dict[object, int] = {}
    with following(stack.api) as feed:
        for kill in range(KILLS):
            with Publisher(stack.mqtt_port) as devices:
                readings_of(residents, devices)
                time.sleep(FLOW_S)
                before = stack.api.by_id()
                stack.kill()
            acknowledged |= dict.fromkeys(devices.acknowledged, kill)
            stack.start()
            assert before.keys() <= stack.api.by_id().keys()
        lost = only_the_queue(kept(stack.data), residents, acknowledged)
        time.sleep(doors.SETTLED_S)
        events = kept(stack.data)
        expected = judged(events, tmp_path)
        expected.told.update(told_and_lost(stack.api, events, residents))
        same(stack.api, expected)
        told_once(feed, expected)
    print(f"killed {KILLS} times: {len(lost)} of {len(acknowledged)} readings went with it")


def readings_of(residents: Residents, devices: Publisher) -> None:
    """Begin a flow that lasts longer than what it flows into."""
    flow = residents.come(round((FLOW_S + 2) * FLOW_A_SECOND))
    threading.Thread(target=devices.send_all, args=(flow, FLOW_A_SECOND), daemon=True).start()


def told_and_lost(api: Api, events: list[Event], residents: Residents) -> dict[str, dict[str, Any]]:
    """Alerts of readings that went with the MQTT broker just after they were told.

    A rule that judges at once does not wait for the disk. Each such alert stands for one reading of
    its door that is in no log.
    """
    known, there = {event.id for event in events}, readings(events)
    found = {
        name: alert for name, alert in api.by_id().items() if known.isdisjoint(alert["evidence"])
    }
    gone = Counter(
        mark[0].replace("-t", "-d")
        for mark, what in residents.marks.items()
        if what == "duress" and mark not in there
    )
    assert {alert["rule"] for alert in found.values()} <= {AT_ONCE}
    assert Counter(alert["place"] for alert in found.values()) <= gone
    return found


def only_the_queue(
    events: list[Event], residents: Residents, acknowledged: dict[object, int]
) -> set[object]:
    """The acknowledged readings that are lost; of each device they are the last before a kill.

    `acknowledged` says before which kill. By the clock it cannot be told: a kill takes 20 ms, and
    what was acknowledged before may be noted after.
    """
    there = readings(events)
    by_device: dict[str, list[Mark]] = defaultdict(list)
    for mark in residents.marks:
        if mark in acknowledged:
            by_device[mark[0]].append(mark)
    for marks in by_device.values():
        for gone, after in pairwise(marks):
            if gone not in there and after in there:
                assert acknowledged[gone] < acknowledged[after], (
                    f"{gone} is lost and {after} is not, with no kill between them"
                )
    return acknowledged.keys() - there
