"""Each real service does what the product asks of it, and still has its data after a kill -9."""

import asyncio
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from influxdb_client import InfluxDBClient, Point
from influxdb_client.client.write_api import SYNCHRONOUS
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import create_engine, text

from tests.services import mosquitto as mosquitto_service
from tests.services.influxdb import InfluxDB
from tests.services.kafka import Kafka
from tests.services.mosquitto import Mosquitto
from tests.services.postgresql import PostgreSQL

pytest_plugins = ["tests.services.fixtures"]
pytestmark = pytest.mark.services
WAIT_S = 20


async def produce(kafka: Kafka, topic: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all") as producer:
        await producer.send_and_wait(topic, value)


async def consume(kafka: Kafka, topic: str) -> bytes:
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=kafka.bootstrap, group_id="smoke", auto_offset_reset="earliest"
    ) as consumer:
        record = await asyncio.wait_for(consumer.getone(), WAIT_S)
        return bytes(record.value)


async def test_kafka_delivers_a_record(kafka: Kafka) -> None:
    await produce(kafka, "smoke", b"barrier opened")
    assert await consume(kafka, "smoke") == b"barrier opened"


async def test_kafka_keeps_records_and_address_across_a_kill(kafka: Kafka) -> None:
    address = kafka.bootstrap
    await produce(kafka, "kept", b"before the kill")
    kafka.kill()
    assert not kafka.running
    kafka.start()
    assert kafka.bootstrap == address
    assert await consume(kafka, "kept") == b"before the kill"


async def test_another_kafka_is_a_cluster_of_its_own(kafka: Kafka, tmp_path: Path) -> None:
    await produce(kafka, "ours", b"first cluster")
    with kafka.another(tmp_path, {"auto.create.topics.enable": "false"}) as other:
        assert other.bootstrap != kafka.bootstrap
        async with AIOKafkaConsumer(bootstrap_servers=other.bootstrap) as consumer:
            assert await consumer.topics() == set()


def influx_client(influxdb: InfluxDB) -> InfluxDBClient:
    return InfluxDBClient(influxdb.url, influxdb.token, org=influxdb.org)


def write(influxdb: InfluxDB, bucket: str, queue_count: int) -> None:
    with influx_client(influxdb) as client, client.write_api(SYNCHRONOUS) as api:
        api.write(bucket, record=Point("gate").tag("gate", "north").field("queue", queue_count))


def values(influxdb: InfluxDB, bucket: str) -> list[object]:
    twice = "map(fn: (r) => ({r with _value: r._value * 2}))"
    query = f'from(bucket: "{bucket}") |> range(start: -1h) |> {twice}'
    with influx_client(influxdb) as client:
        tables = client.query_api().query(query)
        return [record.get_value() for table in tables for record in table.records]


def test_influxdb_answers_a_flux_query_over_a_written_point(influxdb: InfluxDB) -> None:
    write(influxdb, influxdb.bucket, 7)
    assert values(influxdb, influxdb.bucket) == [14]


def test_influxdb_keeps_points_across_a_kill_and_a_restart(influxdb: InfluxDB) -> None:
    influxdb.create_bucket("kept", retention_s=86_400)
    write(influxdb, "kept", 5)
    influxdb.kill()
    influxdb.start()
    assert values(influxdb, "kept") == [10]
    influxdb.restart()
    assert values(influxdb, "kept") == [10]


def in_database(url: str, *statements: str) -> list[object]:
    """What the last statement gives; a connection of its own each time."""
    engine = create_engine(url.replace("://", "+pg8000://"))
    with engine.begin() as connection:
        answers = [connection.execute(text(statement)) for statement in statements]
        found = [row[0] for row in answers[-1]] if answers[-1].returns_rows else []
    engine.dispose()
    return found


def test_postgresql_gives_each_test_a_database_of_its_own(postgresql: PostgreSQL) -> None:
    one, other = postgresql.new_database(), postgresql.new_database()
    in_database(one, "CREATE TABLE homes (name text)", "INSERT INTO homes VALUES ('1-101')")
    assert in_database(one, "SELECT name FROM homes") == ["1-101"]
    asked = "SELECT tablename FROM pg_tables WHERE tablename = 'homes'"
    assert in_database(other, asked) == []


def test_postgresql_keeps_rows_across_a_kill(postgresql: PostgreSQL) -> None:
    url = postgresql.new_database()
    in_database(url, "CREATE TABLE kept (name text)", "INSERT INTO kept VALUES ('before')")
    postgresql.kill()
    assert not postgresql.running
    postgresql.start()
    assert in_database(url, "SELECT name FROM kept") == ["before"]


@contextmanager
def mqtt(broker: Mosquitto, name: str = "", password: str = "") -> Iterator[Client]:
    """Give a connected client; it fails if the broker does not take it."""
    client = Client(CallbackAPIVersion.VERSION2)
    connected: queue.Queue[bool] = queue.Queue()
    client.on_connect = lambda *told: connected.put(not told[3].is_failure)
    if name:
        client.username_pw_set(name, password)
    client.connect(broker.host, broker.port)
    client.loop_start()
    try:
        assert connected.get(timeout=WAIT_S), "the broker refused the client"
        yield client
    finally:
        client.disconnect()
        client.loop_stop()


def publish(client: Client, topic: str, payload: bytes, *, retain: bool = False) -> None:
    client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(WAIT_S)


def receive(client: Client, topic: str) -> "queue.Queue[bytes]":
    """Subscribe, and return where the payloads will arrive once the broker has agreed."""
    payloads: queue.Queue[bytes] = queue.Queue()
    agreed = threading.Event()
    client.on_message = lambda _client, _data, message: payloads.put(bytes(message.payload))
    client.on_subscribe = lambda *_: agreed.set()
    client.subscribe(topic, qos=1)
    assert agreed.wait(WAIT_S)
    return payloads


def test_mosquitto_hands_a_message_to_a_subscriber(mosquitto: Mosquitto) -> None:
    with mqtt(mosquitto) as camera, mqtt(mosquitto) as gateway:
        arrived = receive(gateway, "estate/+/event")
        publish(camera, "estate/north/event", b"plate read")
        assert arrived.get(timeout=WAIT_S) == b"plate read"


def test_mosquitto_keeps_a_retained_message_across_a_kill(mosquitto: Mosquitto) -> None:
    with mqtt(mosquitto) as gate:
        publish(gate, "kept", b"gate is open", retain=True)
        receive(gate, "any")  # A later answer: by now the store is on disk.
        mosquitto.kill()
    mosquitto.start()
    with mqtt(mosquitto) as gateway:
        assert receive(gateway, "kept").get(timeout=WAIT_S) == b"gate is open"


def test_mosquitto_with_a_password_file_takes_nobody_else(tmp_path: Path) -> None:
    users = mosquitto_service.write_password_file(tmp_path / "users", {"gate": "right"})
    with mosquitto_service.start(tmp_path / "data", users) as broker:
        with mqtt(broker, "gate", "right") as gate:
            publish(gate, "a", b"b")
        with pytest.raises(AssertionError, match="refused"), mqtt(broker, "gate", "wrong"):
            pass
        with pytest.raises(AssertionError, match="refused"), mqtt(broker):
            pass
