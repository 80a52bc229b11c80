"""The simulation onto a real broker: the clock goes before what happens, and a restart goes on."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import iotcore
import orjson
import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from deploy.simulation.adapters import FOLDER
from deploy.simulation.day import day_of, day_start
from deploy.simulation.estate import Estate, load_site
from deploy.simulation.pacing import STEP_MAX_S
from deploy.simulation.publish import Broker, BrokerRefuses
from deploy.simulation.runner import SimulationSettings, run_simulation, usual_beginning
from deploy.simulation.timeline import DEFAULT_DAY
from ingest.catalogue import load_catalogue
from ingest.clock import DEMO_CLOCK_TOPIC
from ingest.mapping import Mapper
from ingest.message import Message
from ingest.registry import Registry
from schemas.base import parse_instant
from schemas.events import Event

DAY_MS = 86_400_000
PATIENCE_S = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    number = free_port()
    with iotcore.Broker(port=number, listen="127.0.0.1"):
        yield number


@pytest.fixture
def settings(port: int, estate: Estate) -> SimulationSettings:
    begins = day_start(estate, DEFAULT_DAY)
    return SimulationSettings(begins, seed=3, speed=900, broker=Broker(port=port))


@contextmanager
def listening(port: int, stop: asyncio.Event, until: int) -> Iterator[list[MQTTMessage]]:
    """Everything published, and `stop` set once the clock has passed `until`."""
    heard: list[MQTTMessage] = []
    loop = asyncio.get_running_loop()

    def take(_client: Client, _data: object, message: MQTTMessage) -> None:
        heard.append(message)
        if message.topic == DEMO_CLOCK_TOPIC and clock(message) >= until:
            loop.call_soon_threadsafe(stop.set)

    client = Client(CallbackAPIVersion.VERSION2, "probe")
    client.on_message = take
    client.connect(host="127.0.0.1", port=port)
    client.subscribe("#", qos=1)
    client.loop_start()
    try:
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


def clock(message: MQTTMessage) -> int:
    return parse_instant(orjson.loads(message.payload)["at"])


async def run(settings: SimulationSettings, until: int) -> list[MQTTMessage]:
    """The messages of a run, as far as the probe heard them before it stopped."""
    stop = asyncio.Event()
    with listening(settings.broker.port, stop, until) as heard:
        await asyncio.wait_for(run_simulation(settings, stop), PATIENCE_S)
        return list(heard)


async def test_the_clock_goes_before_what_is_heard(settings: SimulationSettings) -> None:
    heard = await run(settings, settings.begins + 10 * 60_000)
    mapper = Mapper(load_catalogue([FOLDER]), Registry(load_site()))
    now, devices, steps = 0, set(), []
    for message in heard:
        if message.topic == DEMO_CLOCK_TOPIC:
            steps.append(clock(message) - now)
            now = clock(message)
            continue
        found = mapper.read(Message(message.topic, bytes(message.payload), now))
        assert isinstance(found, list), found
        for event in found:
            assert now - 3000 < event.at <= now
            devices.add(event.data.device)
    assert min(steps) > 0
    assert len(devices) > 30


async def test_what_people_enter_is_announced_beforehand(settings: SimulationSettings) -> None:
    told: list[Event] = []

    async def announce(event: Event) -> None:
        told.append(event)

    await run(replace(settings, announce=announce), settings.begins + 60_000)
    assert {event.type for event in told} == {"register.changed", "watch.changed"}
    watched = next(event for event in told if event.type == "watch.changed")
    assert watched.time > settings.begins + 60_000


async def test_it_goes_on_where_it_was(settings: SimulationSettings, tmp_path: Path) -> None:
    kept = replace(settings, resume_file=tmp_path / "simulated")
    await run(kept, settings.begins + 3 * 60_000)
    stopped = parse_instant((tmp_path / "simulated").read_text())
    assert stopped > settings.begins
    heard = await run(kept, stopped + 60_000)
    clocks = [clock(message) for message in heard if message.topic == DEMO_CLOCK_TOPIC]
    assert clocks[0] >= stopped


async def test_a_crash_loses_no_more_than_what_was_on_its_way(
    settings: SimulationSettings, tmp_path: Path
) -> None:
    """The time is kept while it runs, and not far from what was heard."""
    kept = replace(settings, speed=120, resume_file=tmp_path / "simulated")
    reached = asyncio.Event()
    with listening(kept.broker.port, reached, kept.begins + 3 * 60_000) as heard:
        running = asyncio.create_task(run_simulation(kept, asyncio.Event()))
        await asyncio.wait_for(reached.wait(), PATIENCE_S)
        running.cancel()
        await asyncio.wait([running])
        clocks = [clock(message) for message in heard if message.topic == DEMO_CLOCK_TOPIC]
    stopped = parse_instant((tmp_path / "simulated").read_text())
    assert stopped > kept.begins
    assert abs(clocks[-1] - stopped) <= 2 * STEP_MAX_S * kept.speed * 1000


async def test_a_broken_resume_file_begins_anew(
    settings: SimulationSettings, tmp_path: Path
) -> None:
    (tmp_path / "simulated").write_text("half a ti")
    kept = replace(settings, resume_file=tmp_path / "simulated")
    heard = await run(kept, settings.begins + 60_000)
    assert clock(heard[0]) < settings.begins + 60_000


async def test_the_clock_can_be_kept_off_the_broker(settings: SimulationSettings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    heard: list[str] = []
    client = Client(CallbackAPIVersion.VERSION2, "probe")

    def take(_client: Client, _data: object, message: MQTTMessage) -> None:
        heard.append(message.topic)
        if len(heard) >= 50:
            loop.call_soon_threadsafe(stop.set)

    client.on_message = take
    client.connect(host="127.0.0.1", port=settings.broker.port)
    client.subscribe("#", qos=1)
    client.loop_start()
    await asyncio.wait_for(run_simulation(replace(settings, clock=False), stop), PATIENCE_S)
    client.disconnect()
    client.loop_stop()
    assert DEMO_CLOCK_TOPIC not in heard


async def test_a_broker_that_refuses_is_told_and_not_asked_again(
    settings: SimulationSettings,
) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"\x20\x02\x00\x05")  # CONNACK, not authorized
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        away = replace(settings, broker=Broker(port=port, user="somebody", password="wrong"))
        with pytest.raises(BrokerRefuses, match=rf"127.0.0.1:{port} refuses somebody: not auth"):
            await asyncio.wait_for(run_simulation(away, asyncio.Event()), PATIENCE_S)


async def test_it_stops_although_no_broker_is_there(settings: SimulationSettings) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.2, stop.set)
    away = replace(settings, broker=Broker(port=free_port()))
    await asyncio.wait_for(run_simulation(away, stop), PATIENCE_S)


@pytest.mark.parametrize("hour", [0, 6, 7, 23])
def test_it_usually_begins_with_a_day_that_is_past(estate: Estate, hour: int) -> None:
    now = day_start(estate, DEFAULT_DAY) + (hour - 7) * 3_600_000
    begins = usual_beginning(estate, now)
    assert now - 2 * DAY_MS <= begins <= now - DAY_MS
    assert day_start(estate, day_of(estate, begins)) == begins
