"""The raw log on a real Tansu: what the stack relies on must be so, version after version."""

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.embedded.rawlog import LogError, Place, RawLog, Record
from deploy.embedded.tansu import HOST, Tansu
from deploy.kafka.install import create_topics
from schemas.topics import EVENTS

FIRST = 5_000_000
HERE = Place(EVENTS.name, 0)
WAIT_MS = 200


def record(offset: int) -> Record:
    return Record(offset, 1_700_000_000_000 + offset, b"estate", b"%d" % offset, (("h", b"1"),))


LAID = [record(FIRST), record(FIRST + 7), record(FIRST + 100), record(FIRST + 300)]


async def laid(broker: Tansu) -> RawLog:
    """A log with gaps before, between and behind its records."""
    await create_topics(broker.bootstrap, 2)
    log = await RawLog.connect(HOST, broker.port)
    await log.append(HERE, 0, LAID[:3])
    await log.append(HERE, FIRST + 101, LAID[3:])
    await log.append(HERE, FIRST + 301, [record(FIRST + 301)])
    return log


async def test_records_land_at_their_own_offsets_with_all_they_have(broker: Tansu) -> None:
    log = await laid(broker)
    [found] = await log.fetch({HERE: 0}, WAIT_MS)
    assert list(found.records) == [*LAID, record(FIRST + 301)]
    assert found.high == FIRST + 302
    log.close()


@pytest.mark.parametrize("start", [0, 10, FIRST, FIRST + 3, FIRST + 150, FIRST + 301, FIRST + 302])
async def test_an_ordinary_client_reads_on_from_anywhere(broker: Tansu, start: int) -> None:
    log = await laid(broker)
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
        live = await producer.send_and_wait(HERE.topic, b"live", partition=0)
    assert live.offset == FIRST + 302
    wanted = [r.offset for r in (*LAID, record(FIRST + 301)) if r.offset >= start] + [live.offset]
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, fetch_max_wait_ms=50)
    await consumer.start()
    spot = TopicPartition(*HERE)
    consumer.assign([spot])
    consumer.seek(spot, start)
    found = [(await consumer.getone()).offset for _ in wanted]
    await consumer.stop()
    log.close()
    assert found == wanted


async def test_a_log_that_somebody_else_wrote_to_is_an_error(broker: Tansu) -> None:
    await create_topics(broker.bootstrap, 2)
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
        await producer.send_and_wait(HERE.topic, b"too early", partition=0)
    log = await RawLog.connect(HOST, broker.port)
    with pytest.raises(LogError, match="another client wrote"):
        await log.append(HERE, 0, LAID)
    log.close()


async def test_the_end_is_told_though_the_brokers_own_answer_is_too_low(broker: Tansu) -> None:
    await create_topics(broker.bootstrap, 2)
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, linger_ms=50) as producer:
        sent = [await producer.send(HERE.topic, b"x", partition=0) for _ in range(10)]
        for each in sent:
            await each
    log = await RawLog.connect(HOST, broker.port)
    [found] = await log.fetch({HERE: 0}, WAIT_MS)
    assert (found.high, len(found.records)) == (10, 10)
    log.close()


async def test_a_groups_offsets_are_laid_and_read(broker: Tansu) -> None:
    await create_topics(broker.bootstrap, 2)
    log = await RawLog.connect(HOST, broker.port)
    there = Place(EVENTS.name, 1)
    await log.commit("readers", {HERE: FIRST})
    assert await log.committed("readers", [HERE, there]) == {HERE: FIRST}
    consumer = AIOKafkaConsumer(
        bootstrap_servers=broker.bootstrap, group_id="readers", enable_auto_commit=False
    )
    await consumer.start()
    assert await consumer.committed(TopicPartition(*HERE)) == FIRST
    await consumer.stop()
    log.close()
