"""Acts go into the log once each, in the order of their case, whatever happens on the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from console.cases.rows import act_id
from console.cases.sender import ActSender, ActStore
from console.outbox.log import Log
from deploy.kafka.install import create_topics
from schemas.acts import Act
from schemas.topics import ACTS, EVENTS
from tests.console.cases.working import Work
from tests.console.conftest import Broker
from tests.console.lifecycle.samples import WANG
from tests.console.running import RunningConsole
from tests.console.samples import NINE, alert

PARTITIONS = 3
CASES, KILLS = 40, 4


async def make_topics(broker: Broker) -> None:
    await create_topics(broker.bootstrap, PARTITIONS, topics=[ACTS, EVENTS])


async def acts_in(broker: Broker) -> list[Act]:
    """Every act of the log, each partition in its order."""
    spots = [TopicPartition(ACTS.name, number) for number in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap, group_id=None)
    await consumer.start()
    try:
        consumer.assign(spots)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(spots)
        found: list[Act] = []
        while any([await consumer.position(spot) < ends[spot] for spot in spots]):
            for some in (await consumer.getmany(timeout_ms=200)).values():
                found += [Act.model_validate_json(record.value) for record in some]
    finally:
        await consumer.stop()
    return found


@asynccontextmanager
async def sending(work: Work, broker: Broker) -> AsyncIterator[ActSender]:
    log = Log(broker.bootstrap, topic=ACTS.name)
    sender = ActSender(work.engine, log, lambda: NINE, "test")
    try:
        yield sender
    finally:
        await sender.close()


def busy(work: Work) -> None:
    work.take(alert("a1"), alert("a2"))
    for name in ("a1", "a2"):
        work.act("accept", WANG, name)
        work.act("handle", WANG, name, why="看过")


async def test_every_act_once_and_in_order(work: Work, broker: Broker) -> None:
    await make_topics(broker)
    busy(work)
    async with sending(work, broker) as sender:
        await sender.turn()
        await sender.turn()
    found = await acts_in(broker)
    assert sorted(act.id for act in found) == sorted(
        act_id(name, version) for name in ("a1", "a2") for version in (1, 2, 3)
    )
    for name in ("a1", "a2"):
        assert [act.version for act in found if act.target == name] == [1, 2, 3]
    assert ActStore(work.engine).waiting_count() == 0


async def test_what_was_tried_and_stands_there_is_not_sent_again(
    work: Work, broker: Broker
) -> None:
    await make_topics(broker)
    busy(work)
    store = ActStore(work.engine)
    async with sending(work, broker) as sender:
        await sender.turn()
        # As a kill between the log's answer and our own note leaves it.
        with work.engine.begin() as tx:
            tx.exec_driver_sql("update acts set sent_at = null where version > 1")
        await sender.turn()
    assert store.waiting_count() == 0
    assert len(await acts_in(broker)) == 6


async def test_what_was_tried_and_stands_nowhere_is_sent(work: Work, broker: Broker) -> None:
    await make_topics(broker)
    busy(work)
    store = ActStore(work.engine)
    store.mark(store.waiting(tried=False), tried_at=NINE)
    async with sending(work, broker) as sender:
        await sender.turn()
    assert len(await acts_in(broker)) == 6


async def test_without_a_log_acts_wait_and_it_is_told(work: Work, tmp_path: Path) -> None:
    busy(work)
    store = ActStore(work.engine)
    sender = ActSender(work.engine, Log("127.0.0.1:1", topic=ACTS.name), lambda: NINE, "test")
    stop = asyncio.Event()
    running = asyncio.create_task(sender.run(stop))
    async with asyncio.timeout(10):
        while sender.fault is None:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.02)
    stop.set()
    await running
    assert store.waiting_count() == 6


@pytest.mark.timeout(120)
async def test_a_console_killed_in_the_middle_of_acts_loses_and_doubles_none(
    broker: Broker, tmp_path: Path
) -> None:
    """Officers press on over kills, each act under its key, until they have an answer."""
    await broker.create_topics()
    await make_topics(broker)
    console = RunningConsole(broker.bootstrap, tmp_path)
    names = [f"a{n:02}" for n in range(CASES)]
    with console:
        console.start()
        await broker.send(*(alert(name) for name in names))
        acting = asyncio.create_task(_act_on_all(console, names))
        for _ in range(KILLS):
            await asyncio.sleep(0.7)
            console.kill()
            await asyncio.to_thread(console.start)
        await acting
        kept = {name: await asyncio.to_thread(_versions, console, name) for name in names}
        expected = {act_id(name, version) for name in names for version in (1, 2, 3)}
        found = await _when_all_sent(broker, len(expected))
    assert all(acts == ["open", "accept", "handle"] for acts in kept.values()), kept
    assert sorted(act.id for act in found) == sorted(expected)


async def _act_on_all(console: RunningConsole, names: list[str]) -> None:
    async with httpx.AsyncClient(base_url=console.url, trust_env=False, timeout=10) as http:
        for name in names:
            for version, kind in ((1, "accept"), (2, "handle")):
                body = {"kind": kind, "version": version, "why": "看过"}
                await _press_on(http, name, body)


async def _press_on(http: httpx.AsyncClient, name: str, body: dict[str, object]) -> None:
    """The same act under the same key until it is answered."""
    headers = {"Idempotency-Key": f"{name}-{body['version']}"}
    async with asyncio.timeout(60):
        while True:
            try:
                answer = await http.post(f"/api/cases/{name}/acts", json=body, headers=headers)
                if answer.status_code == 200:
                    return
                # The case is not there yet, or the database is busy.
                assert answer.status_code in (404, 503), answer.text
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)


def _versions(console: RunningConsole, name: str) -> list[str]:
    return [act["kind"] for act in console.ask(f"/api/cases/{name}/acts")["items"]]


async def _when_all_sent(broker: Broker, count: int) -> list[Act]:
    async with asyncio.timeout(40):
        while len(await acts_in(broker)) < count:  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.3)
    # What would be doubled comes with the next turns.
    await asyncio.sleep(1.5)
    return await acts_in(broker)
