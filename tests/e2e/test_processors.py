"""The live processors on a real Kafka, killed at random, against the back-test of the same log."""

import asyncio
import random
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from deploy.kafka.install import create_topics
from processors.core.replay import replay
from processors.rules.catalogue import shipped_rules
from schemas.alerts import Alert
from schemas.events import Event, decode, pack
from schemas.topics import ALERTS, EVENTS
from tests.core.test_live_equals_backtest import (
    START,
    WORDS,
    Arrival,
    configuration,
    reading,
    tick,
)
from tests.e2e.log import read_all
from tests.services import worker
from tests.services.kafka import Kafka

ESTATES = ("east", "west", "north", "south")
END_S = 400
READINGS = 4_000


def log_of(seed: int) -> list[Event]:
    """Some minutes of four estates in the order of arrival, with delays and duplicates."""
    chance = random.Random(seed)
    found = [Arrival(START - 1000, configuration(name, START - 1000, 30)) for name in ESTATES]
    for number in range(READINGS):
        at = START + 100 * chance.randrange(3_000)
        door = f"d{chance.randrange(60)}"
        event = reading(chance.choice(ESTATES), chance.choice(WORDS), door, at, number)
        times = 1 + (chance.random() < 0.2)
        found += [Arrival(at + chance.randrange(1_900), event) for _ in range(times)]
    for name in ESTATES:
        found += [Arrival(START + 1000 * s, tick(name, START + 1000 * s)) for s in range(END_S + 1)]
    return [arrival.event for arrival in sorted(found, key=lambda arrival: arrival.at)]


async def publish(producer: AIOKafkaProducer, events: list[Event]) -> None:
    """Write events in small records, as a gateway does."""
    for name in ESTATES:
        for body in pack([event for event in events if event.estate == name]):
            await producer.send_and_wait(EVENTS.name, body, key=name.encode())


def last_revisions(values: list[bytes]) -> dict[str, str]:
    """Alerts by id in their highest revision, as JSON. Equal revisions must be equal bytes."""
    found: dict[str, Alert] = {}
    for value in values:
        alert = Alert.model_validate_json(value)
        known = found.get(alert.id)
        assert known is None or known.revision != alert.revision or known == alert
        if known is None or alert.revision > known.revision:
            found[alert.id] = alert
    return {name: alert.model_dump_json() for name, alert in found.items()}


@pytest.mark.services
@pytest.mark.parametrize("partitions", [1, 4, 12])
async def test_killed_workers_say_what_the_backtest_says(
    kafka: Kafka, tmp_path: Path, partitions: int
) -> None:
    own = kafka.another(tmp_path / "kafka")
    with own:
        await create_topics(own.bootstrap, partitions)
        events = log_of(seed=partitions)
        producer = AIOKafkaProducer(bootstrap_servers=own.bootstrap)
        await producer.start()
        with worker.start(tmp_path, own.bootstrap, partitions) as process:
            for part in range(4):
                await publish(producer, events[_slice(events, part)])
                await asyncio.sleep(0.4)
                process.kill()
                process.start()
            await producer.stop()
            recorded = [
                event
                for value in await read_all(own.bootstrap, EVENTS.name, partitions)
                for event in decode(value)
            ]
            until = START + 1000 * END_S - 2000
            out = replay(recorded, shipped_rules(), until=until)
            expected = {name: a.model_dump_json() for name, a in out.alerts.items()}
            assert len(expected) > 100
            assert await _settled(own.bootstrap, partitions, expected) == expected


def _slice(events: list[Event], part: int) -> slice:
    quarter = len(events) // 4
    return slice(part * quarter, None if part == 3 else (part + 1) * quarter)


async def _settled(bootstrap: str, partitions: int, expected: dict[str, str]) -> dict[str, str]:
    """The alerts once they stand still, at the latest after half a minute."""
    found: dict[str, str] = {}
    for _ in range(30):
        await asyncio.sleep(1)
        found = last_revisions(await read_all(bootstrap, ALERTS.name, partitions))
        if found == expected:
            break
    return found
