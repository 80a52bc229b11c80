"""Writes an alert, then the state that rests on it, for ever: to be killed. Argument: bootstrap."""

import asyncio
import sys

from aiokafka import AIOKafkaProducer

from schemas.topics import ALERTS, PARTITIONS, STATE

AT_ONCE = 6
ALERT_BYTES = 4_000


async def write(producer: AIOKafkaProducer, hand: int) -> None:
    turn = 0
    while True:
        name, partition = b"%d-%d" % (hand, turn), (hand + turn) % PARTITIONS
        alert = b"x" * ALERT_BYTES
        await producer.send_and_wait(ALERTS.name, alert, key=name, partition=partition)
        await producer.send_and_wait(STATE.name, b"1", key=b"scope|" + name, partition=partition)
        turn += 1


async def main(bootstrap: str) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        await asyncio.gather(*(write(producer, hand) for hand in range(AT_ONCE)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
