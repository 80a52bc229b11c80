"""The stream of alerts: from now on, or from where somebody left off."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from console import stream
from console.changes import Changes
from console.feed import AlertFilter
from console.office import Office
from console.rest import streams
from console.stream import alert_stream
from console.tail import Sent, parse_events
from schemas.alerts import Alert
from tests.console.conftest import OpenOffice
from tests.console.samples import alert, suppressed
from tests.console.test_api import fill
from tests.console.test_batch import alert_record

ANY = AlertFilter()


async def heard(events: AsyncIterator[bytes], count: int) -> list[str]:
    """The ids of the next events."""
    sent: list[Sent] = []
    async with asyncio.timeout(5):
        while len(sent) < count:
            sent += parse_events((await anext(events)).decode().split("\n"))
    return [one.id for one in sent]


async def begun(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A stream whose greeting was heard: it stands."""
    assert await anext(events) == b"retry: 2000\n\n"
    return events


async def test_an_event_is_the_whole_alert(office: Office) -> None:
    events = await begun(alert_stream(office, ANY))
    await fill(office, alert(revision=3))
    (sent,) = parse_events((await anext(events)).decode().split("\n"))
    assert (sent.id, sent.name) == ("a1:3", "alert")
    assert Alert.model_validate_json(sent.data) == alert(revision=3)


async def test_only_what_comes_from_now_on_and_is_asked_for(office: Office) -> None:
    await fill(office, alert("before"))
    events = await begun(alert_stream(office, AlertFilter(severity="red")))
    later = [alert("yellow"), suppressed("s", severity="red"), alert("red", severity="red")]
    await fill(office, *later)
    assert await heard(events, 1) == ["red:0"]


async def test_who_comes_back_gets_what_he_missed_once_and_in_its_latest_form(
    office: Office,
) -> None:
    await fill(office, alert("a"), alert("b"))
    await fill(office, alert("c"))
    await fill(office, alert("a", 1))
    assert await heard(await begun(alert_stream(office, ANY, "b:0")), 2) == ["c:0", "a:1"]
    events = await begun(alert_stream(office, ANY, "a:1"))
    await fill(office, alert("d"))
    assert await heard(events, 1) == ["d:0"]


@pytest.mark.parametrize("last", ["", ":", "a", "unknown:0", "a:99", "a:x", "a:" + "9" * 40])
async def test_an_unknown_place_begins_with_all_that_is_known(office: Office, last: str) -> None:
    await fill(office, alert("a"), alert("b"))
    assert await heard(await begun(alert_stream(office, ANY, last)), 2) == ["a:0", "b:0"]


async def test_after_a_restart_the_store_says_what_was_missed(
    office: Office, open_office: OpenOffice
) -> None:
    await fill(office, alert("a"), alert("b"), alert("c"))
    again = open_office()
    assert again.changes.since(1) is None
    assert await heard(await begun(alert_stream(again, ANY, "a:0")), 2) == ["b:0", "c:0"]


async def test_a_listener_far_behind_reads_from_the_store_page_by_page(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "PAGE", 2)
    office.changes = Changes(kept=1)
    events = await begun(alert_stream(office, ANY))
    await office.take([alert_record(n, alert(f"a{n}")) for n in range(5)])
    assert await heard(events, 5) == ["a0:0", "a1:0", "a2:0", "a3:0", "a4:0"]


async def test_a_quiet_line_is_kept_open(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.01)
    events = await begun(alert_stream(office, ANY))
    assert (await anext(events)).startswith(b":")
