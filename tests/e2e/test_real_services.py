"""The whole product on real Kafka, mosquitto and InfluxDB: devices in, alerts and series out."""

import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.grafana.panels import PANELS, PanelSpec
from schemas.events import decode
from schemas.topics import EVENTS, REJECTED
from tests.e2e.api import OPENER, Feed
from tests.e2e.influx import query
from tests.e2e.log import read_all
from tests.e2e.product import Product, install_topics, settings_of
from tests.e2e.publisher import Publisher, wait_until
from tests.e2e.story import NOT_UNDERSTOOD, SITUATIONS, story
from tests.e2e.wire import MS, Sent
from tests.services import mosquitto as mosquitto_service
from tests.services.fixtures import running
from tests.services.influxdb import InfluxDB
from tests.services.kafka import Kafka
from tests.services.process import LOOPBACK

pytestmark = pytest.mark.services
SITE = Path(__file__).parent / "site.yaml"
COME_OF_IT_S = 30.0


@dataclass(frozen=True)
class Ran:
    """What is left after the story: the product still runs."""

    product: Product
    feed: Feed
    bootstrap: str
    influxdb: InfluxDB

    def situations(self) -> set[tuple[str, str]]:
        return {(alert["rule"], alert["place"]) for alert in self.product.api.alerts()}


@pytest.fixture(scope="module")
def ran(
    kafka: Kafka, influxdb: InfluxDB, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("real")
    influxdb.create_bucket("raw")
    with (
        kafka.another(folder / "kafka") as own,
        running(mosquitto_service.start, folder / "mqtt") as mqtt,
    ):
        install_topics(own.bootstrap)
        told = settings_of(SITE, mqtt.port, own.bootstrap, influxdb)
        with Product(folder / "parts", told) as product, Publisher(mqtt.port) as devices:
            feed = Feed(product.api)
            feed.start()
            play(product, devices)
            found = Ran(product, feed, own.bootstrap, influxdb)
            wait_until(lambda: found.situations() >= SITUATIONS, COME_OF_IT_S, "every situation")
            yield found
            feed.end()


def play(product: Product, devices: Publisher) -> None:
    """Send the story as it happens: makers' devices by HTTP, all others on MQTT."""
    begin = time.time_ns() // 1_000_000 // MS * MS + MS
    for at, message in story(begin):
        time.sleep(max(0.0, at / MS - time.time()))
        if message.topic.startswith("devices/"):
            push(product, message)
        else:
            devices.send(message)
    devices.settle()


def push(product: Product, message: Sent) -> None:
    """Post a message as the device itself would; an answer that is no 200 is an error."""
    url = f"http://{LOOPBACK}:{product.bridge_port}/push/{message.topic.removeprefix('devices/')}"
    request = urllib.request.Request(url, message.payload, {"Content-Type": "application/json"})
    OPENER.open(request, timeout=10).close()


def test_every_situation_stands_in_the_api_and_nothing_else(ran: Ran) -> None:
    assert ran.situations() == SITUATIONS


def test_the_stream_told_each_alert_of_the_api(ran: Ran) -> None:
    alerts = ran.product.api.by_id()
    wait_until(lambda: alerts.keys() <= {name for name, _ in ran.feed.heard}, 10, "the stream")
    assert len(ran.feed.heard) == len(set(ran.feed.heard))


def test_a_lost_reader_is_silenced_by_the_panel_it_hangs_on(ran: Ran) -> None:
    def keys(suppressed: str) -> list[str]:
        found = ran.product.api.get(f"/api/alerts?rule=device_lost&suppressed={suppressed}")
        return [alert["key"] for alert in found]

    wait_until(lambda: keys("true") == ["u3-reader"], COME_OF_IT_S, "the reader's alert")
    assert keys("false") == ["u3-panel"]


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.title.en)
def test_each_panel_of_the_dashboard_finds_rows(ran: Ran, panel: PanelSpec) -> None:
    wait_until(lambda: query(ran.influxdb, "raw", panel.runnable()), 15, panel.query)


def test_a_query_of_what_is_not_there_finds_no_rows(ran: Ran) -> None:
    assert query(ran.influxdb, "raw", PANELS[0].runnable(estate="no-such-estate")) == []


async def test_no_series_knows_anybody(ran: Ran) -> None:
    """No card, plate or person of the events stands in InfluxDB, under a pseudonym or sealed."""
    events = [event for value in await read_all(ran.bootstrap, EVENTS.name)
              for event in decode(value)]  # fmt: skip
    people = {event.subject for event in events if event.subject}
    sealed = {one for event in events for one in (event.data.sealed or {}).values()}
    written = json.dumps(query(ran.influxdb, "raw", "SELECT * FROM /.*/"))
    assert len(people) > 3
    assert not [known for known in people | sealed if known in written]
    assert any(event.data.device in written for event in events), "the series are there"


async def test_what_was_not_understood_is_kept_with_its_reason(ran: Ran) -> None:
    records = [json.loads(value) for value in await read_all(ran.bootstrap, REJECTED.name)]
    assert {record["topic"] for record in records} == {sent.topic for sent in NOT_UNDERSTOOD}
    assert len(records) == len(NOT_UNDERSTOOD)
    assert all(record["reason"] and record["sealed"] for record in records)
