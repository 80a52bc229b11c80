"""What goes over the line to open pages."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from console.accounts.principal import KINDS, Principal
from console.cases.rows import find_case
from console.database import writing
from console.lifecycle.facts import Deed
from console.office import Office
from console.pages import channels
from console.pages import live as live_module
from console.pages.channels import Messages
from console.pages.live import Live
from schemas.acts import ActKind
from tests.console.conftest import Clock, OpenOffice
from tests.console.samples import (
    ESTATE,
    HOUR,
    NINE,
    alert,
    device,
    gateway_input,
    suppressed,
)  # fmt: skip
from tests.console.test_api import fill
from tests.console.test_batch import view_record

WANG = Principal("wang", "police", frozenset({"*"}), frozenset(KINDS["police"]))


def act(office: Office, kind: ActKind, who: Principal, name: str = "a1", **given: Any) -> None:
    with writing(office.engine) as tx:
        case = find_case(tx, name)
        assert case is not None
        deed = Deed(kind=kind, by=who.login, at=office.clock(), version=case.version, **given)
        office.cases.acting.act(tx, name, who.actor, deed)


@pytest.fixture
async def live(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Live]:
    monkeypatch.setattr(live_module, "TICK_S", 0.05)
    monkeypatch.setattr(live_module, "POLL_S", 0.01)
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


async def test_a_page_is_told_all_first_and_sorts_gravest_first(live: Live, office: Office) -> None:
    with live.listening(WANG, "en") as messages:
        await fill(office, alert("b"), alert("r", severity="red"), suppressed("s"))
        await heard(messages, "cards")
    with live.listening(WANG, "en") as messages:
        cards = sorted(await heard(messages, "all"), key=lambda card: card["order"])
    assert [card["id"] for card in cards] == ["r", "b"]
    assert cards[0]["level_word"] == "Red"


async def test_what_stood_before_the_start_is_told_too(office: Office) -> None:
    await fill(office, alert("b"))
    live, stop = Live(office), asyncio.Event()
    running = asyncio.create_task(live.run(stop))
    with live.listening(WANG, "en") as messages:
        assert [card["id"] for card in await heard(messages, "all")] == ["b"]
    stop.set()
    await running


async def test_then_each_change_in_the_pages_language(live: Live, office: Office) -> None:
    with live.listening(WANG, "zh") as zh, live.listening(WANG, "en") as en:
        await fill(office, alert())
        for messages, title in ((zh, "门被强开"), (en, "door forced")):
            assert [card["title"] for card in await heard(messages, "cards")] == [title]


async def test_a_new_revision_replaces_the_card_that_was_written(
    live: Live, office: Office
) -> None:
    with live.listening(WANG, "en") as messages:
        await fill(office, alert())
        assert (await heard(messages, "cards"))[0]["level"] == "yellow"
        await fill(office, alert(revision=1, severity="red"))
        while (await heard(messages, "cards"))[0]["level"] != "red":
            pass


async def test_what_is_closed_for_long_goes_out_of_sight(
    live: Live, office: Office, clock: Clock
) -> None:
    clock.at = NINE
    with live.listening(WANG, "en") as messages:
        await fill(office, alert())
        await heard(messages, "cards")
        act(office, "close", WANG, verdict="false")
        assert (await heard(messages, "cards"))[0]["over"]
        clock.at = NINE + 25 * HOUR
        assert await heard(messages, "gone") == ["a1"]


@pytest.mark.parametrize("is_restarted", [False, True])
async def test_a_case_that_waits_for_days_keeps_what_its_card_says(
    open_office: OpenOffice, clock: Clock, is_restarted: bool
) -> None:
    office = open_office()
    await fill(office, alert(cleared_at=NINE))
    clock.at = NINE + 48 * HOUR
    await office.take([view_record(0, gateway_input(ticked_at=clock.at))])
    live, stop = Live(open_office() if is_restarted else office), asyncio.Event()
    running = asyncio.create_task(live.run(stop))
    with live.listening(WANG, "en") as messages:
        await heard(messages, "told")
    with live.listening(WANG, "en") as messages:
        (card,) = await heard(messages, "all")
    stop.set()
    await running
    assert card["detail"].startswith("Open with no grant")


async def test_what_people_do_is_told(live: Live, office: Office, clock: Clock) -> None:
    clock.at = NINE
    with live.listening(WANG, "en") as messages:
        await fill(office, alert())
        (card,) = await heard(messages, "cards")
        assert (card["mine"], card["acts"]) == (True, ["accept", "assign", "close"])
        act(office, "accept", WANG)
        (card,) = await heard(messages, "cards")
        assert (card["version"], card["state"]) == (2, "accepted")
        assert card["acts"] == ["assign", "close"]


async def test_how_things_stand_is_told_again_and_again(live: Live, office: Office) -> None:
    office.reading.caught_up = True
    with live.listening(WANG, "en") as messages:
        for _ in range(2):
            told = await heard(messages, "told")
        assert told["pulse"]["state"] == "waiting"
        assert (await heard(messages, "told"))["counts"]["waiting"] == 0
        await fill(office, alert(severity="red"), suppressed("s"))
        while (told := await heard(messages, "told"))["counts"]["merged"] == 0:
            pass
        assert told["counts"]["waiting"] == 1
        assert told["pulse"]["title"].startswith("Red 1")


async def test_the_right_column_is_told_when_it_says_something_new(
    live: Live, office: Office
) -> None:
    with live.listening(WANG, "en") as messages:
        first = await heard(messages, "side")
        assert [row["kind"] for row in first["glance"]] == ["devices"]
        await office.take([view_record(0, device(state="lost"))])
        side = await heard(messages, "side")
        assert side["troubled"][0]["name"] == "North Gate controller"


async def test_each_is_told_of_their_own(live: Live, office: Office) -> None:
    guard = Principal("li", "property", frozenset({ESTATE}), frozenset({"property"}))
    with live.listening(WANG, "en") as police, live.listening(guard, "en") as property_:
        await fill(office, alert("p"), alert("held", handler="property"),
                   alert("other", handler="property", estate="hillside"))  # fmt: skip
        assert {card["id"] for card in await heard(police, "cards")} == {"p", "held", "other"}
        assert [card["id"] for card in await heard(property_, "cards")] == ["held"]
        grown = alert("held", revision=1, handler="property", severity="red")
        await fill(office, grown, alert("p", revision=1, severity="red"))
        assert [card["id"] for card in await heard(property_, "cards")] == ["held"]


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
    monkeypatch.setattr(channels, "QUEUED_MAX", 3)
    with live.listening(WANG, "en") as slow, live.listening(WANG, "en") as quick:
        for n in range(8):
            await fill(office, alert(f"a{n}"))
            while f"a{n}" not in {card["id"] for card in await heard(quick, "cards")}:
                pass
        assert slow.qsize() <= 4
        assert seen_in(slow) == {f"a{n}" for n in range(8)}


async def test_who_has_left_is_told_nothing(live: Live, office: Office) -> None:
    with live.listening(WANG, "en") as stays:
        with live.listening(WANG, "en") as leaves:
            assert leaves.qsize() >= 1
        while not leaves.empty():
            leaves.get_nowait()
        await fill(office, alert())
        await heard(stays, "cards")
    assert leaves.empty()
