"""What the log holds, and what the back-test makes of it."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.base import format_instant
from schemas.events import Event, decode
from schemas.topics import EVENTS, PARTITIONS
from tests.repo.tree import ROOT

TICK = "clock.ticked"


async def read_all(bootstrap: str, topic: str, partitions: int = PARTITIONS) -> list[bytes]:
    """Every value that a topic holds now."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    spots = [TopicPartition(topic, number) for number in range(partitions)]
    consumer.assign(spots)
    await consumer.seek_to_beginning()
    ends = await consumer.end_offsets(spots)
    found: list[bytes] = []
    while any([await consumer.position(spot) < ends[spot] for spot in spots]):
        for records in (await consumer.getmany(timeout_ms=500)).values():
            found.extend(record.value for record in records if record.value)
    await consumer.stop()
    return found


async def recorded(bootstrap: str) -> list[Event]:
    """The events that stand in Kafka."""
    return [event for value in await read_all(bootstrap, EVENTS.name) for event in decode(value)]


def kept(data: Path) -> list[Event]:
    """The events that the embedded stack keeps of its log, across all its brokers."""
    with sqlite3.connect(f"file:{data / 'keeper.db'}?mode=ro", uri=True) as db:
        rows = db.execute(f'SELECT value FROM "{EVENTS.name}" ORDER BY id').fetchall()
    return [event for (value,) in rows for event in decode(value)]


def readings(events: Iterable[Event]) -> set[tuple[str, int]]:
    """The devices' own readings, by device and its running number."""
    return {
        (event.data.device, event.data.sequence)
        for event in events
        if event.data.sequence is not None
    }


def last_tick(events: Iterable[Event]) -> int:
    """The time of the last tick, in ms; 0 if there is none."""
    return max((event.time for event in events if event.type == TICK), default=0)


def backtest(events: Iterable[Event], folder: Path, until: int) -> dict[str, dict[str, Any]]:
    """What `backtest` says of a log up to a time (ms): alerts by id."""
    file = folder / "recorded.ndjson"
    file.write_bytes(b"".join(event.to_json() + b"\n" for event in events))
    argv = [sys.executable, "-m", "deploy.cli", "backtest", "--until", format_instant(until)]
    done = subprocess.run([*argv, str(file)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    alerts = [json.loads(line) for line in done.stdout.splitlines()]
    return {alert["id"]: alert for alert in alerts}
