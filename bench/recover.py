"""How long a worker takes to have a million keys of state back from a real Kafka.

python -m bench.recover [--keys 1000000]
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from aiokafka import AIOKafkaProducer

from deploy.kafka.install import create_topics
from processors.core.machine import Machine
from processors.core.partition import Partition, scope_key
from processors.core.records import Due, record_of
from processors.rules.catalogue import shipped_rules
from processors.shell.loader import load_partitions
from schemas.topics import STATE
from tests.services import kafka

PARTITIONS = 4


def record(number: int) -> bytes:
    """A door's record as it stands after a grant, with one deadline."""
    states = {"door_forced": {"allowed_at": 1_772_323_200_000 + number}}
    due = Due(1_772_323_235_000 + number, "", "door_held", "hold", 1_772_323_200_000)
    return record_of("", states, [due]).dump()


async def fill(bootstrap: str, keys: int) -> None:
    """Write that many scope records."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=20, max_batch_size=1 << 20)
    await producer.start()
    sent = []
    for number in range(keys):
        key = scope_key(f"e{number % 40}", f"door|d{number}").encode()
        part = number % PARTITIONS
        sent.append(await producer.send(STATE.name, record(number), key=key, partition=part))
        if len(sent) >= 20_000:
            await asyncio.gather(*sent)
            sent.clear()
    await asyncio.gather(*sent)
    await producer.stop()


async def measure(keys: int, folder: Path) -> None:
    """Fill, load, restore, and print what was seen."""
    with kafka.start(folder / "kafka") as service:
        await create_topics(service.bootstrap, PARTITIONS)
        await fill(service.bootstrap, keys)
        began = time.monotonic()
        loaded = await load_partitions(service.bootstrap, STATE.name, range(PARTITIONS))
        read = time.monotonic()
        count = 0
        for number, (state, _) in loaded.items():
            partition = Partition(number, Machine(shipped_rules()))
            partition.restore(None, {k: raw for k, raw in state.items() if k.startswith("scope|")})
            count += sum(len(estate.unread) for estate in partition.estates.values())
        done = time.monotonic()
    print(f"{count} keys: read in {read - began:.1f} s, in hand after {done - began:.1f} s")


def main() -> None:
    """Parse the arguments and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=1_000_000)
    keys = parser.parse_args().keys
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(keys, Path(folder)))


if __name__ == "__main__":
    main()
