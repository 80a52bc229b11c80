import asyncio
from typing import Any, cast

from ingest.gateway.inbox import Closed, Delivery, Inbox, Opened
from ingest.link import Connection
from ingest.message import Message

NOBODY = cast(Connection, None)


def delivery(payload: bytes = b"x") -> Delivery:
    return Delivery(NOBODY, 1, Message("t", payload, 0))


def watched(count: int, size: int) -> tuple[Inbox, list[str]]:
    inbox, calls = Inbox(count, size), cast(list[str], [])
    inbox.full = lambda: calls.append("full")
    inbox.room = lambda: calls.append("room")
    return inbox, calls


async def take(inbox: Inbox, count: int = 10) -> Any:
    return await asyncio.wait_for(inbox.take(count), 1)


async def test_deliveries_come_together_up_to_what_happened_to_the_connection() -> None:
    inbox = Inbox(10, 100)
    one, two, three = delivery(b"1"), delivery(b"2"), delivery(b"3")
    for item in (one, two, Closed(NOBODY), Opened(NOBODY, True), three):
        inbox.put(item)

    found = [await take(inbox) for _ in range(4)]
    assert found == [[one, two], Closed(NOBODY), Opened(NOBODY, True), [three]]


async def test_no_more_are_taken_than_asked() -> None:
    inbox = Inbox(10, 100)
    for _ in range(3):
        inbox.put(delivery())

    assert [len(await take(inbox, 2)) for _ in range(2)] == [2, 1]


async def test_taking_waits_for_something() -> None:
    inbox = Inbox(10, 100)
    waiting = asyncio.create_task(inbox.take(1))
    await asyncio.sleep(0)
    inbox.put(delivery())

    assert len(cast(list[Delivery], await waiting)) == 1


async def test_at_its_bound_reading_pauses_until_something_is_done() -> None:
    inbox, calls = watched(2, 100)
    inbox.put(delivery())
    assert calls == []
    inbox.put(delivery())
    run = await take(inbox)
    assert calls == ["full"]  # Taken is not done: it is still held.

    inbox.release(run)
    assert calls == ["full", "room"]
    assert inbox.held == inbox.held_bytes == 0


async def test_the_bound_counts_bytes_too() -> None:
    _, calls = watched(100, 5)
    inbox, calls = watched(100, 5)
    inbox.put(delivery(b"12345"))

    assert calls == ["full"]
