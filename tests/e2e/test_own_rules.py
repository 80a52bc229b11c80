"""Own rules added, changed and removed while a thousand events a second flow, on a real Kafka.

One rule stands all the while and counts every reading of each door, so that a lost one shows; the
others come, change and go every half second. The worker is killed once in the middle.
"""

import asyncio
import random
import time
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from deploy.kafka.install import create_topics
from processors.core.replay import replay
from processors.rules.catalogue import shipped_rules
from schemas.alerts import Alert
from schemas.base import Words
from schemas.events import Event, decode, event_id, make_event, pack
from schemas.place import EstateConfig
from schemas.topics import ALERTS, EVENTS
from tests.core.test_live_equals_backtest import START, WORDS, reading, tick
from tests.e2e.log import read_all
from tests.e2e.test_processors import last_revisions
from tests.services import worker
from tests.services.kafka import Kafka
from tests.sigma.make import document
from tests.sigma.test_live_equals_backtest import POOL

ESTATES = ("east", "west", "north", "south")
PARTITIONS = 4
SECONDS = 12
A_SECOND = 1_000
SLICES = 20
SWITCHES_A_SECOND = 2
DOORS = 40
EVERY = document(
    {"seen": {"type": list(dict.fromkeys(WORDS))}},
    {"type": "event_count", "rules": ["seen"], "group-by": ["place"], "condition": {"gte": 1}},
    id="every",
)


def switched(estate: str, at: int, rules: list[dict[str, Any]]) -> Event:
    config = EstateConfig(
        estate=estate, name=Words(zh=estate, en=estate), operator_rules=(EVERY, *rules)
    )
    data = {"device": "g", "place": estate, "received_at": at, "gateway": "g",
            "hash": config.digest, "config": config.model_dump(mode="json")}  # fmt: skip
    return make_event("config.activated", id=event_id(estate, "config", at),
                      source=f"/{estate}/g", time=at, data=data)  # fmt: skip


def slices(seed: int) -> list[list[Event]]:
    """What arrives in each twentieth of a second: readings, ticks, and changes of rules."""
    chance = random.Random(seed)
    found = []
    for number in range(SECONDS * SLICES):
        at = START + number * 1_000 // SLICES
        found.append([
            reading(chance.choice(ESTATES), chance.choice(WORDS), f"d{chance.randrange(DOORS)}",
                    at + n % 50, number * A_SECOND + n)
            for n in range(A_SECOND // SLICES)
        ])  # fmt: skip
        if number % (SLICES // SWITCHES_A_SECOND) == 0:
            chosen = [chance.choice([None, *variants]) for variants in POOL]
            rules = [rule for rule in chosen if rule is not None]
            found[-1].insert(0, switched(chance.choice(ESTATES), at, rules))
        if number % SLICES == 0:
            found[-1] += [tick(estate, at) for estate in ESTATES]
    first = [switched(estate, START - 1_000, []) for estate in ESTATES]
    return [first, *found]


def packed(events: list[Event]) -> list[tuple[bytes, bytes]]:
    """Keys and values of Kafka's records."""
    return [
        (name.encode(), body)
        for name in ESTATES
        for body in pack([event for event in events if event.estate == name])
    ]


async def publish(producer: AIOKafkaProducer, records: list[tuple[bytes, bytes]]) -> None:
    """Hand all to Kafka, and wait once for all of them."""
    sent = [await producer.send(EVENTS.name, body, key=key) for key, body in records]
    await asyncio.gather(*sent)


async def flow(bootstrap: str, process: Any) -> float:
    """Publish all at the pace of real time, also while the worker is away; the seconds it took."""

    def again() -> None:
        process.kill()
        process.start()

    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    parts = [packed(events) for events in slices(seed=3)]
    killed = None
    began = time.monotonic()
    for number, records in enumerate(parts):
        await publish(producer, records)
        if number == len(parts) // 2:
            killed = asyncio.create_task(asyncio.to_thread(again))
        await asyncio.sleep(max(0.0, began + number / SLICES - time.monotonic()))
    spent = time.monotonic() - began
    assert killed is not None
    await killed
    end = START + (SECONDS + 600) * 1_000
    await publish(producer, packed([tick(estate, end) for estate in ESTATES]))
    await producer.stop()
    return spent


@pytest.mark.services
async def test_rules_change_while_a_thousand_events_a_second_flow(
    kafka: Kafka, tmp_path: Path
) -> None:
    own = kafka.another(tmp_path / "kafka")
    with own:
        await create_topics(own.bootstrap, PARTITIONS)
        with worker.start(tmp_path, own.bootstrap, PARTITIONS) as process:
            spent = await flow(own.bootstrap, process)
            values = await read_all(own.bootstrap, EVENTS.name, PARTITIONS)
            log = [event for value in values for event in decode(value)]
            until = START + (SECONDS + 600) * 1_000 - 2_000
            expected = replay(log, shipped_rules(), until=until).alerts
            told = {name: alert.model_dump_json() for name, alert in expected.items()}
            found = await settled(own.bootstrap, told)
    print(f"{SECONDS * A_SECOND / spent:.0f} events/s, {len(expected)} alerts")
    assert found == told
    assert {"every", "often", "open", "then"} <= {alert.rule for alert in expected.values()}
    readings = [event for event in log if event.type in WORDS]
    assert len(readings) == SECONDS * A_SECOND
    assert counted(expected) == len(readings), "no reading was lost to the rule that stood"
    named = [(a.estate, a.rule, a.key, a.opened_at) for a in expected.values()]
    assert len(set(named)) == len(named), "none is doubled"
    assert [a for a in expected.values() if a.cleared_reason is not None]


def counted(alerts: dict[str, Alert]) -> int:
    """How many readings the alerts of the standing rule rest on."""
    return sum(
        len(alert.evidence) + alert.evidence_more
        for alert in alerts.values()
        if alert.rule == "every"
    )


async def settled(bootstrap: str, expected: dict[str, str]) -> dict[str, str]:
    """The alerts once they stand still, at the latest after a minute."""
    found: dict[str, str] = {}
    for _ in range(60):
        await asyncio.sleep(1)
        found = last_revisions(await read_all(bootstrap, ALERTS.name, PARTITIONS))
        if found == expected:
            break
    return found
