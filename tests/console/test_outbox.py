"""Each change goes into the log of its estate once: in order, in time, whatever dies in between."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from threading import Thread

import pytest
from aiokafka import AIOKafkaProducer
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection

from console.devices import Input
from console.outbox.announcing import AGAIN_AFTER_MS, LOOK_AFTER_MS, Speaker
from console.outbox.clock import AHEAD_MS, LogClock
from console.outbox.log import Log
from console.outbox.notes import Note, event_of, note_id, stamps
from console.outbox.store import (
    OutboxStore,
    announce_again,
    enqueue,
    know_estates,
    waiting_count,
)
from console.register.office import RegisterOffice
from schemas.topics import EVENTS
from schemas.views import InputView
from tests.console.conftest import Broker
from tests.console.desks import DAY, ESTATE, PERMIT, outbox_of, set_one
from tests.console.logs import (
    SILENT,
    Standing,
    events_of,
    ids,
    make_log,
    records_of,
    sending,
    turns,
)
from tests.console.samples import NINE

OTHERS = ("hillside", "seaside", "north", "south", "east", "west")


def note(number: int, estate: str = ESTATE, key: str = "permits/1") -> Note:
    body = {"record": "permit", "change": "set"}
    return Note(note_id(estate, key, number), estate, key, "register.changed", "ref", body)


def put(office: RegisterOffice, *notes: Note) -> None:
    with office.engine.begin() as tx:
        enqueue(tx, notes, NINE)


@given(st.lists(st.sampled_from("abc"), max_size=20), st.integers(0, 100), st.integers(0, 100))
def test_times_never_go_back_and_tell_two_changes_of_one_entry_apart(
    keys: list[str], now: int, last: int
) -> None:
    given_ = stamps(keys, now, last)
    assert all(stamp > last and stamp >= now for stamp in given_)
    assert given_ == sorted(given_)
    for key in set(keys):
        mine = [stamp for stamp, of in zip(given_, keys, strict=True) if of == key]
        assert all(one < other for one, other in pairwise(mine))


def heard(ticked_at: int, written_at: int) -> Input:
    return Input(InputView(estate=ESTATE, ticked_at=ticked_at), written_at)


@pytest.mark.parametrize(
    ("ticked_at", "expected"),
    [(NINE, NINE + 500), (NINE - 90_000, NINE + 500), (NINE + 90_000, NINE + 90_500)],
)
def test_a_note_is_dated_by_the_later_of_two_clocks(ticked_at: int, expected: int) -> None:
    clock = LogClock()
    assert clock.times([heard(ticked_at, NINE)], NINE + 500) == {ESTATE: expected}


def test_simulated_time_is_followed_at_its_pace() -> None:
    clock = LogClock(simulated=True)
    begin = NINE - DAY
    clock.times([heard(begin, NINE)], NINE)
    found = clock.times([heard(begin + 30_000, NINE + 1000)], NINE + 1500)[ESTATE]
    assert found == begin + 30_000 + 30 * (500 + AHEAD_MS)


def test_a_tried_note_is_in_doubt_until_it_is_known_to_stand(register: RegisterOffice) -> None:
    store = OutboxStore(register.engine)
    put(register, note(1), note(2), note(3, "hillside"))
    with register.engine.begin() as tx:
        know_estates(tx, [ESTATE, "hillside"], NINE)
    stamped = store.stamp({"hillside": NINE + 7}, NINE)
    assert [one.stamped_at for one in stamped] == [NINE, NINE + 1, NINE + 7]
    assert store.stamp({}, NINE) == []
    assert store.in_doubt() == stamped
    store.sent(stamped[:1], NINE)
    store.unstamp(stamped[1:])
    again = store.stamp({}, NINE)
    assert [one.note.id for one in again] == [one.note.id for one in stamped[1:]]
    assert [one.stamped_at for one in again] == [NINE + 2, NINE + 8]
    assert store.waiting_count() == waiting_count(register.engine) == 2
    store.sent(again, NINE)
    store.trim(NINE + 7 * DAY)
    assert len(outbox_of(register.engine)) == 3
    store.trim(NINE + 7 * DAY + 1)
    assert outbox_of(register.engine) == []


async def test_each_estate_is_told_in_order_where_its_events_stand(
    desk: RegisterOffice, broker: Broker
) -> None:
    await make_log(broker)
    estates = (ESTATE, *OTHERS)
    put(desk, *(note(number, estate) for number in range(3) for estate in estates))
    async with sending(desk, broker.bootstrap) as outbox:
        await turns(outbox)
    found = await events_of(broker.bootstrap)
    for estate in estates:
        mine = [event for event in found if event.estate == estate]
        assert ids(mine) == [note(number, estate).id for number in range(3)]
        assert [event.time for event in mine] == [NINE, NINE + 1, NINE + 2]
        assert [event.data.received_at for event in mine] == [event.time for event in mine]
    by_gateway: dict[bytes, int] = {}
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as gateway:
        for estate in estates:
            written = await gateway.send_and_wait(EVENTS.name, b"[]", key=estate.encode())
            by_gateway[estate.encode()] = written.partition
    records = await records_of(broker.bootstrap)
    assert {record.key: record.partition for record in records} == by_gateway
    assert len(set(by_gateway.values())) > 1


async def test_nothing_is_written_twice_by_a_restart(desk: RegisterOffice, broker: Broker) -> None:
    await make_log(broker)
    for number in range(3):
        put(desk, note(number))
        async with sending(desk, broker.bootstrap) as outbox:
            await turns(outbox)
    assert ids(await events_of(broker.bootstrap)) == [note(number).id for number in range(3)]
    assert waiting_count(desk.engine) == 0


@pytest.mark.parametrize("had_arrived", [True, False])
async def test_what_a_kill_left_in_doubt_is_looked_for_in_the_log(
    desk: RegisterOffice, broker: Broker, had_arrived: bool
) -> None:
    await make_log(broker)
    put(desk, note(1), note(2, "hillside"))
    with desk.engine.begin() as tx:
        know_estates(tx, [ESTATE, "hillside"], NINE)
    clock = Standing()
    clock.at = wall()
    stamped = OutboxStore(desk.engine).stamp({}, clock.at)
    if had_arrived:
        kafka = Log(broker.bootstrap)
        producer = await kafka.producer()
        told = {one.note.estate: [event_of(one.note, one.stamped_at or 0)] for one in stamped}
        await kafka.write(producer, told)
        await producer.stop()
    clock.at += 60_000
    async with sending(desk, broker.bootstrap, clock=clock) as outbox:
        await turns(outbox)
    found = await events_of(broker.bootstrap)
    assert sorted(ids(found)) == sorted(one.note.id for one in stamped)
    late = {event.time - (one.stamped_at or 0) for event in found for one in stamped}
    assert late == ({0} if had_arrived else {60_000})


def wall() -> int:
    """The clock that records are stamped by."""
    return time.time_ns() // 1_000_000


async def test_what_came_while_kafka_was_away_is_written_when_it_is_back(
    desk: RegisterOffice, broker: Broker
) -> None:
    await make_log(broker)
    stop = asyncio.Event()
    async with sending(desk, broker.bootstrap) as outbox:
        running = asyncio.create_task(outbox.run(stop))
        put(desk, note(1))
        await until(lambda: waiting_count(desk.engine) == 0)
        broker.kill()
        put(desk, note(2))
        await until(lambda: outbox.fault is not None)
        assert waiting_count(desk.engine) == 1
        broker.start()
        await make_log(broker)
        await until(lambda: waiting_count(desk.engine) == 0)
        stop.set()
        await running
    assert ids(await events_of(broker.bootstrap)) == [note(2).id]


async def until(holds: object, within_s: float = 30) -> None:
    """Wait for something that another task brings about."""
    assert callable(holds)
    async with asyncio.timeout(within_s):
        while not holds():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.05)


async def test_an_estate_is_told_all_again_each_day_and_when_asked(
    desk: RegisterOffice, broker: Broker
) -> None:
    await make_log(broker)
    set_one(desk, "permits", PERMIT.model_copy(update={"valid_to": NINE + 9 * DAY}))
    speaker, clock = Speaker(desk._standing, desk._welcome), Standing()
    async with sending(desk, broker.bootstrap, speaker, clock) as outbox:
        await turns(outbox)
        assert len(await events_of(broker.bootstrap)) == 1
        clock.at += AGAIN_AFTER_MS - 1
        await turns(outbox)
        assert len(await events_of(broker.bootstrap)) == 1
        clock.at += 1
        await turns(outbox)
        assert len(await events_of(broker.bootstrap)) == 2
        with desk.engine.begin() as tx:
            assert announce_again(tx, ["hillside"]) == 0
            assert announce_again(tx) == 1
        await turns(outbox)
    first, *again = await events_of(broker.bootstrap)
    assert len({first.id, *ids(again)}) == 3
    for event in again:
        assert event.subject == first.subject
        changed = {"received_at": 0, "sequence": None}
        assert event.data.model_copy(update=changed) == first.data.model_copy(update=changed)
        assert event.time > first.time


async def test_another_log_than_before_is_told_all_that_stands(
    desk: RegisterOffice, broker: Broker
) -> None:
    await make_log(broker)
    set_one(desk, "permits", PERMIT)
    speaker, clock = Speaker(desk._standing, desk._welcome), Standing()
    async with sending(desk, broker.bootstrap, speaker, clock) as outbox:
        await turns(outbox)
        broker.kill()  # This broker forgets all.
    broker.start()
    await make_log(broker)
    assert await events_of(broker.bootstrap) == []
    async with sending(desk, broker.bootstrap, speaker, clock) as outbox:
        await turns(outbox)
        assert len(await events_of(broker.bootstrap)) == 1
        clock.at += LOOK_AFTER_MS
        await turns(outbox)
        assert len(await events_of(broker.bootstrap)) == 1


async def test_a_change_is_dated_behind_what_was_announced(
    desk: RegisterOffice, broker: Broker
) -> None:
    await make_log(broker)
    put(desk, note(1))

    def late(tx: Connection, estate: str, at: int) -> list[Note]:
        """While all is told, somebody changes something."""
        enqueue(tx, [note(2)], NINE)
        return [note(9)]

    async with sending(desk, broker.bootstrap, Speaker(late, SILENT.welcome)) as outbox:
        await turns(outbox)
        with desk.engine.begin() as tx:
            announce_again(tx)
        await turns(outbox)
    found = await events_of(broker.bootstrap)
    assert ids(found) == [note(number).id for number in (1, 9, 2)]
    assert [event.time for event in found] == [NINE, NINE + 1, NINE + 2]


async def test_a_change_is_dated_behind_an_announcement_that_a_kill_cut_short(
    desk: RegisterOffice, broker: Broker
) -> None:
    await make_log(broker)
    put(desk, note(1))
    speaker = Speaker(lambda tx, estate, at: [note(9)], SILENT.welcome)
    async with sending(desk, broker.bootstrap) as outbox:
        await turns(outbox)
    with desk.engine.begin() as tx:
        announce_again(tx)
    with keeper(409) as (url, _):
        async with sending(desk, broker.bootstrap, speaker, durable_url=url) as outbox:
            with pytest.raises(ConnectionError):
                await turns(outbox)
    put(desk, note(2))
    async with sending(desk, broker.bootstrap) as outbox:
        await turns(outbox)
    times = {event.id: event.time for event in await events_of(broker.bootstrap)}
    assert times == {note(1).id: NINE, note(9).id: NINE + 1, note(2).id: NINE + 2}


@contextmanager
def keeper(*answers: int) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """What says whether a record is stored, with these answers, the last one again and again."""
    left, asked = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(left.pop(0) if len(left) > 1 else left[0])
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.mark.parametrize("answers", [(200,), (503, 200), (404,)])
async def test_where_kafka_forgets_a_note_counts_once_it_is_stored(
    desk: RegisterOffice, broker: Broker, answers: tuple[int, ...]
) -> None:
    await make_log(broker)
    put(desk, note(1))
    with keeper(*answers) as (url, asked):
        async with sending(desk, broker.bootstrap, durable_url=url) as outbox:
            await turns(outbox)
        assert [one["topic"] for one in asked] == [EVENTS.name] * len(answers)
    assert waiting_count(desk.engine) == 0


async def test_what_went_with_an_earlier_broker_stays_in_the_outbox(
    desk: RegisterOffice, broker: Broker
) -> None:
    await make_log(broker)
    put(desk, note(1))
    with keeper(409) as (url, _):
        async with sending(desk, broker.bootstrap, durable_url=url) as outbox:
            with pytest.raises(ConnectionError, match="was not kept"):
                await turns(outbox)
    assert waiting_count(desk.engine) == 1
