"""Listeners hear of changes in order; who is too far behind is told so."""

import asyncio

from console.changes import Change, Changes
from tests.console.samples import alert


def change(sequence: int) -> Change:
    return Change(sequence, alert(f"a{sequence}"))


def test_the_changes_after_a_sequence() -> None:
    changes = Changes(last=4)
    changes.publish([change(5), change(7)])
    assert changes.since(4) == [change(5), change(7)]
    assert changes.since(5) == [change(7)]
    assert changes.since(7) == []
    assert changes.last == 7


def test_who_asks_from_before_what_is_kept_must_ask_the_store() -> None:
    changes = Changes(last=4, kept=2)
    assert changes.since(3) is None
    changes.publish([change(n) for n in (5, 6, 7)])
    assert changes.since(4) is None
    assert changes.since(5) == [change(6), change(7)]


async def test_waiting_ends_with_the_next_change() -> None:
    changes = Changes()
    waiting = [asyncio.create_task(changes.wait(0, 10)) for _ in range(3)]
    await asyncio.sleep(0)
    changes.publish([change(1)])
    assert await asyncio.gather(*waiting) == [True, True, True]
    assert await changes.wait(0, 10)


async def test_waiting_ends_when_nothing_comes() -> None:
    changes = Changes()
    changes.publish([])
    assert not await changes.wait(0, 0.01)
