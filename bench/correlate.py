"""Correlation against a bare Faust agent, on one real Kafka, in one run: prints the ratio.

The bare agent does nothing and is fed one event a message; ours runs all rules with checkpoints on
and is fed envelopes, as the gateway writes them. Both are one process with the same Kafka.

    python -m bench.correlate [--events 60000]
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.kafka.install import create_topics
from deploy.simulation.events import events as simulated
from schemas.events import Event, encode, event_id, make_event, pack
from schemas.topics import APP, EVENTS, STATE
from tests.services import kafka
from tests.services.process import Child

ROOT = Path(__file__).parents[1]
BARE = "bench-bare"
PARTITIONS = 4
WAITED_S = 240
BARE_AGENT = """
import asyncio, faust, sys
app = faust.App("bench-bare", broker="kafka://" + sys.argv[1], store="memory://",
                web_enabled=False, topic_allow_declare=False, topic_disable_leader=True,
                topic_partitions=4, consumer_auto_offset_reset="earliest")
topic = app.topic("bench-bare", value_type=bytes, value_serializer="raw")
@app.agent(topic)
async def nothing(stream):
    async for value in stream:
        pass
async def main():
    await app.start()
    await app.wait_until_stopped()
asyncio.run(main())
"""


async def fill(bootstrap: str, events: list[Event]) -> None:
    """The same events into both topics: packed for ours, one a message for the bare agent."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=20, max_batch_size=1 << 20)
    await producer.start()
    sent = []
    for estate in sorted({event.estate for event in events}):
        mine = [event for event in events if event.estate == estate]
        key = estate.encode()
        sent += [await producer.send(EVENTS.name, body, key=key) for body in pack(mine)]
        sent += [await producer.send(BARE, event.to_json(), key=key) for event in mine]
        for later_s in (60, 120):
            sent.append(
                await producer.send(EVENTS.name, encode([tick(mine[-1], later_s)]), key=key)
            )
    await asyncio.gather(*sent)
    await producer.stop()


def tick(last: Event, later_s: int) -> Event:
    """The clock after the last event, so that what waits for the lateness is released."""
    at = last.time + later_s * 1000
    data: dict[str, Any] = {"device": "bench", "place": last.estate, "received_at": at}
    data["gateway"] = last.data.gateway
    return make_event(
        "clock.ticked", id=event_id("bench", at), source=f"/{last.estate}/bench", time=at, data=data
    )


async def rate(bootstrap: str, group: str, topic: str, events: int) -> float:
    """Events a second of a group, from its first commit to its last, by the share committed.

    The last tick of each estate waits for ever, as the clock does not go on: one record may stay.
    Raises TimeoutError after WAITED_S.
    """
    probe = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    await probe.start()
    spots = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    total: int = sum((await probe.end_offsets(spots)).values())
    first, began, give_up = 0, 0.0, time.monotonic() + WAITED_S
    while time.monotonic() < give_up:
        done: int = sum([await probe.committed(spot) or 0 for spot in spots])
        if done and not first:
            first, began = done, time.monotonic()
        if first < total - 1 <= done:
            await probe.stop()
            return float(events) * (done - first) / total / (time.monotonic() - began)
        await asyncio.sleep(0.02)
    raise TimeoutError(f"{group} did not drain {topic}")


def child(log: Path, argv: list[str], bootstrap: str) -> Child:
    """A process under measurement, in the environment both share."""
    env = {"PYTHONPATH": str(ROOT), "SC_BOOTSTRAP": bootstrap, "SC_PARTITIONS": str(PARTITIONS)}
    return Child([sys.executable, *argv], log, lambda: True, {**os.environ, **env}, ROOT)


async def state_records(bootstrap: str) -> int:
    """How many records the state topic got."""
    probe = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await probe.start()
    ends = await probe.end_offsets([TopicPartition(STATE.name, n) for n in range(PARTITIONS)])
    await probe.stop()
    return sum(ends.values())


async def measure(count: int, folder: Path) -> None:
    """Run both, and print what was seen."""
    with kafka.start(folder / "kafka") as service:
        await create_topics(service.bootstrap, PARTITIONS)
        admin = AIOKafkaAdminClient(bootstrap_servers=service.bootstrap)
        await admin.start()
        await admin.create_topics([NewTopic(BARE, PARTITIONS, 1)])
        await admin.close()
        await fill(service.bootstrap, list(simulated(seed=7, count=count)))
        rates = {}
        for name, argv, group, topic in (
            ("bare agent", ["-c", BARE_AGENT, service.bootstrap], BARE, BARE),
            ("all rules", ["-m", "deploy.cli", "process"], APP, EVENTS.name),
        ):
            process = child(folder / f"{group}.log", argv, service.bootstrap)
            process.start()
            rates[name] = await rate(service.bootstrap, group, topic, count)
            process.stop()
            print(f"{name:12} {rates[name]:9.0f} events/s")
        print(f"ratio        {rates['all rules'] / rates['bare agent']:9.2f}")
        print(
            f"state        {await state_records(service.bootstrap) / count:9.2f} records an event"
        )


def main() -> None:
    """Parse the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=60_000)
    count = parser.parse_args().events
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(count, Path(folder)))


if __name__ == "__main__":
    main()
