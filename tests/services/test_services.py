"""Each real service does what the product asks of it, and still has its data after a kill -9."""

import json
import struct
import threading
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from influxdb_client import InfluxDBClient, Point
from influxdb_client.client.write_api import SYNCHRONOUS
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tests.services import influxdb as influxdb_service
from tests.services import kafka as kafka_service
from tests.services import mosquitto as mosquitto_service
from tests.services.chromium import Chromium
from tests.services.influxdb import InfluxDB
from tests.services.kafka import Kafka
from tests.services.mosquitto import Mosquitto

pytest_plugins = ["tests.services.fixtures"]
pytestmark = pytest.mark.services
WAIT_S = 20


async def produce(bootstrap: str, topic: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        await producer.send_and_wait(topic, value)


async def consume(bootstrap: str, topic: str) -> bytes:
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id="test", auto_offset_reset="earliest"
    ) as consumer:
        record = await asyncio.wait_for(consumer.getone(), WAIT_S)
        return bytes(record.value)
