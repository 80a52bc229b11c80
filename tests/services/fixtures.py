"""The real services as pytest fixtures, one of each for a whole session.

A conftest asks for them with `pytest_plugins = ["tests.services.fixtures"]`. On a machine that
cannot have a service its tests are skipped with the reason; CI sets REQUIRE, and there a missing
service is a failure, so that no skip hides in a green run.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from tests.services import axe as axe_core
from tests.services import chromium as chromium_service
from tests.services import influxdb as influxdb_service
from tests.services import kafka as kafka_service
from tests.services import mosquitto as mosquitto_service
from tests.services import postgresql as postgresql_service
from tests.services.cache import Unavailable
from tests.services.chromium import Chromium
from tests.services.influxdb import InfluxDB
from tests.services.kafka import Kafka
from tests.services.mosquitto import Mosquitto
from tests.services.postgresql import PostgreSQL
from tests.services.process import Service

REQUIRE = "SMART_COMMUNITY_REQUIRE_SERVICES"
S = TypeVar("S", bound=Service)


@contextmanager
def running(start: Callable[[Path], S], data: Path) -> Iterator[S]:
    """Run a service for the block; where it cannot be had, skip (or fail under REQUIRE)."""
    try:
        service = start(data)
    except Unavailable as missing:
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(missing.reason, pytrace=False)
        pytest.skip(missing.reason)
    with service:
        yield service


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """Give a running Kafka; `bootstrap` is its address."""
    with running(kafka_service.start, tmp_path_factory.mktemp("kafka")) as service:
        yield service


@pytest.fixture(scope="session")
def influxdb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InfluxDB]:
    """Give a running InfluxDB; `url`, `org`, `bucket` and `token` lead in."""
    with running(influxdb_service.start, tmp_path_factory.mktemp("influxdb")) as service:
        yield service


@pytest.fixture(scope="session")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """Give a running mosquitto at `host` and `port` that lets everybody in."""
    with running(mosquitto_service.start, tmp_path_factory.mktemp("mosquitto")) as service:
        yield service


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgreSQL]:
    """Give a running PostgreSQL; `new_database()` is the URL of an empty database."""
    with running(postgresql_service.start, tmp_path_factory.mktemp("postgresql")) as service:
        yield service


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """Give a running headless Chromium; `executable` is its program."""
    with running(chromium_service.start, tmp_path_factory.mktemp("chromium")) as service:
        yield service


@pytest.fixture(scope="session")
def axe() -> str:
    """Give the script of axe-core, to be put into a page."""
    try:
        return axe_core.prepare().read_text(encoding="utf-8")
    except Unavailable as missing:
        if os.environ.get(REQUIRE) == "1":
            pytest.fail(missing.reason, pytrace=False)
        pytest.skip(missing.reason)
