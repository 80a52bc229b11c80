"""Create the topics that the parts share, all with the same fixed number of partitions.

Nothing else creates topics: a topic that a client made by asking for it has the broker's default
partition count, and then events and state of one estate no longer meet in one worker.
"""

import asyncio
import time
from collections.abc import Iterable
from contextlib import suppress

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from schemas.topics import ALL_TOPICS, PARTITIONS, Topic

WAIT_S = 60.0
RETRY_S = 0.25
REQUEST_TIMEOUT_MS = 10_000
TOPIC_ALREADY_EXISTS = 36
# Error codes after which the same request may succeed: coordinator or leader not there yet, time
# out, no controller yet. https://kafka.apache.org/protocol#protocol_error_codes
RETRIABLE = {5, 7, 8, 13, 15, 41}


class TopicMismatch(ValueError):  # It reads as the sentence it is.
    """A topic is there with another number of partitions than all parts count on."""


class BrokerAway(ConnectionError):
    """No broker answered within the time given."""


async def create_topics(
    bootstrap: str,
    partitions: int = PARTITIONS,
    replication: int = 1,
    *,
    topics: Iterable[Topic] = ALL_TOPICS,
    wait_s: float = WAIT_S,
) -> None:
    """Create what is missing of `topics` at the broker `bootstrap` (HOST:PORT,…); idempotent.

    Waits up to `wait_s` seconds for the broker. Raises BrokerAway when it never answers, and
    TopicMismatch when a topic stands there with another partition count.
    """
    wanted = [_new(topic, partitions, replication) for topic in topics]
    deadline = time.monotonic() + wait_s
    admin = await _connect(bootstrap, deadline)
    try:
        await _create(admin, wanted, deadline)
        await _check(admin, [topic.name for topic in wanted], partitions, deadline)
    finally:
        await admin.close()


def _new(topic: Topic, partitions: int, replication: int) -> NewTopic:
    return NewTopic(topic.name, partitions, replication, topic_configs=topic.settings)


async def _connect(bootstrap: str, deadline: float) -> AIOKafkaAdminClient:
    while True:
        admin = AIOKafkaAdminClient(
            bootstrap_servers=bootstrap, request_timeout_ms=REQUEST_TIMEOUT_MS
        )
        try:
            await admin.start()
        except (KafkaError, OSError) as error:
            with suppress(Exception):
                await admin.close()
            await _again(deadline, f"no Kafka broker answers at {bootstrap}", error)
        else:
            return admin


async def _create(admin: AIOKafkaAdminClient, wanted: list[NewTopic], deadline: float) -> None:
    missing = wanted
    while missing:
        try:
            answer = await admin.create_topics(missing)
        except (KafkaError, OSError) as error:
            await _again(deadline, "Kafka did not create the topics", error)
            continue
        codes = {item[0]: (item[1], item[2]) for item in answer.topic_errors}
        missing = [topic for topic in missing if codes[topic.name][0] in RETRIABLE]
        for name, (code, said) in codes.items():
            if code not in {0, TOPIC_ALREADY_EXISTS} | RETRIABLE:
                raise TopicMismatch(f"Kafka refuses to create {name}: {said} (error {code})")
        if missing:
            await _again(deadline, "Kafka did not create the topics", None)


async def _check(
    admin: AIOKafkaAdminClient, names: list[str], partitions: int, deadline: float
) -> None:
    while True:
        counted = await _partition_counts(admin, names)
        for name, count in counted.items():
            if count != partitions:
                raise TopicMismatch(
                    f"topic {name} has {count} partitions, not {partitions}: if all have "
                    f"{count} ask for so many, else delete this one once nothing in it is needed"
                )
        if len(counted) == len(names):
            return
        await _again(deadline, "the new topics do not show up", None)


async def _partition_counts(admin: AIOKafkaAdminClient, names: list[str]) -> dict[str, int]:
    try:
        described = await admin.describe_topics(names)
    except (KafkaError, OSError):
        return {}
    return {item["topic"]: len(item["partitions"]) for item in described if not item["error_code"]}


async def _again(deadline: float, what: str, error: BaseException | None) -> None:
    if time.monotonic() > deadline:
        raise BrokerAway(f"{what}: check its address and that it runs") from error
    await asyncio.sleep(RETRY_S)
