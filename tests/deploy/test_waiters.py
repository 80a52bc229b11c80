"""Who waits for a record is answered when it is stored, and told when it never will be."""

import asyncio

import pytest

from deploy.embedded.rawlog import Place
from deploy.embedded.waiters import NeverStored, Waiters

HERE = Place("events", 0)
THERE = Place("events", 1)


def waiters() -> Waiters:
    return Waiters({HERE: 10, THERE: 0}, {HERE: 100, THERE: 1})


async def test_what_is_stored_already_is_answered_at_once() -> None:
    await waiters().stored(HERE, 9)


async def test_others_wait_until_it_is() -> None:
    known = waiters()
    asked = [asyncio.create_task(known.stored(HERE, offset)) for offset in (101, 100, 100, 102)]
    await asyncio.sleep(0)
    known.advance({HERE: 101, THERE: 500})
    await asyncio.sleep(0)
    assert [task.done() for task in asked] == [False, True, True, False]
    known.advance({HERE: 103})
    await asyncio.gather(*asked)


async def test_one_who_no_longer_waits_holds_up_nobody() -> None:
    known = waiters()
    gone, stays = (asyncio.create_task(known.stored(HERE, 100)) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    known.advance({HERE: 101})
    await stays


@pytest.mark.parametrize("offset", [10, 99])
async def test_what_an_earlier_broker_lost_is_never_stored(offset: int) -> None:
    with pytest.raises(NeverStored):
        await waiters().stored(HERE, offset)


def test_only_kept_partitions_are_known() -> None:
    assert waiters().knows(HERE)
    assert not waiters().knows(Place("other", 0))
