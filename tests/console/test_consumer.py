"""Reading the log, on a broker that speaks Kafka."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from console.batch import Position
from console.consumer import LogConsumer, is_same_log
from console.office import Office
from console.server import wall_clock
from console.settings import ConsoleSettings
from schemas.alerts import Alert
from tests.console.conftest import Broker
from tests.console.samples import NINE, alert, device, gateway_input

WAIT_S = 30.0


@pytest.mark.parametrize(
    ("offset", "timestamp", "same"), [(6, 50, True), (6, 51, False), (7, 50, False), (0, 50, False)]
)
def test_the_same_log_has_our_last_record_in_its_place(
    offset: int, timestamp: int, same: bool
) -> None:
    assert is_same_log(Position(7, 50), offset, timestamp) is same


@asynccontextmanager
async def reading(settings: ConsoleSettings) -> AsyncIterator[Office]:
    """An office whose consumer runs for the block."""
    office, stop = Office(settings, wall_clock), asyncio.Event()
    running = asyncio.create_task(LogConsumer(office).run(stop))
    try:
        yield office
    finally:
        stop.set()
        await running
        office.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not holds():  # noqa: ASYNC110  # What is looked at tells nobody.
            await asyncio.sleep(0.02)


@pytest.fixture
def settings(settings: ConsoleSettings, broker: Broker) -> ConsoleSettings:
    return settings.model_copy(update={"bootstrap": broker.bootstrap})


def alerts(*names: str) -> list[Alert]:
    return [alert(name, opened_at=NINE + n) for n, name in enumerate(names)]


def in_sight(office: Office) -> set[str]:
    return {one.id for one in office.feed.ordered()}


async def test_alerts_and_views_come_in_once_the_topics_are_there(
    settings: ConsoleSettings, broker: Broker
) -> None:
    async with reading(settings) as office:
        assert office.state() == "starting"
        await broker.create_topics()
        await broker.send(*alerts("a", "b"), device(), gateway_input())
        await until(lambda: office.state() == "normal")
        await until(lambda: in_sight(office) == {"a", "b"})
        assert set(office.views.devices) == {"device/lakeside/north-panel"}
        assert (office.reading.fault, office.reading.behind) == (None, 0)


async def test_a_restart_goes_on_where_it_was(settings: ConsoleSettings, broker: Broker) -> None:
    await broker.create_topics()
    await broker.send(*alerts(*"abcdef"), device())
    async with reading(settings) as office:
        await until(lambda: len(office.feed) == 6)
        positions = await office.positions()
    await broker.send(*alerts("g"))
    async with reading(settings) as office:
        assert len(office.feed) == 6
        await until(lambda: "g" in in_sight(office))
        # Six were known, so only the seventh was a change.
        assert office.changes.last == 7
        after = await office.positions()
    assert sum(p.offset for p in after.values()) == sum(p.offset for p in positions.values()) + 1


async def test_a_broker_that_forgot_everything_is_read_from_its_beginning(
    settings: ConsoleSettings, broker: Broker
) -> None:
    await broker.create_topics()
    await broker.send(*alerts(*"abcdefgh"), gateway_input())
    async with reading(settings) as office:
        await until(lambda: len(office.feed) == 8)
        broker.kill()
        await until(lambda: office.state() == "down")
        broker.start()
        await broker.create_topics()
        # Fewer than before, and some are known: the places we had mean nothing here.
        await broker.send(*alerts("a", "b", "x", "y"))
        await until(lambda: {"x", "y"} <= in_sight(office))
        assert office.changes.last == 10
        assert office.reading.fault is None


async def test_a_broker_that_forgot_while_we_were_away_is_noticed(
    settings: ConsoleSettings, broker: Broker
) -> None:
    await broker.create_topics(1)
    await broker.send(*alerts("a", "b"))
    async with reading(settings) as office:
        await until(lambda: len(office.feed) == 2)
    broker.restart()
    await broker.create_topics(1)
    # More than before: the place we had lies within this log, but it is another one.
    await broker.send(*alerts(*"uvwxyz"))
    async with reading(settings) as office:
        await until(lambda: in_sight(office) == set("abuvwxyz"))
