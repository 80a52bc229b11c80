"""What goes over the line to open pages."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from console.office import Office
from console.pages import live as live_module
from console.pages.live import Live, Messages
from tests.console.samples import HOUR, NINE, alert, gateway_input, suppressed
from tests.console.test_api import fill
from tests.console.test_batch import view_record


@pytest.fixture
async def live(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Live]:
    monkeypatch.setattr(live_module, "TICK_S", 0.05)
    monkeypatch.setattr(live_module, "GATHER_S", 0.001)
    live, stop = Live(office), asyncio.Event()
    running = asyncio.create_task(live.run(stop))
    yield live
    stop.set()
    await running


async def heard(messages: Messages, name: str) -> Any:
    """What the next message says that has a part of that name with something in it."""
    async with asyncio.timeout(5):
        while True:
            message = json.loads(await messages.get())
            if message.get(name):
                return message[name]


async def test_a_page_is_told_all_first_gravest_on_top(live: Live, office: Office) -> None:
    await fill(office, alert("b"), alert("r", severity="red"), suppressed("s"))
    with live.listening("en") as messages:
        cards = await heard(messages, "all")
    assert [card["id"] for card in cards] == ["r", "b"]
    assert cards[0]["level_word"] == "Red"


async def test_then_each_change_in_the_pages_language(live: Live, office: Office) -> None:
    with live.listening("zh") as zh, live.listening("en") as en:
        await fill(office, alert())
        for messages, title in ((zh, "门被强开"), (en, "door forced")):
            assert [card["title"] for card in await heard(messages, "cards")] == [title]


async def test_a_new_revision_replaces_the_card_that_was_written(
    live: Live, office: Office
) -> None:
    with live.listening("en") as messages:
        await fill(office, alert())
        assert (await heard(messages, "cards"))[0]["level"] == "yellow"
        await fill(office, alert(revision=1, severity="red"))
        assert (await heard(messages, "cards"))[0]["level"] == "red"


async def test_what_goes_out_of_sight_is_told(live: Live, office: Office) -> None:
    with live.listening("en") as messages:
        await fill(office, alert("a"), alert("old", cleared_at=NINE))
        await heard(messages, "cards")
        await fill(office, suppressed("a", revision=1))
        assert await heard(messages, "gone") == ["a"]
        await office.take([view_record(0, gateway_input(ticked_at=NINE + 48 * HOUR))])
        assert await heard(messages, "gone") == ["old"]


async def test_how_things_stand_is_told_again_and_again(live: Live, office: Office) -> None:
    office.reading.caught_up = True
    with live.listening("en") as messages:
        for _ in range(2):
            told = await heard(messages, "told")
        assert told["pulse"]["state"] == "waiting"
        assert told["levels"][0] == {"severity": "red", "word": "Red", "count": 0}


def seen_in(messages: Messages) -> set[str]:
    """The cards a page shows after all that waits for it."""
    shown: set[str] = set()
    while not messages.empty():
        message = json.loads(messages.get_nowait())
        if "all" in message:
            shown = {card["id"] for card in message["all"]}
        shown |= {card["id"] for card in message.get("cards", ())}
    return shown


async def test_a_page_that_does_not_keep_up_is_told_all_anew(
    live: Live, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "QUEUED_MAX", 3)
    with live.listening("en") as slow, live.listening("en") as quick:
        for n in range(8):
            await fill(office, alert(f"a{n}"))
            await heard(quick, "cards")
        assert slow.qsize() <= 4
        assert seen_in(slow) == {f"a{n}" for n in range(8)}


async def test_who_has_left_is_told_nothing(live: Live, office: Office) -> None:
    with live.listening("en") as stays:
        with live.listening("en") as leaves:
            assert leaves.qsize() >= 1
        while not leaves.empty():
            leaves.get_nowait()
        await fill(office, alert())
        await heard(stays, "cards")
    assert leaves.empty()
